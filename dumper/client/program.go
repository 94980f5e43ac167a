package client

import (
	"context"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/internal/contract"
)

// Program is the client that this machine or image has.
type Program struct {
	Path     string
	Software contract.Software
	// DumpsHistory of system-versioned tables.
	DumpsHistory bool
	// Options that this version of the client needs and others do not know.
	Options []string
}

// Name of the program, without its folder.
func (p *Program) Name() string { return filepath.Base(p.Path) }

var (
	mariadbVersion = regexp.MustCompile(`[0-9]+\.[0-9]+\.[0-9]+-MariaDB\S*`)
	plainVersion   = regexp.MustCompile(`Ver ([0-9]+\.[0-9]+\.[0-9]+\S*)`)
)

// Find the client of an engine. In many distributions mysqldump is MariaDB's, so it is asked what it is.
func Find(ctx context.Context, engine v1alpha1.Engine) (*Program, error) {
	names := []string{"mysqldump"}
	if engine == v1alpha1.EngineMariaDB {
		names = []string{"mariadb-dump", "mysqldump"}
	}
	for _, name := range names {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		command := exec.CommandContext(ctx, path, "--version")
		command.Env = environment()
		output, err := command.Output()
		if err != nil {
			return nil, result.Errorf(contract.Internal, "reinstall the client program", "%s --version failed: %w", path, err)
		}
		if software := identify(string(output)); software.Flavour == string(engine) {
			program := &Program{Path: path, Software: software}
			return program, program.adapt(ctx)
		}
	}
	return nil, result.Errorf(contract.InvalidRequest, "use the dumper image of the engine, or install its client",
		"there is no client of %s here (looked for %s)", engine, strings.Join(names, " and "))
}

// adapt finds out what this version knows.
func (p *Program) adapt(ctx context.Context) error {
	command := exec.CommandContext(ctx, p.Path, "--no-defaults", "--help")
	command.Env = environment()
	help, err := command.Output()
	if err != nil {
		return result.Errorf(contract.Internal, "reinstall the client program", "%s --help failed: %w", p.Path, err)
	}
	// mariadb-dump has it from 10.11 on.
	p.DumpsHistory = strings.Contains(string(help), "--dump-history")
	// From 9.7 on mysqldump also dumps the server's masking policies, which belong to no database and need privileges of
	// their own.
	if strings.Contains(string(help), "--masking-policies") {
		p.Options = append(p.Options, "--skip-masking-policies")
	}
	return nil
}

// identify reads what a client says of itself.
func identify(output string) contract.Software {
	if version := mariadbVersion.FindString(output); version != "" {
		return contract.Software{Flavour: string(v1alpha1.EngineMariaDB), Version: strings.TrimSuffix(version, ",")}
	}
	if strings.Contains(output, "MariaDB") {
		// From 11 on the version stands before the word: "from 11.8.2-MariaDB" or "Ver 10.19 for ...".
		if match := plainVersion.FindStringSubmatch(output); match != nil {
			return contract.Software{Flavour: string(v1alpha1.EngineMariaDB), Version: match[1]}
		}
	}
	if match := plainVersion.FindStringSubmatch(output); match != nil {
		return contract.Software{Flavour: string(v1alpha1.EngineMySQL), Version: match[1]}
	}
	return contract.Software{}
}
