package slack

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/internal/text"
)

const (
	// longestWait that Slack can ask for.
	longestWait = 10 * time.Minute
	// longestReason of an error, in characters.
	longestReason = 200
)

// kinds of Slack's errors, by the name that an answer has. All of them say that nothing was done. What is not here is uncertain:
// fatal_error, for one, can come after the work was done.
var kinds = map[string]chat.ErrorKind{
	"invalid_auth": chat.Unauthorised, "not_authed": chat.Unauthorised, "token_revoked": chat.Unauthorised,
	"token_expired": chat.Unauthorised, "account_inactive": chat.Unauthorised, "team_access_not_granted": chat.Unauthorised,

	"channel_not_found": chat.PlaceGone, "not_in_channel": chat.PlaceGone, "is_archived": chat.PlaceGone, "is_inactive": chat.PlaceGone,
	"user_not_found": chat.PlaceGone, "users_not_found": chat.PlaceGone, "user_not_visible": chat.PlaceGone, "user_disabled": chat.PlaceGone,
	"cannot_dm_bot": chat.PlaceGone, "user_not_in_channel": chat.PlaceGone, "method_not_supported_for_channel_type": chat.PlaceGone,
	"messages_tab_disabled": chat.PlaceGone, "restricted_action": chat.PlaceGone, "restricted_action_read_only_channel": chat.PlaceGone,

	"message_not_found": chat.PostGone, "thread_not_found": chat.PostGone, "cant_reply_to_message": chat.PostGone,

	"ratelimited": chat.NotDone, "rate_limited": chat.NotDone, "team_added_to_org": chat.NotDone, "accesslimited": chat.NotDone,

	"edit_window_closed": chat.Rejected, "cant_update_message": chat.Rejected,
	"msg_too_long": chat.Rejected, "no_text": chat.Rejected, "invalid_blocks": chat.Rejected, "invalid_blocks_format": chat.Rejected,
	"msg_blocks_too_long": chat.Rejected, "invalid_arguments": chat.Rejected, "invalid_arg_name": chat.Rejected, "missing_scope": chat.Rejected, "not_allowed_token_type": chat.Rejected,
	"no_permission": chat.Rejected, "unknown_method": chat.Rejected, "metadata_too_large": chat.Rejected, "invalid_metadata_format": chat.Rejected,
	"metadata_must_be_sent_from_app": chat.Rejected, "expired_trigger_id": chat.Rejected, "exchanged_trigger_id": chat.Rejected,
	"invalid_trigger_id": chat.Rejected,
}

// bounded is the wait that Slack asks for, as far as it is followed: a second where it asks for none.
func bounded(wait time.Duration) time.Duration { return min(max(wait, time.Second), longestWait) }

// refused makes an error say what is certain.
func refused(what string, err error) error {
	if limited, ok := errors.AsType[*slack.RateLimitedError](err); ok {
		return &chat.Error{Kind: chat.NotDone, RetryAfter: bounded(limited.RetryAfter), Err: fmt.Errorf("%s: Slack limits requests", what)}
	}
	if answer, ok := errors.AsType[slack.SlackErrorResponse](err); ok {
		return &chat.Error{Kind: kinds[answer.Err], Err: fmt.Errorf("%s: Slack answered %s", what, explained(answer))}
	}
	if status, ok := errors.AsType[slack.StatusCodeError](err); ok {
		if status.Code == http.StatusTooManyRequests {
			return &chat.Error{Kind: chat.NotDone, RetryAfter: time.Second, Err: fmt.Errorf("%s: Slack limits requests", what)}
		}
		return &chat.Error{Kind: chat.Uncertain, Err: fmt.Errorf("%s: Slack answered %d %s", what, status.Code, http.StatusText(status.Code))}
	}
	return &chat.Error{Kind: chat.WithoutAnswer(err), Err: fmt.Errorf("%s: %w", what, withoutURL(err))}
}

func explained(answer slack.SlackErrorResponse) string {
	said := text.OneLine(answer.Err, longestReason)
	if answer.Needed != "" {
		said += ": the app lacks the scope " + text.OneLine(answer.Needed, longestReason)
	}
	if len(answer.ResponseMetadata.Messages) > 0 {
		said += " (" + text.OneLine(strings.Join(answer.ResponseMetadata.Messages, "; "), longestReason) + ")"
	}
	return said
}

// withoutURL: an address can hold what is nobody's business, such as the ticket of a socket.
func withoutURL(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return errors.New(text.OneLine(err.Error(), longestReason))
}

// notDone is what is certain when a call failed that was to be made before something was done.
func notDone(err error) error {
	kind := chat.KindOfError(err)
	if kind == chat.Uncertain {
		kind = chat.NotDone
	}
	return &chat.Error{Kind: kind, RetryAfter: chat.RetryAfter(err), Err: err}
}
