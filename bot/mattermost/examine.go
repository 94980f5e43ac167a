package mattermost

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/volcado-io/volcado/bot/chat"
)

const (
	// mostSkew of the server's clock beyond which messages look too old, or come from the future.
	mostSkew = chat.ClockSkew / 2
	// certificateEnds is how long before its end a certificate is worth a warning.
	certificateEnds = 14 * 24 * time.Hour
)

// Examine says what is wrong with the token, with where the bot is a member, and with what it is allowed to do. It changes
// nothing.
func (s *Service) Examine(ctx context.Context) []chat.Finding {
	f := &chat.Findings{ID: s.id}
	config, about, err := s.clientConfig(ctx)
	if err != nil {
		f.Add(chat.Bad, "the server cannot be used: %s. %s", reason(err), s.advice(err))
		return f.List
	}
	me, err := s.me(ctx)
	if err != nil {
		f.Add(chat.Bad, "the bot's account cannot be read: %s. %s", reason(err), s.advice(err))
		return f.List
	}
	f.Add(chat.Good, "the server %s accepts the token of @%s.", s.base.Host, me.Username)
	s.examineConnection(f, about)
	examineAccount(f, me)
	examineConfig(f, config)
	s.examineSocket(ctx, f)
	s.examinePlaces(ctx, f, me)
	s.examinePermissions(ctx, f, me)
	return f.List
}

// connection over which the server answered: its clock, and TLS where it was used.
type connection struct {
	date string
	tls  *tls.ConnectionState
}

// clientConfig is what the server tells its clients of its settings. model.Client4 of today asks in a way that servers
// before version 10 do not know.
func (s *Service) clientConfig(ctx context.Context) (map[string]string, connection, error) {
	api, err := s.api()
	if err != nil {
		return nil, connection{}, err
	}
	response, err := api.DoAPIGet(ctx, "/config/client?format=old", "")
	if err != nil {
		return nil, connection{}, s.refused(ctx, "read the server's settings", api.AuthToken, model.BuildResponse(response), err)
	}
	defer response.Body.Close()
	config := map[string]string{}
	if err := json.NewDecoder(response.Body).Decode(&config); err != nil {
		return nil, connection{}, &chat.Error{Kind: chat.Rejected, Err: errors.New("read the server's settings: the answer is not Mattermost's")}
	}
	return config, connection{date: response.Header.Get("Date"), tls: response.TLS}, nil
}

func (s *Service) examineConnection(f *chat.Findings, about connection) {
	if date, err := http.ParseTime(about.date); err == nil {
		if skew := time.Since(date).Abs(); skew > mostSkew {
			f.Add(chat.Warning, "the server's clock and the bot's differ by %s. Synchronise both with a time server.", skew.Round(time.Second))
		}
	}
	switch {
	case about.tls == nil && !inside(s.base.Hostname()):
		f.Add(chat.Warning, "the url is http, so anybody between the bot and the server can read the token. Use https.")
	case about.tls != nil && len(about.tls.PeerCertificates) > 0:
		if ends := about.tls.PeerCertificates[0].NotAfter; time.Until(ends) < certificateEnds {
			f.Add(chat.Warning, "the server's certificate ends on %s. Have it renewed.", ends.Format(time.DateOnly))
		}
	}
}

// inside says whether a host is on this machine or in the bot's cluster.
func inside(host string) bool {
	return host == "localhost" || strings.HasPrefix(host, "127.") || host == "::1" ||
		strings.HasSuffix(host, ".svc") || strings.HasSuffix(host, ".svc.cluster.local")
}

func examineAccount(f *chat.Findings, me *model.User) {
	if !me.IsBot {
		f.Add(chat.Warning, "@%s is a person's account. Make a bot account, so that nobody can log in as the bot.", me.Username)
	}
	for _, role := range strings.Fields(me.Roles) {
		switch role {
		case model.SystemAdminRoleId, model.SystemManagerRoleId, model.SystemUserManagerRoleId:
			f.Add(chat.Warning, "the bot has the role %s, which it does not need. Make it a member (system_user).", role)
		case model.SystemPostAllRoleId, model.SystemPostAllPublicRoleId:
			f.Add(chat.Warning, "the bot has the role %s, so it can post where nobody invited it. It does not need that.", role)
		}
	}
}

