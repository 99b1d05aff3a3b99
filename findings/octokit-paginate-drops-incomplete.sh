#!/usr/bin/env bash
# @octokit/core 7.0.8 with @octokit/plugin-paginate-rest 16.0.0 (npm), against a server on loopback that answers in the form of GitHub.
# Expected: `paginate` gives the entries of all pages, and says when the search behind them was not complete.
# Happens: of a search whose pages have `incomplete_results: true` it gives a plain list, without a word; of a comparison, and of the combined status
# of a commit, whose answers have a `url`, the list has a whole answer for each page, and its length is the number of pages.
# Matters: "no open issue says so" after a search that GitHub broke off, and a count of commits that is the count of pages.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent @octokit/core@7.0.8 @octokit/plugin-paginate-rest@16.0.0
cat >ask.mjs <<'J'
import { createServer } from "node:http";
import { Octokit } from "@octokit/core";
import { paginateRest } from "@octokit/plugin-paginate-rest";
const answers = {
  "/search/issues": (page) => ({ total_count: 2, incomplete_results: true, items: [{ number: page }] }),
  "/repos/o/r/compare/a...b": (page) => ({ url: "u", total_commits: 4, commits: [{ sha: `${page}a` }, { sha: `${page}b` }] }),
  "/repos/o/r/commits/a/status": (page) => ({ url: "u", state: "pending", total_count: 4, statuses: [{ id: page }, { id: page + 10 }] }),
};
const server = createServer((request, response) => {
  const url = new URL(request.url, `http://${request.headers.host}`);
  const page = Number(url.searchParams.get("page") ?? 1);
  const next = page === 1 ? { link: `<${url.origin}${url.pathname}?page=2>; rel="next"` } : {};
  response.writeHead(200, { "content-type": "application/json", ...next }).end(JSON.stringify(answers[url.pathname](page)));
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const Paging = Octokit.plugin(paginateRest);
const octokit = new Paging({ baseUrl: `http://127.0.0.1:${server.address().port}` });
const found = await octokit.paginate("GET /search/issues", { q: "flaky" });
console.log(JSON.stringify(found), found.incomplete_results, found.total_count);
const commits = await octokit.paginate("GET /repos/{owner}/{repo}/compare/{basehead}", { owner: "o", repo: "r", basehead: "a...b" });
console.log(commits.length, Object.keys(commits[0]).join());
const statuses = await octokit.paginate("GET /repos/{owner}/{repo}/commits/{ref}/status", { owner: "o", repo: "r", ref: "a" });
console.log(statuses.length, Object.keys(statuses[0]).join());
process.exit();
J
mapfile -t saw < <(node ask.mjs)
is "of a search that was broken off: entries, incomplete_results, total_count" "${saw[0]}" '[{"number":1},{"number":2}] undefined undefined'
is "of four commits on two pages: how many, and what" "${saw[1]}" "2 url,total_commits,commits"
is "of four statuses on two pages: how many, and what" "${saw[2]}" "2 url,state,total_count,statuses"
