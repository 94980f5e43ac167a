//go:build e2e

package e2e

import (
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

func TestWhoIsOnNoListIsRefusedAndCannotTellASourceFromNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "refusal")
	w.source("alpha-"+w.suffix, []string{w.small()}, nil)
	mallory := "mallory-" + w.suffix

	for _, command := range []string{"dump SOURCE", "dump SOURCE e2e", "dump " + w.namespace + "/SOURCE", "why SOURCE", "dump SOURCE --schema-only"} {
		there := w.say(mallory, strings.ReplaceAll(command, "SOURCE", "alpha-"+w.suffix))
		missing := w.say(mallory, strings.ReplaceAll(command, "SOURCE", "omega-"+w.suffix))
		w.expect(there, 3, "You don't have access to any source here.", mallory, `platform: "console"`)
		if got := strings.ReplaceAll(there.text, "alpha-", "omega-"); got != missing.text || there.code != missing.code {
			t.Errorf("%s tells a source that must not be seen:\n%s\nfrom one that does not exist:\n%s", command, there.text, missing.text)
		}
	}
	for _, command := range []string{"sources", "list", "status", "whoami", "dumpdb e2e_small_" + w.suffix} {
		if a := w.say(mallory, command); strings.Contains(a.text, "alpha") {
			t.Errorf("%s tells of the source:\n%s", command, a.text)
		}
	}
	if asked := w.requested(w.ctx); len(asked) > 0 {
		t.Errorf("a refusal left %d dumps behind", len(asked))
	}
}

func TestAWrongNameIsAnsweredWithTheNearestThatThisPersonMayHave(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "nearest")
	database := w.small()
	source := "orders-" + w.suffix
	w.source(source, []string{database, "e2e_secret_" + w.suffix}, func(s *v1alpha1.DatabaseSource) {
		s.Spec.Exclude = &v1alpha1.SourceExclusions{Tables: []v1alpha1.QualifiedPattern{"*.salaries"}}
	})
	w.sql("CREATE TABLE `" + database + "`.salaries (id INT PRIMARY KEY) ENGINE=InnoDB")
	ben := "ben-" + w.suffix
	w.create(&v1alpha1.DumpAllowList{
		ObjectMeta: metav1.ObjectMeta{Name: "only-small"},
		Spec: v1alpha1.DumpAllowListSpec{
			Sources: []v1alpha1.AllowedSource{v1alpha1.AllowedSource(source)}, Databases: []v1alpha1.NamePattern{v1alpha1.NamePattern(database)},
			Subjects: []v1alpha1.AllowedSubject{{
				Platform: v1alpha1.PlatformConsole, Users: []v1alpha1.SubjectID{v1alpha1.SubjectID(ben)}, Channels: []v1alpha1.ChannelID{"direct"},
			}},
		},
	})

	w.expect(w.say(ben, "dump ordres-"+w.suffix), 3, "Did you mean "+source+"?", w.namespace+"/"+source)
	a := w.say(ben, "dump "+source+" e2e_smal_"+w.suffix)
	w.expect(a, 3, "You don't have access to database e2e_smal_"+w.suffix, "Did you mean "+database+"?")
	b := w.say(ben, "dump "+source+" e2e_secret_"+w.suffix)
	w.expect(b, 3, "You don't have access to database e2e_secret_"+w.suffix, "Allow-list only-small does not permit it", database, "ask the source's owner to add")
	for _, answer := range []string{a.text, w.say(ben, "sources").text} {
		if strings.Contains(answer, "e2e_secret_") {
			t.Errorf("it names a database that this person cannot have:\n%s", answer)
		}
	}
	w.expect(w.say(ben, "dumpdb e2e_smal_"+w.suffix), 3, "Did you mean "+database+"?")

	// Of tables only the server knows, so this one is asked for and fails.
	w.expect(w.say(ben, "dump "+source+" --tables custommers"), 1, "TableNotFound", `"customers"`)
	c := w.say(ben, "dump "+source+" --tables salarie")
	w.expect(c, 1, "TableNotFound")
	if strings.Contains(c.text, "salaries") {
		t.Errorf("it names a table that no copy of this source can hold:\n%s", c.text)
	}
	w.expect(w.say(ben, "dump "+source+" --tables salaries"), 3, "TableExcluded")
}

// nonsense is what people and programs type, and the exit code that says that it was not understood (2) or that there is no such thing
// for this person (3).
var nonsense = map[string]struct {
	line string
	code int
}{
	"an option where a source belongs":             {"dump --result-file=x", 2},
	"an option where a database belongs":           {"dump SOURCE --result-file=x", 2},
	"an option in quotes where a database belongs": {"dump SOURCE '--result-file=x'", 2},
	"a shell's command":                            {"dump SOURCE ; rm -rf /", 2},
	"a shell's command as the name of a source":    {"dump ';rm' ", 3},
	"a substitution":                               {"dump $(reboot)", 3},
	"a path":                                       {"dump ../../etc/passwd", 3},
	"an option among the tables":                   {"dump SOURCE --tables --where=1", 2},
	"control characters":                           {"dump \x1b[2J\x07shop", 2},
	"a null byte":                                  {"dump sh\x00op", 2},
	"invalid UTF-8":                                {"dump \xff\xfe\xc3(", 2},
	"10,000 characters":                            {"dump " + strings.Repeat("a", 10_000), 2},
	"a million characters":                         {"dump " + strings.Repeat("ab ", 333_333), 2},
	"an open quote":                                {`dump "shop`, 2},
	"right-to-left":                                {"dump \u202eposh", 3},
	"a command that does not exist":                {"drop database shop", 2},
	"an empty line":                                {"", 2},
	"blanks":                                       {" \t ", 2},
}

func TestWhateverIsTypedIsAnsweredAndTheNextCommandWorks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "nonsense")
	w.source("shop-"+w.suffix, []string{"e2e"}, nil)
	t.Run("each", func(t *testing.T) {
		for sentence, c := range nonsense {
			t.Run(sentence, func(t *testing.T) {
				t.Parallel()
				w := w.under(t)
				a := w.pipe(w.person, strings.ReplaceAll(c.line, "SOURCE", "shop-"+w.suffix)+"\nhello\n")
				w.expect(a, c.code, "Hello "+w.person)
				before, _, _ := strings.Cut(a.text, "Hello ")
				if strings.TrimSpace(before) == "" {
					t.Errorf("there was no answer:\n%s", a.text)
				}
				if len(before) > 3000 || strings.ContainsAny(a.text, "\x00\x07\x1b\u202e") || strings.Contains(a.text, "panic") || strings.Contains(a.text, "goroutine ") {
					t.Errorf("the answer is too long, commands the terminal, or is a crash (%d bytes): %.300q", len(before), a.text)
				}
			})
		}
	})
	if asked := w.requested(w.ctx); len(asked) > 0 {
		t.Errorf("nonsense made %d dumps, the first one %+v", len(asked), asked[0].Spec)
	}
}
