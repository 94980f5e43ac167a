package doctor

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	coordinationv1 "k8s.io/api/coordination/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/volcado-io/volcado/bot/chat"
)

// examined is a service whose driver has checks.
type examined struct {
	chat.Service
	examine func(context.Context) []chat.Finding
}

func (e examined) Examine(ctx context.Context) []chat.Finding { return e.examine(ctx) }

func TestAReport(t *testing.T) {
	for name, tc := range map[string]struct {
		found []chat.Finding
		want  string
		bad   int
	}{
		"all is well":          {[]chat.Finding{good("the kinds are installed")}, "  ✓ the kinds are installed\nNo problems found.\n", 0},
		"one warning":          {[]chat.Finding{warning("nobody leads")}, "  ! nobody leads\nThe bot can work. 1 warning.\n", 0},
		"something is wrong":   {[]chat.Finding{good("a"), warning("b"), bad("c"), bad("d")}, "  ✓ a\n  ! b\n  ✗ c\n  ✗ d\n2 problems to fix.\n", 2},
		"something to know":    {[]chat.Finding{{Severity: chat.Info, Text: "a"}}, "  - a\nNo problems found.\n", 0},
		"an unknown severity":  {[]chat.Finding{{Severity: 9, Text: "a"}}, "  ✗ a\n1 problem to fix.\n", 1},
		"a text of many lines": {[]chat.Finding{bad("a\n  ✓ b\x1b[2J")}, "  ✗ a ✓ b [2J\n1 problem to fix.\n", 1},
		"a text without end":   {[]chat.Finding{bad("%s", strings.Repeat("a", 2000))}, "  ✗ " + strings.Repeat("a", maxText-1) + "…\n1 problem to fix.\n", 1},
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			r := Report{To: &out}
			r.Section("Cluster", tc.found)
			r.Summary()
			if diff := cmp.Diff("Cluster\n"+tc.want, out.String()); diff != "" || r.Bad != tc.bad {
				t.Errorf("%d are bad (-want +got)\n%s", r.Bad, diff)
			}
		})
	}
}

func TestADriversChecks(t *testing.T) {
	for name, tc := range map[string]struct {
		service chat.Service
		want    []chat.Severity
	}{
		"are its own": {examined{examine: func(context.Context) []chat.Finding {
			return []chat.Finding{{Severity: chat.Good, Text: "the token counts"}, {Severity: chat.Bad, Text: "it is no member of the team"}}
		}}, []chat.Severity{chat.Good, chat.Bad}},
		"may be missing":  {struct{ chat.Service }{}, []chat.Severity{chat.Warning}},
		"may say nothing": {examined{examine: func(context.Context) []chat.Finding { return nil }}, []chat.Severity{chat.Warning}},
		"may panic":       {examined{examine: func(context.Context) []chat.Finding { panic("nil map") }}, []chat.Severity{chat.Bad}},
		"have a time to end in": {examined{examine: func(ctx context.Context) []chat.Finding {
			if at, bounded := ctx.Deadline(); !bounded || time.Until(at) > serviceTimeout {
				return []chat.Finding{bad("without a deadline")}
			}
			return []chat.Finding{good("with a deadline")}
		}}, []chat.Severity{chat.Good}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []chat.Severity
			for _, f := range Service(t.Context(), tc.service) {
				got = append(got, f.Severity)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestWhoLeads(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	held := func(holder string, ago time.Duration) coordinationv1.LeaseSpec {
		renewed := metav1.NewMicroTime(now.Add(-ago))
		return coordinationv1.LeaseSpec{HolderIdentity: &holder, RenewTime: &renewed}
	}
	look := "run: kubectl -n volcado-system get pods -l app.kubernetes.io/component=bot"
	for name, tc := range map[string]struct {
		spec coordinationv1.LeaseSpec
		want chat.Finding
	}{
		"somebody":                     {held("volcado-bot-a", 2*time.Second), good("volcado-bot-a leads")},
		"somebody who is a bit late":   {held("volcado-bot-a", 15*time.Second), good("volcado-bot-a leads")},
		"nobody, after it was killed":  {held("volcado-bot-a", time.Minute), warning("no bot leads: volcado-bot-a was the last and stopped 1m0s ago; if one should, %s", look)},
		"nobody, after it was stopped": {held("", time.Minute), warning("no bot leads at the moment; if one should, %s", look)},
		"nobody, by an empty Lease":    {coordinationv1.LeaseSpec{}, warning("no bot leads at the moment; if one should, %s", look)},
	} {
		t.Run(name, func(t *testing.T) {
			got := judgeLease(&coordinationv1.Lease{Spec: tc.spec}, "volcado-system", now)
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestARightIsNamedAsKubectlDoes(t *testing.T) {
	for want, r := range map[string]right{
		"get secrets":                                   {resource: "secrets", verb: "get"},
		"patch databasedumps/status.volcado.io":         {group: "volcado.io", resource: "databasedumps", subresource: "status", verb: "patch"},
		"update leases.coordination.k8s.io volcado-bot": {group: "coordination.k8s.io", resource: "leases", verb: "update", name: "volcado-bot"},
	} {
		if got := fmt.Sprint(r); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
