package client

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/servererror"
	"github.com/volcado-io/volcado/dumper/sqltext"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/text"
)

// harmless lines of the clients' error stream, exactly as they are written. Everything else makes a dump fail, exit
// code 0 or not: clients have ended with 0 after an error.
var harmless = []string{}

// The forms in which the clients report a server's error. The text may span lines.
var (
	gotError = regexp.MustCompile(`(?s)Got error: (\d+): "?(.*?)"? when (.*)`)
	rowError = regexp.MustCompile("(?s)Error (\\d+): (.*?) when dumping table `(.*?)` at row: \\d+")
	executed = regexp.MustCompile(`(?s)Couldn't execute '(.*)': (.*) \((\d+)\)`)
	noTable  = regexp.MustCompile(`Couldn't find table: "?(.*?)"?$`)
	// altered is what mysqldump says of a table that has another number of columns than when it asked for them.
	altered = regexp.MustCompile("Error in field count for table: `?(.*?)`? ! *Aborting")
)

// connecting ends what the clients write of a server that they could not connect to. It can have answered before its
// certificate was verified, so it is not quoted.
const connecting = "when trying to connect"

// Verdict is nil when the client ended well and said nothing; otherwise it says what went wrong.
func (e Exit) Verdict(program *Program, at servererror.Origin) error {
	complaint := complaint(e.Stderr)
	if e.Code == 0 && complaint == "" {
		return nil
	}
	if strings.Contains(complaint, connecting) {
		at = at.Unverified()
	}
	if m := rowError.FindStringSubmatch(complaint); m != nil {
		if table := sqltext.UnquoteName("`" + m[3] + "`"); at.Knows(table) {
			at.Doing = "reading table " + strconv.Quote(table)
		}
		return told(m[1], m[2], at)
	}
	if m := gotError.FindStringSubmatch(complaint); m != nil {
		at.Doing = quoted(at.Quote.Quote(m[3]))
		return told(m[1], m[2], at)
	}
	if m := executed.FindStringSubmatch(complaint); m != nil {
		if query := quoted(at.Quote.Quote(m[1])); query != "" {
			at.Doing = "running " + query
		}
		return told(m[3], m[2], at)
	}
	if strings.Contains(complaint, "insufficient privileges to") || strings.Contains(complaint, "insufficent privileges to") {
		return result.Errorf(contract.InsufficientPrivileges, "let the account read the text of routines: SELECT on mysql.proc (MariaDB, and MySQL before 8) or SHOW_ROUTINE (MySQL)",
			"%s at %s does not let the user %q copy all of database %q%s", at.Engine, at.Address, at.Username, at.Database, after(": ", quoted(at.Quote.Quote(complaint))))
	}
	if m := noTable.FindStringSubmatch(firstLine(complaint)); m != nil {
		return changed(m[1], "went away before it was copied", at)
	}
	if m := altered.FindStringSubmatch(firstLine(complaint)); m != nil {
		return changed(sqltext.UnquoteName("`"+m[1]+"`"), "was altered before it was copied", at)
	}
	return e.unexplained(program, complaint, at)
}

func changed(name, how string, at servererror.Origin) error {
	table := "a table"
	if at.Knows(name) {
		table = "table " + strconv.Quote(name)
	}
	return result.Errorf(contract.TableDefinitionChanged, "dump when nobody alters, drops or renames tables",
		"%s of database %q on %s %s", table, at.Database, at.Address, how)
}

func (e Exit) unexplained(program *Program, complaint string, at servererror.Origin) error {
	name := program.Name()
	if complaint == "" {
		return e.silent(name)
	}
	words := quoted(at.Quote.Quote(complaint))
	switch {
	case words == "" && e.Code == 0:
		return result.Errorf(contract.ClientFailed, "look at the server's error log, or run the client by hand", "%s complained, although its exit code is 0; %s", name, at.Quote.Withheld())
	case words == "":
		failure := e.silent(name)
		return result.Errorf(failure.Reason, failure.Hint, "%s; %s", failure.Message, at.Quote.Withheld())
	}
	hint := "read what the client says"
	if e.Code == exitNoMemory || strings.Contains(complaint, "ut of memory") {
		hint = hintMemory
	}
	return result.Errorf(contract.ClientFailed, hint, "%s failed: %s", name, words)
}

func told(number, text string, at servererror.Origin) error {
	n, err := strconv.Atoi(number)
	if err != nil {
		n = 0
	}
	return servererror.Told(n, text, at)
}

// after is the text behind a mark, or nothing.
func after(mark, text string) string {
	if text == "" {
		return ""
	}
	return mark + text
}

// complaint is the error stream without blank and harmless lines.
func complaint(stderr string) string {
	var kept []string
	for line := range strings.Lines(stderr) {
		line = strings.TrimRight(line, "\r\n")
		if strings.TrimSpace(line) != "" && !slices.Contains(harmless, line) {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n")
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// quoted is what the client said, as a sentence can hold it.
func quoted(complaint string) string { return text.OneLine(complaint, 200) }
