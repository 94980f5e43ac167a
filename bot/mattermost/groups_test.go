package mattermost

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/mattermost/mattermost/server/public/model"

	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/internal/mattermosttest"
)

// A bot that is in hundreds of private channels asks only for those that allow-lists name, and for the one where it is asked.
func TestOnlyChannelsThatMatterAreGroups(t *testing.T) {
	w := newWorld(t, mattermosttest.Get(t))
	first := w.Channel(t, w.team, model.ChannelTypePrivate, "first", w.alice, w.bot).Id
	second := w.Channel(t, w.team, model.ChannelTypePrivate, "second", w.alice, w.bot).Id
	notHers := w.Channel(t, w.team, model.ChannelTypePrivate, "third", w.bob, w.bot).Id
	notTheBots := w.Channel(t, w.team, model.ChannelTypePrivate, "fourth", w.alice).Id
	public := w.Channel(t, w.team, model.ChannelTypeOpen, "fifth", w.alice, w.bot).Id
	s := w.service(t)
	var named []string
	var trouble error
	s.OnlyGroups(func(context.Context) ([]string, error) { return named, trouble })
	for _, c := range []struct {
		name string
		is   []string
		here string
		want []string
	}{
		{"nothing is named", nil, w.channel.Id, []string{w.channel.Id}},
		{"one is", []string{first}, w.channel.Id, []string{w.channel.Id, first}},
		{"another is, a moment later", []string{second}, w.channel.Id, []string{w.channel.Id, second}},
		{"she asks there", []string{second}, second, []string{second}},
		{"some are none, or not hers", []string{"*", "", "x", notHers, notTheBots, public, first, model.NewId()}, public, []string{first}},
	} {
		t.Run(c.name, func(t *testing.T) {
			named = c.is
			got, err := s.groups.of(t.Context(), w.alice.ID, c.here)
			if err != nil {
				t.Fatal(err)
			}
			slices.Sort(c.want)
			if diff := cmp.Diff(c.want, slices.Sorted(slices.Values(got))); diff != "" {
				t.Errorf("groups (-want +got)\n%s", diff)
			}
		})
	}
	trouble = errors.New("the cluster is away")
	_, err := s.groups.of(t.Context(), w.alice.ID, first)
	isKind(t, err, chat.NotDone)
}

// Each would cost a call for each person.
func TestWhoIsInAChannelThatDoesNotMatterIsNotAsked(t *testing.T) {
	w := newWorld(t, mattermosttest.Get(t))
	other := w.Channel(t, w.team, model.ChannelTypePrivate, "other", w.alice, w.bot).Id
	w.front.breakAt("/api/v4/channels/" + other + "/members")
	s := w.service(t)
	s.OnlyGroups(func(context.Context) ([]string, error) { return nil, nil })
	arrived := collected(t, s, time.Now())
	post := w.ask(t, "hello")
	if m := next(t, arrived); m.ID != post.Id || !slices.Equal(m.Groups, []string{w.channel.Id}) {
		t.Errorf("got %+v", m)
	}
}
