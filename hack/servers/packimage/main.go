// Command packimage writes an image archive (the format of `docker save`) that holds one static program and nothing
// else. It needs no container engine and no registry, and the same input always gives the same bytes.
package main

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

type config struct {
	Entrypoint []string
	User       string
	Env        []string
	WorkingDir string
}

type rootFS struct {
	Type    string   `json:"type"`
	DiffIDs []string `json:"diff_ids"`
}

type image struct {
	Architecture string `json:"architecture"`
	OS           string `json:"os"`
	Config       config `json:"config"`
	RootFS       rootFS `json:"rootfs"`
}

type manifest struct {
	Config   string
	RepoTags []string
	Layers   []string
}

func main() {
	name := flag.String("name", "", "the image's `name:tag`")
	program := flag.String("program", "", "the static `program` to put in")
	user := flag.String("user", "65532:65532", "the `uid:gid` it runs as")
	out := flag.String("out", "", "the archive to write")
	flag.Parse()
	if *name == "" || *program == "" || *out == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := pack(*name, *program, *user, *out); err != nil {
		fmt.Fprintf(os.Stderr, "packimage: cannot make the image %s: %v\n", *name, err)
		os.Exit(1)
	}
}

func pack(name, program, user, out string) error {
	binary, err := os.ReadFile(program)
	if err != nil {
		return err
	}
	base := filepath.Base(program)
	layer, err := archive(file{base, 0o755, binary})
	if err != nil {
		return err
	}
	layerID := digest(layer)
	settings, err := json.Marshal(image{
		Architecture: runtime.GOARCH,
		OS:           "linux",
		Config:       config{Entrypoint: []string{"/" + base}, User: user, Env: []string{"PATH=/"}, WorkingDir: "/"},
		RootFS:       rootFS{Type: "layers", DiffIDs: []string{"sha256:" + layerID}},
	})
	if err != nil {
		return err
	}
	settingsFile := digest(settings) + ".json"
	layerFile := layerID + ".tar"
	index, err := json.Marshal([]manifest{{Config: settingsFile, RepoTags: []string{name}, Layers: []string{layerFile}}})
	if err != nil {
		return err
	}
	whole, err := archive(file{"manifest.json", 0o644, index}, file{settingsFile, 0o644, settings}, file{layerFile, 0o644, layer})
	if err != nil {
		return err
	}
	return writeWhole(out, whole)
}

type file struct {
	name string
	mode int64
	data []byte
}

func archive(files ...file) ([]byte, error) {
	var buffer bytes.Buffer
	w := tar.NewWriter(&buffer)
	for _, f := range files {
		// No times and no owners: they would change the digest without changing the image.
		header := &tar.Header{Name: strings.TrimPrefix(f.name, "/"), Mode: f.mode, Size: int64(len(f.data)), Format: tar.FormatPAX}
		if err := w.WriteHeader(header); err != nil {
			return nil, err
		}
		if _, err := w.Write(f.data); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return buffer.Bytes(), nil
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// writeWhole leaves either the old file or the whole new one, never a part.
func writeWhole(path string, data []byte) error {
	part := path + ".part"
	if err := os.WriteFile(part, data, 0o644); err != nil {
		return err
	}
	return os.Rename(part, path)
}
