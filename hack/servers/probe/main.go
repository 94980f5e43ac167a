// Command probe asks one question of the network and answers with its exit code. It is an image of one file, for a pod
// that has to see what a pod sees: probe dns <name>, probe tcp <host:port>, probe write <folder> <bytes>, probe wait.
package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: probe dns <name> | tcp <host:port> | write <folder> <bytes> | wait")
		os.Exit(2)
	}
	answer, err := ask(os.Args[1], os.Args[2:])
	if err != nil {
		fmt.Fprintf(os.Stderr, "probe %s: %v\n", os.Args[1], err)
		os.Exit(1)
	}
	fmt.Println(answer)
}

func ask(question string, args []string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	switch {
	case question == "dns" && len(args) == 1:
		addresses, err := net.DefaultResolver.LookupHost(ctx, args[0])
		return fmt.Sprint(addresses), err
	case question == "tcp" && len(args) == 1:
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", args[0])
		if err != nil {
			return "", err
		}
		return "connected to " + conn.RemoteAddr().String(), conn.Close()
	case question == "write" && len(args) == 2:
		return write(args[0], args[1])
	case question == "wait" && len(args) == 0:
		stop := make(chan os.Signal, 1)
		signal.Notify(stop, syscall.SIGINT, syscall.SIGTERM)
		return "stopped by " + (<-stop).String(), nil
	}
	return "", fmt.Errorf("not a question: %q", args)
}

func write(folder, bytes string) (string, error) {
	size, err := strconv.Atoi(bytes)
	if err != nil {
		return "", err
	}
	path := filepath.Join(folder, "probe")
	if err := os.WriteFile(path, make([]byte, size), 0o600); err != nil {
		return "", err
	}
	return "wrote " + path, nil
}
