package crd_test

import (
	"context"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/volcado-io/volcado/internal/envtestenv"
)

// What the API server says of an object ends in the logs of whatever applied it.
func TestAPrivateKeyInARecipientsPlaceIsNotRepeated(t *testing.T) {
	const secret = "GOQXYZ7K3HN5T0P"
	env := envtestenv.Get(t)
	for sentence, text := range map[string]string{
		"age's":               "AGE-SECRET-KEY-1" + secret,
		"age's, post-quantum": "AGE-SECRET-KEY-PQ-1" + secret,
		"SSH's":               `-----BEGIN OPENSSH PRIVATE KEY-----\n` + secret + `\n-----END OPENSSH PRIVATE KEY-----`,
		"SSH's, of many bits": `-----BEGIN RSA PRIVATE KEY-----\n` + strings.Repeat(secret, 200),
		"on two lines":        `# a comment\nAGE-SECRET-KEY-1` + secret,
	} {
		for _, kind := range []string{"databasesource", "databasedump"} {
			t.Run(kind+": "+sentence, func(t *testing.T) {
				object := &unstructured.Unstructured{Object: merge(documents(t, kind)[0].Object,
					parse(t, `spec: {encryption: {recipients: ["`+text+`"]}}`))}
				object.SetNamespace(env.Namespace(t))
				err := env.Client.Create(context.Background(), object)
				if err == nil {
					t.Fatal("it was accepted, and is stored for good")
				}
				if strings.Contains(err.Error(), secret) {
					t.Errorf("the answer repeats the key: %v", err)
				}
			})
		}
	}
}
