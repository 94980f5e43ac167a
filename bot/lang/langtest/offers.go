package langtest

import (
	"time"

	"github.com/volcado-io/volcado/bot/grammar"
	"github.com/volcado-io/volcado/bot/view"
	"github.com/volcado-io/volcado/internal/access"
)

func offerSamples() map[string]view.View {
	theirs := dump(func(d *view.Dump) { d.By, d.Age = bob, 15*time.Minute })
	how := view.How{Dump: dumpName, URI: URI, SHA256: sha256, Bytes: 47500493, Server: "MariaDB 10.11.6", Steps: []view.HowStep{
		{Kind: view.HowStream, Commands: "mariadb -e 'CREATE DATABASE `shop_copy`'\ndumper cat --for mariadb " + URI + " | mariadb shop_copy"},
		{Kind: view.HowAWS, Commands: "aws s3 cp " + URI + " shop.sql.gz"},
	}}
	encrypted, sealedURI := how, URI+".age"
	encrypted.URI, encrypted.EncryptedFor, encrypted.KeyFile = sealedURI, 2, "KEYFILE"
	encrypted.Steps = []view.HowStep{
		{Kind: view.HowStream, Commands: "mariadb -e 'CREATE DATABASE `shop_copy`'\ndumper cat --identity-file KEYFILE --for mariadb " + sealedURI + " | mariadb shop_copy"},
		{Kind: view.HowAWS, Commands: "aws s3 cp " + sealedURI + " shop.sql.gz.age"},
	}
	private := how
	private.Authority = &view.Authority{Namespace: "shop", Secret: "store-ca", Key: "ca.crt"}
	samples := map[string]view.View{
		"How-s3":                         how,
		"How-s3-encrypted":               encrypted,
		"How-s3-of-an-authority-its-own": private,
		"How-volume": view.How{Dump: dumpName, URI: "pvc://shop/dumps/shop.sql.gz", Steps: []view.HowStep{
			{Kind: view.HowPod, Commands: "kubectl -n shop apply -f - <<'END'\n{}\nEND"},
			{Kind: view.HowLoad, Commands: "gunzip -c shop.sql.gz | mariadb shop_copy"},
		}},
		"Equal-queued":            view.Equal{Dump: theirs, Stage: view.StageQueued},
		"Equal-queued-after-1":    view.Equal{Dump: theirs, Stage: view.StageQueued, Before: 1},
		"Equal-running":           view.Equal{Dump: theirs, Stage: view.StageRunning},
		"Equal-running-and-yours": view.Equal{Dump: shop, Stage: view.StageRunning, Following: true},
		"Equal-ended":             view.Equal{Dump: theirs, Ended: 12 * time.Minute, Bytes: 47500493},
		"Following-from-now-on":   view.Following{Dump: dumpName},
		"Following-already":       view.Following{Dump: dumpName, Already: true},
		"Equal-of-kubectl":        view.Equal{Dump: dump(func(d *view.Dump) { d.By, d.Age = view.By{Kubectl: true}, 15*time.Minute }), Stage: view.StageRunning, Untold: true},
		"CannotFollow-of-kubectl": view.CannotFollow{Dump: dumpName},
		"CannotFollow-plain":      view.CannotFollow{Dump: dumpName, Most: 16},
		"Cancelling-plain":        view.Cancelling{Dump: dumpName},
		"EndedAlready-plain":      view.EndedAlready{Dump: dumpName, Phase: "Succeeded"},
		"CannotCancel-plain": view.CannotCancel{Dump: dumpName, By: bob, IDs: elsewhere, Misses: []view.Miss{
			{List: "qa", Subject: 0, Mismatches: []access.Mismatch{
				{Part: access.PartPermission, Case: access.NotListed, Have: []string{"Request"}, Want: "Manage"},
			}},
		}},
		"CannotKeep-plain":     view.CannotKeep{Dump: dumpName, By: bob, IDs: elsewhere},
		"NameTaken-plain":      view.NameTaken{Dump: dumpName},
		"MayHaveStarted-plain": view.MayHaveStarted{Dump: dumpName, Trouble: view.Trouble{Kind: view.TroubleTimeout}},
	}
	keepSamples(samples)
	for _, phase := range []string{"Pending", "Queued", "Starting", "Running", "Failed", "Cancelled", "Refused"} {
		samples["NoCopy-"+phase] = view.NoCopy{Dump: dumpName, Phase: phase}
	}
	return samples
}

