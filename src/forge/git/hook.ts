// The receive hook of every repository: refuses what GitHub refuses before a ref moves.

/**
 * A shell script, because git starts it. It reads from its environment, which the forge sets per push:
 * `FORGE_CLOSED` (refs this caller may not move), `FORGE_KEEP` (refs that may only move forward), `FORGE_SIGNED` (refs that
 * take signed commits only; here one with any signature is taken for that), `FORGE_RULES` (rules of rulesets, as
 * `pushRulesFor` writes them) and `FORGE_NO_WORKFLOWS` (`1` for an App without the `workflows` permission).
 */
export const preReceive = `#!/bin/sh
# Written by the forge; see src/forge/git/hook.ts.
zero=0000000000000000000000000000000000000000
refused=0
tab='	'
line='
'
say() { echo "$1" >&2; refused=1; }
# Rulesets say all that is wrong at once, below one line.
violation() {
  [ "$told" = "$ref" ] || say "error: GH013: Repository rule violations found for $ref."
  [ "$told" = "$ref" ] || say "Review all repository rules at $FORGE_RULES_URL?ref=$(echo "$ref" | sed 's,/,%2F,g')"
  told=$ref
  say ""
  say "- $1"
}
counted() {
  [ -n "$1" ] || return 0
  found=$(echo "$1" | wc -w | tr -d ' ')
  violation "$2"
  say "  Found $found violation$([ "$found" = 1 ] || echo s):"
  say ""
  for one in $1; do say "  $one"; done
}
added() { git rev-list "$@" "$new" --not --all; }
unlike() { for commit in $(added --no-merges); do git log -1 "--format=$1" "$commit" | grep -Eq -- "$asks" || echo "$commit"; done; }
rule() {
  case "$kind" in
    creation) [ "$old" = "$zero" ] && violation "Cannot create ref due to creations being restricted." ;;
    update) [ "$old" = "$zero" ] || violation "Cannot update this protected ref." ;;
    linear) counted "$(added --merges)" "This branch must not contain merge commits." ;;
    pull_request) violation "Changes must be made through a pull request." ;;
    check) violation "Required status check \\"$asks\\" is expected." ;;
    message) counted "$(unlike %B)" "Commit message must match a given regex pattern: $asks" ;;
    author_email) counted "$(unlike %ae)" "Commit author email must match a given regex pattern: $asks" ;;
    path) git log -m --format= --name-only "$new" --not --all -- "$asks" | grep -q . && violation "File path is restricted: $asks" ;;
    file_size)
      git rev-list --objects --filter-print-omitted "--filter=blob:limit=$asks" "$new" --not --all | grep -q '^~' &&
        violation "File size exceeds the limit of $asks." ;;
  esac
}
while read -r old new ref; do
  for closed in $FORGE_CLOSED; do
    [ "$ref" = "$closed" ] && say "error: GH006: Protected branch update failed for $ref."
  done
  for kept in $FORGE_KEEP; do
    [ "$ref" = "$kept" ] || continue
    if [ "$new" = "$zero" ]; then say "error: GH006: Cannot delete protected branch $ref."; continue; fi
    [ "$old" = "$zero" ] || git merge-base --is-ancestor "$old" "$new" || say "error: GH006: Cannot force-push to protected branch $ref."
  done
  for signed in $FORGE_SIGNED; do
    [ "$ref" = "$signed" ] && [ "$new" != "$zero" ] || continue
    for commit in $(git rev-list "$new" --not --all); do
      git cat-file commit "$commit" | sed '/^$/q' | grep -q '^gpgsig ' && continue
      say "error: GH006: Protected branch update failed for $ref."
      say "error: Commits must have verified signatures."
      break
    done
  done
  case "$ref" in refs/heads/*) ;; *) continue ;; esac
  [ "$new" != "$zero" ] || continue
  while IFS="$tab" read -r pattern kind asks; do
    [ -n "$pattern" ] || continue
    case "$ref" in $pattern) rule ;; esac
  done <<RULES
$FORGE_RULES
RULES
  [ "$FORGE_NO_WORKFLOWS" = 1 ] || continue
  files=$(git log -m --root --full-history --no-renames --format= --name-only "$new" --not --all -- .github/workflows)
  file=\${files%%"$line"*}
  [ -n "$file" ] && say "refusing to allow a GitHub App to create or update workflow \\\`$file\\\` without \\\`workflows\\\` permission"
done
exit $refused
`;
