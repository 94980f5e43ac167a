package bot_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
)

func newShop(t *testing.T) *world {
	w := newWorld(t)
	w.create(source("shop-"+w.namespace, "shop"), allow("qa", w.alice, []v1alpha1.AllowedSource{"*"}, "*"))
	return w
}

func (w *world) askForShop() *running { return w.begin(w.message(w.alice, "dump shop-"+w.namespace)) }

func TestEveryEndIsTold(t *testing.T) {
	for name, tc := range map[string]struct {
		report  func(*v1alpha1.DatabaseDumpStatus)
		outcome chat.Outcome
		says    []string
	}{
		"a failure, with what to do": {
			report:  fail("Failed", "AccessDenied", "mariadb refuses the user shop_reader.", "Check the Secret reader."),
			outcome: chat.Failed, says: []string{" failed.", "reason: AccessDenied", "mariadb refuses the user shop_reader.", "do: Check the Secret reader."},
		},
		"a refusal by the manager": {
			report:  fail("Refused", "ConsoleNotAllowed", "A console identity is self-asserted.", ""),
			outcome: chat.Refused, says: []string{" was refused.", "reason: ConsoleNotAllowed"},
		},
		"a cancelled dump": {
			report: fail("Cancelled", "Cancelled", "It was cancelled.", ""), outcome: chat.Failed, says: []string{" was cancelled."},
		},
		"a success in a store whose authority only the cluster trusts": {
			report: func(s *v1alpha1.DatabaseDumpStatus) {
				succeed(s)
				s.Storage.S3.CASecretRef = &v1alpha1.SecretKeyReference{SecretReference: v1alpha1.SecretReference{Name: "dumps-ca"}, Key: "root.crt"}
			},
			outcome: chat.Succeeded,
			says: []string{
				"authority: the store's certificate is of an authority of its own", "key root.crt of the Secret test-", "/dumps-ca,",
				"--s3-ca-file=FILE", "--ca-bundle FILE",
			},
		},
		"a success with tables that have no transactions": {
			report:  func(s *v1alpha1.DatabaseDumpStatus) { succeed(s); s.Artifact.NonTransactionalTables = 3 },
			outcome: chat.Succeeded,
			says:    []string{"note: 3 tables have no transactions, so their rows may not be of one moment; the manifest names them"},
		},
		"a success with one such table": {
			report:  func(s *v1alpha1.DatabaseDumpStatus) { succeed(s); s.Artifact.NonTransactionalTables = 1 },
			outcome: chat.Succeeded,
			says:    []string{"note: 1 table has no transactions, so its rows may not be of the same moment as the rest; the manifest names it"},
		},
		"a success on a volume": {
			report: func(s *v1alpha1.DatabaseDumpStatus) {
				succeed(s)
				s.Artifact.URI = "pvc://shop/dumps/prod/shop/x/dump.sql"
				s.Server.Flavour = "MySQL"
				s.Storage = &v1alpha1.DumpStorageSpec{PersistentVolumeClaim: &v1alpha1.PersistentVolumeClaimStorage{ClaimName: "dumps"}}
			},
			outcome: chat.Succeeded,
			says: []string{
				`"claimName": "dumps"`, "kubectl -n shop exec volcado-fetch -- cat /dumps/prod/shop/x/dump.sql > dump.sql",
				"cat dump.sql | mysql --default-character-set=utf8mb4 --comments --max-allowed-packet=1G --local-infile=0 shop_copy", "sha256sum -c",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newShop(t)
			asked := w.askForShop()
			w.report(w.theDump(), tc.report)
			r, outcome := asked.ended()
			if outcome != tc.outcome {
				t.Errorf("outcome %v, want %v", outcome, tc.outcome)
			}
			for _, part := range tc.says {
				if !strings.Contains(text(r), part) {
					t.Errorf("it does not say %q:\n%s", part, text(r))
				}
			}
		})
	}
}

