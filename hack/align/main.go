// Command align gives what Volcado and the servers of demo and tests have in common the same version everywhere, the newest
// of those there. Go then compiles it once, and not once for each of them: of Kubernetes' libraries alone that saves minutes
// on a new machine. It runs in the root of the repository, and changes go.mod and go.sum.
//
// Mattermost's module is left alone: its versions are those with which that release was made.
package main

import (
	"errors"
	"fmt"
	"log"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/version"
)

// folders of the modules.
var folders = []string{".", "hack/servers", "hack/servers/coredns", "hack/servers/versitygw"}

// mostRounds: a newer version can need newer ones of others.
const mostRounds = 10

func main() {
	log.SetFlags(0)
	log.SetPrefix("align: ")
	if err := align(); err != nil {
		log.Fatal(err)
	}
}

func align() error {
	for range mostRounds {
		wanted, err := behind()
		if err != nil {
			return err
		}
		if len(wanted) == 0 {
			return nil
		}
		for _, folder := range slices.Sorted(maps.Keys(wanted)) {
			log.Printf("%s: %s", folder, strings.Join(wanted[folder], " "))
			if _, err := run(folder, append([]string{"get"}, wanted[folder]...)...); err != nil {
				return err
			}
			if _, err := run(folder, "mod", "tidy"); err != nil {
				return err
			}
		}
	}
	return errors.New("the modules' versions do not become equal; see which of them need different ones")
}

// behind are, by folder, the modules that are newer in another one.
func behind() (map[string][]string, error) {
	used, newest := map[string]map[string]string{}, map[string]string{}
	for _, folder := range folders {
		modules, err := compiled(folder)
		if err != nil {
			return nil, err
		}
		used[folder] = modules
		for path, v := range modules {
			if newest[path] == "" || version.MustParseSemantic(newest[path]).LessThan(version.MustParseSemantic(v)) {
				newest[path] = v
			}
		}
	}
	wanted := map[string][]string{}
	for folder, modules := range used {
		for _, path := range slices.Sorted(maps.Keys(modules)) {
			if modules[path] != newest[path] {
				wanted[folder] = append(wanted[folder], path+"@"+newest[path])
			}
		}
	}
	return wanted, nil
}

// compiled are the modules of which a folder's programs and tools compile something, with their versions.
func compiled(folder string) (map[string]string, error) {
	listed, err := run(folder, "list", "-deps", "-f", "{{with .Module}}{{.Path}} {{.Version}}{{end}}", "./...", "tool")
	if err != nil {
		return nil, err
	}
	modules := map[string]string{}
	for line := range strings.Lines(listed) {
		if path, v, ok := strings.Cut(strings.TrimSpace(line), " "); ok && v != "" {
			modules[path] = v
		}
	}
	return modules, nil
}

// run go in a folder.
func run(folder string, arguments ...string) (string, error) {
	command := exec.Command("go", arguments...)
	command.Dir = folder
	command.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-mod=mod")
	var said strings.Builder
	command.Stderr = &said
	out, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("go %s, in %s: %w\n%s", arguments[0], folder, err, said.String())
	}
	return string(out), nil
}
