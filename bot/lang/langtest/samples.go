// Package langtest has a sample of everything that the bot can say, for the tests of lang and of drivers: lang.Lang words it.
package langtest

import (
	"maps"
	"time"

	"github.com/volcado-io/volcado/bot/view"
	"github.com/volcado-io/volcado/internal/contract"
)

// Samples are views of every type and, between them, every branch of every layout and entry. A name is the view's type, a
// dash, and what is special about the sample; it is the name of a golden file.
func Samples() map[string]view.View {
	all := map[string]view.View{}
	for _, group := range []map[string]view.View{
		progressSamples(), endSamples(), warningSamples(), listSamples(), offerSamples(), sourceSamples(), missSamples(), talkSamples(), usageSamples(),
		troubleSamples(),
	} {
		maps.Copy(all, group)
	}
	return all
}

const (
	dumpName = "shop-7f3k2qv5m0c4x9ra"
	URI      = "s3://dumps/shop/shop/20260301T120000Z-7f3k2qv5m0c4x9ra.sql.gz"
	sha256   = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
)

var (
	alice = view.By{You: true, Name: "Alice", ID: "U024ALICE"}
	bob   = view.By{Name: "Bob Smith", ID: "U024BOB"}

	shop = view.Dump{Name: dumpName, Source: "shop/shop", Database: "shop", By: alice, Age: 3 * time.Minute}

	// Direct is where the console and direct messages are; elsewhere is a channel.
	Direct    = view.IDs{Platform: "console", User: "alice", Channel: "direct"}
	elsewhere = view.IDs{Platform: "slack", Workspace: "T024BE7LD", User: "U024ALICE", Channel: "C024BE91L", Groups: []string{"S0614TZR7"}}
)

func dump(edit func(*view.Dump)) view.Dump {
	d := shop
	edit(&d)
	return d
}

func progressSamples() map[string]view.View {
	running := func(edit func(*view.Progress)) view.Progress {
		p := view.Progress{
			Dump: shop, Stage: view.StageRunning, Elapsed: 40 * time.Second, Bytes: 1288490188, Estimated: 3113851289, Percent: 41,
			Rate: 47185920, Left: 38 * time.Second, Table: "orders", Number: 3, Tables: 12,
		}
		edit(&p)
		return p
	}
	blocked := func(reason, message string) view.Blocked {
		return view.Blocked{Dump: shop, Stage: view.StageStarting, Elapsed: time.Minute, Reason: reason, Message: message}
	}
	return map[string]view.View{
		"Progress-asked": view.Progress{Dump: shop, Stage: view.StageAsked},
		"Progress-asked-with-options": view.Progress{Stage: view.StageAsked, Dump: dump(func(d *view.Dump) {
			d.Options = view.Options{Tables: []string{"orders", "customers"}, SchemaOnly: true, Uncompressed: true}
		})},
		"Progress-unheard":               view.Progress{Dump: shop, Stage: view.StageUnheard},
		"Progress-pending":               view.Progress{Dump: shop, Stage: view.StagePending},
		"Progress-queued":                view.Progress{Dump: shop, Stage: view.StageQueued},
		"Progress-queued-1":              view.Progress{Dump: shop, Stage: view.StageQueued, Before: 1},
		"Progress-queued-2":              view.Progress{Dump: shop, Stage: view.StageQueued, Before: 2},
		"Progress-starting":              view.Progress{Dump: shop, Stage: view.StageStarting},
		"Progress-running":               running(func(*view.Progress) {}),
		"Progress-cancelling":            view.Progress{Dump: shop, Stage: view.StageCancelling},
		"Progress-unknown":               view.Progress{Dump: shop, Stage: "Daydreaming"},
		"Progress-running-nothing-known": view.Progress{Dump: shop, Stage: view.StageRunning, Elapsed: 125 * time.Second},
		"Progress-running-without-an-estimate": running(func(p *view.Progress) {
			p.Estimated, p.Percent, p.Left, p.Number, p.Tables = 0, 0, 0, 0, 0
		}),
		"Progress-running-a-part-of-a-table": running(func(p *view.Progress) {
			p.Dump.Options = view.Options{Exclude: []string{"*_log", "sessions"}, Data: []string{"audit"}, Compression: "zstd"}
		}),
		"Progress-joined": running(func(p *view.Progress) { p.Dump.By, p.Joined = bob, true }),
		"Progress-joined-asked": view.Progress{
			Stage: view.StageAsked, Joined: true, Dump: dump(func(d *view.Dump) { d.By = bob }),
		},
		"Progress-unseen": view.Progress{
			Dump: shop, Stage: view.StageUnseen, Trouble: &view.Trouble{Kind: view.TroubleTimeout},
		},
		"Progress-unseen-nobody-knows-why": view.Progress{Dump: shop, Stage: view.StageUnseen},
		"Blocked-image":                    blocked("ImagePullFailed", `Pod shop-7f3k2qv5m0c4x9ra-b2x9k cannot pull the image "registry.example.com/dumper:1.0": not found`),
		"Blocked-unknown-reason":           blocked("SomethingNew", "The manager has learnt something new"),
	}
}