func examineConfig(f *chat.Findings, config map[string]string) {
	f.Add(chat.Good, "posts have up to %d characters, as the server sets it.", longest(config))
	if limit, err := strconv.Atoi(config["PostEditTimeLimit"]); err == nil && limit >= 0 {
		f.Add(chat.Warning, "posts can be edited for %s only (PostEditTimeLimit), so the progress of a longer dump stops there. Its end is still told.",
			time.Duration(limit)*time.Second)
	}
}

func (s *Service) examineSocket(ctx context.Context, f *chat.Findings) {
	socket, err := s.open(ctx)
	if err != nil {
		f.Add(chat.Bad, "no websocket can be opened, so the bot hears nothing: %s. Let websockets through the proxy before the server.", reason(err))
		return
	}
	socket.close()
	f.Add(chat.Good, "a websocket can be opened.")
}

func (s *Service) examinePlaces(ctx context.Context, f *chat.Findings, me *model.User) {
	teams, err := look(ctx, s.client, "list the bot's teams", func(api *model.Client4) ([]*model.Team, *model.Response, error) {
		return api.GetTeamsForUser(ctx, model.Me, "")
	})
	if err != nil {
		f.Add(chat.Bad, "the bot's teams cannot be listed: %s. %s", reason(err), s.advice(err))
		return
	}
	channels, err := s.ownChannels(ctx)
	if err != nil {
		f.Add(chat.Bad, "the bot's channels cannot be listed: %s. %s", reason(err), s.advice(err))
		return
	}
	count := map[chat.Kind]int{}
	for _, channel := range channels {
		count[kindOf(channel)]++
	}
	if len(teams) == 0 {
		f.Add(chat.Bad, "the bot is in no team, so it can be invited to no channel. Add @%s to a team.", me.Username)
		return
	}
	f.Add(chat.Good, "the bot is in teams: %d, private channels: %d, public channels: %d.", len(teams), count[chat.KindPrivate], count[chat.KindPublic])
	if count[chat.KindPrivate] == 0 {
		f.Add(chat.Warning, "the bot is in no private channel. Type /invite @%s where people will use it.", me.Username)
	}
	if count[chat.KindShared] > 0 {
		f.Add(chat.Warning, "channels of the bot's that are shared with another server: %d. What is asked there is refused.", count[chat.KindShared])
	}
}

// needed are the permissions that the bot works with.
var needed = []string{model.PermissionCreatePost.Id, model.PermissionEditPost.Id, model.PermissionCreateDirectChannel.Id}

// examinePermissions looks at the roles of ordinary members: an administrator can take permissions from them.
func (s *Service) examinePermissions(ctx context.Context, f *chat.Findings, me *model.User) {
	names := append(strings.Fields(me.Roles), model.TeamUserRoleId, model.ChannelUserRoleId)
	roles, err := look(ctx, s.client, "read the bot's roles", func(api *model.Client4) ([]*model.Role, *model.Response, error) {
		return api.GetRolesByNames(ctx, names)
	})
	if err != nil {
		f.Add(chat.Warning, "the bot's permissions cannot be read: %s.", reason(err))
		return
	}
	granted := map[string]bool{}
	for _, role := range roles {
		if role == nil {
			continue
		}
		for _, permission := range role.Permissions {
			granted[permission] = true
		}
	}
	var missing []string
	for _, permission := range needed {
		if !granted[permission] {
			missing = append(missing, permission)
		}
	}
	if len(missing) > 0 {
		f.Add(chat.Bad, "members of this server lack the permission %s, which the bot needs. Grant it in the System Console.", strings.Join(missing, ", "))
		return
	}
	f.Add(chat.Good, "the bot can post, edit its posts and open direct messages.")
}
