package contract_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/internal/contract"
)

func TestAFeatureKeepsACopyOutOfServersWithoutIt(t *testing.T) {
	mariadb := contract.Software{Flavour: "MariaDB", Version: "11.8.9-MariaDB-0+deb13u1"}
	mysql := contract.Software{Flavour: "MySQL", Version: "9.7.4-2"}
	for sentence, c := range map[string]struct {
		of              contract.Software
		into            string
		has, keepsItOut string
	}{
		"the server's own kind":                 {mariadb, "MariaDB", "TypeVector Engines", ""},
		"a newer one":                           {mariadb, "MariaDB 12.1", "TypeVector Engines", ""},
		"the same release, said in short":       {mariadb, "MariaDB 11.8", "TypeVector Engines", ""},
		"an older one":                          {mariadb, "MariaDB 10.11", "TypeVector UCA1400Collations Engines", "TypeVector Engines"},
		"one older than ten":                    {mariadb, "MariaDB 9.7", "UCA1400Collations", "UCA1400Collations"},
		"the other, without anything":           {mariadb, "MySQL", "", ""},
		"the other, with something":             {mariadb, "MySQL", "Sequences TypeVector", "Sequences TypeVector"},
		"the other, with what it has":           {mariadb, "MySQL 9.0", "Sequences TypeVector", "Sequences"},
		"the other, whose age nobody said":      {mysql, "MariaDB", "UCA0900Collations", "UCA0900Collations"},
		"the other, old":                        {mysql, "MariaDB 11.4", "UCA0900Collations", "UCA0900Collations"},
		"the other, new":                        {mysql, "MariaDB 11.4.5", "UCA0900Collations", ""},
		"one that newer dumpers know":           {mysql, "MariaDB 12.3", "Telepathy", "Telepathy"},
		"one that newer dumpers know, at home":  {mysql, "MySQL", "Telepathy", ""},
		"every MariaDB, whose age nobody said":  {mysql, "MariaDB", "GeneratedRows", ""},
		"an older MySQL":                        {mysql, "MySQL 5.7", "UCA0900Collations FunctionalIndexes", "UCA0900Collations FunctionalIndexes"},
		"an older MySQL that has some of it":    {mysql, "MySQL 8.0.12", "UCA0900Collations FunctionalIndexes", "FunctionalIndexes"},
		"the copy's own version, said in whole": {mysql, "MySQL 9.7.4", "FunctionalIndexes Engines", ""},
	} {
		t.Run(sentence, func(t *testing.T) {
			m := contract.Manifest{Server: c.of}
			for name := range strings.FieldsSeq(c.has) {
				m.Features = append(m.Features, contract.Feature{Name: contract.FeatureName(name), Count: 1, Names: []string{"t"}})
			}
			flavour, version, _ := strings.Cut(c.into, " ")
			var got []string
			for _, o := range m.Obstacles(contract.Software{Flavour: flavour, Version: version}) {
				if got = append(got, string(o.Feature.Name)); o.What == "" || o.Do == "" {
					t.Errorf("of %s it says nothing", o.Feature.Name)
				}
			}
			if diff := cmp.Diff(c.keepsItOut, strings.Join(got, " ")); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
