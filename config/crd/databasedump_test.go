package crd_test

import "testing"

var dumpVerdicts = map[string]verdict{
	"a name of 63 characters": {
		`metadata: {name: a23456789-123456789-123456789-123456789-123456789-123456789-123}`, ""},
	"a name with a dot": {`metadata: {name: shop.1}`, ""},
	"a name of 64 characters": {
		`metadata: {name: a23456789-123456789-123456789-123456789-123456789-123456789-1234}`,
		"the name of a DatabaseDump has at most 63 characters"},
	"only a source": {
		`spec: {database: null, tables: null, exclude: null, schemaOnly: null, compression: null, encryption: null, reason: null, requestedBy: null, cancel: null}`, ""},
	"a source of another namespace": {`spec: {sourceRef: {name: other/shop}}`, "spec.sourceRef.name in body should match"},

	"tables and excluded tables": {
		`spec: {tables: [orders], exclude: {tables: [sessions]}}`, "set tables or exclude.tables, not both"},
	"tables and an empty list of excluded tables": {
		`spec: {tables: [orders], exclude: {tables: []}}`, "set tables or exclude.tables, not both"},
	"excluded tables by pattern":                        {`spec: {tables: null, exclude: {tables: ["tmp_*"], data: ["*_log"]}}`, ""},
	"empty exclusions":                                  {`spec: {tables: null, exclude: {tables: [], data: []}}`, ""},
	"no tables at all, which must not mean all":         {`spec: {tables: []}`, "spec.tables in body should have at least 1 items"},
	"a table by pattern":                                {`spec: {tables: ["ord*"]}`, "spec.tables[0] in body should match"},
	"a table of another database":                       {`spec: {tables: ["crm.people"]}`, "spec.tables[0] in body should match"},
	"a table that would be an option":                   {`spec: {tables: ["--result-file=x"]}`, "spec.tables[0] in body should match"},
	"a table with a shell's metacharacters":             {`spec: {tables: ["; rm -rf /"]}`, "spec.tables[0] in body should match"},
	"a database with a line break":                      {`spec: {database: "shop\n--all-databases"}`, "spec.database in body should match"},
	"a database by pattern":                             {`spec: {database: "shop*"}`, "spec.database in body should match"},
	"a database that climbs":                            {`spec: {database: ".."}`, "spec.database in body should match"},
	"a database with NUL":                               {`spec: {database: "shop\0"}`, "spec.database in body should match"},
	"no compression":                                    {`spec: {compression: {format: none, level: null}}`, ""},
	"zstd":                                              {`spec: {compression: {format: zstd, level: 9}}`, ""},
	"a compression that there is not":                   {`spec: {compression: {format: lz4}}`, `supported values: "gzip", "zstd", "none"`},
	"a reason with an emoji of several characters":      {`spec: {reason: "for 👩‍👩‍👧‍👦"}`, ""},
	"a reason with a line break":                        {`spec: {reason: "a\nb"}`, "spec.reason in body should match"},
	"a reason that would steer a terminal":              {`spec: {reason: "a\u009b31m"}`, "spec.reason in body should match"},
	"a reason of 500 characters, whatever their script": {`spec: {reason: "` + repeat("ñ", 500) + `"}`, ""},
	"a request from the console":                        {`spec: {requestedBy: {platform: console, workspace: null}}`, ""},
	"a request from the console, with a workspace": {`spec: {requestedBy: {platform: console}}`,
		"platform console has no workspace: remove it, or no allow-list matches"},
	"a request from a server by its host name": {`spec: {requestedBy: {platform: mattermost, workspace: chat.example.com}}`, ""},
	"a request from no workspace": {`spec: {requestedBy: {workspace: null}}`,
		"workspace is required on every platform but console: ids are unique only within a workspace"},
	"a request from an empty workspace":   {`spec: {requestedBy: {workspace: ""}}`, "spec.requestedBy.workspace in body should be at least 1 chars long"},
	"a request without locale or thread":  {`spec: {requestedBy: {locale: null, thread: null}}`, ""},
	"a locale with a region":              {`spec: {requestedBy: {locale: es_MX}}`, ""},
	"a locale with a script and a region": {`spec: {requestedBy: {locale: zh-Hant-TW}}`, ""},
	"a language by its name":              {`spec: {requestedBy: {locale: Spanish}}`, "spec.requestedBy.locale in body should match"},
	"a locale with an encoding":           {`spec: {requestedBy: {locale: en_US.UTF-8}}`, "spec.requestedBy.locale in body should match"},
	"an unknown key":                      {`spec: {tabels: [orders]}`, `unknown field "spec.tabels"`},
	"a field yet to come":                 {`spec: {masking: {}}`, `unknown field "spec.masking"`},
	"the longest ttl":                     {`spec: {ttl: 8760h}`, ""},
	"a ttl that is too long":              {`spec: {ttl: 8761h}`, "ttl must be between 1s and 8760h"},
	"a ttl that is too short":             {`spec: {ttl: 999ms}`, "ttl must be between 1s and 8760h"},
	"a ttl in days, which Go cannot read": {`spec: {ttl: 7d}`, "spec.ttl in body should match"},
	"a policy that is none":               {`spec: {deletionPolicy: Keep}`, "spec.deletionPolicy: Unsupported value"},
}

func TestDatabaseDump(t *testing.T) { verdicts(t, "databasedump", dumpVerdicts) }

const immutable = " is immutable; create another DatabaseDump"