// ready is a success.
func ready(edit func(*view.Succeeded)) view.Succeeded {
	s := view.Succeeded{
		Dump: shop, Bytes: 47500493, Uncompressed: 325058560, Took: 6 * time.Second, Waited: 40 * time.Second,
		URI: URI, SHA256: sha256, Server: "MariaDB 10.11.6",
	}
	edit(&s)
	return s
}

// warningSamples have each warning, of one table and of many.
func warningSamples() map[string]view.View {
	all := map[string]view.View{
		"Succeeded-with-a-warning-that-nobody-knows": ready(func(s *view.Succeeded) {
			s.Warnings = []view.Warning{{Name: "OfANewerManager", Count: 1}}
		}),
		"Succeeded-with-every-warning": ready(func(s *view.Succeeded) {
			for _, name := range contract.WarningNames() {
				s.Warnings = append(s.Warnings, view.Warning{Name: string(name), Count: 1, Names: []string{"orders"}})
			}
		}),
	}
	for _, name := range contract.WarningNames() {
		all["Succeeded-one-"+string(name)] = ready(func(s *view.Succeeded) {
			s.Warnings = []view.Warning{{Name: string(name), Count: 1, Names: []string{"orders"}}}
		})
		all["Succeeded-many-"+string(name)] = ready(func(s *view.Succeeded) {
			s.Warnings = []view.Warning{{Name: string(name), Count: 5, Names: []string{"orders", "items", "customers"}}}
		})
	}
	return all
}

