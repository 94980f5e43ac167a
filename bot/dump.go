package bot

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"unicode/utf8"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/internal/naming"
	"github.com/volcado-io/volcado/internal/pattern"
)

func runDump(ctx context.Context, c *conversation, a arguments) (answer, error) {
	wish, err := wishOf(a)
	if err != nil {
		return answer{}, err
	}
	return c.startWhat(ctx, wish, func(offers []offer) (choice, error) { return c.chooseSource(offers, a.at(0), a.at(1)) })
}

func runDumpDB(ctx context.Context, c *conversation, a arguments) (answer, error) {
	wish, err := wishOf(a)
	if err != nil {
		return answer{}, err
	}
	return c.startWhat(ctx, wish, func(offers []offer) (choice, error) { return c.chooseByDatabase(offers, a.at(0)) })
}

// choice is what a person has asked for: a database of an offer, or if no is there, why not.
type choice struct {
	offer    offer
	database v1alpha1.DatabaseName
	no       *answer
	// explained: no says why this person may not have what the person may know of.
	explained bool
}

func not(a answer) (choice, error) { return choice{no: &a}, nil }

// startWhat starts what is chosen from the offers, says so, and follows it to its end.
func (c *conversation) startWhat(ctx context.Context, w wish, choose func([]offer) (choice, error)) (answer, error) {
	dump, said, err := c.startOnce(ctx, w, choose)
	if err != nil || dump == nil {
		return said, err
	}
	if _, err := c.post(ctx, said.Reply); err != nil {
		c.log.Error("a reply was not delivered", "dump", client.ObjectKeyFromObject(dump), "error", err)
	}
	return c.follow(ctx, dump)
}

// startOnce makes the message's one dump, or finds it, and says which. Without a dump it says why there is none; before
// it says no, it reads the newest.
func (c *conversation) startOnce(
	ctx context.Context, w wish, choose func([]offer) (choice, error),
) (dump *v1alpha1.DatabaseDump, said answer, err error) {
	over, waited, err := c.turns.Take(ctx, naming.MessageHash(c.by))
	if err != nil {
		return nil, answer{}, err
	}
	defer over()
	reads := []freshness{recent, newest}
	if waited {
		reads = []freshness{newest} // what was made a moment ago may not be in memory yet
	}
	for _, how := range reads {
		offers, earlier, err := c.offersOrEarlier(ctx, how)
		if err != nil {
			return nil, answer{}, err
		}
		if earlier != nil {
			return earlier, onItsWay(earlier), nil
		}
		chosen, err := choose(offers)
		if err != nil {
			return nil, answer{}, err
		}
		if chosen.no == nil {
			return c.start(ctx, chosen.offer, chosen.database, w)
		}
		said = *chosen.no
	}
	return nil, said, nil
}

// offersOrEarlier reads at once, because somebody waits, what there is and what the message has made already.
func (c *conversation) offersOrEarlier(ctx context.Context, how freshness) (offers []offer, earlier *v1alpha1.DatabaseDump, err error) {
	var offersErr, earlierErr error
	var reads sync.WaitGroup
	reads.Go(func() { offers, offersErr = c.offers(ctx, how) })
	reads.Go(func() { earlier, earlierErr = c.made(ctx, how) })
	reads.Wait()
	return offers, earlier, errors.Join(offersErr, earlierErr)
}

func onItsWay(dump *v1alpha1.DatabaseDump) answer {
	return answer{Reply: chat.Reply{Headline: fmt.Sprintf("%s: already on its way.", dump.Name)}}
}

// chooseSource understands [namespace/]source [database]. For a name that no database to copy can have, the choice is the
// offer alone, and the error says what is wrong with the name.
func (c *conversation) chooseSource(offers []offer, source, database string) (choice, error) {
	if source == "" {
		return choice{}, misused("Say of which source; sources lists those that you may use.")
	}
	found := find(offers, source)
	switch len(found) {
	case 0:
		return not(c.noSource(source, offers))
	case 1:
	default:
		return not(severalSources(source, found))
	}
	o, name := found[0], v1alpha1.DatabaseName(database)
	if name == "" {
		if name = pattern.DefaultDatabase(o.source.Spec.Databases); name == "" {
			return not(noDefault(o))
		}
	} else if err := checkDatabase(database); err != nil {
		return choice{offer: o}, err
	}
	if !o.mayRequest(name) {
		refusal := c.refuse(o, name)
		return choice{no: &refusal, explained: true}, nil
	}
	return choice{offer: o, database: name}, nil
}