var dumpTransitions = map[string]transition{
	"another source":     {`{}`, `spec: {sourceRef: {name: crm}}`, "sourceRef" + immutable},
	"another database":   {`{}`, `spec: {database: crm}`, "database" + immutable},
	"a database, later":  {`spec: {database: null}`, `spec: {database: crm}`, "database" + immutable},
	"no database, later": {`{}`, `spec: {database: null}`, "database" + immutable},

	"another table":                     {`{}`, `spec: {tables: [people]}`, "tables" + immutable},
	"one table more":                    {`{}`, `spec: {tables: [orders, people]}`, "tables" + immutable},
	"tables, later":                     {`spec: {tables: null}`, `spec: {tables: [orders]}`, "tables" + immutable},
	"no tables, so that all are copied": {`{}`, `spec: {tables: null}`, "tables" + immutable},

	"another exclusion":                    {`{}`, `spec: {exclude: {data: [x]}}`, "exclude" + immutable},
	"exclusions, later":                    {`spec: {exclude: null}`, `spec: {exclude: {data: [x]}}`, "exclude" + immutable},
	"no exclusions, so that all is copied": {`{}`, `spec: {exclude: null}`, "exclude" + immutable},

	"rows after all":                     {`{}`, `spec: {schemaOnly: false}`, "schemaOnly" + immutable},
	"rows after all, by leaving it out":  {`{}`, `spec: {schemaOnly: null}`, "schemaOnly" + immutable},
	"definers that are kept, later":      {`{}`, `spec: {definers: Keep}`, "definers" + immutable},
	"past rows, later":                   {`{}`, `spec: {history: All}`, "history" + immutable},
	"the default of definers, spelt out": {`spec: {definers: null}`, `spec: {definers: Strip}`, ""},
	"no rows, later":                     {`spec: {schemaOnly: null}`, `spec: {schemaOnly: true}`, "schemaOnly" + immutable},
	"a false left out, as Go clients do": {`spec: {schemaOnly: false}`, `spec: {schemaOnly: null}`, ""},

	"another compression":                            {`{}`, `spec: {compression: {level: 1}}`, "compression" + immutable},
	"a compression, later":                           {`spec: {compression: null}`, `spec: {compression: {level: 1}}`, "compression" + immutable},
	"no compression, so that the default comes back": {`{}`, `spec: {compression: null}`, "compression" + immutable},
	"the default compression, left out again":        {`spec: {compression: {format: gzip, level: null}}`, `spec: {compression: null}`, ""},
	"a level of compression, later":                  {`spec: {compression: {format: gzip, level: null}}`, `spec: {compression: {level: 1}}`, "compression" + immutable},

	"another recipient":                   {`{}`, `spec: {encryption: {recipients: [other]}}`, "encryption" + immutable},
	"encryption, later":                   {`spec: {encryption: null}`, `spec: {encryption: {recipients: [other]}}`, "encryption" + immutable},
	"no encryption, so that all can read": {`{}`, `spec: {encryption: null}`, "encryption" + immutable},

	"another reason":  {`{}`, `spec: {reason: another}`, "reason" + immutable},
	"a reason, later": {`spec: {reason: null}`, `spec: {reason: another}`, "reason" + immutable},
	"no reason":       {`{}`, `spec: {reason: null}`, "reason" + immutable},

	"another requester": {`{}`, `spec: {requestedBy: {user: U2}}`, "requestedBy is immutable"},
	"another channel":   {`{}`, `spec: {requestedBy: {channel: C2}}`, "requestedBy is immutable"},
	"one group more":    {`{}`, `spec: {requestedBy: {groups: [S0614TZR7, S2]}}`, "requestedBy is immutable"},
	"another locale":    {`{}`, `spec: {requestedBy: {locale: es}}`, "requestedBy is immutable"},
	"another thread":    {`{}`, `spec: {requestedBy: {thread: "2"}}`, "requestedBy is immutable"},
	"no requester, so that no allow-list is asked": {`{}`, `spec: {requestedBy: null}`, "requestedBy is immutable"},
	"a requester, later": {`spec: {requestedBy: null}`,
		`spec: {requestedBy: {platform: console, user: alice, channel: direct, channelKind: Direct, message: "1"}}`, "requestedBy is immutable"},

	"another ttl":                 {`{}`, `spec: {ttl: 48h}`, ""},
	"a ttl, later":                {`spec: {ttl: null}`, `spec: {ttl: 48h}`, ""},
	"no ttl, so that limits hold": {`{}`, `spec: {ttl: null}`, ""},
	"another policy":              {`{}`, `spec: {deletionPolicy: Retain}`, ""},

	"cancel":                        {`{}`, `spec: {cancel: true}`, ""},
	"cancel, where it was left out": {`spec: {cancel: null}`, `spec: {cancel: true}`, ""},
	"a cancel that stays":           {`spec: {cancel: true}`, `metadata: {labels: {a: b}}`, ""},
	"revive":                        {`spec: {cancel: true}`, `spec: {cancel: false}`, "cancel is latched: a cancelled dump cannot be revived; create another DatabaseDump"},
	"revive by leaving it out":      {`spec: {cancel: true}`, `spec: {cancel: null}`, "cancel is latched: a cancelled dump cannot be revived; create another DatabaseDump"},
	"a false cancel left out":       {`spec: {cancel: false}`, `spec: {cancel: null}`, ""},
	"labels and annotations, as GitOps sets them": {`{}`, `metadata: {labels: {a: b}, annotations: {c: d}}`, ""},
	"two things at once, and both are named":      {`{}`, `spec: {database: crm, tables: [x]}`, "database" + immutable},
}

func TestADatabaseDumpChangesInNothingButCancelAndHowLongItsCopyIsKept(t *testing.T) {
	transitions(t, "databasedump", dumpTransitions)
}
