package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat/chattest/played"
	"github.com/volcado-io/volcado/internal/envtestenv"
)

// world is an API server with a proxy before it, and a bot that can be started.
type world struct {
	env        *envtestenv.Env
	proxy      *proxy
	folder     string
	program    string
	kubeconfig string
}

func newWorld(ctx context.Context, folder string) (*world, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("make the benchmark's folder: %w", err)
	}
	if err := os.Remove(filepath.Join(folder, "bot.log")); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("empty the bot's log: %w", err)
	}
	say("an API server, with Volcado's CRDs, policies and RBAC")
	env, err := startAPIServer()
	if err != nil {
		return nil, err
	}
	w := &world{env: env, folder: folder}
	if err := w.setUp(ctx); err != nil {
		return nil, errors.Join(err, w.close())
	}
	return w, nil
}

// apiServerEnvironment has kube-apiserver and etcd collect garbage rarely. In a cluster they have machines of their own; here they
// take the bot's processor time, a quarter of it for that.
var apiServerEnvironment = map[string]string{"GOGC": "800", "GOMEMLIMIT": "8GiB"}

func startAPIServer() (env *envtestenv.Env, err error) {
	for name, value := range apiServerEnvironment {
		before, was := os.LookupEnv(name)
		if err := os.Setenv(name, value); err != nil {
			return nil, fmt.Errorf("start an API server: %w", err)
		}
		defer func() {
			if was {
				err = errors.Join(err, os.Setenv(name, before))
			} else {
				err = errors.Join(err, os.Unsetenv(name))
			}
		}()
	}
	return envtestenv.Start()
}

func (w *world) setUp(ctx context.Context) (err error) {
	if err := w.env.InstallDefault(); err != nil {
		return err
	}
	if w.proxy, err = newProxy(w.env.Config); err != nil {
		return err
	}
	say("the bot")
	if w.program, err = buildBot(ctx, w.env.Root(), w.folder); err != nil {
		return err
	}
	token, err := w.minter(ctx)
	if err != nil {
		return err
	}
	w.kubeconfig = filepath.Join(w.folder, "kubeconfig")
	err = clientcmd.WriteToFile(clientcmdapi.Config{
		Clusters:       map[string]*clientcmdapi.Cluster{"bench": {Server: w.proxy.URL, CertificateAuthorityData: w.proxy.authority()}},
		AuthInfos:      map[string]*clientcmdapi.AuthInfo{"minter": {Token: token}},
		Contexts:       map[string]*clientcmdapi.Context{"bench": {Cluster: "bench", AuthInfo: "minter"}},
		CurrentContext: "bench",
	}, w.kubeconfig)
	if err != nil {
		return fmt.Errorf("write a kubeconfig: %w", err)
	}
	return nil
}

// minter makes somebody who can do one thing, which is to get tokens for the bot, and returns their token. A client
// certificate, as the administrator has, does not pass through the proxy.
func (w *world) minter(ctx context.Context) (string, error) {
	meta := metav1.ObjectMeta{Namespace: envtestenv.SystemNamespace, Name: "minter"}
	binding := rbacv1.RoleBinding{
		ObjectMeta: meta, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: meta.Name},
		Subjects: []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: meta.Namespace, Name: meta.Name}},
	}
	for _, object := range []client.Object{
		&corev1.ServiceAccount{ObjectMeta: meta},
		&rbacv1.Role{ObjectMeta: meta, Rules: []rbacv1.PolicyRule{{
			APIGroups: []string{""}, Resources: []string{"serviceaccounts/token"}, ResourceNames: []string{envtestenv.Bot}, Verbs: []string{"create"},
		}}},
		&binding,
	} {
		if err := w.env.Client.Create(ctx, object); err != nil {
			return "", fmt.Errorf("make a minter of the bot's tokens: %w", err)
		}
	}
	if err := envtestenv.WaitForGrants(ctx, w.env.Client, binding); err != nil {
		return "", err
	}
	clients, err := kubernetes.NewForConfig(w.env.Config)
	if err != nil {
		return "", fmt.Errorf("make a client: %w", err)
	}
	hour := int64(time.Hour / time.Second)
	made, err := clients.CoreV1().ServiceAccounts(meta.Namespace).CreateToken(ctx, meta.Name, &authenticationv1.TokenRequest{
		Spec: authenticationv1.TokenRequestSpec{ExpirationSeconds: &hour},
	}, metav1.CreateOptions{})
	if err != nil {
		return "", fmt.Errorf("get the minter's token: %w", err)
	}
	return made.Status.Token, nil
}

// close ends the API server. The bots have been stopped.
func (w *world) close() error {
	if w.proxy != nil {
		w.proxy.close()
	}
	return w.env.Stop()
}

// source of all dumps, in each namespace.
const source = "shop"

// qa are the members of a group of the played service.
var qa = v1alpha1.AllowedSubject{
	Platform: played.Platform, Workspace: workspace, Groups: []v1alpha1.SubjectID{group}, Channels: []v1alpha1.ChannelID{"*"},
}

// enroll makes a namespace with a source that those people can have.
func (w *world) enroll(ctx context.Context, name string, who v1alpha1.AllowedSubject) error {
	meta := func(object string) metav1.ObjectMeta { return metav1.ObjectMeta{Namespace: name, Name: object} }
	for _, object := range []client.Object{
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}},
		&v1alpha1.DatabaseSource{ObjectMeta: meta(source), Spec: v1alpha1.DatabaseSourceSpec{
			Engine: v1alpha1.EngineMariaDB, Host: "mariadb", Databases: []v1alpha1.NamePattern{"shop"},
			CredentialsSecretRef: v1alpha1.SecretReference{Name: "reader"}, StorageRef: v1alpha1.ObjectReference{Name: "dumps"},
		}},
		&v1alpha1.DumpAllowList{ObjectMeta: meta("qa"), Spec: v1alpha1.DumpAllowListSpec{
			Sources: []v1alpha1.AllowedSource{source}, Databases: []v1alpha1.NamePattern{"*"},
			Subjects: []v1alpha1.AllowedSubject{who},
		}},
	} {
		if err := w.env.Client.Create(ctx, object); err != nil {
			return fmt.Errorf("make %s: %w", object.GetName(), err)
		}
	}
	return nil
}

// emptied deletes a namespace's dumps and its source, so that the next stage has a cluster of its own.
func (w *world) emptied(ctx context.Context, namespace string) error {
	for _, kind := range []client.Object{&v1alpha1.DatabaseDump{}, &v1alpha1.DatabaseSource{}, &v1alpha1.DumpAllowList{}} {
		if err := w.env.Client.DeleteAllOf(ctx, kind, client.InNamespace(namespace)); err != nil {
			return fmt.Errorf("empty %s: %w", namespace, err)
		}
	}
	return nil
}
