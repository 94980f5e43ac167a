package lang

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"reflect"
	"slices"
	"strings"
	"text/template"
	"text/template/parse"

	"sigs.k8s.io/yaml"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/view"
)

//go:embed catalogue
var files embed.FS

// catalogue is one language's words, by key: "<View>.<slot>", or "<group>.<name>" for what several views share. Each is a
// text/template; one can include another by its key.
type catalogue struct {
	manner
	texts *template.Template
}

// load reads all files of one language. A key that stands twice is an error.
func load(m manner) (*catalogue, error) {
	c := &catalogue{manner: m}
	c.texts = template.New(m.tag).Option("missingkey=error").Funcs(c.funcs())
	folder := path.Join("catalogue", m.tag)
	names, err := fs.Glob(files, folder+"/*.yaml")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		data, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if err := c.parse(data); err != nil {
			return nil, fmt.Errorf("%s: %w", path.Base(name), err)
		}
	}
	for _, t := range c.texts.Templates() {
		makeInert(t.Tree, t.Root)
	}
	return c, nil
}

// parse takes in the entries of one file.
func (c *catalogue) parse(data []byte) error {
	var entries map[string]string
	if err := yaml.UnmarshalStrict(data, &entries); err != nil {
		return err
	}
	for key, text := range entries {
		if c.has(key) {
			return fmt.Errorf("%s stands twice", key)
		}
		if _, err := c.texts.New(key).Parse(text); err != nil {
			return err
		}
	}
	return nil
}

// makeInert has every action of a template write its data through the function inert, as html/template does it with its
// escapers: so no entry can forget it.
func makeInert(tree *parse.Tree, node parse.Node) {
	switch n := node.(type) {
	case *parse.ListNode:
		if n == nil {
			return
		}
		for _, child := range n.Nodes {
			makeInert(tree, child)
		}
	case *parse.IfNode:
		makeInert(tree, n.List)
		makeInert(tree, n.ElseList)
	case *parse.WithNode:
		makeInert(tree, n.List)
		makeInert(tree, n.ElseList)
	case *parse.RangeNode:
		makeInert(tree, n.List)
		makeInert(tree, n.ElseList)
	case *parse.ActionNode:
		if len(n.Pipe.Decl) == 0 {
			n.Pipe.Cmds = append(n.Pipe.Cmds, &parse.CommandNode{
				NodeType: parse.NodeCommand, Pos: n.Pos,
				Args: []parse.Node{parse.NewIdentifier("inert").SetTree(tree).SetPos(n.Pos)},
			})
		}
	}
}

func (c *catalogue) has(key string) bool { return c.texts.Lookup(key) != nil }

// say executes one entry. What cannot be said, which the tests rule out, is said by its key: somebody has to see it.
func (c *catalogue) say(key string, data any) string {
	var b strings.Builder
	if err := c.texts.ExecuteTemplate(&b, key, data); err != nil {
		return key
	}
	return strings.TrimSpace(b.String())
}

// sayIf executes an entry that need not be there.
func (c *catalogue) sayIf(key string, data any) string {
	if !c.has(key) {
		return ""
	}
	return c.say(key, data)
}

// base is a reply with what most views have: a headline, and where the catalogue has them, a line and a closing.
func (c *catalogue) base(severity chat.Severity, v view.View) chat.Reply {
	name := reflect.TypeOf(v).Name()
	return chat.Reply{
		Severity: severity,
		Headline: c.say(name+".headline", v),
		Lines:    present(c.sayIf(name+".line", v)),
		Closing:  c.sayIf(name+".closing", v),
	}
}

// lines are paragraphs. What comes out empty is not one.
func (c *catalogue) lines(data any, keys ...string) []string {
	var lines []string
	for _, key := range keys {
		lines = append(lines, c.say(key, data))
	}
	return present(lines...)
}

// present are the lines that say something.
func present(lines ...string) []string {
	return slices.DeleteFunc(lines, func(line string) bool { return line == "" })
}

// field has a label of the catalogue and a value that is data. Without a value it is none; fields drops those.
func (c *catalogue) field(label, value string) chat.Field {
	return chat.Field{Name: c.say("label."+label, nil), Value: oneLine(value)}
}

func fields(all ...chat.Field) []chat.Field {
	return slices.DeleteFunc(all, func(f chat.Field) bool { return f.Value == "" })
}

// row of a table. Each cell is one line.
func row(cells ...string) []string {
	for i := range cells {
		cells[i] = oneLine(cells[i])
	}
	return cells
}

// header is the first row of a table.
func (c *catalogue) header(names ...string) []string {
	var cells []string
	for _, name := range names {
		cells = append(cells, c.say("header."+name, nil))
	}
	return cells
}

// action is a button: the command, and what it is about.
func (c *catalogue) action(command, line string) chat.Action {
	return chat.Action{Label: c.say("action."+command, nil), Line: line, Danger: command == "cancel"}
}
