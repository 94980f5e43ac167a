package mattermost

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/volcado-io/volcado/bot/chat"
)

// propKey is the prop of a post that holds its chat.Key. People do not see props.
const propKey = "volcado_key"

// Mattermost's names of errors.
const (
	errorRoot           = "api.post.create_post.root_id.app_error"
	errorRootChannel    = "api.post.create_post.channel_root_id.app_error"
	errorArchived       = "api.post.create_post.can_not_post_to_deleted.error"
	errorPermission     = "api.context.permissions.app_error"
	errorParameter      = "api.context.invalid_param.app_error"
	errorUpdateArchived = "api.post.update_post.can_not_update_post_in_deleted.error"
	errorPatchArchived  = "api.post.patch_post.can_not_update_post_in_deleted.error"
)

// Post says something, over as many posts as it takes. The first carries the key.
func (s *Service) Post(ctx context.Context, to chat.Target, key chat.Key, reply chat.Reply) (chat.Ref, error) {
	channel, thread, err := s.where(ctx, to)
	if err != nil {
		return chat.Ref{}, err
	}
	mention, err := s.mention(ctx, to.Mention)
	if err != nil {
		return chat.Ref{}, err
	}
	if thread != "" {
		over, _, err := s.threads.Take(ctx, thread)
		if err != nil {
			return chat.Ref{}, &chat.Error{Kind: chat.NotDone, Err: err}
		}
		defer over()
	}
	var first chat.Ref
	for i, page := range render(reply, s.address(), mention, int(s.longest.Load())) {
		post := &model.Post{ChannelId: channel, RootId: thread, Message: page}
		if i == 0 && key != "" {
			post.AddProp(propKey, string(key))
		}
		ref, err := s.create(ctx, post)
		switch {
		case err == nil && i == 0:
			first = ref
		case err != nil && i == 0:
			return chat.Ref{}, err
		case err != nil:
			// Some of it stands there, so it must not be said to be not done.
			return chat.Ref{}, &chat.Error{Kind: chat.Uncertain, RetryAfter: chat.RetryAfter(err), Err: fmt.Errorf("post %d: %w", i+1, err)}
		}
	}
	return first, nil
}

// create a post, once. A repetition could be a second post.
func (s *Service) create(ctx context.Context, post *model.Post) (chat.Ref, error) {
	post.AddProp(propProcess, s.process)
	made, err := call(ctx, s.client, "post in channel "+post.ChannelId, func(api *model.Client4) (*model.Post, *model.Response, error) {
		return api.CreatePost(ctx, post)
	})
	switch {
	case refusedAs(err, errorRoot, errorRootChannel):
		return chat.Ref{}, s.withoutRoot(ctx, post, err)
	case refusedAs(err, errorArchived, errorPermission, errorParameter):
		if _, trouble := s.channel(ctx, post.ChannelId); chat.Transient(trouble) != nil {
			return chat.Ref{}, &chat.Error{Kind: chat.NotDone, RetryAfter: chat.RetryAfter(trouble), Err: trouble}
		}
		return chat.Ref{}, gone(err)
	case err != nil:
		return chat.Ref{}, err
	case made == nil || !model.IsValidId(made.Id) || made.ChannelId != post.ChannelId || made.RootId != post.RootId:
		return chat.Ref{}, &chat.Error{Kind: chat.Uncertain, Err: fmt.Errorf("post in channel %s: %w", post.ChannelId, errNothing)}
	}
	return refOf(made), nil
}

// withoutRoot is what is certain when a thread's root is said to be missing. Mattermost says so of every trouble with its
// database, which may be over when it is asked how it is. So the root itself is asked for: of that it tells one from the other.
func (s *Service) withoutRoot(ctx context.Context, post *model.Post, refusal error) error {
	root, err := s.post(ctx, post.RootId)
	answer, refused := errors.AsType[*answered](err)
	switch {
	case refused && answer.status == http.StatusNotFound && chat.KindOfError(err) == chat.PostGone,
		err == nil && (root.ChannelId != post.ChannelId || root.RootId != ""): // it cannot be the root of a thread here
		return &chat.Error{Kind: chat.PostGone, Err: errors.Unwrap(refusal)}
	case err == nil:
		err = errors.New("the root is there")
	}
	return &chat.Error{Kind: chat.NotDone, RetryAfter: chat.RetryAfter(err), Err: fmt.Errorf("%w, which is not believed: %w", errors.Unwrap(refusal), err)}
}

func refOf(post *model.Post) chat.Ref {
	return chat.Ref{Channel: post.ChannelId, Post: post.Id, Thread: post.RootId}
}

// Edit replaces the first of a reply's posts. What has no room there is cut.
func (s *Service) Edit(ctx context.Context, ref chat.Ref, reply chat.Reply) error {
	if !model.IsValidId(ref.Post) {
		return &chat.Error{Kind: chat.PostGone, Err: fmt.Errorf("%.64q is not the id of a post", ref.Post)}
	}
	text := short(reply, s.address(), int(s.longest.Load()))
	edited, err := call(ctx, s.client, "edit post "+ref.Post, func(api *model.Client4) (*model.Post, *model.Response, error) {
		return api.PatchPost(ctx, ref.Post, &model.PostPatch{Message: &text})
	})
	switch {
	case refusedAs(err, errorUpdateArchived, errorPatchArchived):
		return gone(err)
	case err == nil && (edited == nil || edited.Id != ref.Post):
		return &chat.Error{Kind: chat.Uncertain, Err: fmt.Errorf("edit post %s: %w", ref.Post, errNothing)}
	case !refusedAs(err, errorPermission):
		return err
	}
	// Of a post that is not there, too, Mattermost says that the permission is missing.
	if _, gone := s.post(ctx, ref.Post); chat.KindOfError(gone) == chat.PostGone && gone != nil {
		if _, err := s.channel(ctx, ref.Channel); chat.KindOfError(err) == chat.PlaceGone && err != nil {
			return err
		}
		return gone
	}
	return err
}

// address is what a command can begin with everywhere, in direct messages too.
func (s *Service) address() string {
	if self := s.mine(); s.prefix == "" && self.name != "" {
		return "@" + self.name + " "
	}
	return s.prefix
}

// short is a reply in one post of so many characters.
func short(reply chat.Reply, address string, longest int) string {
	const more = "\n…"
	pages := render(reply, address, "", longest-len(more))
	if len(pages) > 1 {
		pages[0] += more
	}
	return pages[0]
}
