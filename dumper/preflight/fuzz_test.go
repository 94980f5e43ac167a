package preflight

import "testing"

func FuzzReferences(f *testing.F) {
	for _, text := range []string{
		"select `a`.`b` from `shop`.`a`", "select nextval(`shop`.`s`)", "select 'it''s' from (`a` join `b`)", "`", "``", "`a`.`b`.`c`", "`a`.", "'\\", "from `a``b`", "select `f`(1)",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, r := range references(text) {
			if len(r.database)+len(r.name) > len(text) {
				t.Errorf("%q refers to %+v", text, r)
			}
		}
	})
}
