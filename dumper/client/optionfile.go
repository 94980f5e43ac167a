package client

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/volcado-io/volcado/dumper/source"
)

// optionFileMode: nobody but the dumper's user may read it, and nobody may write it. The clients ignore one that
// everybody may write.
const optionFileMode = 0o400

// WriteOptionFile writes the credentials into a new folder below dir, which should be in memory, with the plugins that the
// client is allowed to load. It returns the file's path and how to remove the folder.
func WriteOptionFile(dir string, server source.Server) (path string, remove func() error, err error) {
	folder, err := os.MkdirTemp(dir, "client-")
	if err != nil {
		return "", nil, fmt.Errorf("make a folder for the option file: %w", err)
	}
	remove = func() error { return os.RemoveAll(folder) }
	path = filepath.Join(folder, "client.cnf")
	plugins, err := pluginFolder(folder, server)
	if err != nil {
		_ = remove()
		return "", nil, err
	}
	content := "[client]\nuser=" + quoteOption(server.Username) + "\npassword=" + quoteOption(server.Password) + "\nplugin-dir=" + quoteOption(plugins) + "\n"
	if err := os.WriteFile(path, []byte(content), optionFileMode); err != nil {
		_ = remove()
		return "", nil, fmt.Errorf("write the option file: %w", err)
	}
	return path, remove, nil
}

// optionEscapes are what the clients' parser understands inside double quotes. In quotes neither # nor a space at the
// ends is special; every other byte stands for itself.
var optionEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`, "\b", `\b`)

func quoteOption(value string) string { return `"` + optionEscapes.Replace(value) + `"` }
