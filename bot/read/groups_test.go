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
	c := Cached(nil, lists{items: []v1alpha1.DumpAllowList{
		list(),
		list(subject("mattermost", "a.example", "qa", "dev"), subject("mattermost", "b.example", "other-server")),
		list(subject("slack", "a.example", "other-platform"), subject("mattermost", "a.example"), subject("mattermost", "a.example", "qa", "ops")),
	}})
	got, err := c.Groups("mattermost", "a.example")(t.Context())
	if diff := cmp.Diff([]string{"dev", "ops", "qa"}, got); diff != "" || err != nil {
		t.Errorf("error %v, groups (-want +got)\n%s", err, diff)
	}
	unwell := errors.New("unwell")
	if _, err := Cached(nil, lists{err: unwell}).Groups("mattermost", "a.example")(t.Context()); !errors.Is(err, unwell) {
		t.Errorf("the error is %v", err)
	}
}
