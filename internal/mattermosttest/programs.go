package mattermosttest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// programs that are run, as paths.
type programs struct {
	mattermost, initdb, postgres, psql string
}

func findPrograms() (programs, error) {
	mattermost, err := findMattermost()
	if err != nil {
		return programs{}, err
	}
	found := programs{mattermost: mattermost}
	folder := newestPostgreSQL("/usr/lib/postgresql")
	for name, path := range map[string]*string{"initdb": &found.initdb, "postgres": &found.postgres, "psql": &found.psql} {
		if *path, err = exec.LookPath(filepath.Join(folder, name)); err != nil {
			return programs{}, fmt.Errorf("these tests run against a real Mattermost, which needs PostgreSQL, and there is no %s in "+
				"/usr/lib/postgresql/*/bin or PATH: run `make test`, which installs what is missing, or install the package postgresql", name)
		}
	}
	return found, nil
}

// newestPostgreSQL is the folder of programs of Debian's newest version, which are not in PATH, or empty.
func newestPostgreSQL(root string) string {
	newest, folder := 0, ""
	found, _ := filepath.Glob(filepath.Join(root, "*", "bin", "postgres"))
	for _, program := range found {
		bin := filepath.Dir(program)
		if version, err := strconv.Atoi(filepath.Base(filepath.Dir(bin))); err == nil && version > newest {
			newest, folder = version, bin
		}
	}
	return folder
}

// findMattermost looks in the folder VOLCADO_BIN, else in out/bin of the repository.
func findMattermost() (string, error) {
	folder := os.Getenv("VOLCADO_BIN")
	if folder == "" {
		root, err := repositoryRoot()
		if err != nil {
			return "", err
		}
		folder = filepath.Join(root, "out", "bin")
	}
	var missing []string
	// It starts without its templates, and fails later.
	for _, name := range []string{"mattermost", "i18n", "templates", "fonts", "client"} {
		if _, err := os.Stat(filepath.Join(folder, "mattermost", name)); err != nil {
			missing = append(missing, "mattermost/"+name)
		}
	}
	if len(missing) > 0 {
		return "", fmt.Errorf("these tests run against a real Mattermost, and %s has no %s: run `make test`, which builds it "+
			"from hack/servers/mattermost, or set VOLCADO_BIN to a folder that has it", folder, strings.Join(missing, ", no "))
	}
	return filepath.Join(folder, "mattermost", "mattermost"), nil
}

// repositoryRoot is the nearest folder above the test's own that has a go.mod.
func repositoryRoot() (string, error) {
	folder, err := os.Getwd()
	for err == nil {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder, nil
		}
		parent := filepath.Dir(folder)
		if parent == folder {
			return "", errors.New("no go.mod above the test's folder")
		}
		folder = parent
	}
	return "", err
}
