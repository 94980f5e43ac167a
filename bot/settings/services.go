package settings

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/volcado-io/volcado/bot/chat"
)

// Driver makes a service of its section of the settings, in JSON. at is the path of the section, for problems.
type Driver func(at string, section []byte) (chat.Service, Problems)

// Drivers by the name under which a section stands.
type Drivers map[string]Driver

// Of makes a Driver of a driver's constructor. Config is a struct whose json tags are the keys of its section; nothing
// else is accepted there. The constructor judges the values: its error names the key and says what to do. It asks no
// network, because one service that is away would keep all others from starting, and reads no token.
func Of[Config any](build func(Config) (chat.Service, error)) Driver {
	return func(at string, section []byte) (chat.Service, Problems) {
		var config Config
		if problems := decode(at, section, &config); len(problems) > 0 {
			return nil, problems
		}
		service, err := build(config)
		if err != nil {
			return nil, Problems{fmt.Errorf("%s: %w", at, err)}
		}
		return service, nil
	}
}

// platform and workspace of a service as an allow-list can name them.
var (
	platform  = regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}$`)
	workspace = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$`)
)

// make all services.
func (d Drivers) make(sections []map[string]json.RawMessage) ([]chat.Service, Problems) {
	if len(sections) == 0 {
		return nil, Problems{fmt.Errorf("services: no chat service is set; %s", d.offer())}
	}
	var services []chat.Service
	var problems Problems
	seen := map[chat.ServiceID]string{}
	for i, section := range sections {
		at := fmt.Sprintf("services[%d]", i)
		if len(section) != 1 {
			problems = append(problems, fmt.Errorf("%s: has %d keys and must have one, the driver's name; begin each service with a dash of its own", at, len(section)))
			continue
		}
		for name, values := range section {
			at := join(at, name)
			service, wrong := d.one(at, name, values)
			if len(wrong) > 0 {
				problems = append(problems, wrong...)
				continue
			}
			id := service.ID()
			if other, twice := seen[id]; twice {
				problems = append(problems, fmt.Errorf("%s: is the service %s, as %s is; remove one, or give it a workspace of its own", at, id, other))
				continue
			}
			seen[id] = at
			services = append(services, service)
		}
	}
	return services, problems
}

func (d Drivers) one(at, name string, values []byte) (chat.Service, Problems) {
	driver, known := d[name]
	if !known {
		return nil, Problems{fmt.Errorf("%s: there is no such driver; %s", at, d.offer())}
	}
	if string(values) == "null" {
		values = []byte("{}") // the driver says what it lacks
	}
	service, problems := driver(at, values)
	if len(problems) > 0 {
		return nil, problems
	}
	if err := checkID(service.ID()); err != nil {
		return nil, Problems{fmt.Errorf("%s: %w", at, err)}
	}
	return service, nil
}

func checkID(id chat.ServiceID) error {
	switch {
	case !platform.MatchString(id.Platform):
		return fmt.Errorf("the driver calls its platform %q, which no allow-list can name", id.Platform)
	case id.Workspace == "":
		return errors.New("has no workspace, so its users could not be told from those of another server")
	case !workspace.MatchString(id.Workspace):
		return fmt.Errorf("no allow-list can name the workspace %q; it has up to 64 letters, digits and _ . -, and begins with a letter or digit", id.Workspace)
	}
	return nil
}

// offer says which drivers there are.
func (d Drivers) offer() string {
	return "there are drivers for " + strings.Join(slices.Sorted(maps.Keys(d)), ", ") + "; docs/bot.md has their keys"
}
