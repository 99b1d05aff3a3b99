#!/usr/bin/env bash
# git 2.39.5, `--since` and `--until`.
# Expected: `--since=2026-01-02` begins with that day; a word that is no date is an error.
# Happens: it begins at that day's hour and minute of now, so a list made in the evening lacks what was done in the morning; and a
# word that is no date counts as now: `--since=rubbish` lists nothing and `--until=rubbish` everything, both with exit 0.
# Matters: "commits since the release day" depends on when it is asked, and a mistyped date is an empty change log.
set -euo pipefail

command -v git >/dev/null || { echo "git is missing: install Debian's git 2.39.5"; exit 1; }
[ "$(git --version)" = "git version 2.39.5" ] || { echo "this finding is about git 2.39.5, here is $(git --version)"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=n@example.invalid GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=n@example.invalid
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

export TZ=UTC
git init -q .
echo one >file
git add .
GIT_COMMITTER_DATE="2026-01-02T00:00:00Z" git commit -q -m one
midnight=$(date -d "2026-01-02T00:00:00Z" +%s)
told=$(git rev-parse --since=2026-01-02)
now=$(date +%s)
off=$(((now % 86400) - (${told#--max-age=} - midnight)))
is "seconds between the hour of now and that of the day" "$((off >= 0 && off <= 5 ? 0 : off))" 0
is "with an hour" "$(git rev-parse --since=2026-01-02T00:00)" "--max-age=$midnight"
code=0
listed=$(git log --oneline --since=rubbish) || code=$?
is "git log --since=rubbish, exit and lines" "$code <$listed>" "0 <>"
is "git log --until=rubbish, lines" "$(git log --oneline --until=rubbish | wc -l)" 1
