// Package sqlite stands in for modernc.org/sqlite, and registers no database driver. Mattermost's migrations import it, but
// the server has been without SQLite since 7.0 and runs on PostgreSQL here. The real one is C translated to Go: with the C
// library that it needs, it is a fifth of what compiling Mattermost takes.
package sqlite
