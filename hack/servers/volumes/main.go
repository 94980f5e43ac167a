// Command volumes makes the local cluster's volumes when a claim asks for one, and removes them with the claim.
//
// StorageClass "local" gives a folder of the node. StorageClass "tiny" gives a file system in memory of exactly the
// size that was asked for, so that a test can fill it. Both belong to root and follow a pod's fsGroup, as a cloud's
// disk does.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
)

const provisionerName = "volcado.io/local"

type provisioner struct {
	root, node string
}

func main() {
	kubeconfig := flag.String("kubeconfig", "", "how to reach the API server")
	root := flag.String("root", "", "the `folder` that holds the volumes")
	node := flag.String("node", "", "the node's `name`")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *kubeconfig, &provisioner{*root, *node}); err != nil {
		fmt.Fprintf(os.Stderr, "volumes: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, kubeconfig string, p *provisioner) error {
	if p.root == "" || p.node == "" {
		return errors.New("-root and -node are needed")
	}
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return fmt.Errorf("cannot read the kubeconfig %s: %w", kubeconfig, err)
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return fmt.Errorf("cannot make a client from %s: %w", kubeconfig, err)
	}
	if err := p.remountTiny(ctx, client); err != nil {
		return err
	}
	// There is one of these a cluster, so there is nothing to elect.
	controller.NewProvisionController(ctx, client, provisionerName, p, controller.LeaderElection(false)).Run(ctx)
	return nil
}

// Provision makes the folder, and for the class "tiny" mounts a file system of the claim's size there.
func (p *provisioner) Provision(_ context.Context, o controller.ProvisionOptions) (*v1.PersistentVolume, controller.ProvisioningState, error) {
	path := filepath.Join(p.root, o.PVName)
	if err := os.MkdirAll(path, 0o755); err != nil {
		return nil, controller.ProvisioningFinished, err
	}
	size := o.PVC.Spec.Resources.Requests[v1.ResourceStorage]
	inMemory := o.StorageClass.Parameters["medium"] == "memory"
	if inMemory {
		if err := mountMemory(path, size.Value()); err != nil {
			return nil, controller.ProvisioningFinished, err
		}
	}
	return &v1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{
			Name:        o.PVName,
			Annotations: map[string]string{mediumAnnotation: o.StorageClass.Parameters["medium"]},
		},
		Spec: v1.PersistentVolumeSpec{
			PersistentVolumeReclaimPolicy: *o.StorageClass.ReclaimPolicy,
			AccessModes:                   o.PVC.Spec.AccessModes,
			Capacity:                      v1.ResourceList{v1.ResourceStorage: size},
			PersistentVolumeSource:        v1.PersistentVolumeSource{Local: &v1.LocalVolumeSource{Path: path}},
			NodeAffinity: &v1.VolumeNodeAffinity{Required: &v1.NodeSelector{NodeSelectorTerms: []v1.NodeSelectorTerm{{
				MatchExpressions: []v1.NodeSelectorRequirement{{
					Key: v1.LabelHostname, Operator: v1.NodeSelectorOpIn, Values: []string{p.node},
				}},
			}}}},
		},
	}, controller.ProvisioningFinished, nil
}

// Delete removes what Provision made. It looks at the volume's name, never at a path that somebody could have written
// into the object.
func (p *provisioner) Delete(_ context.Context, volume *v1.PersistentVolume) error {
	path := filepath.Join(p.root, filepath.Base(volume.Name))
	err := syscall.Unmount(path, 0)
	if err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("cannot unmount %s: %w", path, err)
	}
	return os.RemoveAll(path)
}
