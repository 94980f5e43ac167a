package mattermost

import (
	"context"
	"strconv"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/volcado-io/volcado/bot/chat"
)

const (
	// longestPost in characters. Whatever a server says, it takes no longer ones.
	longestPost = model.PostMessageMaxRunesV2
	// shortestLimit of a server whose database was made by Mattermost 4 or older, and never changed.
	shortestLimit = model.PostMessageMaxRunesV1
)

// Limits of the server.
func (s *Service) Limits() chat.Limits {
	return chat.Limits{EditEvery: editEvery, EditsPerMinute: editsPerMinute, Longest: int(s.longest.Load()), Finds: true}
}

// learnLimits asks the server how long posts can be. Without an answer they stay as they are.
func (s *Service) learnLimits(ctx context.Context) error {
	config, _, err := s.clientConfig(ctx)
	if err != nil {
		return err
	}
	s.longest.Store(longest(config))
	return nil
}

// longest post that a server takes, by its settings.
func longest(config map[string]string) int64 {
	said, err := strconv.ParseInt(config["MaxPostSize"], 10, 64)
	if err != nil {
		return longestPost
	}
	return min(max(said, shortestLimit), longestPost)
}
