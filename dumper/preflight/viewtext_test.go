package preflight

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReferencesOfAView(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		want []reference
	}{
		"one table": {"select `shop`.`orders`.`id` AS `id` from `shop`.`orders`",
			[]reference{{"shop", "orders", false}, {"shop", "orders", false}}},
		"one table, without the database": {"CREATE ALGORITHM=UNDEFINED DEFINER=`root`@`localhost` SQL SECURITY DEFINER VIEW `v` AS select `orders`.`id` AS `id` from `orders`",
			[]reference{{"", "orders", false}}},
		"a join with aliases": {"select `a`.`id` AS `id` from ((`shop`.`orders` `a` join `other`.`o` `b`) left join `t` on(`a`.`id` = `b`.`id`))",
			[]reference{{"shop", "orders", false}, {"other", "o", false}, {"", "t", false}}},
		"a straight join":                    {"select 1 from (`a` straight_join `b`)", []reference{{"", "a", false}, {"", "b", false}}},
		"functions":                          {"select `f`(`orders`.`id`) AS `f(id)`,`shop`.`f`(1) AS `g` from `orders`", []reference{{"", "f", true}, {"shop", "f", true}, {"", "orders", false}}},
		"a column of a table of its name":    {"select `shop`.`orders` AS `orders` from `shop`", []reference{{"", "shop", false}}},
		"sequences":                          {"select nextval(`shop`.`s`) + lastval(`t`),setval(`shop`.`u`,5,1,0)", []reference{{"shop", "s", false}, {"", "t", false}, {"shop", "u", false}}},
		"a subquery":                         {"select 1 from `a` where exists(select 1 from `shop`.`b` limit 1)", []reference{{"", "a", false}, {"shop", "b", false}}},
		"names with quotes in them":          {"select 1 from `sh``op`.`a'b`", []reference{{"sh`op", "a'b", false}}},
		"names in strings are none":          {"select ' from `shop`.`orders`','it\\'s from `a`.`b`','''' AS `x` from `t`", []reference{{"", "t", false}}},
		"a string that is not closed":        {"select 'from `a`", nil},
		"a name that is not closed":          {"select 1 from `ab", []reference{{"", "`ab", false}}},
		"a column after something else":      {"select `a`.`b` in (1,2),`a`.`from` AS `x` from `a`", []reference{{"", "a", false}}},
		"a common table expression":          {"with c(`x`) as (select `shop`.`o`.`id` AS `x` from `shop`.`o`)select `c`.`x` AS `x` from `c`", []reference{{"shop", "o", false}, {"shop", "o", false}, {"", "c", false}}},
		"a word of other letters in between": {"select 1 AS `from` , `é` from `é`", []reference{{"", "é", false}}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, references(test.text), cmp.AllowUnexported(reference{})); diff != "" {
				t.Errorf("references (-want +got):\n%s", diff)
			}
		})
	}
}
