package crd_test

import (
	"strings"
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
)

func repeat(s string, n int) string { return strings.Repeat(s, n) }

// A rule that no case sees refusing something may as well not be there.
func TestEveryRuleRefusesSomethingInATest(t *testing.T) {
	var refusals []string
	for _, table := range []map[string]verdict{sourceVerdicts, storageVerdicts, allowListVerdicts, dumpVerdicts} {
		for _, tc := range table {
			refusals = append(refusals, tc.refusal)
		}
	}
	for _, tc := range dumpTransitions {
		refusals = append(refusals, tc.refusal)
	}
	for _, kind := range kinds {
		walk(kind, schemaOf(t, kind), func(path string, s apiextensionsv1.JSONSchemaProps) {
			for _, rule := range s.XValidations {
				if rule.Message == "" {
					t.Errorf("%s: the rule %s has no message for people", path, rule.Rule)
				}
				if !anyNonEmptyPart(refusals, rule.Message) {
					t.Errorf("%s: nothing is refused with %q", path, rule.Message)
				}
			}
		})
	}
}

// anyNonEmptyPart reports whether one of the parts, but not the empty one, is in the message.
func anyNonEmptyPart(parts []string, message string) bool {
	for _, part := range parts {
		if part != "" && strings.Contains(message, part) {
			return true
		}
	}
	return false
}
