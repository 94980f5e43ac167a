package sqlstream

import (
	"bytes"
	"strings"
	"testing"
)

func TestInvalidDatesAreAllowedForTheRowsAndNowhereElse(t *testing.T) {
	for sentence, test := range map[string]struct{ text, want string }{
		"before the rows": {
			"/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;\n",
			"/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES' */;\n",
		},
		"before a routine of that mode": {"/*!50003 SET sql_mode              = 'NO_AUTO_VALUE_ON_ZERO' */ ;\n", ""},
		"after the rows":                {"/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;\n", ""},
		"in a row":                      {"INSERT INTO `t` VALUES ('SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE=\\'NO_AUTO_VALUE_ON_ZERO\\'');\n", ""},
		"in another setting":            {"SET @x = '@OLD_SQL_MODE=@@SQL_MODE', SQL_MODE='ANSI';\n", ""},
	} {
		t.Run(sentence, func(t *testing.T) {
			if test.want == "" {
				test.want = test.text
			}
			var got bytes.Buffer
			if err := Copy(&got, strings.NewReader(test.text), AllowInvalidDates); err != nil || got.String() != test.want {
				t.Errorf("got %q, want %q (%v)", got.String(), test.want, err)
			}
		})
	}
}
