package langtest

import (
	"time"

	"github.com/volcado-io/volcado/bot/grammar"
	"github.com/volcado-io/volcado/bot/view"
)

func talkSamples() map[string]view.View {
	written := time.Date(2026, 3, 1, 14, 5, 0, 0, time.UTC)
	samples := map[string]view.View{
		"Hello-somebody":         view.Hello{Name: "Alice"},
		"Hello-nobody":           view.Hello{},
		"Prompt-plain":           view.Prompt{User: "alice"},
		"Overview-plain":         view.Overview{Commands: grammar.Commands()},
		"Unreadable-empty":       view.Unreadable{Line: grammar.LineError{Empty: true}},
		"Unreadable-unclosed":    view.Unreadable{Line: grammar.LineError{Unclosed: true}},
		"Unreadable-invalid":     view.Unreadable{Line: grammar.LineError{Invalid: true}},
		"Unreadable-too-long":    view.Unreadable{Line: grammar.LineError{TooLong: 4000}},
		"Unreadable-control":     view.Unreadable{Line: grammar.LineError{Control: "U+0007"}},
		"UnknownCommand-near":    view.UnknownCommand{Typed: "dmup", Near: "dump"},
		"UnknownCommand-far":     view.UnknownCommand{Typed: "please"},
		"Whoami-direct":          view.Whoami{IDs: Direct, ChannelKind: "Direct"},
		"Whoami-private-channel": view.Whoami{IDs: elsewhere, ChannelKind: "Private"},
		"Whoami-public-channel":  view.Whoami{IDs: elsewhere, ChannelKind: "Public"},
		"Whoami-shared-channel":  view.Whoami{IDs: elsewhere, ChannelKind: "Shared"},
		"TooOld-plain": view.TooOld{
			Line: `dump shop --reason "reproduce SHOP-123"`, Written: written, Window: time.Hour,
		},
		"TooOld-a-form":        view.TooOld{Written: written, Window: 90 * time.Minute},
		"Edited-plain":         view.Edited{},
		"InDirect-plain":       view.InDirect{},
		"NotInDirect-plain":    view.NotInDirect{},
		"AskedInChannel-plain": view.AskedInChannel{},
		"Outsiders-plain":      view.Outsiders{},
		"NotMember-plain":      view.NotMember{},
		"Leaving-one":          view.Leaving{Dumps: []string{dumpName}},
		"Leaving-two":          view.Leaving{Dumps: []string{dumpName, "shop-2m8d0vq4w6n1z7tb"}},
		"Leaving-unknown":      view.Leaving{Unknown: true},
		"Detached-plain":       view.Detached{Dump: dumpName},
		"Stopped-plain":        view.Stopped{},
	}
	for _, c := range grammar.Commands() {
		samples["Help-"+c.Name] = view.Help{Command: c}
	}
	return samples
}

