package read

import (
	"context"
	"errors"
	"net"
	"net/url"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/volcado-io/volcado/bot/view"
)

// Trouble says why the API server did not do what was asked. Of TroubleBot and TroubleRefused the error itself belongs into
// the log, because the view does not say all.
func Trouble(err error) view.Trouble {
	var status apierrors.APIStatus
	var network *url.Error
	switch {
	case apierrors.IsUnauthorized(err):
		return view.Trouble{Kind: view.TroubleToken}
	case apierrors.IsForbidden(err):
		return view.Trouble{Kind: view.TroubleForbidden, Detail: reasonOf(err)}
	case meta.IsNoMatchError(err), isKindMissing(err):
		return view.Trouble{Kind: view.TroubleKinds}
	case apierrors.IsInvalid(err), apierrors.IsBadRequest(err):
		return view.Trouble{Kind: view.TroubleInvalid, Detail: causes(err)}
	case apierrors.IsTooManyRequests(err), apierrors.IsServerTimeout(err), apierrors.IsServiceUnavailable(err),
		apierrors.IsTimeout(err), apierrors.IsInternalError(err):
		return view.Trouble{Kind: view.TroubleBusy, Detail: reasonOf(err)}
	case errors.Is(err, context.DeadlineExceeded):
		return view.Trouble{Kind: view.TroubleTimeout}
	case errors.As(err, &network):
		return view.Trouble{Kind: view.TroubleNetwork, Detail: hostOf(network) + ": " + networkReason(network)}
	case errors.As(err, &status):
		return view.Trouble{Kind: view.TroubleRefused, Detail: reasonOf(err)}
	}
	return view.Trouble{Kind: view.TroubleBot}
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
