#!/usr/bin/env bash
# gray-matter 4.0.3 (npm), which reads YAML front matter.
# Expected: each call reads its text anew; front matter that is no YAML is an error each time.
# Happens: equal texts share one answer: what is pushed onto a list of the first is in the second; the second reading of front matter that was
# an error a moment ago gives {} and no error. With an options object, even an empty one, both are as expected.
# Matters: one issue's labels turn up in another's that was made from the same template, and a retry after an error goes on without settings.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent gray-matter@4.0.3
cat >ask.cjs <<'J'
const matter = require("gray-matter");
const labels = (options) => {
  const text = `---\nlabels: [loop]\nfor: ${options ? 1 : 2}\n---\nDo it.\n`;
  matter(text, options).data.labels.push("urgent");
  return matter(text, options).data.labels.join();
};
const twice = (options) => {
  const read = () => {
    try {
      return JSON.stringify(matter("---\nlabels: [loop\n---\nDo it.\n", options).data);
    } catch {
      return "error";
    }
  };
  return `${read()} ${read()}`;
};
console.log(labels());
console.log(labels({}));
console.log(twice({}));
console.log(twice());
J
mapfile -t saw < <(node ask.cjs)
is "labels of a text read again after a push" "${saw[0]}" "loop,urgent"
is "the same with {} as options" "${saw[1]}" loop
is "broken front matter twice, with {} as options" "${saw[2]}" "error error"
is "without options" "${saw[3]}" "error {}"
