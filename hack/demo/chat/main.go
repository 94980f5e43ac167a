// Command chat does what people do with the Mattermost server of the demo, over its API: it sets it up as an administrator
// would, asks as a person and shows what that person sees, or lets you talk.
//
//	chat setup [-token-file FILE]     make who and what there is not yet; print the id of the private channel
//	chat ask USER CHANNEL TEXT        post as USER, and print what USER sees of it until the last word
//	chat talk USER [CHANNEL]          post what is typed, and print what USER sees
//
// CHANNEL is the name of a channel, or "direct" for direct messages with the bot. The server is reached through kubectl,
// which finds the cluster by KUBECONFIG; so are the people's passwords.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// The demo's names.
const (
	teamName    = "acme"
	channelName = "database-dumps"
	botName     = "volcado"
	adminName   = "admin"
	memberName  = "alice"
	otherName   = "mallory"
	// direct stands for direct messages with the bot.
	direct = "direct"
)

// Exit codes.
const (
	exitDone = iota
	// exitFailed: a dump was begun and is not ready.
	exitFailed
	// exitTrouble: it is not known how it ended.
	exitTrouble
)

// askTimeout is more than any dump of the demo takes.
const askTimeout = 10 * time.Minute

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code, err := run(ctx, os.Args[1:])
	stop()
	if err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintf(os.Stderr, "chat: %v\n", err)
	}
	os.Exit(code)
}

func run(ctx context.Context, args []string) (int, error) {
	command, args := shift(args)
	flags := flag.NewFlagSet("chat "+command, flag.ContinueOnError)
	tokenFile := flags.String("token-file", "", "holds the bot's access token; another one is written there if the server does not accept it")
	if err := flags.Parse(args); err != nil {
		return exitTrouble, err
	}
	args = flags.Args()
	server, end, err := connect(ctx)
	if err != nil {
		return exitTrouble, err
	}
	defer end()
	switch {
	case command == "setup" && len(args) == 0:
		return setUpAndPrint(ctx, server, *tokenFile)
	case command == "ask" && len(args) == 3:
		ctx, cancel := context.WithTimeout(ctx, askTimeout)
		defer cancel()
		return ask(ctx, server, args[0], args[1], args[2], os.Stdout)
	case command == "talk" && (len(args) == 1 || len(args) == 2):
		user, rest := shift(args)
		channel, _ := shift(rest)
		return talk(ctx, server, user, channel, os.Stdin, os.Stdout)
	}
	return exitTrouble, errors.New("use: chat setup [-token-file FILE] | chat ask USER CHANNEL TEXT | chat talk USER [CHANNEL]")
}

func shift(args []string) (string, []string) {
	if len(args) == 0 {
		return "", nil
	}
	return args[0], args[1:]
}

func setUpAndPrint(ctx context.Context, server *Server, tokenFile string) (int, error) {
	channel, err := setUp(ctx, server, tokenFile)
	if err != nil {
		return exitTrouble, err
	}
	fmt.Println(channel)
	return exitDone, nil
}
