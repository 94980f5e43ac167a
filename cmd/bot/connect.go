package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/oauth2"
	authenticationv1 "k8s.io/api/authentication/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	corev1client "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/transport"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/lang"
	"github.com/volcado-io/volcado/bot/read"
	"github.com/volcado-io/volcado/bot/view"
)

// defaultServiceAccount is the one that config/bot makes.
const defaultServiceAccount = "volcado-system/volcado-bot"

// connection says how to reach the API server, and as whom.
type connection struct {
	kubeconfig, context, serviceAccount string
}

// connectionFlags are those of every command that works in a cluster.
func connectionFlags(cmd *cobra.Command, c *connection) {
	flags := cmd.Flags()
	flags.StringVar(&c.kubeconfig, "kubeconfig", "", "kubeconfig file; default is $KUBECONFIG, else ~/.kube/config")
	flags.StringVar(&c.context, "context", "", "context in the kubeconfig; default is the current one")
	flags.StringVar(&c.serviceAccount, "as-service-account", "", "<namespace>/<name> of the bot's ServiceAccount; default outside a pod is "+defaultServiceAccount)
}

// connect makes a client that acts as the bot, and sees that it works.
func (c connection) connect(ctx context.Context) (client.WithWatch, error) {
	config, err := c.config(ctx)
	if err != nil {
		return nil, err
	}
	scheme, err := newScheme()
	if err != nil {
		return nil, err
	}
	return client.NewWithWatch(config, client.Options{Scheme: scheme, Mapper: mapper()})
}

// config acts as the bot.
func (c connection) config(ctx context.Context) (*rest.Config, error) {
	config, err := c.load()
	if err != nil {
		return nil, err
	}
	if c.serviceAccount == "" && !inPod() {
		c.serviceAccount = defaultServiceAccount
	}
	if c.serviceAccount != "" {
		if config, err = actAs(ctx, config, c.serviceAccount); err != nil {
			return nil, err
		}
	}
	// A person waits for every request, and the API server has fairness of its own.
	config.QPS = -1
	config.UserAgent = "volcado-bot"
	config.WarningHandler = rest.NoWarnings{}
	return config, nil
}

func newScheme() (*runtime.Scheme, error) {
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		return nil, fmt.Errorf("register the kinds: %w", err)
	}
	return scheme, nil
}

// mapper knows the four kinds, so that no time is spent on asking the API server for all that it has.
func mapper() meta.RESTMapper {
	m := meta.NewDefaultRESTMapper(nil)
	for _, kind := range []string{"DatabaseSource", "DumpStorage", "DumpAllowList", "DatabaseDump"} {
		m.Add(v1alpha1.GroupVersion.WithKind(kind), meta.RESTScopeNamespace)
	}
	return m
}

func inPod() bool { return os.Getenv("KUBERNETES_SERVICE_HOST") != "" && os.Getenv("KUBECONFIG") == "" }

func (c connection) load() (*rest.Config, error) {
	if c.kubeconfig == "" && c.context == "" && inPod() {
		config, err := rest.InClusterConfig()
		if err != nil {
			return nil, fmt.Errorf("this looks like a pod, and it has no token for the API server: %w", err)
		}
		return config, nil
	}
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = c.kubeconfig
	rules.WarnIfAllMissing = false
	config, err := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(
		rules, &clientcmd.ConfigOverrides{CurrentContext: c.context}).ClientConfig()
	switch {
	case clientcmd.IsEmptyConfig(err):
		return nil, errors.New("there is no kubeconfig: set KUBECONFIG or pass --kubeconfig (make kubeconfig prints that of the local cluster)")
	case err != nil:
		return nil, fmt.Errorf("the kubeconfig cannot be used: %w", err)
	}
	return config, nil
}

// actAs makes a configuration that carries nothing of the caller's but the server's address and authority: the caller
// is used only to get tokens for the ServiceAccount.
func actAs(ctx context.Context, caller *rest.Config, serviceAccount string) (*rest.Config, error) {
	namespace, name, ok := strings.Cut(serviceAccount, "/")
	if !ok || namespace == "" || name == "" {
		return nil, fmt.Errorf("--as-service-account is <namespace>/<name>, and not %q", serviceAccount)
	}
	core, err := corev1client.NewForConfig(caller)
	if err != nil {
		return nil, fmt.Errorf("the kubeconfig cannot be used: %w", err)
	}
	tokens := &minted{accounts: core.ServiceAccounts(namespace), name: name}
	first, err := tokens.mint(ctx)
	if err != nil {
		return nil, whyNoToken(serviceAccount, err)
	}
	config := rest.AnonymousClientConfig(caller)
	config.Wrap(transport.TokenSourceWrapTransport(oauth2.ReuseTokenSourceWithExpiry(first, tokens, tokenLeeway)))
	return config, nil
}

func whyNoToken(serviceAccount string, err error) error {
	switch {
	case apierrors.IsNotFound(err):
		return fmt.Errorf("there is no ServiceAccount %s in this cluster: is Volcado deployed? (make deploy)", serviceAccount)
	case apierrors.IsForbidden(err):
		return fmt.Errorf("your kubeconfig is not allowed to get a token for the ServiceAccount %s; it needs create on serviceaccounts/token", serviceAccount)
	case apierrors.IsUnauthorized(err):
		return errors.New("the API server does not accept your kubeconfig's credentials; they may have expired")
	}
	trouble := read.Trouble(err)
	if trouble.Kind == view.TroubleBot || trouble.Kind == view.TroubleRefused {
		return fmt.Errorf("get a token for the ServiceAccount %s: %w", serviceAccount, err)
	}
	return errors.New(sentence(trouble))
}

// sentence says what the bot would say in a chat, for a program's error.
func sentence(v view.View) string {
	english, err := lang.New("en")
	if err != nil {
		return err.Error()
	}
	said := english.Say("", v).Addressed("")
	return strings.Join(append([]string{said.Headline}, said.Lines...), " ")
}

const (
	// tokenLifetime is the shortest that the API server grants.
	tokenLifetime = 10 * time.Minute
	// tokenLeeway is how long before its end a token is replaced. A request that waits must not outlive its token.
	tokenLeeway = 2 * time.Minute
	// mintTimeout bounds one request for a token.
	mintTimeout = 15 * time.Second
)

// minted are tokens of a ServiceAccount, made one after another.
type minted struct {
	accounts corev1client.ServiceAccountInterface
	name     string
}

// Token is asked for in the middle of requests, which carry no context to it.
func (m *minted) Token() (*oauth2.Token, error) { return m.mint(context.Background()) }

func (m *minted) mint(ctx context.Context) (*oauth2.Token, error) {
	ctx, cancel := context.WithTimeout(ctx, mintTimeout)
	defer cancel()
	seconds := int64(tokenLifetime / time.Second)
	request, err := m.accounts.CreateToken(ctx, m.name, &authenticationv1.TokenRequest{
		Spec: authenticationv1.TokenRequestSpec{ExpirationSeconds: &seconds},
	}, metav1.CreateOptions{})
	if err != nil {
		return nil, fmt.Errorf("get a token for the ServiceAccount: %w", err)
	}
	return &oauth2.Token{AccessToken: request.Status.Token, TokenType: "Bearer", Expiry: request.Status.ExpirationTimestamp.Time}, nil
}
