package main

import (
	"github.com/volcado-io/volcado/bot/chat/chattest/played"
	"github.com/volcado-io/volcado/bot/settings"
)

func init() { drivers["played"] = settings.Of(played.New) }