func usageSamples() map[string]view.View {
	dump, _ := grammar.Lookup("dump")
	options := []string{"tables", "exclude", "schema-only", "reason"}
	usage := func(command string, p grammar.Problem) view.Usage {
		c, _ := grammar.Lookup(command)
		return view.Usage{Command: c, Problem: p}
	}
	samples := map[string]view.View{
		"Usage-missing-source":          usage("dump", grammar.Problem{Kind: grammar.MissingSource}),
		"Usage-missing-database":        usage("dumpdb", grammar.Problem{Kind: grammar.MissingDatabase}),
		"Usage-missing-dump":            usage("cancel", grammar.Problem{Kind: grammar.MissingDump}),
		"Usage-missing-span":            usage("keep", grammar.Problem{Kind: grammar.MissingSpan}),
		"Usage-bad-span":                usage("keep", grammar.Problem{Kind: grammar.BadSpan, Typed: "for ever"}),
		"Usage-too-many-words":          usage("dump", grammar.Problem{Kind: grammar.TooManyWords, Typed: "please", Most: 2, Count: 3}),
		"Usage-too-many-words-database": usage("dump", grammar.Problem{Kind: grammar.TooManyWords, Typed: "eu", Value: `"shop eu"`, Most: 2, Count: 3}),
		"Usage-torn-list":               usage("dump", grammar.Problem{Kind: grammar.TornList, Typed: "customers", Option: "tables", Value: "orders,customers"}),
		"Usage-torn-text":               usage("dump", grammar.Problem{Kind: grammar.TornText, Typed: "SHOP-123", Option: "reason", Value: `"reproduce SHOP-123"`}),
		"Usage-unknown-option-near":     usage("dump", grammar.Problem{Kind: grammar.UnknownOption, Typed: "--tabels", Near: "tables", Known: options}),
		"Usage-unknown-option-far":      usage("dump", grammar.Problem{Kind: grammar.UnknownOption, Typed: "--force", Known: options}),
		"Usage-no-options":              usage("list", grammar.Problem{Kind: grammar.UnknownOption, Typed: "--all"}),
		"Usage-option-needs":            usage("dump", grammar.Problem{Kind: grammar.OptionNeeds, Option: "tables", Value: "a,b"}),
		"Usage-switch-needs":            usage("dump", grammar.Problem{Kind: grammar.OptionNeeds, Option: "schema-only", Typed: "perhaps", Known: []string{"yes", "no"}}),
		"Usage-option-takes-none":       usage("dump", grammar.Problem{Kind: grammar.OptionTakesNone, Option: "schema-only", Typed: "--schema-only=1"}),
		"Usage-option-twice":            usage("dump", grammar.Problem{Kind: grammar.OptionTwice, Option: "reason"}),
		"Usage-options-conflict":        usage("dump", grammar.Problem{Kind: grammar.OptionsConflict, Option: "exclude", Known: options[:2]}),
		"Usage-too-many-entries":        usage("dump", grammar.Problem{Kind: grammar.TooManyEntries, Option: "tables", Most: 256, Count: 300}),
		"Usage-too-long":                usage("dump", grammar.Problem{Kind: grammar.TooLong, Option: "reason", Most: 500, Count: 612}),
		"Usage-too-long-an-argument":    usage("dump", grammar.Problem{Kind: grammar.TooLong, Most: 4000}),
		"Usage-system-database":         usage("dump", grammar.Problem{Kind: grammar.SystemDatabase, Typed: "mysql"}),
		"Usage-unreadable-control":      usage("dump", grammar.Problem{Kind: grammar.Unreadable, Typed: "U+0007"}),
		"Usage-unreadable-bytes":        usage("dump", grammar.Problem{Kind: grammar.Unreadable}),
		"Usage-unknown-typed":           usage("dump", grammar.Problem{Kind: "SomethingNew", Typed: "x"}),
		"Usage-unknown":                 usage("dump", grammar.Problem{Kind: "SomethingNew"}),
	}
	names := []grammar.NameProblem{
		grammar.NameEmpty, grammar.NameTooLong, grammar.NameDash, grammar.NameSpace, grammar.NameDot, grammar.NameStar, grammar.NameCharacters,
	}
	for _, kind := range []grammar.ProblemKind{grammar.BadDatabase, grammar.BadTable, grammar.BadPattern} {
		for _, name := range names {
			samples["Usage-"+string(kind)+"-"+string(name)] = view.Usage{
				Command: dump, Problem: grammar.Problem{Kind: kind, Typed: "a b", Most: 64, Name: name},
			}
		}
	}
	return samples
}

func troubleSamples() map[string]view.View {
	until := time.Date(2026, 3, 1, 15, 5, 0, 0, time.UTC)
	samples := map[string]view.View{"Trouble-unknown": view.Trouble{Kind: "SomethingNew"}}
	for kind, detail := range map[view.TroubleKind]string{
		view.TroubleToken: "", view.TroubleForbidden: "User \"bot\" cannot list resource \"databasesources\"", view.TroubleKinds: "",
		view.TroubleInvalid: "reason: must be one line", view.TroubleBusy: "the server is currently unable to handle the request",
		view.TroubleTimeout: "", view.TroubleNetwork: "10.0.0.1:6443: connection refused", view.TroubleRefused: "no", view.TroubleBot: "",
	} {
		samples["Trouble-"+string(kind)] = view.Trouble{Kind: kind}
		if detail != "" {
			samples["Trouble-"+string(kind)+"-with-a-detail"] = view.Trouble{Kind: kind, Detail: detail}
		}
	}
	for _, kind := range []view.TroubleKind{view.TroubleBusy, view.TroubleTimeout, view.TroubleNetwork} {
		samples["Trouble-"+string(kind)+"-still-trying"] = view.Trouble{Kind: kind, Until: until}
	}
	return samples
}
