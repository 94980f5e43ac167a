// Package restore has the command that loads an artifact, as manifests and the bot give it to people.
package restore

// options of both clients.
//
//   - Without the character set, a terminal's locale decides what becomes of letters beyond ASCII.
//   - Without --comments the client takes the comments out of routines, triggers and events on its way.
//   - --max-allowed-packet is 16 MiB otherwise, by the clients' documentation, and a row with a large blob is a longer
//     statement. MariaDB's client (10.11) sends that all the same. The server's own limit remains.
//   - Without --local-infile=0 the text, which came from a server, could have the client send it any file that whoever
//     loads it can read (LOAD DATA LOCAL); the sandbox that keeps it from running commands does not prevent that.
//   - Without --binary-mode the client takes the carriage returns out of routines, and runs commands such as \! that the
//     text holds (MySQL's before 9, and MariaDB's where the line that enables its sandbox is left out).
const options = "--default-character-set=utf8mb4 --binary-mode --comments --max-allowed-packet=1G --local-infile=0"

// Into is the shell command that loads the text at its standard input into a database with the client, mariadb or
// mysql. A name that needs quotes comes with them.
func Into(client, database string) string { return client + " " + options + " " + database }
