package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
)

// setUp makes what there is not yet: the team, the people, the bot, and the private channel with alice and the bot in it,
// whose id is returned. mallory is in the team only, which puts everybody into its public channel town-square. The file
// tokenFile, unless it is "", holds an access token of the bot afterwards.
func setUp(ctx context.Context, s *Server, tokenFile string) (channelID string, err error) {
	admin, err := administrator(ctx, s)
	if err != nil {
		return "", err
	}
	team, err := getOrMake("the team "+teamName, func() (*model.Team, *model.Response, error) {
		return admin.GetTeamByName(ctx, teamName, "")
	}, func() (*model.Team, *model.Response, error) {
		return admin.CreateTeam(ctx, &model.Team{Name: teamName, DisplayName: "Acme", Type: model.TeamInvite})
	})
	if err != nil {
		return "", err
	}
	bot, err := getOrMake("the bot "+botName, func() (*model.User, *model.Response, error) {
		return admin.GetUserByUsername(ctx, botName, "")
	}, func() (*model.User, *model.Response, error) {
		_, response, err := admin.CreateBot(ctx, &model.Bot{Username: botName, DisplayName: "Volcado", Description: "Makes dumps of databases."})
		if err != nil {
			return nil, response, err
		}
		return admin.GetUserByUsername(ctx, botName, "")
	})
	if err != nil {
		return "", err
	}
	members := []string{bot.Id}
	for _, name := range []string{memberName, otherName} {
		id, err := account(ctx, s, admin, name)
		if err != nil {
			return "", err
		}
		members = append(members, id)
	}
	for _, id := range members {
		if _, _, err := admin.AddTeamMember(ctx, team.Id, id); err != nil {
			return "", fmt.Errorf("add somebody to the team %s: %w", teamName, err)
		}
	}
	if tokenFile != "" {
		if err := giveToken(ctx, s, admin, bot.Id, tokenFile); err != nil {
			return "", err
		}
	}
	return privateChannel(ctx, s, team.Id, bot.Id)
}

// getOrMake what may be there already.
func getOrMake[T any](what string, get, create func() (*T, *model.Response, error)) (*T, error) {
	found, _, err := get()
	var problem *model.AppError
	if errors.As(err, &problem) && problem.StatusCode == http.StatusNotFound {
		found, _, err = create()
	}
	if err != nil {
		return nil, fmt.Errorf("make %s: %w", what, err)
	}
	return found, nil
}

// administrator is the first account of a server, which anybody can make.
func administrator(ctx context.Context, s *Server) (*Person, error) {
	admin, err := s.logIn(ctx, adminName)
	if err == nil {
		return admin, nil
	}
	if _, problem := signUp(ctx, s, s.client(), adminName); problem != nil {
		return nil, errors.Join(err, problem)
	}
	return s.logIn(ctx, adminName)
}

func signUp(ctx context.Context, s *Server, maker *model.Client4, name string) (*model.User, error) {
	user, _, err := maker.CreateUser(ctx, &model.User{Username: name, Email: name + "@acme.example", Password: s.passwords[name]})
	if err != nil {
		return nil, fmt.Errorf("make an account for %s: %w", name, err)
	}
	return user, nil
}

// account of a person; returns its id.
func account(ctx context.Context, s *Server, admin *Person, name string) (string, error) {
	user, err := getOrMake("the account of "+name, func() (*model.User, *model.Response, error) {
		return admin.GetUserByUsername(ctx, name, "")
	}, func() (*model.User, *model.Response, error) {
		user, err := signUp(ctx, s, admin.Client4, name)
		return user, nil, err
	})
	if err != nil {
		return "", err
	}
	return user.Id, nil
}

// privateChannel is made by alice, who invites the bot, as a team does.
func privateChannel(ctx context.Context, s *Server, teamID, botID string) (string, error) {
	alice, err := s.logIn(ctx, memberName)
	if err != nil {
		return "", err
	}
	channel, err := getOrMake("the channel "+channelName, func() (*model.Channel, *model.Response, error) {
		return alice.GetChannelByName(ctx, channelName, teamID, "")
	}, func() (*model.Channel, *model.Response, error) {
		return alice.CreateChannel(ctx, &model.Channel{TeamId: teamID, Type: model.ChannelTypePrivate, Name: channelName, DisplayName: "Database dumps"})
	})
	if err != nil {
		return "", err
	}
	if _, _, err := alice.AddChannelMember(ctx, channel.Id, botID); err != nil {
		return "", fmt.Errorf("invite the bot to the channel %s: %w", channelName, err)
	}
	return channel.Id, nil
}

// giveToken leaves a token in the file that is there if it is the bot's, else makes one. Earlier ones of the demo are
// revoked: nobody has them any more.
func giveToken(ctx context.Context, s *Server, admin *Person, botID, file string) error {
	const description = "Volcado's demo"
	if token, err := os.ReadFile(file); err == nil {
		bot := s.client()
		bot.SetToken(strings.TrimSpace(string(token)))
		if me, _, err := bot.GetMe(ctx, ""); err == nil && me.Id == botID {
			return nil
		}
	}
	earlier, _, err := admin.GetUserAccessTokensForUser(ctx, botID, 0, 100)
	if err != nil {
		return fmt.Errorf("list the bot's access tokens: %w", err)
	}
	for _, token := range earlier {
		if token.Description != description {
			continue
		}
		if _, err := admin.RevokeUserAccessToken(ctx, token.Id); err != nil {
			return fmt.Errorf("revoke an earlier access token of the bot: %w", err)
		}
	}
	token, _, err := admin.CreateUserAccessToken(ctx, botID, description, 0)
	if err != nil {
		return fmt.Errorf("make an access token for the bot: %w", err)
	}
	return os.WriteFile(file, []byte(token.Token), 0o600)
}
