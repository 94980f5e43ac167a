package read

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/volcado-io/volcado/api/v1alpha1"
)

// lists is an API server with these allow-lists, or with an error.
type lists struct {
	client.Reader
	items []v1alpha1.DumpAllowList
	err   error
}

func (l lists) List(_ context.Context, into client.ObjectList, _ ...client.ListOption) error {
	into.(*v1alpha1.DumpAllowListList).Items = l.items
	return l.err
}

func TestTheGroupsOfAServiceAreThoseThatAllowListsName(t *testing.T) {
	subject := func(platform v1alpha1.Platform, workspace string, groups ...v1alpha1.SubjectID) v1alpha1.AllowedSubject {
		return v1alpha1.AllowedSubject{Platform: platform, Workspace: workspace, Groups: groups}
	}
	list := func(subjects ...v1alpha1.AllowedSubject) v1alpha1.DumpAllowList {
		return v1alpha1.DumpAllowList{Spec: v1alpha1.DumpAllowListSpec{Subjects: subjects}}
	}
	stale := lists{items: []v1alpha1.DumpAllowList{list(subject("mattermost", "a.example", "old"))}}
	newest := lists{items: []v1alpha1.DumpAllowList{
		list(),
		list(subject("mattermost", "a.example", "qa", "dev"), subject("mattermost", "b.example", "other-server")),
		list(subject("slack", "a.example", "other-platform"), subject("mattermost", "a.example"), subject("mattermost", "a.example", "qa", "ops")),
	}}
	unwell := errors.New("unwell")
	for name, tc := range map[string]struct {
		cached, api lists
		want        []string
		err         error
	}{
		"of all lists, as they are now":             {stale, newest, []string{"dev", "ops", "qa"}, nil},
		"as they were, where the cluster is away":   {stale, lists{err: unwell}, []string{"old"}, nil},
		"none are known, which is not that of none": {lists{err: unwell}, lists{err: unwell}, nil, unwell},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Cached(tc.cached, tc.api).Groups("mattermost", "a.example")(t.Context())
			if diff := cmp.Diff(tc.want, got); diff != "" || !errors.Is(err, tc.err) {
				t.Errorf("error %v, groups (-want +got)\n%s", err, diff)
			}
		})
	}
}
