package main

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/console"
)

type consoleFlags struct {
	connection
	user, displayName, command string
	fetchImage                 string
	groups                     []string
}

func consoleCommand() *cobra.Command {
	var f consoleFlags
	cmd := &cobra.Command{
		Use:   "console --user alice",
		Short: "Talk to the bot in this terminal.",
		Long: `Talk to the bot in this terminal.

It speaks as --user, whom nobody vouches for: the manager refuses such requests unless it runs with --allow-console. It
acts with the bot's ServiceAccount. In a pod that is the pod's own; elsewhere the kubeconfig is used only to get a
short-lived token for it, which takes the right to create serviceaccounts/token.

Where input or output is not a terminal, lines are plain, and each command is run to its end before the next.

Exit codes: 0 all was done; 1 a dump did not succeed; 2 a command was not understood; 3 there is no such thing, or not
for this person; 4 the cluster did not answer as it should; 130 interrupted, and what was begun goes on. Of several
commands that were not done, the first one counts. A session on a terminal ends with 0.`,
		Example: `  bot console --user alice
  bot console --user alice -c 'dump shop'
  echo sources | bot console --user alice --groups qa,dev`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runConsole(cmd.Context(), f, cmd.Flags().Changed("command"))
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.user, "user", "", "id of the person who speaks, as in an allow-list (required)")
	flags.StringVar(&f.displayName, "display-name", "", "name of that person, for people to read")
	flags.StringSliceVar(&f.groups, "groups", nil, "ids of that person's groups")
	flags.StringVarP(&f.command, "command", "c", "", "run this one command and leave")
	flags.StringVar(&f.fetchImage, "fetch-image", bot.DefaultFetchImage, "image with sleep and cat that the cluster can pull, for the commands that fetch a copy from a volume")
	flags.StringVar(&f.kubeconfig, "kubeconfig", "", "kubeconfig file; default is $KUBECONFIG, else ~/.kube/config")
	flags.StringVar(&f.context, "context", "", "context in the kubeconfig; default is the current one")
	flags.StringVar(&f.serviceAccount, "as-service-account", "", "<namespace>/<name> of the bot's ServiceAccount; default outside a pod is "+defaultServiceAccount)
	return cmd
}

// subjectID is what an allow-list can name. Another id would only be refused later, and less clearly.
var subjectID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}$`)

// imageName is what may stand in an image's name. It is printed in commands that people paste.
var imageName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,511}$`)

func (f consoleFlags) author() (chat.Author, error) {
	if f.user == "" {
		return chat.Author{}, errors.New("say who speaks: --user alice")
	}
	for _, id := range append([]string{f.user}, f.groups...) {
		if !subjectID.MatchString(id) {
			return chat.Author{}, fmt.Errorf("%q cannot stand in an allow-list: an id has up to 64 letters, digits and _ . @ -, and begins with a letter or digit", id)
		}
	}
	return chat.Author{
		Platform: string(v1alpha1.PlatformConsole), User: f.user, DisplayName: f.displayName, Groups: f.groups,
		// A console is between one person and the bot.
		Channel: "console", Kind: chat.KindDirect,
	}, nil
}

func runConsole(ctx context.Context, f consoleFlags, oneCommand bool) error {
	author, err := f.author()
	if err != nil {
		return err
	}
	if oneCommand && strings.TrimSpace(f.command) == "" {
		return errors.New("-c needs a command, such as -c 'dump shop'")
	}
	if !imageName.MatchString(f.fetchImage) {
		return fmt.Errorf("--fetch-image %q is not the name of an image, such as %s", f.fetchImage, bot.DefaultFetchImage)
	}
	api, err := f.connect(ctx)
	if err != nil {
		return unavailable(err)
	}
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	defer signal.Stop(interrupts)

	options := console.Options{
		In: os.Stdin, Out: os.Stdout, Author: author, Session: newSession(), Command: f.command,
		Colour: os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb", Interrupts: interrupts,
	}
	// The bot answers through the console, and the console asks the bot what to complete and what still runs.
	var b *bot.Bot
	options.Complete = func(ctx context.Context, line string) []string { return b.Complete(ctx, author, line) }
	options.Unfinished = func(ctx context.Context) ([]string, error) { return b.Unfinished(ctx, author, options.Prefix()) }
	c := console.New(options)
	b = bot.New(api, c, slog.Default())
	b.FetchImage = f.fetchImage
	if err := c.Run(ctx, b.Handle); err != nil {
		return err
	}
	if code := exitCodes[c.Outcome()]; code != 0 {
		return errExit(code)
	}
	return nil
}

// newSession is a beginning for message ids that nobody has used and nobody can guess: 80 random bits.
func newSession() string {
	var b [10]byte
	_, _ = rand.Read(b[:]) // crypto/rand never fails
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:]))
}

// unavailable says why there is no connection, and ends with its own code.
func unavailable(err error) error {
	fmt.Fprintln(os.Stderr, "bot: "+err.Error())
	return errExit(exitUnavailable)
}
