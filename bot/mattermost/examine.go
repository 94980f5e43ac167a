package mattermost

import (
	"context"

	"github.com/volcado-io/volcado/bot/chat"
)

func (s *Service) Examine(context.Context) []chat.Finding { return nil }
