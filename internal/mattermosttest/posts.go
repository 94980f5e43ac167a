package mattermosttest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
)

const postsPerPage = 200

// Post says something in a channel.
func (s *Server) Post(t testing.TB, person *Person, channelID, text string) *model.Post {
	t.Helper()
	return s.post(t, person, &model.Post{ChannelId: channelID, Message: text})
}

// Reply says something in the thread of a post, which is its root or in it.
func (s *Server) Reply(t testing.TB, person *Person, post *model.Post, text string) *model.Post {
	t.Helper()
	root := post.RootId
	if root == "" {
		root = post.Id
	}
	return s.post(t, person, &model.Post{ChannelId: post.ChannelId, RootId: root, Message: text})
}

func (s *Server) post(t testing.TB, person *Person, post *model.Post) *model.Post {
	t.Helper()
	made, _, err := person.Client.CreatePost(t.Context(), post)
	if err != nil {
		t.Fatalf("post as %s: %v", person.Name, err)
	}
	return made
}

// Edit a post.
func (s *Server) Edit(t testing.TB, person *Person, postID, text string) {
	t.Helper()
	if _, _, err := person.Client.PatchPost(t.Context(), postID, &model.PostPatch{Message: &text}); err != nil {
		t.Fatalf("edit a post as %s: %v", person.Name, err)
	}
}

// Delete a post, and its thread if it is a root.
func (s *Server) Delete(t testing.TB, person *Person, postID string) {
	t.Helper()
	if _, err := person.Client.DeletePost(t.Context(), postID); err != nil {
		t.Fatalf("delete a post as %s: %v", person.Name, err)
	}
}

// Thread of a root, which comes first, in the order of posting; without what was deleted.
func (s *Server) Thread(t testing.TB, rootID string) []*model.Post {
	t.Helper()
	list, _, err := s.Admin.Client.GetPostThread(t.Context(), rootID, "", false)
	if err != nil {
		t.Fatalf("read a thread: %v", err)
	}
	return inOrder(list.Posts)
}

// Posts of a channel in the order of posting, those in threads and of the system among them; without what was deleted.
func (s *Server) Posts(t testing.TB, channelID string) []*model.Post {
	t.Helper()
	all := map[string]*model.Post{}
	for page := 0; ; page++ {
		list, _, err := s.Admin.Client.GetPostsForChannel(t.Context(), channelID, page, postsPerPage, "", false, false)
		if err != nil {
			t.Fatalf("read a channel: %v", err)
		}
		for _, id := range list.Order {
			all[id] = list.Posts[id]
		}
		if len(list.Order) < postsPerPage {
			return inOrder(all)
		}
	}
}

func inOrder(posts map[string]*model.Post) []*model.Post {
	sorted := make([]*model.Post, 0, len(posts))
	for _, post := range posts {
		sorted = append(sorted, post)
	}
	slices.SortFunc(sorted, func(a, b *model.Post) int {
		if a.CreateAt != b.CreateAt {
			return int(a.CreateAt - b.CreateAt)
		}
		return strings.Compare(a.Id, b.Id)
	})
	return sorted
}

// Webhook makes an incoming webhook, whose posts carry its owner's id, and returns its URL.
func (s *Server) Webhook(t testing.TB, owner *Person, channelID string) string {
	t.Helper()
	hook, _, err := s.Admin.Client.CreateIncomingWebhook(t.Context(), &model.IncomingWebhook{ChannelId: channelID, UserId: owner.ID})
	if err != nil {
		t.Fatalf("make a webhook: %v", err)
	}
	return s.URL + "/hooks/" + hook.Id
}

// PostByWebhook says something through a webhook.
func (s *Server) PostByWebhook(t testing.TB, url, text string) {
	t.Helper()
	body, err := json.Marshal(map[string]string{"text": text})
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := s.Admin.Client.HTTPClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Fatalf("a webhook answered %s", response.Status)
	}
}
