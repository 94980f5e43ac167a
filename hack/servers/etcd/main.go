// Command etcd is etcd's server, unchanged. It has a main of its own only because `go build` would name
// go.etcd.io/etcd/server/v3 "server".
package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() {
	etcdmain.Main(os.Args)
}
