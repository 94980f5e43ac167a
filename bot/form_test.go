package bot_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/view"
)

// form is a message that sends a form of dump.
func (w *world) form(values map[string]string) chat.Message {
	m := w.message(w.alice, "dump")
	m.Form = values
	return m
}

func TestABareDumpAsksForWhatItLacks(t *testing.T) {
	w := newWorld(t, serve)
	w.chat.limits.Forms = true
	shop := w.shop()
	w.create(source("payroll", "payroll"), source("crm", "crm"), w.allow("crm", w.alice, []v1alpha1.AllowedSource{"crm"}, "crm"))
	m := in(w.place(chat.KindPublic), w.message(w.alice, "dump"))
	m.CanOpenForm = true
	said := w.handle(m)
	if said.err != nil || said.Form == nil || said.Form.Command != "dump" || len(said.Posts) > 0 {
		t.Fatalf("answered %+v", said)
	}
	i := slices.IndexFunc(said.Form.Fields, func(f chat.FormField) bool { return f.Name == "source" })
	if i < 0 {
		t.Fatalf("the form has %+v", said.Form.Fields)
	}
	if diff := cmp.Diff([]string{w.namespace + "/crm", shop}, said.Form.Fields[i].Choices); diff != "" {
		t.Errorf("of the sources (-want +got)\n%s", diff)
	}
}

func TestAFormIsOpenedOnlyWhereItCanBe(t *testing.T) {
	for name, tc := range map[string]struct {
		line            string
		forms, can, has bool // the service has forms, this message can open one, and alice has a source
		want            view.View
	}{
		"a service without forms":         {"dump", false, true, true, view.Usage{}},
		"a message that can open none":    {"dump", true, false, true, view.Usage{}},
		"nothing to choose from":          {"dump", true, true, false, view.NoSources{}},
		"a command that has its own ways": {"why", true, true, true, view.Usage{}},
		"a dump that is wrong otherwise":  {"dump shop --nonsense", true, true, true, view.Usage{}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, serve)
			w.chat.limits.Forms = tc.forms
			if tc.has {
				w.shop()
			}
			m := w.message(w.alice, tc.line)
			m.CanOpenForm = tc.can
			said := w.handle(m)
			if said.Form != nil || typeName(said.View) != typeName(tc.want) || len(said.Posts) != 1 {
				t.Errorf("answered %+v", said)
			}
		})
	}
}

// A form stays open until it is right, and its mends may come under one id. What was made of it once is not made again.
func TestAFormIsCorrectedUntilItMakesItsDump(t *testing.T) {
	w := newWorld(t, serve)
	w.chat.limits.Forms = true
	m := w.form(map[string]string{"source": w.shop(), "database": "a/b", "tables": "orders, items", "exclude": "x", "schema-only": "no"})
	for _, wrong := range [][]string{{"database", "exclude"}, {"exclude"}} {
		said := w.handle(m)
		fields := slices.Sorted(maps.Keys(said.Invalid))
		if said.err != nil || said.Outcome != chat.Misunderstood || len(said.Posts) > 0 || !slices.Equal(fields, wrong) {
			t.Errorf("answered %+v", said)
		}
		for field, problem := range said.Invalid {
			if problem == "" {
				t.Errorf("nothing is said of %s", field)
			}
		}
		w.mustHave(0)
		m.Form["database"] = "shop_eu"
	}
	delete(m.Form, "exclude")
	for range 2 {
		said := w.handle(m)
		d := w.theDump()
		if said.err != nil || said.Follows != w.namespace+"/"+d.Name || len(said.Invalid) > 0 {
			t.Errorf("answered %+v", said)
		}
		if d.Spec.Database != "shop_eu" || !slices.Equal(d.Spec.Tables, []v1alpha1.DatabaseName{"orders", "items"}) || d.Spec.SchemaOnly {
			t.Errorf("made %+v", d.Spec)
		}
		w.restart()
		m.Again = true
	}
}

// Nothing in a field is an option, and a form is judged like a line: it may have been open for hours.
func TestWhatAFormSaysIsJudged(t *testing.T) {
	w := newWorld(t, serve)
	w.shop()
	for name, tc := range map[string]struct {
		values map[string]string
		want   view.View
	}{
		"a source that is not there":        {map[string]string{"source": "payroll"}, view.NoSource{}},
		"a database that must not be had":   {map[string]string{"source": "shop", "database": "secret"}, view.NotAllowed{}},
		"an option in a field is no option": {map[string]string{"source": "shop --schema-only"}, view.NoSource{}},
	} {
		t.Run(name, func(t *testing.T) {
			w.T = t
			said := w.handle(w.form(tc.values))
			if typeName(said.View) != typeName(tc.want) || said.Outcome != chat.Refused {
				t.Errorf("answered %+v", said)
			}
		})
	}
	w.T = t
	for field, values := range map[string]map[string]string{"source": {"database": "shop"}, "nothing": {"source": "shop", "nothing": "x"}} {
		if said := w.handle(w.form(values)); said.Invalid[field] == "" {
			t.Errorf("%s: answered %+v", field, said)
		}
	}
	w.mustHave(0)
}

// What is to be sent again is a line that says what the form said.
func TestAFormThatIsTooOldIsSaidAsALine(t *testing.T) {
	w := newWorld(t, serve)
	m := w.form(map[string]string{"source": "shop", "database": "a b", "schema-only": "yes", "reason": "it's -x"})
	m.Written = w.now().Add(-2 * time.Hour)
	if v := viewOf[view.TooOld](t, w.handle(m)); v.Line != `dump shop "a b" --schema-only --reason "it\'s -x"` && v.Line != `dump shop "a b" --schema-only --reason "it's -x"` {
		t.Errorf("to be sent again: %s", v.Line)
	}
}
