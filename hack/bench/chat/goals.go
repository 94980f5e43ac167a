package main

import "github.com/volcado-io/volcado/hack/bench/figures"

// Names of figures.
const (
	setUpTook = "set-up"

	burstTook       = "burst: all of it"
	burstMessages   = "burst: messages"
	burstRate       = "burst: messages per second"
	burstCreated    = "burst: message to DatabaseDump created, p99"
	burstCreatedMid = "burst: message to DatabaseDump created, p50"
	burstAcked      = "burst: message to acknowledgement, p99"
	burstAckedMid   = "burst: message to acknowledgement, p50"
	burstUncreated  = "burst: messages without a dump or an acknowledgement"
	burstMemory     = "burst: the bot's own memory, peak"
	burstResident   = "burst: the same with the program's file, peak"

	slackTook       = "slack: all of it"
	slackActs       = "slack: commands, forms and mentions"
	slackRate       = "slack: of them per second"
	slackAcked      = "slack: command to acknowledgement, p99"
	slackAckedMid   = "slack: command to acknowledgement, p50"
	slackOpened     = "slack: command to form, p99"
	slackOpenedMid  = "slack: command to form, p50"
	slackCreated    = "slack: mention to DatabaseDump created, p99"
	slackCreatedMid = "slack: mention to DatabaseDump created, p50"
	slackMissing    = "slack: without an acknowledgement, a form or a dump"
	slackTogether   = "slack: dumps that end together"
	slackEnded      = "slack: until all of them had ended"
	slackTold       = "slack: until the last of their last words stood"
	slackLost       = "slack: last words lost"
	slackDoubled    = "slack: last words doubled"
	slackIgnored    = "slack: calls made before Slack's Retry-After was over"
	slackLimited    = "slack: calls answered with 429"
	slackMemory     = "slack: the bot's own memory, peak"
	slackResident   = "slack: the same with the program's file, peak"

	troubleTook      = "trouble: all of it"
	troubleMessages  = "trouble: distinct messages"
	troubleAgain     = "trouble: messages delivered again"
	troubleConnected = "trouble: reconnects for each message"
	troubleSpoilt    = "trouble: API requests that got an error, or no answer"
	troubleNone      = "trouble: messages without a dump"
	troubleTwice     = "trouble: messages with more than one dump"
	troubleLost      = "trouble: last words lost"
	troubleDoubled   = "trouble: last words doubled"
	troubleStatus    = "trouble: status messages doubled"
	troubleWrites    = "trouble: the bot's writes per dump and place, most"
	troubleMean      = "trouble: the bot's writes per dump and place, mean"
	troubleMemory    = "trouble: the bot's own memory, peak"
	troubleResident  = "trouble: the same with the program's file, peak"

	memoryTook     = "memory: all of it"
	memoryStart    = "memory: from the bot's start until it hears the chat"
	memoryInFlight = "memory: dumps in flight at once"
	memoryFinished = "memory: finished dumps in the cluster"
	memoryPeak     = "memory: the bot's own memory, peak"
	memoryResident = "memory: the same with the program's file, peak"
	memoryAfter    = "memory: the bot's own memory when all were told"
)

// definitions are all figures, in the order in which they are printed.
func definitions(s scale) []figures.Definition {
	return []figures.Definition{
		figures.Define(burstMessages, "", figures.Exactly(float64(s.burst))),
		figures.Define(burstRate, "1/s", figures.AtLeast(0.99*float64(s.rate))),
		figures.Define(burstCreatedMid, "ms", figures.Goal{}),
		figures.Define(burstCreated, "ms", figures.Below(1000)),
		figures.Define(burstAckedMid, "ms", figures.Goal{}),
		figures.Define(burstAcked, "ms", figures.Below(1000)),
		figures.Define(burstUncreated, "", figures.Exactly(0)),
		figures.Define(burstMemory, "MiB", figures.Goal{}),
		figures.Define(burstResident, "MiB", figures.Goal{}),

		figures.Define(slackActs, "", figures.Exactly(float64(s.slackActs))),
		figures.Define(slackRate, "1/s", figures.AtLeast(float64(s.slackRate)*99/100)),
		figures.Define(slackAckedMid, "ms", figures.Goal{}),
		figures.Define(slackAcked, "ms", figures.Below(1000)),
		figures.Define(slackOpenedMid, "ms", figures.Goal{}),
		figures.Define(slackOpened, "ms", figures.Below(1000)),
		figures.Define(slackCreatedMid, "ms", figures.Goal{}),
		figures.Define(slackCreated, "ms", figures.Below(1000)),
		figures.Define(slackMissing, "", figures.Exactly(0)),
		figures.Define(slackTogether, "", figures.Exactly(float64(s.slackTogether))),
		figures.Define(slackEnded, "s", figures.Goal{}),
		figures.Define(slackTold, "s", figures.AtMost(60)),
		figures.Define(slackLost, "", figures.Exactly(0)),
		figures.Define(slackDoubled, "", figures.Exactly(0)),
		figures.Define(slackIgnored, "", figures.Exactly(0)),
		figures.Define(slackLimited, "", figures.Goal{}),
		figures.Define(slackMemory, "MiB", figures.Goal{}),
		figures.Define(slackResident, "MiB", figures.Goal{}),

		figures.Define(troubleMessages, "", figures.Exactly(float64(s.trouble))),
		figures.Define(troubleAgain, "%", figures.AtLeast(25)),
		figures.Define(troubleConnected, "%", figures.AtLeast(5)),
		figures.Define(troubleSpoilt, "%", figures.AtLeast(4.5)),
		figures.Define(troubleNone, "", figures.Exactly(0)),
		figures.Define(troubleTwice, "", figures.Exactly(0)),
		figures.Define(troubleLost, "", figures.Exactly(0)),
		figures.Define(troubleDoubled, "", figures.Exactly(0)),
		figures.Define(troubleStatus, "", figures.Exactly(0)),
		figures.Define(troubleWrites, "", figures.AtMost(5)),
		figures.Define(troubleMean, "", figures.Goal{}),
		figures.Define(troubleMemory, "MiB", figures.Goal{}),
		figures.Define(troubleResident, "MiB", figures.Goal{}),

		figures.Define(memoryInFlight, "", figures.AtLeast(float64(s.inFlight))),
		figures.Define(memoryFinished, "", figures.AtLeast(float64(s.trouble))),
		figures.Define(memoryStart, "s", figures.Goal{}),
		figures.Define(memoryPeak, "MiB", figures.Below(64)),
		figures.Define(memoryResident, "MiB", figures.Goal{}),
		figures.Define(memoryAfter, "MiB", figures.Goal{}),

		figures.Define(setUpTook, "s", figures.Goal{}),
		figures.Define(burstTook, "s", figures.Goal{}),
		figures.Define(slackTook, "s", figures.Goal{}),
		figures.Define(troubleTook, "s", figures.Goal{}),
		figures.Define(memoryTook, "s", figures.Goal{}),
	}
}
