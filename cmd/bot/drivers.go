package main

import (
	"github.com/volcado-io/volcado/bot/mattermost"
	"github.com/volcado-io/volcado/bot/settings"
	"github.com/volcado-io/volcado/bot/slack"
)

// drivers of chat services, by the name of their section in the settings. A service has one line here, such as
// "name": settings.Of(folder.New), and is named nowhere else outside its folder.
var drivers = settings.Drivers{
	"mattermost": settings.Of(mattermost.New),
	"slack":      settings.Of(slack.New),
}