// chooseByDatabase finds the one source of which this person may have the database.
func (c *conversation) chooseByDatabase(offers []offer, database string) (choice, error) {
	if database == "" {
		return choice{}, misused("Say which database; sources lists those that you may have.")
	}
	if err := checkDatabase(database); err != nil {
		return choice{}, err
	}
	name := v1alpha1.DatabaseName(database)
	var found []offer
	for _, o := range offers {
		if o.mayRequest(name) {
			found = append(found, o)
		}
	}
	switch len(found) {
	case 0:
		return not(c.noDatabase(database, offers))
	case 1:
		return choice{offer: found[0], database: name}, nil
	default:
		return not(severalHave(database, found))
	}
}

// wish is what a dump's options ask for.
type wish struct {
	tables, exclude []string
	schemaOnly      bool
	reason          string
}

func wishOf(a arguments) (wish, error) {
	w := wish{
		tables: a.lists["tables"], exclude: a.lists["exclude"],
		schemaOnly: a.switches["schema-only"], reason: a.texts["reason"],
	}
	switch {
	case len(w.tables) > 0 && len(w.exclude) > 0:
		return wish{}, misused("--tables names all that is wanted, so --exclude has nothing to add; use one of them.")
	case len(w.tables) > maxTables:
		return wish{}, misused("--tables takes at most %d names, and these are %d.", maxTables, len(w.tables))
	case len(w.exclude) > maxExclusions:
		return wish{}, misused("--exclude takes at most %d patterns, and these are %d.", maxExclusions, len(w.exclude))
	case utf8.RuneCountInString(w.reason) > maxReason:
		return wish{}, misused("--reason takes at most %d characters.", maxReason)
	}
	for _, t := range w.tables {
		if err := checkName("table", t); err != nil {
			return wish{}, err
		}
	}
	for _, p := range w.exclude {
		if err := checkPattern(p); err != nil {
			return wish{}, err
		}
	}
	return w, nil
}

// build makes the dump that a message asks for. The database is always named, so that what was said is what is done,
// even if the source's default changes meanwhile.
func build(o offer, database v1alpha1.DatabaseName, w wish) *v1alpha1.DatabaseDump {
	by := o.by
	d := &v1alpha1.DatabaseDump{
		ObjectMeta: metav1.ObjectMeta{
			Name: naming.DumpName(o.source.Name, by), Namespace: o.source.Namespace,
			Labels: map[string]string{
				v1alpha1.LabelMessage: naming.MessageHash(by),
				v1alpha1.LabelSource:  o.source.Name,
			},
		},
		Spec: v1alpha1.DatabaseDumpSpec{
			SourceRef: v1alpha1.ObjectReference{Name: o.source.Name}, Database: database,
			Tables: databaseNames(w.tables), SchemaOnly: w.schemaOnly, Reason: w.reason, RequestedBy: &by,
		},
	}
	if len(w.exclude) > 0 {
		d.Spec.Exclude = &v1alpha1.DumpExclusions{Tables: namePatterns(w.exclude)}
	}
	return d
}

// start makes the dump and says so, or why not.
func (c *conversation) start(
	ctx context.Context, o offer, database v1alpha1.DatabaseName, w wish,
) (*v1alpha1.DatabaseDump, answer, error) {
	wanted := build(o, database, w)
	dump, already, err := c.create(ctx, wanted)
	switch {
	case errors.Is(err, errNameConflict):
		return nil, answer{outcome: chat.Refused, Reply: chat.Reply{
			Severity: chat.Bad, Private: true,
			Headline: fmt.Sprintf("NameConflict: %s/%s exists, and it is not what this message asks for.", wanted.Namespace, wanted.Name),
			Lines:    []string{"Nothing was started. Send the request once more as a new message."},
		}}, nil
	case err != nil:
		return nil, answer{}, err
	case already:
		return dump, onItsWay(dump), nil
	}
	return dump, answer{Reply: chat.Reply{
		Headline: fmt.Sprintf("%s: a copy of %s from %s%s.", dump.Name, echo(string(database)), o, w),
	}}, nil
}

func (w wish) String() string {
	s := ""
	if len(w.tables) > 0 {
		s += ", only " + enumerate(w.tables)
	}
	if len(w.exclude) > 0 {
		s += ", without " + enumerate(w.exclude)
	}
	if w.schemaOnly {
		s += ", definitions only"
	}
	return s
}
