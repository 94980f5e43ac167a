package bot_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/internal/envtestenv"
)

func TestMain(m *testing.M) {
	log.SetLogger(logr.Discard())
	envtestenv.Main(m)
}

// deadline of anything that a test waits for.
const deadline = time.Minute

// world is one namespace of a real API server with the real RBAC and admission policies, a bot that acts as its
// ServiceAccount, and a chat that writes down what it says.
type world struct {
	*testing.T
	env       *envtestenv.Env
	admin     client.Client
	manager   client.Client
	api       client.WithWatch // the bot's
	bot       *bot.Bot
	chat      *recorder
	namespace string
	messages  int
	alice     chat.Author
}

func newWorld(t *testing.T) *world {
	t.Helper()
	env := envtestenv.Get(t)
	env.Install(t)
	api, err := client.NewWithWatch(env.ConfigAs(envtestenv.SystemNamespace, envtestenv.Bot), client.Options{Scheme: env.Scheme})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, env: env, admin: env.Client, manager: env.ManagerClient(t), api: api, namespace: env.Namespace(t)}
	w.alice = chat.Author{
		Platform: "console", User: "alice-" + w.namespace, Groups: []string{"qa-" + w.namespace}, Channel: "console", Kind: chat.KindDirect,
	}
	w.with(api)
	return w
}

// with lets the bot act through another client.
func (w *world) with(api client.WithWatch) {
	w.chat = &recorder{changed: make(chan struct{}, 1)}
	w.bot = bot.New(api, w.chat, slog.New(slog.NewTextHandler(io.Discard, nil)))
}

func (w *world) create(objects ...client.Object) {
	w.Helper()
	for _, o := range objects {
		if o.GetNamespace() == "" {
			o.SetNamespace(w.namespace)
		}
		if err := w.admin.Create(context.Background(), o); err != nil {
			w.Fatal(err)
		}
		// The API server outlives the test, and a bot sees every namespace.
		w.Cleanup(func() { _ = w.admin.Delete(context.Background(), o) })
	}
}

func source(name string, databases ...v1alpha1.NamePattern) *v1alpha1.DatabaseSource {
	return &v1alpha1.DatabaseSource{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: v1alpha1.DatabaseSourceSpec{
			Engine: v1alpha1.EngineMariaDB, Host: "mariadb", Databases: databases,
			CredentialsSecretRef: v1alpha1.SecretReference{Name: "reader"}, StorageRef: v1alpha1.ObjectReference{Name: "dumps"},
		},
	}
}

// allow makes a list that lets an author have databases of sources in every channel.
func allow(name string, who chat.Author, sources []v1alpha1.AllowedSource, databases ...v1alpha1.NamePattern) *v1alpha1.DumpAllowList {
	return &v1alpha1.DumpAllowList{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: v1alpha1.DumpAllowListSpec{
			Sources: sources, Databases: databases,
			Subjects: []v1alpha1.AllowedSubject{{
				Platform: v1alpha1.Platform(who.Platform), Users: []v1alpha1.SubjectID{v1alpha1.SubjectID(who.User)},
				Channels: []v1alpha1.ChannelID{"*"}, May: []v1alpha1.Permission{v1alpha1.PermissionRequest},
			}},
		},
	}
}

func (w *world) message(who chat.Author, text string) chat.Message {
	w.messages++
	return chat.Message{Author: who, ID: w.namespace + "-" + strconv.Itoa(w.messages), Text: text}
}

// ask has alice say something that is answered at once.
func (w *world) ask(text string) (chat.Reply, chat.Outcome) { return w.askAs(w.alice, text) }

func (w *world) askAs(who chat.Author, text string) (chat.Reply, chat.Outcome) {
	w.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	outcome := w.bot.Handle(ctx, w.message(who, text))
	if ctx.Err() != nil {
		w.Fatalf("%q was not answered in %s; the last word was %q", text, deadline, w.chat.last().Headline)
	}
	return w.lastWord(outcome)
}

// lastWord of an answer. Whatever was refused, it was to the asker alone.
func (w *world) lastWord(outcome chat.Outcome) (chat.Reply, chat.Outcome) {
	w.Helper()
	last := w.chat.last()
	if outcome == chat.Refused && !last.Private {
		w.Errorf("everybody in the channel can read this refusal:\n%s", text(last))
	}
	return last, outcome
}

