package crd_test

import "testing"

var allowListVerdicts = map[string]verdict{
	"a name of 64 characters": {
		`metadata: {name: a23456789-123456789-123456789-123456789-123456789-123456789-1234}`,
		"the name of a DumpAllowList is at most 63 lower-case letters, digits and dashes"},
	"every source and every database": {`spec: {sources: ["*"], databases: ["*"]}`, ""},
	"databases by pattern":            {`spec: {databases: ["shop_*"]}`, ""},
	"sources by pattern, which would read like more than it does": {
		`spec: {sources: ["shop*"]}`, "spec.sources[0] in body should match"},

	"a user in any channel": {
		`spec: {subjects: [{platform: slack, workspace: T1, users: [U1], channels: ["*"]}]}`, ""},
	"a user in direct messages": {
		`spec: {subjects: [{platform: mattermost, workspace: chat.example.com, users: [8kq3s9w1bjg3mdx7e5d1k5w7ty], channels: [direct], may: [Request, Manage]}]}`, ""},
	"a group": {
		`spec: {subjects: [{platform: slack, workspace: T1, groups: [S1], channels: [C1]}]}`, ""},
	"everyone in a private channel": {
		`spec: {subjects: [{platform: slack, workspace: T1, users: ["*"], channels: [C1]}]}`, ""},
	"a console user": {
		`spec: {subjects: [{platform: console, users: [alice], channels: ["*"]}]}`, ""},
	"a user by e-mail address": {
		`spec: {subjects: [{platform: mattermost, workspace: chat.example.com, users: [ana@example.com], channels: ["*"]}]}`, ""},

	"nobody": {
		`spec: {subjects: [{platform: mattermost, workspace: chat.example.com, channels: [C1]}]}`,
		`a subject needs users or groups (or both); everyone in a private channel is written users: ["*"]`},
	"everyone everywhere": {
		`spec: {subjects: [{platform: mattermost, workspace: chat.example.com, users: ["*"], channels: ["*"]}]}`,
		`users ["*"] needs private channels by id: with channels "*" or "direct" everybody would be allowed`},
	"everyone in direct messages": {
		`spec: {subjects: [{platform: mattermost, workspace: chat.example.com, users: ["*"], channels: [C1, direct]}]}`,
		`users ["*"] needs private channels by id`},
	"everyone, hidden among users": {
		`spec: {subjects: [{platform: mattermost, workspace: chat.example.com, users: [U1, "*"], channels: ["*"]}]}`,
		`users ["*"] needs private channels by id`},
	"everyone everywhere, and a group": {
		`spec: {subjects: [{platform: mattermost, workspace: chat.example.com, users: ["*"], groups: [G1], channels: ["*"]}]}`,
		`users ["*"] needs private channels by id`},
	"every group": {
		`spec: {subjects: [{platform: mattermost, workspace: chat.example.com, groups: ["*"], channels: [C1]}]}`,
		`groups are named one by one; everyone in a private channel is written users: ["*"]`},
	"a user of a platform that nobody has heard of": {
		`spec: {subjects: [{platform: smoke-signals, workspace: "7", users: [U1], channels: [C1]}]}`, ""},
	"a platform with a capital letter": {
		`spec: {subjects: [{platform: Slack, workspace: T1, users: [U1], channels: [C1]}]}`, "spec.subjects[0].platform in body should match"},
	"a platform that begins with a digit": {
		`spec: {subjects: [{platform: 4chat, workspace: T1, users: [U1], channels: [C1]}]}`, "spec.subjects[0].platform in body should match"},
	"a user of no workspace": {
		`spec: {subjects: [{platform: mattermost, users: [U1], channels: [C1]}]}`,
		"workspace is required on every platform but console: ids are unique only within a workspace"},
	"a user of an empty workspace": {
		`spec: {subjects: [{platform: slack, workspace: "", users: [U1], channels: [C1]}]}`,
		"spec.subjects[0].workspace in body should be at least 1 chars long"},
	"a console user of a workspace": {
		`spec: {subjects: [{platform: console, workspace: T1, users: [alice], channels: ["*"]}]}`,
		"platform console has no workspace: remove it, or the subject matches nobody"},
	"every workspace": {
		`spec: {subjects: [{platform: slack, workspace: "*", users: [U1], channels: [C1]}]}`, "spec.subjects[0].workspace in body should match"},
	"a workspace with a port": {
		`spec: {subjects: [{platform: mattermost, workspace: "chat.example.com:8065", users: [U1], channels: [C1]}]}`,
		"spec.subjects[0].workspace in body should match"},
	"a workspace by its address": {
		`spec: {subjects: [{platform: mattermost, workspace: "https://chat.example.com", users: [U1], channels: [C1]}]}`,
		"spec.subjects[0].workspace in body should match"},
	"the second subject is judged like the first": {
		`spec: {subjects: [{platform: console, users: [alice], channels: ["*"]}, {platform: console, users: ["*"], channels: ["*"]}]}`,
		"spec.subjects[1]"},
	"a channel by its display name": {
		`spec: {subjects: [{platform: console, users: [alice], channels: ["#qa"]}]}`, "spec.subjects[0].channels[0] in body should match"},
	"a user by mention": {
		`spec: {subjects: [{platform: console, users: ["@ana"], channels: ["*"]}]}`, "spec.subjects[0].users[0] in body should match"},
	"a pattern of users": {
		`spec: {subjects: [{platform: console, users: ["ali*"], channels: ["*"]}]}`, "spec.subjects[0].users[0] in body should match"},
	"a permission in small letters": {
		`spec: {subjects: [{platform: console, users: [alice], channels: ["*"], may: [manage]}]}`, `supported values: "Request", "Manage"`},
	"an unknown key": {
		`spec: {subjects: [{platform: console, users: [alice], channels: ["*"], chanels: [C1]}]}`, `unknown field "spec.subjects[0].chanels"`},
}

func TestDumpAllowList(t *testing.T) { verdicts(t, "dumpallowlist", allowListVerdicts) }
