package grammar

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLinesThatCannotBeRead(t *testing.T) {
	for name, tc := range map[string]struct {
		line string
		want LineError
	}{
		"nothing":                         {"", LineError{Empty: true}},
		"spaces":                          {" \u00a0\t\n", LineError{Empty: true}},
		"a prefix alone":                  {"!", LineError{Empty: true}},
		"quotes with nothing in them":     {`""`, LineError{Empty: true}},
		"a quote that is not closed":      {`dump "shop`, LineError{Unclosed: true}},
		"a single quote likewise":         {"dump 'shop", LineError{Unclosed: true}},
		"what would clear a terminal":     {"dump \x1b[2Jshop", LineError{Control: "U+001B"}},
		"a null character":                {"dump\x00", LineError{Control: "U+0000"}},
		"a control character beyond 0x7f": {"dump \u009b31m", LineError{Control: "U+009B"}},
		"bytes that are not UTF-8":        {"dump \xff", LineError{Invalid: true}},
		"too many characters":             {strings.Repeat("x", 1e4), LineError{TooLong: 4000}},
		"one character too many":          {strings.Repeat("é", 4001), LineError{TooLong: 4000}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse(tc.line)
			var got *LineError
			if !errors.As(err, &got) || *got != tc.want {
				t.Errorf("%.40q: got %v, want %v", tc.line, err, &tc.want)
			}
		})
	}
}

func TestUnknownCommands(t *testing.T) {
	for name, tc := range map[string]struct{ line, typed, near string }{
		"two letters swapped":                    {"dmup shop", "dmup", "dump"},
		"with a prefix":                          {"/statsu", "statsu", "status"},
		"another word altogether":                {"people", "people", ""},
		"what another tool calls it":             {"Backup shop", "Backup", "dump"},
		"what a shell calls it":                  {"ls", "ls", "list"},
		"what it is called in Spanish":           {"¿estado?", "¿estado?", "status"},
		"a greeting that goes on":                {"hola, bot", "hola,", "hello"},
		"a command with a comma":                 {"dump, please", "dump,", "dump"},
		"a bold word that is no command":         {"**dmup** shop", "**dmup**", "dump"},
		"a star that nothing closes":             {"*dump shop --exclude *log*", "*dump", "dump"},
		"a question that is longer than a word":  {"sources? please", "sources?", "sources"},
		"an option before the command":           {"--schema-only dump shop", "--schema-only", ""},
		"a command in quotes, with its argument": {`"dump shop" x`, "dump shop", ""},
		"what is repeated has its characters":    {"du\u202emp", "du\u202emp", "dump"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse(tc.line)
			var got *UnknownCommandError
			if !errors.As(err, &got) {
				t.Fatalf("got %v", err)
			}
			if diff := cmp.Diff(UnknownCommandError{tc.typed, tc.near}, *got); diff != "" {
				t.Errorf("%q (-want +got)\n%s", tc.line, diff)
			}
		})
	}
}

func TestCommandsAlone(t *testing.T) {
	for line, want := range map[string]Request{
		"help":           {Command: "help"},
		"Help?":          {Command: "help"},
		"status.":        {Command: "status"},
		"hello!!":        {Command: "hello"},
		"¡Hola!":         {Command: "hello"},
		"hi":             {Command: "hello"},
		"?":              {Command: "help"},
		"¿ayuda?":        {Command: "help"},
		"/list?":         {Command: "list"},
		"help dump?":     {Command: "help", Arguments: []string{"dump?"}},
		"status shop-7.": {Command: "status", Arguments: []string{"shop-7."}},
		`status ""`:      {Command: "status", Arguments: []string{""}},
	} {
		got, err := Parse(line)
		if err != nil {
			t.Errorf("%q: %v", line, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got)\n%s", line, diff)
		}
	}
}