func endSamples() map[string]view.View {
	failed := func(end view.End, reason, message, hint string) view.Failed {
		return view.Failed{
			Dump: shop, End: end, Reason: reason, Message: message, Hint: hint, Took: 4 * time.Second, Again: "again " + dumpName,
		}
	}
	denied := failed(view.EndFailed, "AccessDenied", `the server refuses user "reader" from 10.1.2.3 (error 1045)`, "")
	unrepeatable := denied
	unrepeatable.Again = ""
	manual := dump(func(d *view.Dump) { d.By = view.By{Kubectl: true} })
	return map[string]view.View{
		"Succeeded-plain":             ready(func(*view.Succeeded) {}),
		"Succeeded-encrypted":         ready(func(s *view.Succeeded) { s.URI, s.EncryptedFor = URI+".age", 2 }),
		"Succeeded-encrypted-for-one": ready(func(s *view.Succeeded) { s.URI, s.EncryptedFor = URI+".age", 1 }),
		"Succeeded-options": ready(func(s *view.Succeeded) {
			s.Dump.Options = view.Options{Tables: []string{"orders", "items"}, SchemaOnly: true}
		}),
		"Succeeded-tiny-and-quick":    ready(func(s *view.Succeeded) { s.Bytes, s.Took = 812, 400*time.Millisecond }),
		"Succeeded-no-database-known": ready(func(s *view.Succeeded) { s.Dump.Database = "" }),
		"Failed-reason-is-known":      denied,
		"Failed-with-a-hint": failed(view.EndFailed, "InsufficientPrivileges", `user "reader" lacks SELECT on shop.orders`,
			"run on the server: GRANT SELECT ON `shop`.* TO 'reader'@'%'"),
		"Failed-with-a-hint-for-the-operator": failed(view.EndFailed, "NameConflict", "A Job of that name was made by somebody else",
			"Delete that Job if nobody needs it, and create another DatabaseDump."),
		"Failed-with-a-hint-beside-whom-to-ask": failed(view.EndFailed, "ConnectionLost", "the server closed the connection (error 2013)",
			"the connection broke off; if storage is slower than the server's net_write_timeout allows, raise that on the server"),
		"Failed-with-a-hint-of-the-reason-alone": failed(view.EndFailed, "RunDeadlineExceeded",
			"The dump took longer than the source's deadlines allow", "Raise the source's limits.runDeadline, or copy less: tables, exclude, schemaOnly."),
		"Failed-with-a-command": view.Failed{
			Dump: dump(func(d *view.Dump) { d.Job = dumpName + "-4b2c" }), End: view.EndFailed, Reason: "DumperFailed",
			Message: "The dumper ended with exit code 137", Hint: "kubectl logs job/<the dump's status.jobName> says more, while its pod exists.",
		},
		"Failed-reason-is-unknown":  failed(view.EndFailed, "SomethingNew", "the manager has learnt something new", "look into it"),
		"Failed-without-a-word":     failed(view.EndFailed, "", "", ""),
		"Failed-cannot-be-repeated": unrepeatable,
		"Failed-cancelled":          failed(view.EndCancelled, "Cancelled", "Dump shop was cancelled", ""),
		"Failed-refused": failed(view.EndRefused, "NotAllowed", "No DumpAllowList permits slack user U024ALICE database shop of source shop in channel C1",
			"The source's owner can add the subject {platform: slack, users: [U024ALICE]} to a DumpAllowList in namespace shop."),
		"Deleted-plain":    view.Deleted{Dump: dumpName},
		"Unfollowed-plain": view.Unfollowed{Dump: dumpName},
		"Ended-succeeded":  view.Ended{Dump: shop, End: view.EndSucceeded},
		"Ended-failed":     view.Ended{Dump: shop, End: view.EndFailed},
		"Ended-cancelled":  view.Ended{Dump: shop, End: view.EndCancelled},
		"Ended-refused":    view.Ended{Dump: shop, End: view.EndRefused},

		"Status-queued": view.Status{Dump: shop, Now: view.Progress{Dump: shop, Stage: view.StageQueued, Before: 2}},
		"Status-blocked": view.Status{Dump: shop, Now: view.Blocked{
			Dump: shop, Stage: view.StagePending, Reason: "NamespaceNotEnrolled", Message: "The manager may not create Jobs in namespace shop",
		}},
		"Status-succeeded": view.Status{
			Dump: dump(func(d *view.Dump) { d.By, d.Reason, d.Age = bob, "reproduce SHOP-123", 75*time.Hour }),
			Now:  ready(func(*view.Succeeded) {}),
		},
		"Status-failed": view.Status{Dump: manual, Now: denied},
		"Status-failed-cannot-be-repeated": view.Status{
			Dump: dump(func(d *view.Dump) { d.By = view.By{ID: "U024BOB"} }), Now: unrepeatable,
		},
	}
}

func listSamples() map[string]view.View {
	row := func(edit func(*view.Row)) view.Row {
		r := view.Row{Dump: shop, Phase: "Running"}
		edit(&r)
		return r
	}
	done := row(func(r *view.Row) {
		r.Name, r.Phase, r.Bytes, r.Age, r.By = "shop-2m8d0vq4w6n1z7tb", "Succeeded", 47500493, 50*time.Hour, bob
	})
	other := row(func(r *view.Row) {
		r.Name, r.Source, r.Database, r.Phase, r.By = "people-1k2j3h4g5f6d7s8a", "crm/people", "people", "Failed", view.By{Kubectl: true}
	})
	lives := view.Dumps{}
	for _, life := range []view.Life{view.LifeDeleting, view.LifeExpired, view.LifeDeleted, view.LifeOverdue} {
		gone := done
		gone.Life = life
		lives.Rows = append(lives.Rows, gone)
	}
	return map[string]view.View{
		"Dumps-of-which-copies-are-gone": lives,
		"Dumps-one-source":               view.Dumps{Rows: []view.Row{row(func(*view.Row) {}), done}},
		"Dumps-several-sources":          view.Dumps{Rows: []view.Row{done, other}, More: 7},
		"Dumps-one-is-older":             view.Dumps{Rows: []view.Row{row(func(r *view.Row) { r.Phase = "Daydreaming" })}, More: 1},
		"NoDumps-at-all":                 view.NoDumps{},
		"NoDumps-yours":                  view.NoDumps{Yours: true},
		"NoDump-plain":                   view.NoDump{Typed: "shop-9"},
		"WhichDump-plain":                view.WhichDump{Typed: "s", Rows: []view.Row{row(func(*view.Row) {}), done}},
		"WhichDump-of-several-sources":   view.WhichDump{Typed: "p", Rows: []view.Row{done, other}},
	}
}