// keepSamples have a copy in each of its states, and each answer to who wants to keep it.
func keepSamples(samples map[string]view.View) {
	longer := "keep " + dumpName + " 48h"
	for _, life := range []view.Life{view.LifeDeleting, view.LifeExpired, view.LifeDeleted, view.LifeOverdue} {
		samples["CopyGone-"+string(life)] = view.CopyGone{Dump: dumpName, Life: life}
		samples["Succeeded-and-its-copy-is-"+string(life)] = ready(func(s *view.Succeeded) { s.Copy.Life = life })
	}
	samples["CopyGone-Never"] = view.CopyGone{Dump: dumpName, Life: view.LifeNever}
	samples["Succeeded-for-a-day"] = ready(func(s *view.Succeeded) { s.Copy = view.Copy{Until: until, Longer: longer} })
	samples["Succeeded-without-an-end"] = ready(func(s *view.Succeeded) { s.Copy.Endless = true })
	samples["How-for-a-day"] = view.How{
		Dump: dumpName, URI: URI, SHA256: sha256, Copy: view.Copy{Until: until, Longer: longer},
		Steps: []view.HowStep{{Kind: view.HowAWS, Commands: "aws s3 cp " + URI + " shop.sql.gz"}},
	}
	samples["Status-of-a-copy-that-is-gone"] = view.Status{Dump: shop, Now: ready(func(s *view.Succeeded) { s.Copy.Life = view.LifeExpired })}
	samples["Kept-until"] = view.Kept{Dump: dumpName, Until: until, For: 48 * time.Hour}
	samples["Kept-for-less-long"] = view.Kept{Dump: dumpName, Until: until, For: 48 * time.Hour, Was: until.Add(72 * time.Hour)}
	samples["Kept-once-it-finishes"] = view.Kept{Dump: dumpName, For: 48 * time.Hour}
	samples["Kept-within-limits-that-nobody-knows"] = view.Kept{Dump: dumpName, For: 36 * time.Hour, Unbounded: true}
	samples["KeepsNoLonger-until"] = view.KeepsNoLonger{Dump: dumpName, Until: until, For: 72 * time.Hour, Longest: longer}
	samples["KeepsNoLonger-once-it-finishes"] = view.KeepsNoLonger{Dump: dumpName, For: 72 * time.Hour, Longest: "keep " + dumpName + " 3d"}
	samples["KeepsNoLonger-at-all"] = view.KeepsNoLonger{Dump: dumpName, Until: until, For: 72 * time.Hour}
	samples["KeptForever-plain"] = view.KeptForever{Dump: dumpName}
	samples["KeptForever-of-an-earlier-release"] = view.KeptForever{Dump: dumpName, Ungoverned: true}
}

// until a copy is kept.
var until = time.Date(2026, 3, 3, 12, 0, 0, 0, time.UTC)

func sourceSamples() map[string]view.View {
	have := []view.Source{
		{Name: "shop/shop", Engine: "MariaDB", Databases: []string{"shop", "shop_*"}, Default: "shop"},
		{Name: "crm/people", Engine: "MySQL"},
	}
	return map[string]view.View{
		"Sources-with-a-default": view.Sources{Sources: have, IDs: Direct},
		"Sources-channel":        view.Sources{Sources: have, IDs: elsewhere},
		"Sources-without-a-default": view.Sources{Sources: []view.Source{
			have[1], {Name: "staging/shop", Engine: "MariaDB", Databases: []string{"shop_*"}},
		}, IDs: Direct},
		"Sources-without-a-database": view.Sources{Sources: have[1:], IDs: Direct},
		"NoSources-direct":           view.NoSources{IDs: Direct},
		"NoSources-channel":          view.NoSources{IDs: elsewhere},
		"NoSource-near":              view.NoSource{Typed: "shpo", Near: "shop", Have: []string{"shop/shop"}, IDs: Direct},
		"NoSource-far":               view.NoSource{Typed: "payroll", Have: []string{"shop/shop", "crm/people"}, IDs: elsewhere},
		"NoSource-none":              view.NoSource{Typed: "shop", IDs: elsewhere},
		"WhichSource-plain": view.WhichSource{Typed: "shop", Sources: []view.Source{
			have[0], {Name: "staging/shop", Engine: "MariaDB", Databases: []string{"*"}},
		}},
		"NoDefault-plain":     view.NoDefault{Source: "crm/people", Have: []string{"people", "people_*"}},
		"NoDefault-no-access": view.NoDefault{Source: "crm/people"},
		"NotAllowed-plain": view.NotAllowed{
			Database: "payroll", Source: "shop/shop", Have: []string{"shop", "shop_*"}, IDs: elsewhere,
			Misses: []view.Miss{{List: "qa", Subject: 0, Mismatches: []access.Mismatch{
				{Part: access.PartDatabase, Case: access.NotListed, Have: []string{"shop", "shop_*"}, Want: "payroll"},
			}}},
		},
		"NotAllowed-near": view.NotAllowed{
			Database: "shop_ue", Source: "shop/shop", Near: "shop_eu", Have: []string{"shop", "shop_eu"}, IDs: Direct,
		},
		"NotAllowed-default":         view.NotAllowed{Source: "shop/shop", Have: []string{"shop_eu"}, IDs: elsewhere},
		"NotAllowed-default-nothing": view.NotAllowed{Source: "shop/shop", IDs: Direct},
		"NotAllowed-to-anyone":       view.NotAllowed{Database: "payroll", Source: "shop/shop", SourceForbids: true, IDs: Direct},
		"Never-system": view.Never{
			Database: "mysql", Source: "shop/shop", Have: []string{"shop"}, Problem: grammar.Problem{Kind: grammar.SystemDatabase, Typed: "mysql"},
		},
		"Never-bad-name": view.Never{Database: "a.b", Source: "shop/shop", Problem: grammar.Problem{
			Kind: grammar.BadDatabase, Typed: "a.b", Name: grammar.NameDot,
		}},
		"NoDatabase-near": view.NoDatabase{Typed: "shpo", Near: "shop", Sources: have, IDs: Direct},
		"NoDatabase-none": view.NoDatabase{Typed: "shop", IDs: elsewhere},
		"WhichDatabase-plain": view.WhichDatabase{
			Typed: "shop", Lines: []string{"dump shop/shop shop", "dump staging/shop shop"},
		},
		"Allowed-plain": view.Allowed{Database: "shop", Source: "shop/shop", List: "qa", Have: []string{"shop", "shop_*"}},
		"Allowed-manage": view.Allowed{
			Database: "shop copy", Source: "shop/shop", List: "qa", ManageList: "operators", Have: []string{"shop copy"},
		},
		"Allowed-nothing-to-list": view.Allowed{Database: "shop", Source: "shop/shop", List: "qa"},
	}
}

