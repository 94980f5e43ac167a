package answer

import (
	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/read"
	"github.com/volcado-io/volcado/bot/view"
	"github.com/volcado-io/volcado/internal/access"
	"github.com/volcado-io/volcado/internal/pattern"
	"github.com/volcado-io/volcado/internal/text"
)

// chooseSource understands [namespace/]source. Where it is none, or several, the result says so.
func chooseSource(a Asked, offers []read.Offer, typed string) (read.Offer, *Result) {
	switch found := read.Find(offers, typed); len(found) {
	case 0:
		return read.Offer{}, noSource(a, typed, offers)
	case 1:
		return found[0], nil
	default:
		return read.Offer{}, &Result{View: view.WhichSource{Typed: typed, Sources: views(found)}, Outcome: chat.Misunderstood, No: true}
	}
}

// noSource answers for a source that does not exist, and for one that this person must not know of: it must not be told
// which. Whatever it says comes from what was typed, who typed it, and the offers.
func noSource(a Asked, typed string, offers []read.Offer) *Result {
	v := view.NoSource{Typed: typed, IDs: a.ids()}
	var names []string
	for _, o := range offers {
		v.Have = append(v.Have, o.String())
		names = append(names, o.String(), o.Source.Name)
	}
	v.Near = text.Nearest(typed, names)
	return &Result{View: v, Outcome: chat.Refused, No: true}
}

// choose understands [namespace/]source [database]: a database that this person can have, or a result that says why not.
func choose(a Asked, offers []read.Offer, source, typed string) (read.Offer, v1alpha1.DatabaseName, *Result) {
	o, unchosen := chooseSource(a, offers, source)
	if unchosen != nil {
		return o, "", unchosen
	}
	if typed == "" {
		return chooseDefault(a, o)
	}
	database := v1alpha1.DatabaseName(typed)
	if !o.CanRequest(database) {
		return o, "", notAllowed(a, o, database)
	}
	return o, database, nil
}

// chooseDefault never names a default that this person cannot have: it was not they who named it.
func chooseDefault(a Asked, o read.Offer) (read.Offer, v1alpha1.DatabaseName, *Result) {
	database := o.Default()
	switch {
	case database == "":
		return o, "", &Result{View: view.NoDefault{Source: o.String(), Have: o.Databases}, Outcome: chat.Misunderstood, No: true}
	case !o.CanRequest(database):
		return o, "", &Result{Outcome: chat.Refused, No: true, View: view.NotAllowed{
			Source: o.String(), Have: o.Databases, Misses: besidesDatabase(o.Judge("", v1alpha1.PermissionRequest).Misses), IDs: a.ids(),
		}}
	}
	return o, database, nil
}

// besidesDatabase is what does not match for any database of the source.
func besidesDatabase(misses []view.Miss) []view.Miss {
	var out []view.Miss
	for _, m := range misses {
		var left []access.Mismatch
		for _, mismatch := range m.Mismatches {
			if mismatch.Part != access.PartDatabase {
				left = append(left, mismatch)
			}
		}
		if m.Mismatches = left; len(left) > 0 {
			out = append(out, m)
		}
	}
	return out
}

// notAllowed answers for a database that this person cannot have, of a source that this person can know of.
func notAllowed(a Asked, o read.Offer, database v1alpha1.DatabaseName) *Result {
	return &Result{Outcome: chat.Refused, No: true, View: view.NotAllowed{
		Database: string(database), Source: o.String(), Near: text.Nearest(string(database), o.Literals()), Have: o.Databases,
		SourceForbids: !pattern.Permits(o.Source.Spec.Databases, database),
		Misses:        o.Judge(database, v1alpha1.PermissionRequest).Misses, IDs: a.ids(),
	}}
}

// chooseByDatabase finds the one source of which this person can have the database.
func chooseByDatabase(a Asked, offers []read.Offer, typed string) (read.Offer, *Result) {
	var found []read.Offer
	for _, o := range offers {
		if o.CanRequest(v1alpha1.DatabaseName(typed)) {
			found = append(found, o)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		var names []string
		for _, o := range offers {
			names = append(names, o.Literals()...)
		}
		return read.Offer{}, &Result{Outcome: chat.Refused, No: true, View: view.NoDatabase{
			Typed: typed, Near: text.Nearest(typed, names), Sources: views(offers), IDs: a.ids(),
		}}
	default:
		v := view.WhichDatabase{Typed: typed}
		for _, o := range found {
			line := a.Request
			line.Command, line.Arguments = "dump", []string{o.String(), typed}
			v.Lines = append(v.Lines, line.String())
		}
		return read.Offer{}, &Result{View: v, Outcome: chat.Misunderstood, No: true}
	}
}
