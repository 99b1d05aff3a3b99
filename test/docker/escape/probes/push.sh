# Tries one push after the other and prints what git said of each, on one line. $1: the gateway's address with the lease.
cd /workspace || exit 1
branch=refs/heads/loop/7-abc
say() { # name, then the command
  name=$1; shift
  said=$("$@" 2>&1 | tr '\n"\\\t' '   /' | cut -c1-900)
  echo "{\"attack\":\"$name\",\"got\":\"$said\"}"
}
commit() { git commit --quiet --allow-empty --message "${1:-Work}"; }
fresh() { git checkout --quiet --detach "$base" && git clean -fdxq -e probes && commit "Fresh $1"; }
push() { git push "$url" "$@"; }
tree_with() { # mode, path: a commit whose tree has an entry that git add would not make
  id=$(printf '%s' "$3" | git hash-object -w --stdin)
  [ "$1" = 160000 ] && id=3333333333333333333333333333333333333333
  made=$( (git ls-tree "$base"; printf '%s %s %s\t%s\n' "$1" "$([ "$1" = 160000 ] && echo commit || echo blob)" "$id" "$2") | git mktree --missing)
  git commit-tree "$made" -p "$base" -m "Odd"
}
url=$1
base=$(git rev-parse HEAD)

fresh a
say other-branch push HEAD:refs/heads/main
say other-loop push HEAD:refs/heads/loop/8-other
say tag push HEAD:refs/tags/v1
say notes push HEAD:refs/notes/commits
say head push HEAD:refs/heads/HEAD
say pull-ref push HEAD:refs/pull/1/head
say delete push --delete main
say several push "HEAD:$branch" HEAD:refs/heads/main
git branch --quiet --force stray && git tag --force stray-tag >/dev/null
say wildcard push '+refs/heads/*:refs/heads/*'
say all-tags push --tags
say mirror push --mirror
git checkout --quiet --orphan alone && commit Alone
say unrelated push --force "HEAD:$branch"

fresh b
say gitlink push --force "$(tree_with 160000 vendor):$branch"
say gitmodules push --force "$(tree_with 100644 .gitmodules '[submodule "x"]
path = x
url = ext::sh -c touch% /tmp/owned'):$branch"
say symlink push --force "$(tree_with 120000 out ../../../etc/passwd):$branch"
say dotgit push --force "$(tree_with 100644 GIT~1 x):$branch"
say control-path push --force "$(tree_with 100644 "$(printf 'a\rb')" x):$branch"

fresh c; printf 'token = "%s%s"\n' ghp_ a1B2c3D4e5a1B2c3D4e5a1B2c3D4e5abcdef > conf.txt; git add conf.txt; commit Add
say secret-in-diff push --force "HEAD:$branch"
git rm --quiet conf.txt; commit Remove
say secret-removed-later push --force "HEAD:$branch"
fresh d; commit "$(printf 'token = "%s%s"' ghp_ a1B2c3D4e5a1B2c3D4e5a1B2c3D4e5abcdef)"
say secret-in-message push --force "HEAD:$branch"
fresh e; GIT_AUTHOR_EMAIL=maintainer@example.org commit Forged
say forged-author push --force "HEAD:$branch"
fresh f; head -c 3000000 /dev/urandom > noise; git add noise; commit Noise
say large-push push --force "HEAD:$branch"
fresh g; head -c 30000000 /dev/zero > zeros; git add zeros; commit Zeros
say zip-bomb push --force "HEAD:$branch"
fresh h
blob=$(echo x | git hash-object -w --stdin)
tree=$(for name in a b c d e f g h i j; do printf '100644 blob %s\t%s\n' "$blob" $name; done | git mktree)
for level in 1 2 3 4; do tree=$(for name in a b c d e f g h i j; do printf '040000 tree %s\t%s\n' "$tree" $name; done | git mktree); done
say tree-bomb push --force "$(git commit-tree "$tree" -p "$base" -m Bomb):$branch"

fresh i
say rewind-first push --force "HEAD:$branch"
git checkout --quiet --detach "$base"; commit Rewound
say rewind push --force "HEAD:$branch"
