package played

import "time"

// Both halves know these. Every call is a POST of a request to /api/<call>, with the token as bearer; what comes back is a
// response, or with another status than 200 a problem.

// request holds what any call takes.
type request struct {
	Connection string       `json:"connection,omitempty"`
	Channel    string       `json:"channel,omitempty"`
	Thread     string       `json:"thread,omitempty"`
	Post       string       `json:"post,omitempty"`
	User       string       `json:"user,omitempty"`
	Key        string       `json:"key,omitempty"`
	Text       string       `json:"text,omitempty"`
	Actions    []wireAction `json:"actions,omitempty"`
	Event      string       `json:"event,omitempty"`
	Answer     *wireAnswer  `json:"answer,omitempty"`
	// Since and After say where history begins: at a time, behind a message.
	Since time.Time `json:"since,omitzero"`
	After string    `json:"after,omitempty"`
	// Wait is how many milliseconds the call events waits for one.
	Wait int `json:"wait,omitempty"`
}

// response holds what any call gives.
type response struct {
	Workspace  string        `json:"workspace,omitempty"`
	Bot        string        `json:"bot,omitempty"`
	Limits     *wireLimits   `json:"limits,omitempty"`
	Connection string        `json:"connection,omitempty"`
	Events     []wireEvent   `json:"events,omitempty"`
	Messages   []wireMessage `json:"messages,omitempty"`
	// Next is the After of the next page, or empty.
	Next    string       `json:"next,omitempty"`
	Post    string       `json:"post,omitempty"`
	Thread  string       `json:"thread,omitempty"`
	Channel *wireChannel `json:"channel,omitempty"`
	User    *User        `json:"user,omitempty"`
}

// problem is why a call was refused.
type problem struct {
	Status int    `json:"-"`
	Code   string `json:"code"`
	// RetryAfter in milliseconds.
	RetryAfter int64 `json:"retryAfter,omitempty"`
}

// Codes of problems.
const (
	codeUnauthorised   = "unauthorised"
	codeThrottled      = "throttled"
	codeTrouble        = "internal_error"
	codeUnavailable    = "unavailable"
	codeNoConnection   = "connection_not_found"
	codeNoChannel      = "channel_not_found"
	codeNotInChannel   = "not_in_channel"
	codeNoThread       = "thread_not_found"
	codeNoPost         = "post_not_found"
	codeNoUser         = "user_not_found"
	codeNotYours       = "not_your_post"
	codeEditTooLate    = "edit_window_closed"
	codeTooLong        = "text_too_long"
	codeUnintelligible = "bad_request"
)

type wireLimits struct {
	// EditEvery in milliseconds.
	EditEvery      int64 `json:"editEvery"`
	EditsPerMinute int   `json:"editsPerMinute"`
	Longest        int   `json:"longest"`
	Finds          bool  `json:"finds"`
}

type wireChannel struct {
	ID   string `json:"id"`
	Kind string `json:"kind"`
}

// wireMessage is anything that stands in a channel: of people, of the bot, of machines.
type wireMessage struct {
	ID      string `json:"id"`
	Channel string `json:"channel"`
	// ChannelKind when it is read.
	ChannelKind string `json:"channelKind"`
	// Thread is the message that the thread began with; empty for one that stands in the channel itself.
	Thread string    `json:"thread,omitempty"`
	User   string    `json:"user"`
	Text   string    `json:"text"`
	At     time.Time `json:"at"`
	Key    string    `json:"key,omitempty"`
	// Kind is System for what the service itself wrote, Bot and Webhook for what machines wrote in the name of User.
	Kind MessageKind `json:"kind,omitempty"`
}

// wireEvent is something that the bot is told.
type wireEvent struct {
	// ID is what is acknowledged. A message's is its own.
	ID string `json:"id"`
	// Attempt counts deliveries, from 1.
	Attempt int       `json:"attempt"`
	Kind    eventKind `json:"kind"`
	// Message; of a click, a command or a form, only who, where and when.
	Message wireMessage `json:"message"`
	// Post and Line of the button that was clicked.
	Post string `json:"post,omitempty"`
	Line string `json:"line,omitempty"`
	// Command and Values of a form that was sent.
	Command string            `json:"command,omitempty"`
	Values  map[string]string `json:"values,omitempty"`
}

type eventKind string

const (
	eventMessage eventKind = "message"
	eventCommand eventKind = "command"
	eventClick   eventKind = "click"
	eventForm    eventKind = "form"
)

// opensForms: the service takes a form in the acknowledgement.
func (k eventKind) opensForms() bool { return k == eventCommand || k == eventClick }

type wireAction struct {
	Label  string `json:"label"`
	Line   string `json:"line"`
	Danger bool   `json:"danger,omitempty"`
}

// wireAnswer rides on an acknowledgement.
type wireAnswer struct {
	Text    string            `json:"text,omitempty"`
	Form    *Form             `json:"form,omitempty"`
	Invalid map[string]string `json:"invalid,omitempty"`
}

// Form is shown to one person.
type Form struct {
	ID      string      `json:"id,omitempty"`
	Command string      `json:"command"`
	Title   string      `json:"title"`
	Submit  string      `json:"submit"`
	Fields  []FormField `json:"fields"`
	// Channel and Thread that it was opened in.
	Channel string `json:"channel,omitempty"`
	Thread  string `json:"thread,omitempty"`
	// Invalid says what is wrong with what was sent.
	Invalid map[string]string `json:"invalid,omitempty"`
}

// FormField of a form.
type FormField struct {
	Name     string   `json:"name"`
	Label    string   `json:"label"`
	Hint     string   `json:"hint,omitempty"`
	Value    string   `json:"value,omitempty"`
	Required bool     `json:"required,omitempty"`
	Choices  []string `json:"choices,omitempty"`
}
