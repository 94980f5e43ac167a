package bot

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/volcado-io/volcado/bot/chat"
)

// explain makes an answer of an error: what a person typed wrongly, or what is wrong with the cluster. cmd is nil where
// no command was found yet.
func (c *conversation) explain(err error, cmd *command) answer {
	switch {
	case errors.Is(err, errLine):
		return answer{outcome: chat.Misunderstood, Reply: chat.Reply{
			Severity: chat.Warning, Headline: capitalise(err.Error()) + ".", Closing: "Nothing was done. help lists the commands.",
		}}
	case errors.Is(err, errUsage):
		r := chat.Reply{Severity: chat.Warning, Headline: err.Error()}
		if cmd != nil {
			r.Fields = []chat.Field{{Name: "usage", Value: cmd.usage()}}
			r.Closing = fmt.Sprintf("Nothing was done. help %s explains it.", cmd.name)
		}
		return answer{Reply: r, outcome: chat.Misunderstood}
	case errors.Is(err, context.Canceled):
		return answer{outcome: chat.Detached, Reply: chat.Reply{Severity: chat.Warning, Headline: "Stopped before anything was begun."}}
	}
	sentence, hint, mine := Trouble(err)
	r := chat.Reply{Severity: chat.Bad, Headline: sentence}
	if e, ok := errors.AsType[*unansweredError](err); ok {
		r = mayHaveStarted(e.dump.Name, sentence)
	} else if hint != "" {
		r.Lines = append(r.Lines, hint)
	}
	if mine {
		// Who runs the bot needs the whole of it; who asked does not.
		c.log.Error("a message could not be answered", "message", c.message.ID, "error", err)
	}
	return answer{Reply: r, outcome: chat.Unavailable}
}

// mayHaveStarted has nobody ask once more, which might make a second dump.
func mayHaveStarted(dump, sentence string) chat.Reply {
	return chat.Reply{
		Severity: chat.Warning, Headline: fmt.Sprintf("%s may have been started, or not.", dump), Lines: []string{sentence},
		Closing: fmt.Sprintf("status %s tells. If it finds no such dump, nothing was started.", dump),
	}
}

// Trouble says in a sentence why the API server did not do what was asked, and what to do. unknown means that the
// sentence does not say all: the error itself belongs into the log.
func Trouble(err error) (sentence, hint string, unknown bool) {
	var status apierrors.APIStatus
	var network *url.Error
	switch {
	case apierrors.IsUnauthorized(err):
		return "The API server does not accept the bot's token.",
			"The token may have expired, or its ServiceAccount was deleted. Start the bot again.", false
	case apierrors.IsForbidden(err):
		return "The API server forbids it: " + reasonOf(err) + ".",
			"The bot's ServiceAccount needs the rights in config/bot, and the admission policies must name it.", false
	case meta.IsNoMatchError(err), isKindMissing(err):
		return "Volcado's kinds are not installed in this cluster.",
			"Whoever runs it installs them from config/crd (make deploy does).", false
	case apierrors.IsInvalid(err), apierrors.IsBadRequest(err):
		return "The API server does not accept this request: " + causes(err) + ".", "", false
	case apierrors.IsTooManyRequests(err), apierrors.IsServerTimeout(err), apierrors.IsServiceUnavailable(err),
		apierrors.IsTimeout(err), apierrors.IsInternalError(err):
		return "The API server is too busy or not ready: " + reasonOf(err) + ".", "Try again in a moment.", false
	case errors.Is(err, context.DeadlineExceeded):
		return "The API server did not answer in time.", "Try again; if it stays so, the cluster needs a look.", false
	case errors.As(err, &network):
		return fmt.Sprintf("The API server at %s does not answer: %s.", hostOf(network), networkReason(network)),
			"Is the cluster up, and is this its address? Try again when it is.", false
	case errors.As(err, &status):
		return "The API server refused: " + reasonOf(err) + ".", "", true
	}
	return "That did not work, for a reason that is the bot's own.", "Whoever runs the bot finds the reason in its log.", true
}

// isKindMissing: a list or a creation meets 404 only when the kind itself, or for a creation the namespace, is not there.
func isKindMissing(err error) bool {
	var status apierrors.APIStatus
	if !apierrors.IsNotFound(err) || !errors.As(err, &status) {
		return false
	}
	return strings.Contains(status.Status().Message, "could not find the requested resource")
}

// reasonOf is the API server's own sentence, without the repetition of which kind and name it speaks of.
func reasonOf(err error) string {
	var status apierrors.APIStatus
	if !errors.As(err, &status) {
		return err.Error()
	}
	return strings.TrimSuffix(status.Status().Message, ".")
}

// causes lists what a validation found, each with the field it speaks of.
func causes(err error) string {
	var status apierrors.APIStatus
	if !errors.As(err, &status) || status.Status().Details == nil || len(status.Status().Details.Causes) == 0 {
		return reasonOf(err)
	}
	var all []string
	for _, cause := range status.Status().Details.Causes {
		if cause.Type == metav1.CauseTypeFieldManagerConflict {
			continue
		}
		field := strings.TrimPrefix(cause.Field, "spec.")
		if field == "" || field == "<nil>" {
			all = append(all, cause.Message)
			continue
		}
		all = append(all, field+": "+cause.Message)
	}
	return strings.Join(all, "; ")
}

func hostOf(err *url.Error) string {
	if u, parseErr := url.Parse(err.URL); parseErr == nil && u.Host != "" {
		return u.Host
	}
	return "its address"
}

func networkReason(err *url.Error) string {
	var dns *net.DNSError
	var op *net.OpError
	switch {
	case errors.As(err, &dns):
		return "the name " + dns.Name + " is not known"
	case errors.As(err, &op) && op.Err != nil:
		return op.Err.Error()
	case err.Timeout():
		return "no answer in time"
	default:
		return err.Err.Error()
	}
}

func capitalise(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
