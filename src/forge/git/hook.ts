// The receive hook of every repository: refuses what GitHub refuses before a ref moves.

/**
 * A shell script, because git starts it. It reads from its environment, which the forge sets per push:
 * `FORGE_CLOSED` (refs this caller may not move), `FORGE_KEEP` (refs that may only move forward), `FORGE_SIGNED` (refs that
 * take signed commits only; here one with any signature is taken for that) and `FORGE_NO_WORKFLOWS` (`1` for an App without the `workflows` permission).
 */
export const preReceive = `#!/bin/sh
# Written by the forge; see src/forge/git/hook.ts.
zero=0000000000000000000000000000000000000000
refused=0
line='
'
say() { echo "$1" >&2; refused=1; }
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
  [ "$FORGE_NO_WORKFLOWS" = 1 ] && [ "$new" != "$zero" ] || continue
  files=$(git log -m --root --full-history --no-renames --format= --name-only "$new" --not --all -- .github/workflows)
  file=\${files%%"$line"*}
  [ -n "$file" ] && say "refusing to allow a GitHub App to create or update workflow \\\`$file\\\` without \\\`workflows\\\` permission"
done
exit $refused
`;
