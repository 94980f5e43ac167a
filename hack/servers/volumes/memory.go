package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

const (
	mediumAnnotation = "volcado.io/medium"
	tmpfsMagic       = 0x01021994
)

// mountMemory mounts a tmpfs of size bytes at path, unless one is there.
func mountMemory(path string, size int64) error {
	var at syscall.Statfs_t
	if err := syscall.Statfs(path, &at); err != nil {
		return err
	}
	if at.Type == tmpfsMagic {
		return nil
	}
	if err := syscall.Mount("tmpfs", path, "tmpfs", syscall.MS_NOSUID|syscall.MS_NODEV, fmt.Sprintf("size=%d,mode=755", size)); err != nil {
		return fmt.Errorf("cannot mount a file system in memory at %s: %w", path, err)
	}
	return nil
}

// remountTiny brings back, empty, the volumes in memory that a restart of the node took. Without it a pod would write
// to the folder beneath, which has no limit.
func (p *provisioner) remountTiny(ctx context.Context, client kubernetes.Interface) error {
	volumes, err := client.CoreV1().PersistentVolumes().List(ctx, metav1.ListOptions{})
	if err != nil {
		return fmt.Errorf("cannot list the persistent volumes: %w", err)
	}
	for i := range volumes.Items {
		volume := &volumes.Items[i]
		if volume.Annotations[mediumAnnotation] != "memory" {
			continue
		}
		path := filepath.Join(p.root, filepath.Base(volume.Name))
		if err := os.MkdirAll(path, 0o755); err != nil {
			return err
		}
		if err := mountMemory(path, volume.Spec.Capacity.Storage().Value()); err != nil {
			return err
		}
	}
	return nil
}
