package main

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

const documentation = "../../docs/chat.md"

// A block that begins with a command of bot console is what that command prints.
var transcript = regexp.MustCompile("(?s)```\n\\$ bot (console --user (\\w+) -c '([^']*)')\n(.*?)```")

func TestTheConversationsInTheDocumentationAreTrue(t *testing.T) {
	w := newWorld(t)
	w.namespace = "shop"
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: w.namespace}}
	if err := w.env.Client.Create(context.Background(), namespace); client.IgnoreAlreadyExists(err) != nil {
		t.Fatal(err)
	}
	w.create(&v1alpha1.DatabaseSource{
		ObjectMeta: metav1.ObjectMeta{Name: "shop"},
		Spec: v1alpha1.DatabaseSourceSpec{
			Engine: v1alpha1.EngineMariaDB, Host: "mariadb", Databases: []v1alpha1.NamePattern{"shop", "shop_*", "payroll"},
			CredentialsSecretRef: v1alpha1.SecretReference{Name: "reader"}, StorageRef: v1alpha1.ObjectReference{Name: "dumps"},
		},
	})
	w.create(&v1alpha1.DumpAllowList{
		ObjectMeta: metav1.ObjectMeta{Name: "qa"},
		Spec: v1alpha1.DumpAllowListSpec{
			Sources: []v1alpha1.AllowedSource{"shop"}, Databases: []v1alpha1.NamePattern{"shop", "shop_*"},
			Subjects: []v1alpha1.AllowedSubject{{Platform: "console", Users: []v1alpha1.SubjectID{"alice"}, Channels: []v1alpha1.ChannelID{"*"}}},
		},
	})
	data, err := os.ReadFile(documentation)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	found := transcript.FindAllStringSubmatch(text, -1)
	if len(found) < 3 {
		t.Fatalf("%s has %d conversations", documentation, len(found))
	}
	for _, block := range found {
		cmd := w.bot("console", "--user", block[2], "-c", block[3])
		out, errs, _ := w.run(cmd)
		if *update {
			text = strings.ReplaceAll(text, block[0], fmt.Sprintf("```\n$ bot %s\n%s```", block[1], out))
			continue
		}
		if diff := cmp.Diff(block[4], out); diff != "" {
			t.Errorf("%s (-documentation +bot; -update writes it anew)\n%s%s", block[1], diff, errs)
		}
	}
	if *update {
		if err := os.WriteFile(documentation, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheExitCodesInTheDocumentationAreThose(t *testing.T) {
	data, err := os.ReadFile(documentation)
	if err != nil {
		t.Fatal(err)
	}
	codes := map[int]bool{0: true}
	for _, code := range exitCodes {
		codes[code] = true
	}
	for code := range codes {
		if !strings.Contains(string(data), fmt.Sprintf("\n| %d | ", code)) {
			t.Errorf("%s does not explain exit code %d", documentation, code)
		}
	}
}