func TestArguments(t *testing.T) {
	dump := func(arguments ...string) Request { return Request{Command: "dump", Arguments: arguments} }
	only := func(r Request) Request {
		r.setSwitch("schema-only")
		return r
	}
	tables := func(r Request, entries ...string) Request {
		r.addToList("tables", entries)
		return r
	}
	reason := func(r Request, text string) Request {
		r.setText("reason", text)
		return r
	}
	for name, tc := range map[string]struct {
		line string
		want Request
	}{
		"options may stand anywhere":                   {"--schema-only shop db", only(dump("shop", "db"))},
		"a list by commas":                             {"shop --tables a,b", tables(dump("shop"), "a", "b")},
		"a list goes on after a comma and a space":     {"shop db --tables a, b", tables(dump("shop", "db"), "a", "b")},
		"a list goes on with a comma after a space":    {"shop --tables a , b --schema-only", only(tables(dump("shop"), "a", "b"))},
		"the source after a list":                      {"--tables a,b shop db", tables(dump("shop", "db"), "a", "b")},
		"the source after a reason":                    {"--reason x shop", reason(dump("shop"), "x")},
		"a database in quotes after a list":            {`shop --tables a "db"`, tables(dump("shop", "db"), "a")},
		"a database after an option of its own":        {"shop --tables a --schema-only db", only(tables(dump("shop", "db"), "a"))},
		"a database of an option's name, in quotes":    {`shop -- "tables"`, dump("shop", "tables")},
		"a list with an equals sign":                   {"shop --tables=a,b --reason=x=y", reason(tables(dump("shop"), "a", "b"), "x=y")},
		"a list given twice, with the same name twice": {"shop --tables a,b --tables b,c", tables(dump("shop"), "a", "b", "c")},
		"a list of names with spaces":                  {`shop --tables "a b, c d"`, tables(dump("shop"), "a b", "c d")},
		"option names in another case":                 {"shop --Schema-Only", only(dump("shop"))},
		"two long dashes, each kept by an editor":      {"shop −−schema-only", only(dump("shop"))},
		"an em dash beside a hyphen":                   {"shop —-schema-only", only(dump("shop"))},
		"a long dash within an option's name":          {"shop --schema–only", only(dump("shop"))},
		"a switch twice":                               {"shop --schema-only --schema-only", only(dump("shop"))},
		"after -- nothing is an option":                {"-- --tables -x", dump("--tables", "-x")},
		"in quotes nothing is an option":               {`"--schema-only" "x-"`, dump("--schema-only", "x-")},
		"quoted dashes are an argument":                {`"--" shop`, dump("--", "shop")},
		"a reason may begin with one dash":             {"shop --reason -x", reason(dump("shop"), "-x")},
		"a reason in quotes may begin with two":        {`shop --reason "--x"`, reason(dump("shop"), "--x")},
		"a reason may be empty":                        {`shop --reason ""`, reason(dump("shop"), "")},
		"a source stands as it was typed":              {"CRM/Shop", dump("CRM/Shop")},
	} {
		t.Run(name, func(t *testing.T) {
			words, _ := split("dump " + tc.line)
			c, _ := Lookup("dump")
			got, problem := sortOut(c, words[1:])
			if problem != nil {
				t.Fatalf("%+v", problem)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// Chats mark up a single word as they do a line. The marks are taken off where they cannot be part of the name.
func TestMarksAroundAWord(t *testing.T) {
	dump := func(arguments ...string) Request { return Request{Command: "dump", Arguments: arguments} }
	tables := func(option string, entries ...string) Request {
		return Request{Command: "dump", Arguments: []string{"shop"}, Lists: map[string][]string{option: entries}}
	}
	for name, tc := range map[string]struct {
		line string
		want Request
	}{
		"a source in code":                         {"dump `crm/shop`", dump("crm/shop")},
		"in code of two backticks":                 {"dump ``shop``", dump("shop")},
		"bold":                                     {"dump **shop**", dump("shop")},
		"bold, as Slack has it":                    {"dump *shop* *crm*", dump("shop", "crm")},
		"struck through":                           {"dump ~~shop~~ ~crm~", dump("shop", "crm")},
		"several at once":                          {"dump **`shop`** *~crm~*", dump("shop", "crm")},
		"italic, where no name has an underline":   {"dump _shop_", dump("shop")},
		"not italic, where a database may have it": {"dump shop _crm_", dump("shop", "_crm_")},
		"but what is around that":                  {"dump shop **_crm_**", dump("shop", "_crm_")},
		"around what is in quotes":                 {"dump shop **“my db”**", dump("shop", "my db")},
		"around a link":                            {"dump **<http://shop.example|shop.example>**", dump("shop.example")},
		"the command":                              {"`dump` `shop`", dump("shop")},
		"the command and the source, bold":         {"*dump* *shop*", dump("shop")},
		"both in two stars":                        {"**DUMP** **shop**", dump("shop")},
		"the beginning of a dump's name":           {"status `shop-`", Request{Command: "status", Arguments: []string{"shop-"}}},
		"a command to explain":                     {"help **dump**", Request{Command: "help", Arguments: []string{"dump"}}},
		"the names of tables":                      {"dump shop --tables `a`,~~b~~ , `_c_`", tables("tables", "a", "b", "_c_")},
		"not the stars of a pattern":               {"dump shop --exclude *a*,**b**,*,**,c_*,*_d", tables("exclude", "*a*", "**b**", "*", "**", "c_*", "*_d")},
		"code around a pattern":                    {"dump shop --exclude `*_log`", tables("exclude", "*_log")},
		"not on one side":                          {"dump *shop", dump("*shop")},
		"not around nothing":                       {"dump **", dump("**")},
		"not around what is no name":               {"dump **--schema-only**", dump("**--schema-only**")},
		"not within quotes":                        {"dump '**shop**'", dump("**shop**")},
		"not in a reason": {
			"dump shop --reason **urgent**",
			Request{Command: "dump", Arguments: []string{"shop"}, Texts: map[string]string{"reason": "**urgent**"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Parse(tc.line)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s (-want +got)\n%s", tc.line, diff)
			}
		})
	}
	// A star around a table's name is more likely a pattern in the wrong place.
	var usage *UsageError
	if _, err := Parse("dump shop --tables *log*"); !errors.As(err, &usage) || usage.Problem.Name != NameStar {
		t.Errorf("stars around a table's name: %v", err)
	}
}

func TestUsageErrors(t *testing.T) {
	options := []string{"tables", "exclude", "schema-only", "reason"}
	unknown := func(typed, near string) Problem {
		return Problem{Kind: UnknownOption, Typed: typed, Near: near, Known: options}
	}
	long := strings.Repeat("x", 65)
	for name, tc := range map[string]struct {
		line string
		want Problem
	}{
		"no source":                                {"dump", Problem{Kind: MissingSource}},
		"an empty source":                          {`dump ""`, Problem{Kind: MissingSource}},
		"no source, with a question mark":          {"dump?", Problem{Kind: MissingSource}},
		"options alone":                            {"dump --schema-only", Problem{Kind: MissingSource}},
		"no source to ask why":                     {"why", Problem{Kind: MissingSource}},
		"no database":                              {"dumpdb", Problem{Kind: MissingDatabase}},
		"no dump to cancel":                        {"cancel", Problem{Kind: MissingDump}},
		"no dump to follow":                        {"follow", Problem{Kind: MissingDump}},
		"no dump to repeat":                        {"again", Problem{Kind: MissingDump}},
		"too many arguments":                       {"dump a b c", Problem{Kind: TooManyWords, Typed: "c", Value: `"b c"`, Most: 2, Count: 3}},
		"two dumps":                                {"cancel a b", Problem{Kind: TooManyWords, Typed: "b", Most: 1, Count: 2}},
		"a space in the place of a comma":          {"dump shop --tables a b", Problem{Kind: TornList, Typed: "b", Option: "tables", Value: "a,b"}},
		"after a name with a space":                {`dump shop --exclude "a b,c" d`, Problem{Kind: TornList, Typed: "d", Option: "exclude", Value: `"a b,c,d"`}},
		"beyond the last argument":                 {"dump shop crm --tables a b", Problem{Kind: TornList, Typed: "b", Option: "tables", Value: "a,b"}},
		"a reason without quotes":                  {"dump shop --reason reproduce SHOP-1", Problem{Kind: TornText, Typed: "SHOP-1", Option: "reason", Value: `"reproduce SHOP-1"`}},
		"a dash apart from the option":             {"dump shop — schema-only", unknown("-- schema-only", "schema-only")},
		"two hyphens apart from it, with a value":  {"dump shop -- Reason=x", unknown("-- Reason", "reason")},
		"an argument where there is none":          {"list all", Problem{Kind: TooManyWords, Typed: "all", Count: 1}},
		"an option where there is none":            {"list --all", Problem{Kind: UnknownOption, Typed: "--all"}},
		"nothing is offered that it does not take": {"cancel x --why y", Problem{Kind: UnknownOption, Typed: "--why"}},
		"again takes no options":                   {"again x --reason y", Problem{Kind: UnknownOption, Typed: "--reason"}},
		"an unknown option has its nearest":        {"dump shop --table a", unknown("--table", "tables")},
		"one dash is not enough":                   {"dump shop -tables a", unknown("-tables", "tables")},
		"an option of mysqldump is none of ours":   {"dump --result-file=x", unknown("--result-file", "")},
		"but one of the same purpose is offered":   {"dump shop --no-data", unknown("--no-data", "schema-only")},
		"what is repeated has its characters":      {"dump --x\u202ey", unknown("--x\u202ey", "")},
		"a dash alone":                             {"dump shop -", unknown("-", "")},
		"a list without entries":                   {"dump shop --tables ,", Problem{Kind: OptionNeeds, Option: "tables", Value: "a,b"}},
		"a list before another option":             {"dump shop --tables --schema-only", Problem{Kind: OptionNeeds, Option: "tables", Value: "a,b"}},
		"a list at the end":                        {"dump shop --tables", Problem{Kind: OptionNeeds, Option: "tables", Value: "a,b"}},
		"a reason at the end":                      {"dump shop —reason", Problem{Kind: OptionNeeds, Option: "reason", Value: `"<text>"`}},
		"a switch with a value":                    {"dump shop --schema-only=no", Problem{Kind: OptionTakesNone, Typed: "--schema-only=no", Option: "schema-only"}},
		"two reasons":                              {"dump shop --reason a --reason b", Problem{Kind: OptionTwice, Option: "reason"}},
		"some tables, and all but some":            {"dump shop --tables a --exclude b", Problem{Kind: OptionsConflict, Option: "exclude", Known: []string{"tables", "exclude"}}},
		"too many tables":                          {"dump shop --tables " + numbered(257), Problem{Kind: TooManyEntries, Option: "tables", Most: 256, Count: 257}},
		"too many exclusions":                      {"dump shop --exclude " + numbered(65), Problem{Kind: TooManyEntries, Option: "exclude", Most: 64, Count: 65}},
		"a reason that is too long":                {"dump shop --reason " + strings.Repeat("é", 501), Problem{Kind: TooLong, Option: "reason", Most: 500, Count: 501}},
		"a table with its database":                {"dump shop --tables a,shop.orders", Problem{Kind: BadTable, Typed: "shop.orders", Option: "tables", Name: NameDot}},
		"a pattern where a name must be":           {"dump shop --tables *_log", Problem{Kind: BadTable, Typed: "*_log", Option: "tables", Name: NameStar}},
		"an option that a list swallowed":          {"dump shop --tables -x", Problem{Kind: BadTable, Typed: "-x", Option: "tables", Name: NameDash}},
		"a pattern that is too long":               {"dump shop --exclude " + long, Problem{Kind: BadPattern, Typed: long, Option: "exclude", Name: NameTooLong, Most: 64, Count: 65}},
		"a system database":                        {"dump shop mysql", Problem{Kind: SystemDatabase, Typed: "mysql"}},
		"a system database by its name alone":      {"dumpdb Information_Schema", Problem{Kind: SystemDatabase, Typed: "Information_Schema"}},
		"a database that is empty":                 {`dump shop ""`, Problem{Kind: BadDatabase, Name: NameEmpty}},
		"a database that looks like an option":     {`dump shop "--schema-only"`, Problem{Kind: BadDatabase, Typed: "--schema-only", Name: NameDash}},
		"a database with a character of no name":   {"dumpdb a/b", Problem{Kind: BadDatabase, Typed: "a/b", Name: NameCharacters}},
		"a link's text that looks like an option":  {"dump shop <http://x.example|--schema-only>", Problem{Kind: BadDatabase, Typed: "--schema-only", Name: NameDash}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse(tc.line)
			var got *UsageError
			if !errors.As(err, &got) {
				t.Fatalf("got %v", err)
			}
			if command := strings.TrimRight(strings.Fields(tc.line)[0], "?"); got.Command.Name != command {
				t.Errorf("it is said of %s", got.Command.Name)
			}
			if diff := cmp.Diff(tc.want, got.Problem); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// numbered is a list of names.
func numbered(count int) string {
	var names []string
	for i := range count {
		names = append(names, string(rune('一'+i)))
	}
	return strings.Join(names, ",")
}

func TestAsMuchAsThereCanBe(t *testing.T) {
	for name, line := range map[string]string{
		"tables":     "dump shop --tables " + numbered(256),
		"exclusions": "dump shop --exclude " + numbered(64),
		"a reason":   "dump shop --reason " + strings.Repeat("é", 500),
		"a name":     "dumpdb " + strings.Repeat("é", 64),
		"a line":     "help " + strings.Repeat("é", 4000-len("help ")),
	} {
		if _, err := Parse(line); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What can never be had is explained by why, so its grammar takes it.
func TestWhyTakesAnyName(t *testing.T) {
	for _, database := range []string{"mysql", "a/b", "-x", ""} {
		got, err := Parse("why shop " + Quote(database))
		if err != nil || got.At(1) != database {
			t.Errorf("%q: got %+v, %v", database, got, err)
		}
	}
}
