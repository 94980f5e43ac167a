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
	"time"

	"github.com/spf13/cobra"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/bot"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/console"
	"github.com/volcado-io/volcado/bot/lang"
	"github.com/volcado-io/volcado/bot/notify"
	"github.com/volcado-io/volcado/bot/read"
	"github.com/volcado-io/volcado/bot/settings"
	"github.com/volcado-io/volcado/bot/view"
)

type consoleFlags struct {
	connection
	user, displayName, command string
	fetchImage, language       string
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

Exit codes: 0 everything was done; 1 a dump did not succeed; 2 a command was not understood; 3 there is no such thing, or not
for this person; 4 the cluster did not answer as it should; 5 nothing was started, because an equal dump exists; 130
interrupted, and what was begun goes on. Of several commands that were not done, the first one counts. A session on a
terminal ends with 0.`,
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
	flags.StringVar(&f.fetchImage, "fetch-image", read.DefaultFetchImage, "image with sleep and cat that the cluster can pull, for the commands that fetch a copy from a volume")
	flags.StringVar(&f.language, "language", "en", "language of the answers: en or es")
	connectionFlags(cmd, &f.connection)
	return cmd
}

// subjectID is what an allow-list can name. Another id would only be refused later, and less clearly.
var subjectID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}$`)

func (f consoleFlags) author() (chat.Author, error) {
	if f.user == "" {
		return chat.Author{}, errors.New("say who speaks: --user alice")
	}
	for _, id := range append([]string{f.user}, f.groups...) {
		if !subjectID.MatchString(id) {
			return chat.Author{}, fmt.Errorf("%q cannot stand in an allow-list: an id has up to 64 letters, digits and _ . @ -, and begins with a letter or digit", id)
		}
	}
	return chat.Author{User: f.user, DisplayName: f.displayName, Groups: f.groups, Locale: f.language}, nil
}

// check what was typed as flags, before anything is connected to.
func (f consoleFlags) check(oneCommand bool) error {
	switch {
	case oneCommand && strings.TrimSpace(f.command) == "":
		return errors.New("-c needs a command, such as -c 'dump shop'")
	case !settings.ImageName.MatchString(f.fetchImage):
		return fmt.Errorf("--fetch-image %q is not the name of an image, such as %s", f.fetchImage, read.DefaultFetchImage)
	}
	return nil
}

func runConsole(ctx context.Context, f consoleFlags, oneCommand bool) error {
	author, err := f.author()
	if err != nil {
		return err
	}
	if err := f.check(oneCommand); err != nil {
		return err
	}
	speaker, err := lang.New(f.language)
	if err != nil {
		return fmt.Errorf("--language: %w", err)
	}
	api, err := f.connect(ctx)
	if err != nil {
		return unavailable(err)
	}
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	defer signal.Stop(interrupts)
	c := newTalk(f, author, api, speaker, interrupts)
	if err := c.Listen(ctx, time.Now(), c.bot.Handle); err != nil {
		return err
	}
	if code := exitCodes[c.Outcome()]; code != 0 {
		return errExit(code)
	}
	return nil
}

// talk is a console, the bot that answers in it, and the notifier that tells there of dumps.
type talk struct {
	*console.Console
	bot     *bot.Bot
	teller  notify.Console
	cluster *read.Cluster
	speaker *lang.Lang
	author  chat.Author
	session string
}

func newTalk(f consoleFlags, author chat.Author, api client.WithWatch, speaker *lang.Lang, interrupts <-chan os.Signal) *talk {
	t := &talk{cluster: read.Direct(api), speaker: speaker, author: author, session: newSession()}
	t.Console = console.New(console.Options{
		In: os.Stdin, Out: os.Stdout, Author: author, Session: t.session, Command: f.command,
		Colour: os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb", Interrupts: interrupts,
		Greeting: t.say(view.Prompt{User: author.User}), Farewell: t.farewell, Complete: t.complete, Follow: t.follow,
	})
	services := map[chat.ServiceID]chat.Service{t.ID(): t.Console}
	t.bot = bot.New(bot.Options{
		Cluster: t.cluster, API: api, Services: services, Speaker: speaker, FetchImage: f.fetchImage, Log: slog.Default(),
	})
	t.teller = notify.Console{
		Options: notify.Options{
			Services: services, Speaker: speaker, Log: slog.Default(), Facts: notify.Facts{Now: read.Now},
		},
		API: api, Explain: read.Trouble,
	}
	return t
}

// follow tells what becomes of the dump that a line began, to its end.
func (t *talk) follow(ctx context.Context, m chat.Message, a chat.Answer) chat.Outcome {
	namespace, name, _ := strings.Cut(a.Follows, "/")
	d, err := t.cluster.Dump(ctx, client.ObjectKey{Namespace: namespace, Name: name}, read.Newest)
	switch {
	case ctx.Err() != nil:
		return t.post(ctx, m, view.Detached{Dump: name}, chat.Detached)
	case apierrors.IsNotFound(err):
		return t.post(ctx, m, view.Deleted{Dump: name}, chat.Failed)
	case err != nil:
		t.post(ctx, m, read.Trouble(err), chat.Unavailable)
		return t.post(ctx, m, view.Detached{Dump: name}, chat.Unavailable) // or it would seem that nothing was started
	}
	last, outcome := t.teller.Follow(ctx, d, bot.Requester(m))
	if outcome == chat.Detached {
		return t.post(ctx, m, last, outcome)
	}
	return outcome
}

func (t *talk) post(ctx context.Context, m chat.Message, v view.View, outcome chat.Outcome) chat.Outcome {
	if _, err := t.Post(context.WithoutCancel(ctx), chat.Target{Place: m.Place}, "", t.say(v)); err != nil {
		return chat.Detached
	}
	return outcome
}

func (t *talk) say(v view.View) chat.Reply { return t.speaker.Say(t.author.Locale, v) }

// place of everything that is typed.
func (t *talk) place() chat.Place {
	return chat.Place{Platform: console.Platform, Channel: console.Channel, Kind: chat.KindDirect}
}

func (t *talk) complete(ctx context.Context, line string) []string {
	return t.bot.Complete(ctx, t.place(), t.author, line)
}

// farewell says what this session leaves running.
func (t *talk) farewell(ctx context.Context) (chat.Reply, bool) {
	names, err := t.bot.Unfinished(ctx, t.place(), t.author, t.session+"-")
	if err != nil {
		return t.say(view.Leaving{Unknown: true}), true
	}
	return t.say(view.Leaving{Dumps: names}), len(names) > 0
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
