package bot_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/internal/naming"
)

func TestAskingForADumpMakesIt(t *testing.T) {
	inBoth(t, func(w *world) {
		w.create(source("shop", "shop_*", "shop"), w.allow("qa", w.alice, []v1alpha1.AllowedSource{"shop"}, "shop", "shop_eu"))
		w.alice.DisplayName, w.alice.Locale = "Alice\nB.", "es-MX"
		m := w.message(w.alice, `dump shop --exclude *_log,sessions --schema-only --reason “reproduce SHOP-123”`)
		said := w.handle(m)
		dump := w.theDump()
		if said.err != nil || said.Outcome != chat.Succeeded || said.Follows != w.namespace+"/"+dump.Name {
			w.Errorf("answered %+v", said)
		}
		if len(said.Posts) > 0 {
			w.Errorf("the delivery tells of a dump, and the answer says as well:\n%s", w.chat)
		}
		by := v1alpha1.Requester{
			Platform: v1alpha1.Platform(m.Platform), Workspace: m.Workspace, User: w.alice.User, DisplayName: "Alice B.", Locale: "es-MX",
			Groups: w.alice.Groups, Channel: m.Channel, ChannelKind: "Direct", Thread: m.Thread, Message: m.ID,
		}
		want := v1alpha1.DatabaseDumpSpec{
			SourceRef: v1alpha1.ObjectReference{Name: "shop"}, Database: "shop",
			Exclude: &v1alpha1.DumpExclusions{Tables: []v1alpha1.NamePattern{"*_log", "sessions"}}, SchemaOnly: true,
			Compression: v1alpha1.Compression{Format: "gzip"}, Definers: "Strip", History: "Current", Reason: "reproduce SHOP-123", RequestedBy: &by,
			DeletionPolicy: v1alpha1.DeletionPolicyDelete,
		}
		if diff := cmp.Diff(want, dump.Spec); diff != "" {
			w.Errorf("(-want +got)\n%s", diff)
		}
		hash := naming.MessageHash(by)
		if dump.Labels[v1alpha1.LabelSource] != "shop" || dump.Labels[v1alpha1.LabelMessage] != hash || dump.Name != "shop-"+hash {
			w.Errorf("name %s, labels %v", dump.Name, dump.Labels)
		}
		if _, told := dump.Annotations[v1alpha1.AnnotationDelivery]; told != (w.mode == serve) {
			w.Errorf("somebody is told of it: %v", told)
		}
	})
}

// Tables, a default database, and a source's namespace.
func TestWhatIsLeftOutOfALineIsFilledIn(t *testing.T) {
	w := newWorld(t, serve)
	w.shop()
	for line, want := range map[string]string{
		"dump shop":                               "shop",
		"DUMP SHOP":                               "shop",
		"dump " + w.namespace + "/shop shop_eu":   "shop_eu",
		"dumpdb shop_us":                          "shop_us",
		"dump shop shop_de --tables orders,items": "shop_de orders items",
	} {
		t.Run(strings.ReplaceAll(line, "/", "."), func(t *testing.T) {
			w.T = t
			d := w.makeDump(w.alice, line)
			got := string(d.Spec.Database)
			for _, table := range d.Spec.Tables {
				got += " " + string(table)
			}
			if got != want {
				t.Errorf("got %q, want %q", got, want)
			}
			w.remove(d)
		})
	}
}
