package crd_test

import (
	"strings"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/envtestenv"
)

// A status that the API server refuses is never written, and the dump would not come to an end.
func TestAStatusHasRoomForEveryWarningThatThereIs(t *testing.T) {
	env := envtestenv.Get(t)
	var all []any
	for _, name := range contract.WarningNames() {
		var names []any
		for range contract.MaxWarningNames {
			names = append(names, strings.Repeat("表", 64))
		}
		all = append(all, map[string]any{"name": string(name), "count": int64(3), "names": names})
	}
	dump := documents(t, "databasedump")[0]
	dump.SetNamespace(env.Namespace(t))
	if err := env.Client.Create(t.Context(), dump); err != nil {
		t.Fatal(err)
	}
	dump.Object["status"] = map[string]any{"warnings": all}
	if err := env.Client.Status().Update(t.Context(), dump, client.FieldValidation("Strict")); err != nil {
		t.Error(err)
	}
}
