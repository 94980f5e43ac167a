package client

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/dumper/source"
)

// A server chooses the authentication plugin that a client uses, and some of them tell it the password. So the client is
// given a folder that holds the plugins it is allowed to load, and no other.
var (
	// pluginFolders are where distributions keep the plugins of the clients.
	pluginFolders = map[v1alpha1.Engine][]string{
		v1alpha1.EngineMariaDB: {"/usr/lib/*/libmariadb3/plugin", "/usr/lib/*/mariadb19/plugin", "/usr/lib/mariadb/plugin", "/usr/lib64/mariadb/plugin"},
		v1alpha1.EngineMySQL:   {"/usr/lib/mysql/plugin", "/usr/lib64/mysql/plugin", "/usr/local/mysql/lib/plugin"},
	}
	// harmlessPlugins never send the password, nor anything that it follows from. mysql_native_password is built into
	// MariaDB's client, and a plugin of MySQL's from 9.0 on.
	harmlessPlugins = map[v1alpha1.Engine][]string{
		v1alpha1.EngineMariaDB: {"client_ed25519.so", "parsec.so"},
		v1alpha1.EngineMySQL:   {"mysql_native_password.so"},
	}
	// verifiedPlugins send the password to a server whose certificate was verified, and are no safer than that: to any other
	// they would send it under a key of the server's own choice. MySQL's client has them built in.
	verifiedPlugins = map[v1alpha1.Engine][]string{
		v1alpha1.EngineMariaDB: {"caching_sha2_password.so", "sha256_password.so"},
	}
)

// pluginFolder makes a folder below dir with the authentication plugins that the client is allowed to load from this server.
func pluginFolder(dir string, server source.Server) (string, error) {
	folder := filepath.Join(dir, "plugins")
	if err := os.Mkdir(folder, 0o700); err != nil {
		return "", fmt.Errorf("make a folder for the client's plugins: %w", err)
	}
	allowed := slices.Clone(harmlessPlugins[server.Engine])
	if !server.Secretive() {
		allowed = append(allowed, verifiedPlugins[server.Engine]...)
	}
	for _, pattern := range pluginFolders[server.Engine] {
		found, err := filepath.Glob(pattern)
		if err != nil {
			return "", fmt.Errorf("look for plugins: %w", err)
		}
		for _, at := range found {
			if err := link(at, folder, allowed); err != nil {
				return "", err
			}
		}
	}
	return folder, nil
}

// link the plugins that exist there, unless another folder had one of that name.
func link(from, to string, names []string) error {
	for _, name := range names {
		path := filepath.Join(from, name)
		if _, err := os.Stat(path); err != nil {
			continue
		}
		if err := os.Symlink(path, filepath.Join(to, name)); err != nil && !os.IsExist(err) {
			return fmt.Errorf("give the client its plugin: %w", err)
		}
	}
	return nil
}
