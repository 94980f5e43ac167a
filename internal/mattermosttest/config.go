package mattermosttest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
)

// Options of a server. What is zero is the server's default, except where it says otherwise.
type Options struct {
	// RateLimit of requests, per token. Nil: none.
	RateLimit *RateLimit
	// PostEditTimeLimit ends the time in which a post can be edited, in whole seconds. Zero: never.
	PostEditTimeLimit time.Duration
	// MaxFileSize in bytes. Zero: 100 MiB.
	MaxFileSize int64
	// SiteURL is how the server calls itself. Empty: its URL.
	SiteURL string
}

// RateLimit of requests.
type RateLimit struct{ PerSecond, Burst int }

type section = map[string]any

// writeConfig writes what is not Mattermost's default. Nothing of it is in the environment, which would outweigh what an
// administrator changes through the API.
func (s *Server) writeConfig() error {
	site := s.options.SiteURL
	if site == "" {
		site = s.URL
	}
	database := url.URL{Scheme: "postgres", User: url.User(databaseUser), Path: "/" + databaseName,
		RawQuery: url.Values{"host": {s.socketFolder()}, "sslmode": {"disable"}}.Encode()}
	config := map[string]section{
		"ServiceSettings": {
			"ListenAddress": "127.0.0.1:0", "SiteURL": site,
			"EnableBotAccountCreation": true, "EnableUserAccessTokens": true,
			// These call Mattermost's makers, or whatever a post links to.
			"EnableSecurityFixAlert": false, "EnableLinkPreviews": false,
		},
		"SqlSettings":  {"DriverName": "postgres", "DataSource": database.String(), "MaxOpenConns": databaseConnections - 20},
		"FileSettings": {"DriverName": "local", "Directory": s.file("files")},
		"LogSettings": {"EnableConsole": true, "ConsoleJson": true, "EnableFile": false,
			"EnableDiagnostics": false, "EnableSentry": false},
		"NotificationLogSettings": {"EnableConsole": false, "EnableFile": false},
		"PluginSettings":          {"Enable": false, "EnableMarketplace": false, "Directory": s.file("plugins"), "ClientDirectory": s.file("client-plugins")},
		"EmailSettings":           {"SendEmailNotifications": false, "SendPushNotifications": false},
		"AnnouncementSettings":    {"AdminNoticesEnabled": false, "UserNoticesEnabled": false},
		"TeamSettings":            {"MaxUsersPerTeam": 1000},
		// A server that was started less than 15 seconds ago waits for these before it ends.
		"JobSettings": {"RunJobs": false, "RunScheduler": false},
	}
	if s.options.MaxFileSize > 0 {
		config["FileSettings"]["MaxFileSize"] = s.options.MaxFileSize
	}
	if limit := s.options.RateLimit; limit != nil {
		// By address, all of a test would share one allowance.
		config["RateLimitSettings"] = section{"Enable": true, "PerSec": limit.PerSecond, "MaxBurst": limit.Burst, "MemoryStoreSize": 10000,
			"VaryByUser": true, "VaryByRemoteAddr": false}
	}
	text, err := json.MarshalIndent(config, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(s.file("config.json"), text, 0o600)
}

// limitEdits is done through the API, because a server sets this back at its very first start.
func (s *Server) limitEdits() error {
	seconds := int(s.options.PostEditTimeLimit / time.Second)
	if seconds == 0 {
		return nil
	}
	_, _, err := s.Admin.Client.PatchConfig(context.Background(), &model.Config{ServiceSettings: model.ServiceSettings{PostEditTimeLimit: &seconds}})
	if err != nil {
		return fmt.Errorf("set PostEditTimeLimit: %w", err)
	}
	return nil
}
