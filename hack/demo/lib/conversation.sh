# shellcheck shell=bash
# People talk to the bot, and what they are told is checked.

# ask <user> <channel> <text> posts what a person types, and prints what that person sees of it in Mattermost, edits included,
# until the last word. ANSWER is all of it, OUTCOME 0, or 1 if a dump was begun and failed.
ask() {
  local file=$OUT/demo/answer
  echo
  OUTCOME=0
  chat ask "$@" 2>&1 | tee -- "$file" | indent || OUTCOME=$?
  ANSWER=$(<"$file")
}

# expect <outcome> <text...> stops the demo unless it ended so, and the bot said all of this.
expect() {
  local outcome=$1 text
  shift
  [[ $OUTCOME == "$outcome" ]] || die "the conversation ended with $OUTCOME where $outcome was expected; what was said is above. The logs: kubectl -n volcado-system logs deployment/volcado-bot (or volcado-manager)"
  for text in "$@"; do
    [[ $ANSWER == *"$text"* ]] || die "the bot's answer, above, should say \"$text\"."
  done
}

# refusals: each gets an answer that helps, where nobody else reads it, and no dump.
refusals() {
  local before
  before=$(dumps)
  ask mallory town-square "@volcado dump $(source_to_type)"
  expect 0 "(direct)> ✗ You don't have access to " 'platform: "mattermost"'
  ask alice database-dumps '!dump shpo'
  expect 0 'Did you mean shop'
  ask alice database-dumps "!dump $(source_to_type) payroll"
  expect 0 "You don't have access to database payroll" 'You can request shop.'
  [[ $(dumps) == "$before" ]] || die "a refusal left a DatabaseDump behind: kubectl -n shop get databasedumps"
  good "mallory was refused, wrong names were answered, and nothing was started"
}

# source_to_type is shop, unless somebody has made another source of that name that Alice may use: then a person has to say
# which one.
source_to_type() {
  local others
  others=$(kubectl get databasesources --all-namespaces --field-selector metadata.name=shop,metadata.namespace!=shop -o name)
  if [[ -z $others ]]; then echo shop; else echo shop/shop; fi
}

dumps() { kubectl -n shop get databasedumps -o name | sort; }

# alice_asks leaves in DUMP the name of her dump, and in COPY the commands that load it.
alice_asks() {
  local request
  request="!dump $(source_to_type)"
  ask alice database-dumps '@volcado sources'
  expect 0 'shop'
  ask alice database-dumps "$request --reason \"reproduce SHOP-123\""
  if [[ $ANSWER == *'Nothing new was started'* ]]; then
    note "an earlier demo's dump is younger than half an hour, so it was offered; this demo shows a new one:"
    ask alice database-dumps "$(offered again)"
  fi
  expect 0 's3://dumps/demo/shop/'
  DUMP=$(offered how)
  DUMP=${DUMP#'!how '}
  ask alice database-dumps "$request"
  expect 0 'Nothing new was started' "again $DUMP"
  ask alice database-dumps "!how $DUMP"
  expect 0 's3://dumps/demo/shop/' 'SHA-256'
  # shellcheck disable=SC2034 # restored and compared in verify.sh
  COPY=$ANSWER
}

# offered <command> is the line with that command that the answer says to type.
offered() {
  local line
  line=$(sed -n "s/.*\`\(!$1 [^\`]*\)\`.*/\1/p" <<<"$ANSWER" | head -n 1)
  [[ -n $line ]] || die "the bot's answer, above, should say to type $1 and a dump's name."
  echo "$line"
}

# apply_dump asks without a chat. A finished dump never runs again, so each demo's has a name of its own.
apply_dump() {
  local name file=hack/demo/manifests/dump.yaml
  name=by-kubectl-$(date +%s)
  # shellcheck disable=SC2034 # for expire_copy
  APPLIED=$name
  printf '\n   %s$%s kubectl apply -f %s    # as %s\n' "$BOLD" "$PLAIN" "$file" "$name"
  sed "s/^  name: by-kubectl$/  name: $name/" "$REPO/$file" | kubectl apply -f - 2>&1 | tee -a -- "$LOG" | indent
  printf '   %s$%s kubectl -n shop wait --for=condition=Finished databasedump/%s --timeout=5m\n' "$BOLD" "$PLAIN" "$name"
  kubectl -n shop wait --for=condition=Finished "databasedump/$name" --timeout=5m 2>&1 | tee -a -- "$LOG" | indent ||
    die "the dump $name did not finish: kubectl -n shop describe databasedump $name"
  printf '   %s$%s kubectl -n shop get databasedump %s\n' "$BOLD" "$PLAIN" "$name"
  kubectl -n shop get databasedump "$name" | indent
  [[ $(kubectl -n shop get databasedump "$name" -o 'jsonpath={.status.conditions[?(@.type=="Complete")].status}') == True ]] ||
    die "the dump $name failed: $(kubectl -n shop get databasedump "$name" -o 'jsonpath={.status.failure.reason}: {.status.failure.message}')"
}
