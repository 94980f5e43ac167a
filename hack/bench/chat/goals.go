package main

import "fmt"

// goal is what a figure has to be. The zero goal is met by anything: the figure says under which conditions the others were
// measured.
type goal struct {
	is    relation
	bound float64
}

type relation string

const (
	below   relation = "<"
	atMost  relation = "<="
	atLeast relation = ">="
	exactly relation = "="
)

func (g goal) met(value float64) bool {
	switch g.is {
	case below:
		return value < g.bound
	case atMost:
		return value <= g.bound
	case atLeast:
		return value >= g.bound
	case exactly:
		return value == g.bound
	default:
		return true
	}
}

func (g goal) String() string {
	if g.is == "" {
		return ""
	}
	return fmt.Sprintf("%s %g", g.is, g.bound)
}

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

// definition of a figure.
type definition struct {
	name, unit string
	goal       goal
}

// definitions are all figures, in the order in which they are printed.
func definitions(s scale) []definition {
	return []definition{
		{burstMessages, "", goal{exactly, float64(s.burst)}},
		{burstRate, "1/s", goal{atLeast, 0.99 * float64(s.rate)}},
		{burstCreatedMid, "ms", goal{}},
		{burstCreated, "ms", goal{below, 1000}},
		{burstAckedMid, "ms", goal{}},
		{burstAcked, "ms", goal{below, 1000}},
		{burstUncreated, "", goal{exactly, 0}},
		{burstMemory, "MiB", goal{}},
		{burstResident, "MiB", goal{}},

		{slackActs, "", goal{exactly, float64(s.slackActs)}},
		{slackRate, "1/s", goal{atLeast, float64(s.slackRate) * 99 / 100}},
		{slackAckedMid, "ms", goal{}},
		{slackAcked, "ms", goal{below, 1000}},
		{slackOpenedMid, "ms", goal{}},
		{slackOpened, "ms", goal{below, 1000}},
		{slackCreatedMid, "ms", goal{}},
		{slackCreated, "ms", goal{below, 1000}},
		{slackMissing, "", goal{exactly, 0}},
		{slackTogether, "", goal{exactly, float64(s.slackTogether)}},
		{slackEnded, "s", goal{}},
		{slackTold, "s", goal{atMost, 60}},
		{slackLost, "", goal{exactly, 0}},
		{slackDoubled, "", goal{exactly, 0}},
		{slackIgnored, "", goal{exactly, 0}},
		{slackLimited, "", goal{}},
		{slackMemory, "MiB", goal{}},
		{slackResident, "MiB", goal{}},

		{troubleMessages, "", goal{exactly, float64(s.trouble)}},
		{troubleAgain, "%", goal{atLeast, 25}},
		{troubleConnected, "%", goal{atLeast, 5}},
		{troubleSpoilt, "%", goal{atLeast, 4.5}},
		{troubleNone, "", goal{exactly, 0}},
		{troubleTwice, "", goal{exactly, 0}},
		{troubleLost, "", goal{exactly, 0}},
		{troubleDoubled, "", goal{exactly, 0}},
		{troubleStatus, "", goal{exactly, 0}},
		{troubleWrites, "", goal{atMost, 5}},
		{troubleMean, "", goal{}},
		{troubleMemory, "MiB", goal{}},
		{troubleResident, "MiB", goal{}},

		{memoryInFlight, "", goal{atLeast, float64(s.inFlight)}},
		{memoryFinished, "", goal{atLeast, float64(s.trouble)}},
		{memoryStart, "s", goal{}},
		{memoryPeak, "MiB", goal{below, 64}},
		{memoryResident, "MiB", goal{}},
		{memoryAfter, "MiB", goal{}},

		{setUpTook, "s", goal{}},
		{burstTook, "s", goal{}},
		{slackTook, "s", goal{}},
		{troubleTook, "s", goal{}},
		{memoryTook, "s", goal{}},
	}
}
