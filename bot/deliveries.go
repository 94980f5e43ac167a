package bot

import (
	"cmp"
	"context"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/internal/naming"
)

// made is the dump that an earlier delivery of this message made, or nil. A dump's name alone does not tell: it holds the
// source, and what a person's words mean may have changed between two deliveries.
func (c *conversation) made(ctx context.Context, how freshness) (*v1alpha1.DatabaseDump, error) {
	ctx, cancel := context.WithTimeout(ctx, apiTimeout)
	defer cancel()
	var found []v1alpha1.DatabaseDump
	err := eachPage(ctx, c.api, func(page *v1alpha1.DatabaseDumpList) {
		for i := range page.Items {
			if isOf(&page.Items[i], c.by) {
				found = append(found, page.Items[i])
			}
		}
	}, &client.ListOptions{Raw: &metav1.ListOptions{ResourceVersion: string(how)}},
		client.MatchingLabels{v1alpha1.LabelMessage: naming.MessageHash(c.by)})
	if err != nil || len(found) == 0 {
		return nil, err
	}
	first := slices.MinFunc(found, func(a, b v1alpha1.DatabaseDump) int {
		return cmp.Or(a.CreationTimestamp.Compare(b.CreationTimestamp.Time), strings.Compare(a.Namespace, b.Namespace))
	})
	return &first, nil
}

// isOf reports whether a message made a dump. Name and label tell little: they hold only a hash, not who wrote the message,
// and the name may have been taken with kubectl. Groups and display names may change between two deliveries of one message.
func isOf(dump *v1alpha1.DatabaseDump, by v1alpha1.Requester) bool {
	is := dump.Spec.RequestedBy
	return is != nil && is.Platform == by.Platform && is.Workspace == by.Workspace && is.User == by.User &&
		is.Channel == by.Channel && is.Message == by.Message
}
