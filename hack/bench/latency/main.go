// Command latency measures how long the one who asks waits: from the typed message to the Job, and to the pod's start.
//
// It types `dump SOURCE` to the bot, one message after another, as a console user, acting with the bot's ServiceAccount,
// and takes the time at which watches of Jobs and Pods deliver what came of it. The clock is this process's own
// throughout; the API server's creation times have a resolution of a second.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/lang"
	"github.com/volcado-io/volcado/bot/read"
	"github.com/volcado-io/volcado/hack/bench/percentile"
)

type options struct {
	kubeconfig, namespace, source, user string
	count                               int
	patience                            time.Duration
}

func main() {
	var o options
	flag.StringVar(&o.kubeconfig, "kubeconfig", os.Getenv("KUBECONFIG"), "kubeconfig of somebody who may watch Jobs and Pods and mint the bot's token")
	flag.StringVar(&o.namespace, "namespace", "shop", "namespace of the source")
	flag.StringVar(&o.source, "source", "bench", "DatabaseSource to ask for")
	flag.StringVar(&o.user, "user", "alice", "console user who asks")
	flag.IntVar(&o.count, "count", 200, "how many dumps")
	flag.DurationVar(&o.patience, "patience", 2*time.Minute, "how long one dump's pod may take to start")
	flag.Parse()
	if err := run(context.Background(), o); err != nil {
		fmt.Fprintln(os.Stderr, "latency:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	admin, err := clientcmd.BuildConfigFromFlags("", o.kubeconfig)
	if err != nil {
		return fmt.Errorf("read the kubeconfig: %w", err)
	}
	watcher, err := kubernetes.NewForConfig(admin)
	if err != nil {
		return err
	}
	api, err := botClient(ctx, watcher, admin)
	if err != nil {
		return err
	}
	jobs, err := watcher.BatchV1().Jobs(o.namespace).Watch(ctx, metav1.ListOptions{LabelSelector: v1alpha1.LabelSource + "=" + o.source})
	if err != nil {
		return fmt.Errorf("watch Jobs: %w", err)
	}
	pods, err := watcher.CoreV1().Pods(o.namespace).Watch(ctx, metav1.ListOptions{LabelSelector: v1alpha1.LabelSource + "=" + o.source})
	if err != nil {
		return fmt.Errorf("watch Pods: %w", err)
	}
	defer jobs.Stop()
	defer pods.Stop()

	measured := measurement{
		bot: newBot(api), jobs: jobs.ResultChan(), pods: pods.ResultChan(),
	}
	// Equal dumps are offered and not made, so each leaves out another table, which does not exist.
	session := strconv.FormatInt(time.Now().UnixNano(), 36)
	for i := range o.count {
		if err := measured.one(ctx, o, session+"-"+strconv.Itoa(i), fmt.Sprintf("dump %s --exclude nothing_%s_%d", o.source, session, i)); err != nil {
			return fmt.Errorf("dump %d of %d: %w", i+1, o.count, err)
		}
		if (i+1)%20 == 0 {
			fmt.Fprintf(os.Stderr, "  %d of %d\n", i+1, o.count)
		}
	}
	report("typed message to DatabaseDump's Job", measured.toJob)
	report("typed message to the pod's start", measured.toPod)
	return nil
}

// botClient acts as the bot's ServiceAccount, with a token and nothing else of the caller's.
func botClient(ctx context.Context, admin kubernetes.Interface, config *rest.Config) (client.WithWatch, error) {
	token, err := admin.CoreV1().ServiceAccounts("volcado-system").CreateToken(ctx, "volcado-bot", &authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	if err != nil {
		return nil, fmt.Errorf("mint a token for the bot's ServiceAccount: %w", err)
	}
	acting := rest.AnonymousClientConfig(config)
	acting.BearerToken = token.Status.Token
	acting.QPS = -1
	scheme := clientgoscheme.Scheme
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		return nil, err
	}
	return client.NewWithWatch(acting, client.Options{Scheme: scheme})
}

// measurement holds the times of all dumps so far.
type measurement struct {
	bot          *bot.Bot
	jobs, pods   <-chan watch.Event
	toJob, toPod []time.Duration
}

// one types a message and waits for its Job and its pod's start.
func (m *measurement) one(ctx context.Context, o options, id, line string) error {
	ctx, stop := context.WithTimeout(ctx, o.patience)
	defer stop()
	typed := time.Now()
	replies := make(chan answered, 1)
	go func() {
		said, err := m.bot.Handle(ctx, chat.Message{
			Place:  chat.Place{Platform: string(v1alpha1.PlatformConsole), Channel: "bench", Kind: chat.KindDirect},
			Author: chat.Author{User: o.user}, ID: id, Text: line,
		})
		replies <- answered{said, err}
	}()
	jobName := ""
	for {
		select {
		case event, open := <-m.jobs:
			if !open {
				return errors.New("the watch of Jobs ended")
			}
			if job, ok := event.Object.(*batchv1.Job); ok && event.Type == watch.Added && jobName == "" && job.CreationTimestamp.After(typed.Add(-2*time.Second)) {
				jobName = job.Name
				m.toJob = append(m.toJob, time.Since(typed))
			}
		case event, open := <-m.pods:
			if !open {
				return errors.New("the watch of Pods ended")
			}
			if pod, ok := event.Object.(*corev1.Pod); ok && jobName != "" && pod.Labels[batchv1.JobNameLabel] == jobName && started(pod) {
				m.toPod = append(m.toPod, time.Since(typed))
				// The dump runs on by itself, and the next message is typed meanwhile, as it would be in a chat.
				return nil
			}
		case got := <-replies:
			if got.err != nil || got.said.Follows == "" {
				return fmt.Errorf("no dump was started: outcome %d, %w", got.said.Outcome, got.err)
			}
		case <-ctx.Done():
			return fmt.Errorf("no pod of Job %q started within %s", jobName, o.patience)
		}
	}
}

func started(pod *corev1.Pod) bool {
	return slices.ContainsFunc(pod.Status.ContainerStatuses, func(s corev1.ContainerStatus) bool {
		return s.State.Running != nil || s.State.Terminated != nil
	})
}

func report(what string, times []time.Duration) {
	at := func(percent int) time.Duration {
		return percentile.Of(times, percent).Round(time.Millisecond)
	}
	fmt.Printf("%-38s n=%d p50=%s p90=%s p99=%s max=%s\n", what, len(times), at(50), at(90), at(99), at(100))
}

// answered is what the bot says of a message.
type answered struct {
	said chat.Answer
	err  error
}

// newBot makes one that reads without a cache and speaks to nobody.
func newBot(api client.Client) *bot.Bot {
	english, err := lang.New("en")
	if err != nil {
		panic(err) // it is built in
	}
	id := chat.ServiceID{Platform: string(v1alpha1.PlatformConsole)}
	return bot.New(bot.Options{
		Cluster: read.Direct(api), API: api, Services: map[chat.ServiceID]chat.Service{id: silence{}}, Speaker: english,
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
}

// silence is a service that takes replies and shows them to nobody.
type silence struct{ chat.Service }

func (silence) Limits() chat.Limits { return chat.Limits{Live: true} }

func (silence) Post(_ context.Context, to chat.Target, key chat.Key, _ chat.Reply) (chat.Ref, error) {
	return chat.Ref{Channel: to.Channel, Post: string(key)}, nil
}
