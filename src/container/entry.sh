# The entry of every run: waits for go, runs the agent's command ("$@"), submits what it left, exits as it did. Needs sh and git.
umask 022
mkdir -p "$HOME" 2>/dev/null || HOME=$TMPDIR # an image may have no mkdir
IFS= read -r word || word=
if [ "$word" != go ]; then
  echo "loopgate: no go came; the agent was not started" >&2
  exit 97
fi
cd "$LOOP_WORKSPACE" || exit 98
[ -z "${LOOP_SERVES:-}" ] || exec "$@" # a server beside a run: what follows on standard input is said to it

# When the run must be over, by the clock that its agent can read: the App's may keep another time.
if [ -n "${LOOP_SECONDS:-}" ]; then
  over=$(date -u -d "@$(($(date +%s) + LOOP_SECONDS))" +%Y-%m-%dT%H:%M:%SZ 2>/dev/null) && export LOOP_DEADLINE="$over"
fi

hands_in() { [ "$LOOP_ROLE" = executor ] && [ -z "${LOOP_PLANS:-}" ] && [ -n "${LOOP_GIT_URL:-}" ]; }

began_at=
if hands_in; then
  git remote set-url origin "$LOOP_GIT_URL" 2>/dev/null || git remote add origin "$LOOP_GIT_URL"
  began_at=$(git rev-parse --verify --quiet HEAD)
fi

# A wait that SIGTERM interrupts says nothing of the agent: wait again. 127 then means it was waited for already.
agent=
told=
trap 'told=1; kill -TERM "$agent" 2>/dev/null' TERM
# What the agent's CLI says of its version, told beside the work and in a home of its own: it may write there.
probe=
if [ -n "${LOOP_AGENT_VERSION:-}" ]; then
  HOME=$TMPDIR/version sh -c "$LOOP_AGENT_VERSION" </dev/null >"$LOOP_DIR/out/agent-version" 2>/dev/null &
  probe=$!
fi
ended= # by a signal of Loopgate's
# Runs the agent to its end; its exit code is then in $code.
run_agent() {
  "$@" </dev/null &
  agent=$!
  wait "$agent"
  code=$?
  while [ -n "$told" ]; do
    ended=1
    told=
    wait "$agent"
    again=$?
    [ "$again" -eq 127 ] || code=$again
  done
}
run_agent "$@"

# An agent that failed for want of money is started once more, to hand over, where Loopgate says so: /loop/brief.md tells it
# by then. The run ends as its work did.
hands_over() { GIT_TERMINAL_PROMPT=0 git ls-remote --quiet "${LOOP_GIT_URL%/repo.git}/handover" </dev/null >/dev/null 2>&1; }
if [ "$code" -ne 0 ] && [ -z "$ended" ] && hands_in && hands_over && [ -z "$told$ended" ]; then
  worked=$code
  run_agent "$@"
  code=$worked
fi

# The kernel counts the forks that the limit on processes refused. Reading it must not take a process.
for refused in /sys/fs/cgroup/pids.events /sys/fs/cgroup/pids/pids.events; do
  [ -r "$refused" ] && read -r word count <"$refused" || continue
  [ "$word $count" = "max 0" ] || echo "loopgate: the limit on processes was reached" >&2
done
if [ -n "$probe" ]; then
  { sleep 10; kill "$probe"; } </dev/null >/dev/null 2>&1 & # a CLI that hangs at this question has had its time
  patience=$!
  wait "$probe" 2>/dev/null
  kill "$patience" 2>/dev/null
fi

# The agent's own "summary" in its answer, up to its first line's end, in what every sh has: an image may lack sed. Empty: none.
summary() {
  text=
  [ -f "$LOOP_DIR/out/result.json" ] || return 0
  while IFS= read -r line || [ -n "$line" ]; do
    text="$text $line"
    [ "${#text}" -lt 20000 ] || break
  done <"$LOOP_DIR/out/result.json"
  case $text in *'"summary"'*) rest=${text#*'"summary"'} ;; *) return 0 ;; esac
  case $rest in *:*'"'*) rest=${rest#*:} ;; *) return 0 ;; esac
  case ${rest%%'"'*} in *[![:space:]]*) return 0 ;; esac # it is no text
  rest=${rest#*'"'}
  said=
  while :; do
    case $rest in *'"'*) ;; *) return 0 ;; esac # cut off: no summary
    said=$said${rest%%'"'*}
    rest=${rest#*'"'}
    case $said in
      *\\\\) break ;;
      *\\) said=${said%?}\" ;; # a quote within
      *) break ;;
    esac
  done
  printf '%s' "${said%%\\n*}"
}

# What a commit of the agent's leftovers is called: its summary, where it has one. Words by which a message does something at
# GitHub, or that JSON wrote in another way, are no title.
title() {
  words=$(summary)
  case $words in
    '' | *'#'* | *'['* | *'@'* | *'://'* | *[Gg][Hh]-* | *'***'* | *'\'* | *skip-checks* | *[[:cntrl:]]*) words= ;;
  esac
  words=${words%.}
  while [ "${#words}" -gt 72 ]; do
    case $words in *' '*) words=${words% *} ;; *) words= ;; esac
  done
  case $words in *[![:space:]]*) ;; *) words="Attempt $LOOP_ATTEMPT: what the agent left uncommitted" ;; esac
  printf '%s' "$words"
}

commit_leftovers() {
  git add --all || return
  git diff --cached --quiet && return
  git commit --quiet --no-verify --no-gpg-sign ${LOOP_SIGN_OFF:+--signoff} --message "$(title)" \
    --message "Loop-Task: ${LOOP_TASK:-unknown}
Loop-Attempt: $LOOP_ATTEMPT"
}

push() { git push --quiet --no-verify "$LOOP_GIT_URL" "HEAD:refs/heads/$LOOP_BRANCH"; }
gateway_answers() { git ls-remote --quiet "$LOOP_GIT_URL" >/dev/null 2>&1; }

# Loopgate may be starting anew: the same gateway is back within seconds. A push that fails is refused when it fails again
# with the gateway there all along: it may have been away for the first and back when it was asked.
hand_in() {
  seconds=0
  refused=
  until push; do
    if gateway_answers; then
      [ -z "$refused" ] || return 1
      refused=1
      continue
    fi
    refused=
    until gateway_answers; do
      seconds=$((seconds + 1))
      [ "$seconds" -le 60 ] && sleep 1 || exit 96
    done
  done
}

if hands_in && cd "$LOOP_WORKSPACE"; then
  commit_leftovers || echo "loopgate: could not commit what the agent left" >&2
  if [ "$(git rev-parse --verify --quiet HEAD)" != "$began_at" ]; then
    hand_in || echo "loopgate: the push of $LOOP_BRANCH failed" >&2
  fi
fi
exit "$code"
