package bot_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/view"
)

// keptFor ends a dump just now, of which the copy can be kept for so long.
func keptFor(d time.Duration) func(*v1alpha1.DatabaseDumpStatus) {
	return func(s *v1alpha1.DatabaseDumpStatus) {
		succeed(s)
		s.Lifetime = &v1alpha1.Lifetime{Max: &metav1.Duration{Duration: d}, Default: &metav1.Duration{Duration: d}}
		s.Conditions = append(s.Conditions, condition(v1alpha1.ConditionArtifactAvailable, v1alpha1.ReasonVerified))
	}
}

// copyIs says what became of a copy.
func copyIs(status metav1.ConditionStatus, reason string) func(*v1alpha1.DatabaseDumpStatus) {
	return func(s *v1alpha1.DatabaseDumpStatus) {
		for i := range s.Conditions {
			if c := &s.Conditions[i]; c.Type == v1alpha1.ConditionArtifactAvailable {
				c.Status, c.Reason = status, reason
			}
		}
	}
}

// The requester, and whoever has Manage, says how long a copy is kept. Nobody else does, and nothing else changes.
func TestKeepSaysHowLongACopyIsKept(t *testing.T) {
	inBoth(t, func(w *world) {
		w.shop()
		bob, carol, mallory := w.person("bob"), w.person("carol"), w.person("mallory")
		manage := w.allow("manage", carol, []v1alpha1.AllowedSource{"shop"}, "shop")
		manage.Spec.Subjects[0].May = []v1alpha1.Permission{v1alpha1.PermissionManage}
		w.create(manage, w.allow("bob", bob, []v1alpha1.AllowedSource{"shop"}, "shop"))
		first := w.makeDump(w.alice, "dump shop")
		if v := viewOf[view.Kept](w, w.ask("keep shop 36h")); !v.Until.IsZero() || v.For != 36*time.Hour || w.ttl(first) != 36*time.Hour {
			w.Errorf("before it ends: %+v, and the ttl is %s", v, w.ttl(first))
		}
		w.report(w.read(first.Name), keptFor(72*time.Hour))
		before := w.read(first.Name)
		for _, tc := range []struct {
			who   chat.Author
			typed string
			about time.Duration
		}{{w.alice, " 2 days", 48 * time.Hour}, {carol, " 1h", time.Hour}, {w.alice, " 71h", 71 * time.Hour}} {
			said := w.askAs(tc.who, "keep "+first.Name+tc.typed)
			v, ttl := viewOf[view.Kept](w, said), w.ttl(first)
			if said.Outcome != chat.Succeeded || ttl < tc.about || ttl > tc.about+deadline || !v.Until.Equal(before.Status.CompletionTime.Add(ttl)) {
				w.Errorf("%s: outcome %v, the ttl is %s, and %+v", tc.typed, said.Outcome, ttl, v)
			}
		}
		held := w.ttl(first)
		if v := viewOf[view.CannotKeep](w, w.askAs(bob, "keep "+first.Name+" 1h")); v.By.ID != w.alice.User || len(v.Misses) == 0 {
			w.Errorf("bob has no right to it: %+v", v)
		}
		viewOf[view.NoDump](w, w.askAs(mallory, "keep "+first.Name+" 1h"))
		v := viewOf[view.KeepsNoLonger](w, w.ask("keep "+first.Name+" 30d"))
		if !v.Until.Equal(before.Status.CompletionTime.Add(72*time.Hour)) || w.ttl(first) != held {
			w.Errorf("beyond the limit: %+v", v)
		}
		if viewOf[view.Kept](w, w.ask(v.Longest)); w.ttl(first) > 72*time.Hour {
			w.Errorf("the ttl is %s", w.ttl(first))
		}
		after := w.read(first.Name)
		after.Spec.TTL = before.Spec.TTL
		if diff := cmp.Diff(before.Spec, after.Spec); diff != "" {
			w.Errorf("more than the ttl has changed (-before +after)\n%s", diff)
		}
	})
}

// ttl of a dump as it is now.
func (w *world) ttl(d *v1alpha1.DatabaseDump) time.Duration {
	w.Helper()
	if ttl := w.read(d.Name).Spec.TTL; ttl != nil {
		return ttl.Duration
	}
	return 0
}

// A copy that is gone, or about to be, is neither kept, nor handed out, nor offered; and the same can be asked for again.
func TestACopyThatIsGoneIsToldAsGone(t *testing.T) {
	for name, tc := range map[string]struct {
		end  func(*v1alpha1.DatabaseDumpStatus)
		life view.Life
	}{
		"being deleted":   {copyIs(metav1.ConditionFalse, v1alpha1.ReasonDeleting), view.LifeDeleting},
		"expired":         {copyIs(metav1.ConditionFalse, v1alpha1.ReasonExpired), view.LifeExpired},
		"not deleted yet": {copyIs(metav1.ConditionUnknown, v1alpha1.ReasonDeletionFailed), view.LifeOverdue},
		"deleted in a while": {func(s *v1alpha1.DatabaseDumpStatus) {
			s.Lifetime.Default = &metav1.Duration{Duration: 5 * time.Minute}
		}, view.LifeKept},
	} {
		t.Run(name, func(t *testing.T) {
			inBoth(t, func(w *world) {
				w.shop()
				first := w.makeDump(w.alice, "dump shop")
				w.report(first, keptFor(72*time.Hour))
				w.report(w.read(first.Name), tc.end)
				row := viewOf[view.Dumps](w, w.ask("list")).Rows[0]
				status, ok := viewOf[view.Status](w, w.ask("status")).Now.(view.Succeeded)
				if row.Life != tc.life || !ok || status.Copy.Life != tc.life {
					w.Errorf("list says %q, and status %+v", row.Life, status)
				}
				if tc.life.Gone() {
					for _, line := range []string{"how", "keep " + first.Name + " 1h"} {
						said := w.ask(line)
						if v := viewOf[view.CopyGone](w, said); v.Life != tc.life || strings.Contains(text(said.Said), "s3://") {
							w.Errorf("%s: %+v", line, v)
						}
					}
					if w.ttl(first) != 0 {
						w.Error("the ttl was written")
					}
				}
				w.makeDump(w.alice, "dump shop")
				w.makeDump(w.alice, "again "+first.Name)
				w.mustHave(3)
			})
		})
	}
}

// A deletion that begins between the look and the write is what is told.
func TestKeepTellsOfADeletionThatWasFaster(t *testing.T) {
	w := newWorld(t, console)
	w.shop()
	first := w.makeDump(w.alice, "dump shop")
	w.report(first, keptFor(72*time.Hour))
	w.acts(interceptor.NewClient(w.api, interceptor.Funcs{
		Patch: func(ctx context.Context, api client.WithWatch, o client.Object, patch client.Patch, options ...client.PatchOption) error {
			w.report(w.read(first.Name), copyIs(metav1.ConditionFalse, v1alpha1.ReasonDeleting))
			return api.Patch(ctx, o, patch, options...)
		},
	}))
	said := w.ask("keep " + first.Name + " 1h")
	if v := viewOf[view.CopyGone](t, said); v.Life != view.LifeDeleting || said.Outcome != chat.Failed {
		t.Errorf("outcome %v, %+v", said.Outcome, v)
	}
}
