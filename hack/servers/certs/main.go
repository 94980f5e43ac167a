// Command certs makes the certificates, keys and kubeconfigs of the local cluster in a folder. What is there and still
// fits is left alone, so running it again changes nothing; a new address makes them all anew.
package main

import (
	"flag"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
)

// An identity is a client of the API server: its user name, its groups and where its kubeconfig goes.
type identity struct {
	file, user string
	groups     []string
}

func main() {
	dir := flag.String("dir", "", "the `folder` for certificates and keys")
	address := flag.String("address", "", "the node's `IP address`, where the API server and the kubelet listen")
	service := flag.String("service", "", "the `IP address` of the Service called kubernetes")
	node := flag.String("node", "", "the node's `name`")
	cluster := flag.String("cluster", "", "the cluster's `name`, for the kubeconfigs")
	flag.Parse()
	if *dir == "" || *node == "" || *cluster == "" || net.ParseIP(*address) == nil || net.ParseIP(*service) == nil {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(*dir, *address, *service, *node, *cluster); err != nil {
		fmt.Fprintf(os.Stderr, "certs: cannot make the cluster's certificates in %s: %v\n", *dir, err)
		os.Exit(1)
	}
}

func run(dir, address, service, node, cluster string) error {
	// The answer to "do they still fit?" is this file: it is written last and holds what they were made for.
	stamp := filepath.Join(dir, "made-for")
	want := strings.Join([]string{"1", address, service, node, cluster}, " ")
	if got, err := os.ReadFile(stamp); err == nil && string(got) == want {
		return nil
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	ca, err := newAuthority(cluster + " local cluster")
	if err != nil {
		return err
	}
	frontProxy, err := newAuthority(cluster + " front proxy")
	if err != nil {
		return err
	}
	steps := []func() error{
		func() error { return ca.write(dir, "ca") },
		func() error { return frontProxy.write(dir, "front-proxy-ca") },
		func() error { return writeServiceAccountKey(dir) },
		func() error {
			return ca.issue(dir, "apiserver", request{user: "kube-apiserver", hosts: []string{
				address, service, "127.0.0.1", "localhost",
				"kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local",
			}})
		},
		func() error { return ca.issue(dir, "kubelet", request{user: node, hosts: []string{address, node}}) },
		func() error {
			return ca.issue(dir, "apiserver-to-kubelet", request{user: "kube-apiserver", groups: []string{"system:masters"}})
		},
		func() error { return frontProxy.issue(dir, "front-proxy", request{user: "front-proxy-client"}) },
	}
	for _, who := range []identity{
		{"admin", cluster + "-admin", []string{"system:masters"}},
		{"controller-manager", "system:kube-controller-manager", nil},
		{"scheduler", "system:kube-scheduler", nil},
		{"kube-proxy", "system:kube-proxy", nil},
		{"coredns", "volcado:coredns", nil},
		{"volumes", "volcado:volumes", nil},
		{"node", "system:node:" + node, []string{"system:nodes"}},
	} {
		steps = append(steps, func() error { return ca.writeKubeconfig(dir, who, address, cluster) })
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return os.WriteFile(stamp, []byte(want), 0o600)
}