func fail(how, reason, message, hint string) func(*v1alpha1.DatabaseDumpStatus) {
	return func(s *v1alpha1.DatabaseDumpStatus) {
		s.Phase = v1alpha1.Phase(how)
		s.Conditions = append(s.Conditions, condition(v1alpha1.ConditionFailed, reason), condition(v1alpha1.ConditionFinished, how))
		s.Failure = &v1alpha1.Failure{Reason: reason, Message: message, Hint: hint}
	}
}

func TestThePlaceInTheQueueIsToldAsItChanges(t *testing.T) {
	w := newShop(t)
	first := &v1alpha1.DatabaseDump{
		ObjectMeta: metav1.ObjectMeta{Name: "by-kubectl"},
		Spec:       v1alpha1.DatabaseDumpSpec{SourceRef: v1alpha1.ObjectReference{Name: "shop-" + w.namespace}},
	}
	w.create(first)
	w.report(first, func(s *v1alpha1.DatabaseDumpStatus) {
		s.Phase = v1alpha1.PhaseRunning
		s.Conditions = append(s.Conditions, condition(v1alpha1.ConditionAdmitted, "Admitted"))
	})
	asked := w.askForShop()
	w.eventually("there are two dumps", func() bool { return len(w.dumps()) == 2 })
	second := w.dumps()[0]
	if second.Name == first.Name {
		second = w.dumps()[1]
	}
	w.report(&second, func(s *v1alpha1.DatabaseDumpStatus) { s.Phase = v1alpha1.PhaseQueued })
	w.eventually("one is before it", func() bool { return w.chat.everSaid("queued, 1 dump before it") })
	if r, outcome := w.ask("status " + second.Name); outcome != chat.Succeeded || r.Headline != second.Name+" is queued, 1 dump before it." {
		t.Errorf("status: outcome %v\n%s", outcome, text(r))
	}
	alone := w.chat.count("  queued  ")
	w.report(first, succeed)
	w.eventually("none is before it", func() bool { return w.chat.count("  queued  ") > alone })
	if r, _ := w.ask("status " + second.Name); r.Headline != second.Name+" is queued." {
		t.Errorf("status when its turn is next:\n%s", text(r))
	}
	w.report(&second, succeed)
	if _, outcome := asked.ended(); outcome != chat.Succeeded {
		t.Errorf("outcome %v", outcome)
	}
}

func TestWhoMustActIsToldWhileTheDumpWaits(t *testing.T) {
	w := newShop(t)
	asked := w.askForShop()
	dump := w.theDump()
	w.report(dump, func(s *v1alpha1.DatabaseDumpStatus) {
		s.Phase = v1alpha1.PhaseStarting
		stalled := condition(v1alpha1.ConditionStalled, "ImagePullFailed")
		stalled.Message = "the image dumper:x cannot be pulled"
		s.Conditions = append(s.Conditions, stalled)
	})
	w.eventually("it is told", func() bool {
		return w.chat.everSaid("waits, and somebody has to act.") && w.chat.everSaid("what: the image dumper:x cannot be pulled") &&
			w.chat.everSaid("starting, and somebody has to act: ImagePullFailed")
	})
	asked.stop()
	r, outcome := asked.ended()
	if outcome != chat.Detached || !strings.Contains(text(r), "runs on") || !strings.Contains(text(r), "cancel "+dump.Name) {
		t.Errorf("outcome %v\n%s", outcome, text(r))
	}
	if w.theDump().Spec.Cancel {
		t.Error("who stopped watching has cancelled it")
	}
}

func TestReasonsThatAlternateAreToldOnceEach(t *testing.T) {
	w := newShop(t)
	asked := w.askForShop()
	dump := w.theDump()
	stall := func(reason string) {
		before := w.chat.count("starting, and somebody has to act: " + reason)
		w.report(dump, func(s *v1alpha1.DatabaseDumpStatus) {
			s.Phase = v1alpha1.PhaseStarting
			s.Conditions = []metav1.Condition{condition(v1alpha1.ConditionStalled, reason)}
		})
		w.eventually("the line shows "+reason, func() bool {
			return w.chat.count("starting, and somebody has to act: "+reason) > before
		})
	}
	for range 3 {
		stall("ImagePullFailed")
		stall("Unschedulable")
	}
	asked.stop()
	asked.ended()
	for _, reason := range []string{"ImagePullFailed", "Unschedulable"} {
		if n := w.chat.count("reason: " + reason); n != 1 {
			t.Errorf("%s was told %d times:\n%s", reason, n, w.chat)
		}
	}
}

