# shellcheck shell=bash
# What the demo prints: numbered steps with how long each took, sentences about problems, colour only on a terminal.

if [[ -t 1 && -z ${NO_COLOR:-} ]]; then
  BOLD=$'\e[1m' DIM=$'\e[2m' RED=$'\e[31m' GREEN=$'\e[32m' PLAIN=$'\e[0m'
else
  BOLD='' DIM='' RED='' GREEN='' PLAIN=''
fi

STARTED=$SECONDS
STEP_NAMES=()
STEP_TIMES=()

die() {
  printf '\n%sdemo: %s%s\n' "$RED" "$*" "$PLAIN" >&2
  [[ $CLUSTER != existing || -z ${CLAIMED:-} ]] ||
    echo "What of the demo is in the cluster by now is removed by: make demo-down CLUSTER=existing" >&2
  exit 1
}

# step <title> <function...> runs a part of the demo, with its title before it and its time after it.
step() {
  local title=$1 began=$EPOCHREALTIME
  shift
  printf '\n%s%d. %s%s\n' "$BOLD" "$((${#STEP_NAMES[@]} + 1))" "$title" "$PLAIN"
  "$@"
  STEP_NAMES+=("$title")
  STEP_TIMES+=("$(since "$began")")
  printf '   %s%s s%s\n' "$DIM" "${STEP_TIMES[-1]}" "$PLAIN"
}

# since <EPOCHREALTIME of before> prints seconds with one decimal.
since() { awk -v a="$1" -v b="$EPOCHREALTIME" 'BEGIN {printf "%.1f", b - a}'; }

note() { printf '   %s\n' "$*"; }
good() { printf '   %s✓%s %s\n' "$GREEN" "$PLAIN" "$*"; }

# indent puts what comes in under the step's title, as it comes.
indent() { sed -u 's/./   &/'; }

print_times() {
  local i
  printf '\n%sHow long it took%s\n' "$BOLD" "$PLAIN"
  for i in "${!STEP_NAMES[@]}"; do printf '   %-52s %7s s\n' "${STEP_NAMES[i]}" "${STEP_TIMES[i]}"; done
  printf '   %-52s %7s s\n' "in all" "$((SECONDS - STARTED))"
}

# A defect of these scripts is told, too, and not only an exit status.
trap 'printf "demo: line %s of %s failed: %s (the log is %s)\n" "$LINENO" "${BASH_SOURCE[0]}" "$BASH_COMMAND" "$LOG" >&2' ERR

# quietly <what> <command...> keeps a command's output in the log, and shows its end if the command fails.
quietly() {
  local what=$1 from
  shift
  from=$(stat -c %s -- "$LOG")
  if ! "$@" >>"$LOG" 2>&1; then
    tail -c "+$((from + 1))" -- "$LOG" | tail -n 15 >&2
    die "$what failed. The whole log is $LOG"
  fi
}