// missSamples have each part and case of a mismatch.
func missSamples() map[string]view.View {
	samples := map[string]view.View{}
	refusal := func(subject int, m ...access.Mismatch) view.NotAllowed {
		return view.NotAllowed{
			Database: "shop", Source: "shop/shop", Have: []string{"shop_eu"}, IDs: elsewhere,
			Misses: []view.Miss{{List: "qa", Subject: subject, Mismatches: m}},
		}
	}
	for part, have := range map[access.Part][]string{
		access.PartPlatform: {"mattermost"}, access.PartWorkspace: {"T1"}, access.PartUsers: nil, access.PartChannel: {"C1", "C2"},
		access.PartPermission: {"Manage"}, access.PartDatabase: {"shop_eu"}, "unheard-of": {"a"},
	} {
		samples["NotAllowed-miss-of-"+string(part)] = refusal(2, access.Mismatch{Part: part, Case: access.NotListed, Have: have, Want: "W"})
	}
	samples["NotAllowed-miss-of-no-channels"] = refusal(0, access.Mismatch{Part: access.PartChannel, Case: access.NotListed, Want: "C1"})
	samples["NotAllowed-miss-of-no-databases"] = refusal(0, access.Mismatch{Part: access.PartDatabase, Case: access.NotListed, Want: "shop"})
	samples["NotAllowed-miss-of-several"] = refusal(1,
		access.Mismatch{Part: access.PartUsers, Case: access.NotListed, Want: "U024ALICE"},
		access.Mismatch{Part: access.PartGroups, Case: access.NotAMember, Have: []string{"S1", "S2"}},
		access.Mismatch{Part: access.PartDatabase, Case: access.NotListed, Have: []string{"shop_eu"}, Want: "shop"},
	)
	for c, part := range map[access.Case]access.Part{
		access.WorkspaceUnusable: access.PartWorkspace, access.NotAMember: access.PartGroups, access.GroupsUnknown: access.PartGroups,
		access.NobodyNamed: access.PartUsers, access.ChannelShared: access.PartChannel, access.ChannelKindUnknown: access.PartChannel,
		access.EveryoneNeedsID: access.PartChannel, access.EveryoneNeedsPrivate: access.PartChannel, access.QuotaUsed: access.PartQuota,
	} {
		samples["NotAllowed-miss-"+string(c)] = refusal(0, access.Mismatch{Part: part, Case: c, Have: []string{"X1"}, Want: "W"})
	}
	samples["NotAllowed-miss-"+string(access.NoSubjects)] = refusal(-1, access.Mismatch{Part: access.PartSubjects, Case: access.NoSubjects})
	return samples
}