func TestADumpThatIsDeletedIsTold(t *testing.T) {
	w := newShop(t)
	asked := w.askForShop()
	if err := w.admin.Delete(context.Background(), w.theDump()); err != nil {
		t.Fatal(err)
	}
	if r, outcome := asked.ended(); outcome != chat.Failed || !strings.Contains(r.Headline, "was deleted before it finished") {
		t.Errorf("outcome %v\n%s", outcome, text(r))
	}
}

// Watches that end at once, watches that fail, lists that fail for a while, a version that has expired: the end is told.
func TestFollowingSurvivesDisconnects(t *testing.T) {
	w := newShop(t)
	var lists, watches atomic.Int32
	w.with(interceptor.NewClient(w.api, interceptor.Funcs{
		List: func(ctx context.Context, c client.WithWatch, list client.ObjectList, opts ...client.ListOption) error {
			if _, dumps := list.(*v1alpha1.DatabaseDumpList); dumps {
				if n := lists.Add(1); n == 2 || n == 3 {
					return apierrors.NewInternalError(context.DeadlineExceeded)
				}
			}
			return c.List(ctx, list, opts...)
		},
		Watch: func(ctx context.Context, c client.WithWatch, list client.ObjectList, opts ...client.ListOption) (watch.Interface, error) {
			switch watches.Add(1) {
			case 1:
				ended := watch.NewFake()
				ended.Stop()
				return ended, nil
			case 2:
				expired := watch.NewFakeWithChanSize(1, false)
				expired.Error(&apierrors.NewResourceExpired("too old").ErrStatus)
				return expired, nil
			case 3:
				return nil, apierrors.NewInternalError(context.DeadlineExceeded)
			}
			return c.Watch(ctx, list, opts...)
		},
	}))
	asked := w.askForShop()
	dump := w.theDump()
	w.eventually("it says that it cannot see", func() bool { return w.chat.everSaid("cannot see it at the moment, still trying") })
	w.eventually("it watches once more", func() bool { return watches.Load() == 4 })
	w.report(dump, succeed)
	if r, outcome := asked.ended(); outcome != chat.Succeeded {
		t.Errorf("outcome %v\n%s", outcome, text(r))
	}
}

func TestAMessageThatIsDeliveredTwiceMakesOneDump(t *testing.T) {
	w := newShop(t)
	m := w.message(w.alice, "dump shop-"+w.namespace)
	first, again := w.begin(m), m
	dump := w.theDump()
	again.Groups, again.DisplayName = nil, "Alice B."
	second := w.begin(again)
	w.eventually("the second is told", func() bool { return w.chat.everSaid(dump.Name + ": already on its way.") })
	w.report(dump, succeed)
	for _, asked := range []*running{first, second} {
		if _, outcome := asked.ended(); outcome != chat.Succeeded {
			t.Errorf("outcome %v", outcome)
		}
	}
	if found := w.dumps(); len(found) != 1 {
		t.Errorf("%d dumps", len(found))
	}
}

func TestAnotherPersonsDumpOfTheSameNameIsAConflict(t *testing.T) {
	w := newShop(t)
	m := w.message(w.alice, "dump shop-"+w.namespace)
	first := w.begin(m)
	w.report(w.theDump(), succeed)
	first.ended()
	bob := m
	bob.User = "bob-" + w.namespace
	w.create(allow("bob", bob.Author, []v1alpha1.AllowedSource{"*"}, "*"))
	r, outcome := w.begin(bob).ended()
	if outcome != chat.Refused || !strings.Contains(r.Headline, "NameConflict") || !r.Private {
		t.Errorf("outcome %v\n%s", outcome, text(r))
	}
}
