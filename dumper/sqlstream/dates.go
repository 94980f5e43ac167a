package sqlstream

import "bytes"

// AllowInvalidDates lets a date such as 2023-02-31 be loaded as it is. It is a Stage. A server stores one while sql_mode has
// ALLOW_INVALID_DATES. In the mode that the clients set before the rows the server would make it 0000-00-00, and the client
// that loads the rows shows no warning.
func AllowInvalidDates(e *Event) error {
	// What belongs to a routine, a trigger or an event is set after its own fashion.
	if e.Kind != Setting || !bytes.Contains(e.Raw, []byte(keptMode)) {
		return nil
	}
	if value, set := sqlMode(e.Raw, e.Mode); set && value.string() == rowsMode {
		at := value.at + len("'") + len(rowsMode)
		e.Raw = bytes.Join([][]byte{e.Raw[:at], e.Raw[at:]}, []byte(",ALLOW_INVALID_DATES"))
	}
	return nil
}

const (
	// rowsMode is what both clients set sql_mode to before the tables and their rows, in a statement that keeps the former
	// mode like keptMode.
	rowsMode = "NO_AUTO_VALUE_ON_ZERO"
	keptMode = "@OLD_SQL_MODE=@@SQL_MODE"
)