// running is a message that is still being answered.
type running struct {
	w       *world
	stop    context.CancelFunc
	outcome chan chat.Outcome
}

// begin has an author say something that takes a while.
func (w *world) begin(m chat.Message) *running {
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{w: w, stop: cancel, outcome: make(chan chat.Outcome, 1)}
	w.Cleanup(cancel)
	go func() { r.outcome <- w.bot.Handle(ctx, m) }()
	return r
}

// ended waits for the last word.
func (r *running) ended() (chat.Reply, chat.Outcome) {
	r.w.Helper()
	select {
	case outcome := <-r.outcome:
		return r.w.lastWord(outcome)
	case <-time.After(deadline):
		r.w.Fatalf("no last word in %s; so far:\n%s", deadline, r.w.chat)
		return chat.Reply{}, 0
	}
}

// dumps of the world's namespace.
func (w *world) dumps() []v1alpha1.DatabaseDump {
	w.Helper()
	var list v1alpha1.DatabaseDumpList
	if err := w.admin.List(context.Background(), &list, client.InNamespace(w.namespace)); err != nil {
		w.Fatal(err)
	}
	return list.Items
}

// theDump waits until there is exactly one.
func (w *world) theDump() *v1alpha1.DatabaseDump {
	w.Helper()
	var found []v1alpha1.DatabaseDump
	w.eventually("there is one dump", func() bool { found = w.dumps(); return len(found) == 1 })
	return &found[0]
}

func (w *world) eventually(what string, holds func() bool) {
	w.Helper()
	timeout := time.After(deadline)
	for !holds() {
		select {
		case <-timeout:
			w.Fatalf("after %s it does not hold that %s; the chat says:\n%s", deadline, what, w.chat)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// report writes a dump's status as the manager does.
func (w *world) report(dump *v1alpha1.DatabaseDump, edit func(*v1alpha1.DatabaseDumpStatus)) {
	w.Helper()
	before := dump.DeepCopy()
	edit(&dump.Status)
	if err := w.manager.Status().Patch(context.Background(), dump, client.MergeFrom(before)); err != nil {
		w.Fatal(err)
	}
}

func condition(kind string, reason string) metav1.Condition {
	return metav1.Condition{Type: kind, Status: metav1.ConditionTrue, Reason: reason, Message: reason, LastTransitionTime: metav1.Now()}
}

// recorder is a chat that writes down what is said.
type recorder struct {
	mu      sync.Mutex
	replies []chat.Reply // as they read now
	said    []chat.Reply // every version of every reply
	changed chan struct{}
}

func (r *recorder) Post(_ context.Context, _ chat.Message, reply chat.Reply) (chat.Posted, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.replies, r.said = append(r.replies, reply), append(r.said, reply)
	return chat.Posted(strconv.Itoa(len(r.replies) - 1)), nil
}

func (r *recorder) Edit(_ context.Context, _ chat.Message, posted chat.Posted, reply chat.Reply) error {
	i, err := strconv.Atoi(string(posted))
	if err != nil {
		return fmt.Errorf("no reply %q", posted)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.replies[i] = reply
	r.said = append(r.said, reply)
	return nil
}

func (r *recorder) last() chat.Reply {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.replies) == 0 {
		return chat.Reply{}
	}
	return r.replies[len(r.replies)-1]
}

// everSaid reports whether some version of some reply had it.
func (r *recorder) everSaid(part string) bool { return r.count(part) > 0 }

// count is how many versions of replies had it.
func (r *recorder) count(part string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	for _, reply := range r.said {
		if strings.Contains(text(reply), part) {
			n++
		}
	}
	return n
}

// String is the whole conversation, as text.
func (r *recorder) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var b strings.Builder
	for _, reply := range r.said {
		b.WriteString(text(reply) + "\n")
	}
	return b.String()
}

// text is everything in a reply.
func text(r chat.Reply) string {
	lines := append([]string{r.Headline}, r.Lines...)
	for _, f := range r.Fields {
		lines = append(lines, f.Name+": "+f.Value)
	}
	for _, row := range r.Rows {
		lines = append(lines, strings.Join(row, " | "))
	}
	for _, s := range r.Snippets {
		lines = append(lines, s.Caption, s.Text)
	}
	if r.Closing != "" {
		lines = append(lines, r.Closing)
	}
	return strings.Join(lines, "\n")
}
