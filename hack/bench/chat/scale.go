package main

import "time"

// scale of a run.
type scale struct {
	// rate of messages, per second.
	rate int
	// channels that they are written in.
	channels int
	// burst is how many messages there are in the burst.
	burst int
	// delay of every answer of the API server during the burst.
	delay time.Duration
	// slackActs are what people do in the Slack workspace, slackRate of it a second, in slackChannels. slackTogether are the dumps that
	// end in the same second there.
	slackActs, slackRate, slackChannels, slackTogether int
	// trouble is how many messages are written while things go wrong, and troubleRate how many a second. Their dumps are the
	// finished ones of the memory.
	trouble, troubleRate int
	// inFlight dumps of the memory, and how long they stay so.
	inFlight int
	hold     time.Duration
	// patience with all of it.
	patience time.Duration
}

var (
	full = scale{
		rate: 50, channels: 200, burst: 3000, delay: 200 * time.Millisecond,
		slackActs: 600, slackRate: 3, slackChannels: 50, slackTogether: 200,
		trouble: 10_000, troubleRate: 25, inFlight: 1000, hold: time.Minute, patience: 30 * time.Minute,
	}
	small = scale{
		rate: 10, channels: 200, burst: 150, delay: 200 * time.Millisecond,
		slackActs: 60, slackRate: 3, slackChannels: 10, slackTogether: 40,
		trouble: 500, troubleRate: 10, inFlight: 50, hold: 10 * time.Second, patience: 20 * time.Minute,
	}
)

// Shares of messages and API requests that meet with trouble.
const (
	shareAgain     = 0.25
	shareReconnect = 0.05
	shareSpoilt    = 0.05
)
