package settings

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTheDocumentationHasEveryKey(t *testing.T) {
	data, err := os.ReadFile("../../docs/bot.md")
	if err != nil {
		t.Fatal(err)
	}
	section := regexp.MustCompile(`(?s)\n## Settings\n.*?\n## `).Find(data)
	var documented []string
	for _, row := range regexp.MustCompile("(?m)^\\| `(\\w+)` \\|").FindAllSubmatch(section, -1) {
		documented = append(documented, string(row[1]))
	}
	slices.Sort(documented)
	if diff := cmp.Diff(keys(reflect.TypeFor[file]()), documented); diff != "" {
		t.Errorf("(-settings +docs/bot.md)\n%s", diff)
	}
	example := regexp.MustCompile("(?s)```yaml fragment\n(.*?)services:").FindSubmatch(section)
	if example == nil {
		t.Fatal("docs/bot.md has no example")
	}
	made := Drivers{"one": nil}
	if _, problems := Parse(append(example[1], "services: [{two: {}}]"...), made); len(problems) != 1 {
		t.Errorf("the example: %v", problems)
	}
}
