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
		`spec: {subjects: [{platform: mattermost, users: [8kq3s9w1bjg3mdx7e5d1k5w7ty], channels: [direct], may: [Request, Manage]}]}`, ""},
	"a group": {
		`spec: {subjects: [{platform: slack, workspace: T1, groups: [S1], channels: [C1]}]}`, ""},
	"everyone in a private channel": {
		`spec: {subjects: [{platform: slack, workspace: T1, users: ["*"], channels: [C1]}]}`, ""},
	"a console user": {
		`spec: {subjects: [{platform: console, users: [alice], channels: ["*"]}]}`, ""},
	"a user by e-mail address": {
		`spec: {subjects: [{platform: mattermost, users: [ana@example.com], channels: ["*"]}]}`, ""},

	"nobody": {
		`spec: {subjects: [{platform: mattermost, channels: [C1]}]}`,
		`a subject needs users or groups (or both); everyone in a private channel is written users: ["*"]`},
	"everyone everywhere": {
		`spec: {subjects: [{platform: mattermost, users: ["*"], channels: ["*"]}]}`,
		`users ["*"] needs private channels by id: with channels "*" or "direct" everybody would be allowed`},
	"everyone in direct messages": {
		`spec: {subjects: [{platform: mattermost, users: ["*"], channels: [C1, direct]}]}`,
		`users ["*"] needs private channels by id`},
	"everyone, hidden among users": {
		`spec: {subjects: [{platform: mattermost, users: [U1, "*"], channels: ["*"]}]}`,
		`users ["*"] needs private channels by id`},
	"everyone everywhere, and a group": {
		`spec: {subjects: [{platform: mattermost, users: ["*"], groups: [G1], channels: ["*"]}]}`,
		`users ["*"] needs private channels by id`},
	"every group": {
		`spec: {subjects: [{platform: mattermost, groups: ["*"], channels: [C1]}]}`,
		`groups are named one by one; everyone in a private channel is written users: ["*"]`},
	"a Slack user of no workspace": {
		`spec: {subjects: [{platform: slack, users: [U1], channels: [C1]}]}`,
		"platform slack needs workspace, the team id such as T024BE7LD: user ids are only unique within it"},
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
