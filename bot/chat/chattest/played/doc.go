// Package played is a chat service that exists in tests only, in two halves that meet over HTTP alone: Server, with people,
// channels, threads, posts, a mark-up that obeys what is not escaped, and every way in which a real service fails; and a
// driver for it, made by New, which does what the driver of a real service must.
//
// The server runs in the test's process, so that the test sees what people see. The driver runs there too, or in processes
// that the test starts.
package played
