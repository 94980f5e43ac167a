# shellcheck shell=bash
# People talk to the bot, and what they are told is checked.

# ask <user> <command> prints what a person types and what the real bot answers, as it answers. ANSWER is all of it,
# OUTCOME the bot's exit code: 0 done, 1 the dump failed, 2 not understood, 3 refused, 5 an equal dump was offered instead.
ask() {
  local user=$1 command=$2 file=$OUT/demo/answer
  printf '\n   %s%s>%s %s\n' "$BOLD" "$user" "$PLAIN" "$command"
  OUTCOME=0
  "$REPO/bin/bot" console --user "$user" --as-service-account volcado-system/volcado-bot --command "$command" 2>&1 |
    tee -- "$file" | indent || OUTCOME=$?
  ANSWER=$(<"$file")
}

# expect <outcome> <text...> stops the demo unless the bot ended so, and said all of this.
expect() {
  local outcome=$1 text
  shift
  [[ $OUTCOME == "$outcome" ]] || die "the bot ended with $OUTCOME where $outcome was expected; what it said is above. The manager's log: kubectl -n volcado-system logs deployment/volcado-manager"
  for text in "$@"; do
    [[ $ANSWER == *"$text"* ]] || die "the bot's answer, above, should say \"$text\"."
  done
}

# refusals: each gets an answer that helps, and no dump.
refusals() {
  local before
  before=$(dumps)
  ask mallory "dump $(source_to_type)"
  expect 3 "You don't have access to " 'users: ["mallory"]'
  ask alice 'dump shpo'
  expect 3 'Did you mean shop'
  ask alice "dump $(source_to_type) payroll"
  expect 3 "You don't have access to database payroll" 'You can request shop.'
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
  local request again
  request="dump $(source_to_type)"
  ask alice 'sources'
  expect 0 'shop'
  ask alice "$request --reason \"reproduce SHOP-123\""
  if [[ $OUTCOME == 5 ]]; then
    note "an earlier demo's dump is younger than half an hour, so it was offered; this demo shows a new one:"
    again=$(offered again)
    ask alice "$again"
  fi
  expect 0 's3://dumps/demo/shop/'
  DUMP=$(offered how)
  DUMP=${DUMP#how }
  ask alice "$request"
  expect 5 'Nothing new was started' "again $DUMP"
  ask alice "how $DUMP"
  expect 0 's3://dumps/demo/shop/' 'SHA-256'
  # shellcheck disable=SC2034 # restored and compared in verify.sh
  COPY=$ANSWER
}

# offered <command> is the line with that command that the answer says to type.
offered() {
  local line
  line=$(sed -n "s/.*\`\($1 [^\`]*\)\`.*/\1/p" <<<"$ANSWER" | head -n 1)
  [[ -n $line ]] || die "the bot's answer, above, should say to type $1 and a dump's name."
  echo "$line"
}

# apply_dump asks without a chat. A finished dump never runs again, so each demo's has a name of its own.
apply_dump() {
  local name file=hack/demo/manifests/dump.yaml
  name=by-kubectl-$(date +%s)
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
