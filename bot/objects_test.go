package bot_test

import (
	"context"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
)

func source(name string, databases ...v1alpha1.NamePattern) *v1alpha1.DatabaseSource {
	return &v1alpha1.DatabaseSource{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: v1alpha1.DatabaseSourceSpec{
			Engine: v1alpha1.EngineMariaDB, Host: "mariadb", Databases: databases,
			CredentialsSecretRef: v1alpha1.SecretReference{Name: "reader"}, StorageRef: v1alpha1.ObjectReference{Name: "dumps"},
		},
	}
}

// allow makes a list that lets an author have databases of sources in every channel.
func (w *world) allow(name string, who chat.Author, sources []v1alpha1.AllowedSource, databases ...v1alpha1.NamePattern) *v1alpha1.DumpAllowList {
	return &v1alpha1.DumpAllowList{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: v1alpha1.DumpAllowListSpec{
			Sources: sources, Databases: databases, Subjects: []v1alpha1.AllowedSubject{w.subject(v1alpha1.PermissionRequest, who)},
		},
	}
}

func (w *world) subject(may v1alpha1.Permission, who ...chat.Author) v1alpha1.AllowedSubject {
	s := v1alpha1.AllowedSubject{
		Platform: v1alpha1.Platform(w.chat.id.Platform), Workspace: w.chat.id.Workspace,
		Channels: []v1alpha1.ChannelID{"*"}, May: []v1alpha1.Permission{may},
	}
	for _, a := range who {
		s.Users = append(s.Users, v1alpha1.SubjectID(a.User))
	}
	return s
}

// person is somebody else than alice.
func (w *world) person(name string) chat.Author { return chat.Author{User: name + "-" + w.namespace} }

// shop is a source shop with a database shop that alice can have, and its name in full.
func (w *world) shop() string {
	w.Helper()
	w.create(source("shop", "shop", "shop_*"), w.allow("qa", w.alice, []v1alpha1.AllowedSource{"shop"}, "shop", "shop_*"))
	return w.namespace + "/shop"
}

// dumps of the world's namespace, by name.
func (w *world) dumps() []v1alpha1.DatabaseDump {
	w.Helper()
	var list v1alpha1.DatabaseDumpList
	if err := w.admin.List(context.Background(), &list, client.InNamespace(w.namespace)); err != nil {
		w.Fatal(err)
	}
	return list.Items
}

// mustHave that many dumps in the namespace, now.
func (w *world) mustHave(n int) {
	w.Helper()
	if found := w.dumps(); len(found) != n {
		w.Fatalf("there are %d dumps, want %d", len(found), n)
	}
}

// theDump is the only one.
func (w *world) theDump() *v1alpha1.DatabaseDump {
	w.Helper()
	w.mustHave(1)
	d := w.dumps()[0]
	w.settle(&d)
	return &d
}

// makeDump has somebody ask for a dump.
func (w *world) makeDump(who chat.Author, line string) *v1alpha1.DatabaseDump {
	w.Helper()
	said := w.askAs(who, line)
	namespace, name, ok := strings.Cut(said.Follows, "/")
	if said.err != nil || !ok || namespace != w.namespace {
		w.Fatalf("%q made no dump: %+v", line, said)
	}
	return w.read(name)
}

// read a dump, which the informers then know as well.
func (w *world) read(name string) *v1alpha1.DatabaseDump {
	w.Helper()
	all := w.dumps()
	i := slices.IndexFunc(all, func(d v1alpha1.DatabaseDump) bool { return d.Name == name })
	if i < 0 {
		w.Fatalf("there is no dump %s", name)
	}
	w.settle(&all[i])
	return &all[i]
}

// report writes a dump's status as the manager does.
func (w *world) report(dump *v1alpha1.DatabaseDump, edit func(*v1alpha1.DatabaseDumpStatus)) {
	w.Helper()
	before := dump.DeepCopy()
	edit(&dump.Status)
	if err := w.manager.Status().Patch(context.Background(), dump, client.MergeFrom(before)); err != nil {
		w.Fatal(err)
	}
	w.settle(dump)
}

func condition(kind string, reason string) metav1.Condition {
	return metav1.Condition{Type: kind, Status: metav1.ConditionTrue, Reason: reason, Message: reason, LastTransitionTime: metav1.Now()}
}

// succeed ends a dump just now, after 41 seconds.
func succeed(s *v1alpha1.DatabaseDumpStatus) { succeedAt(time.Now())(s) }

func succeedAt(when time.Time) func(*v1alpha1.DatabaseDumpStatus) {
	return func(s *v1alpha1.DatabaseDumpStatus) {
		end := metav1.NewTime(when.Truncate(time.Second))
		start := metav1.NewTime(end.Add(-41 * time.Second))
		s.Phase, s.StartTime, s.CompletionTime = v1alpha1.PhaseSucceeded, &start, &end
		s.Conditions = append(s.Conditions, condition(v1alpha1.ConditionComplete, "Verified"), condition(v1alpha1.ConditionFinished, "Succeeded"))
		s.Server = &v1alpha1.SoftwareVersion{Flavour: "MariaDB", Version: "10.11.6"}
		s.Storage = &v1alpha1.DumpStorageSpec{S3: &v1alpha1.S3Storage{Bucket: "dumps", Region: "eu-west-1", Endpoint: "https://s3.example.com"}}
		s.Artifact = &v1alpha1.Artifact{
			URI: "s3://dumps/prod/ns/name/dump.sql.gz", ManifestURI: "s3://dumps/prod/ns/name/manifest.json",
			SizeBytes: 12 << 20, UncompressedBytes: 100 << 20, SHA256: strings.Repeat("ab", 32),
		}
	}
}

// fail ends a dump without a copy, for the reason of its Finished condition: Failed, Cancelled or Refused.
func fail(finished string) func(*v1alpha1.DatabaseDumpStatus) {
	return func(s *v1alpha1.DatabaseDumpStatus) {
		now := metav1.Now()
		s.Phase, s.CompletionTime = v1alpha1.Phase(finished), &now
		s.Conditions = append(s.Conditions, condition(v1alpha1.ConditionFailed, finished), condition(v1alpha1.ConditionFinished, finished))
		s.Failure = &v1alpha1.Failure{Reason: finished, Message: "It ended so."}
	}
}

func named(name string) metav1.ObjectMeta { return metav1.ObjectMeta{Name: name} }
