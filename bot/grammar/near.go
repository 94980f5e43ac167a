package grammar

import (
	"strings"

	"github.com/volcado-io/volcado/internal/text"
)

// What people type who come from another tool, or who take the command for a word of their own language, and the command
// that they look for. It is offered, not executed (but see harmless): in the other tool it may do something else.
var otherCommands = map[string]string{
	"backup": "dump", "copy": "dump", "export": "dump", "mysqldump": "dump", "snapshot": "dump",
	"ls": "list", "ps": "list", "jobs": "list", "dumps": "list", "history": "list",
	"stop": "cancel", "abort": "cancel", "kill": "cancel",
	"?": "help", "commands": "help", "usage": "help",
	"retry": "again", "rerun": "again", "repeat": "again",
	"download": "how", "restore": "how", "get": "how", "fetch": "how",
	"databases": "sources", "dbs": "sources",
	"extend": "keep", "prolong": "keep", "retain": "keep",
	"watch": "follow", "join": "follow", "wait": "follow",
	"hi": "hello", "hey": "hello", "progress": "status",

	"ayuda": "help", "hola": "hello", "buenas": "hello", "copia": "dump", "copiar": "dump", "respaldo": "dump", "estado": "status",
	"cancelar": "cancel", "lista": "list", "fuentes": "sources", "seguir": "follow", "repetir": "again",
	"conservar": "keep", "guardar": "keep", "mantener": "keep",
}

// otherOptions is otherCommands for options; they are those of mysqldump and its kin.
var otherOptions = map[string]string{
	"no-data": "schema-only", "schema": "schema-only", "structure-only": "schema-only",
	"only": "tables", "include": "tables",
	"ignore": "exclude", "ignore-table": "exclude", "ignore-tables": "exclude", "except": "exclude", "without": "exclude",
	"why": "reason", "comment": "reason", "message": "reason",
}

// harmless is the command that a greeting or a call for help in other words stands for. These alone are executed: nothing can
// come of them.
func harmless(typed string) (Command, bool) {
	if near := otherCommands[strings.ToLower(bare(typed))]; near == "hello" || near == "help" {
		return Lookup(near)
	}
	return Command{}, false
}

// Near is the command that somebody most likely meant, or empty. It is to be offered.
func Near(typed string) string {
	word := bare(typed)
	if other, ok := otherCommands[strings.ToLower(word)]; ok {
		return other
	}
	var names []string
	for _, c := range Commands() {
		names = append(names, c.Name)
	}
	return text.Nearest(word, names)
}

// bare is a word without the punctuation and mark-up around it: "dump," or **dump**.
func bare(typed string) string {
	if word := strings.Trim(typed, prefixes+"*_~`.,:;?¿¡\"'"); word != "" {
		return word
	}
	return typed
}

func (c Command) nearOption(typed string) string {
	if other := otherOptions[strings.ToLower(typed)]; other != "" {
		if _, has := c.option(other); has {
			return other
		}
	}
	return text.Nearest(typed, c.optionNames())
}
