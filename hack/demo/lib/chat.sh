# shellcheck shell=bash
# Mattermost: who and what is in it, and what the bot needs to be there.

# chat <command...> does what people do there; see hack/demo/chat.
chat() { "$OUT/demo/chat" "$@"; }

build_chat() { quietly "compiling hack/demo/chat" env -C "$REPO" CGO_ENABLED=0 go build -trimpath -gcflags=all=-dwarf=false -o "$OUT/demo/chat" ./hack/demo/chat; }

# make_people leaves in CHANNEL the id of the private channel, and in BOT_TOKEN the bot's access token, which is told once
# only; the one that the bot has is good as long as the server keeps it.
make_people() {
  local folder
  build_chat
  folder=$(mktemp -d -p "$(secret_place)" volcado-demo.XXXXXX)
  # shellcheck disable=SC2064 # the folder of now is meant
  trap "rm -rf -- '$folder'" EXIT
  (umask 077 && secret_value volcado-system volcado-bot-tokens mattermost >"$folder/token" 2>/dev/null) || true
  CHANNEL=$(chat setup -token-file "$folder/token" 2>&1) || die "the people of the demo could not be made in Mattermost: $CHANNEL"
  BOT_TOKEN=$(<"$folder/token")
  rm -rf -- "$folder"
  trap - EXIT
  good "Mattermost: https://mattermost.chat.svc, with alice and the bot in the private channel database-dumps, and mallory, who is not"
}

# give_bot_token also gives it the authority that signed the server's certificate. A running bot hears of another token
# within a minute or so; that is too long for a demo.
give_bot_token() {
  if [[ $(secret_value volcado-system volcado-bot-tokens mattermost 2>/dev/null) != "$BOT_TOKEN" ]]; then
    secret volcado-system volcado-bot-tokens mattermost=<(printf %s "$BOT_TOKEN")
    CHANGED+='bot '
  fi
  secret_value chat mattermost-tls ca.crt | kubectl -n volcado-system create configmap volcado-bot-ca --from-file=ca.crt=/dev/stdin --dry-run=client -o yaml |
    kubectl label --local -f - "$OWNED" -o yaml | kubectl apply -f - >/dev/null
}
