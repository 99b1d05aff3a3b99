// Writes fixtures/recorded-rest: of answers that GitHub's REST really gave, the kinds of value at each place.
//
// Usage: node test/forge/recorded-extract.ts <folder of the unpacked npm package @octokit/fixtures>
// That package brings a server and its libraries along, so it is no dependency: unpack it in a temporary folder.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { kindsOf, sorted } from "./kinds.ts";

interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly response: unknown;
}

/** The operations that the forge serves and that were recorded, with the place of the recorded path. */
const OPERATIONS: readonly (readonly [operation: string, path: RegExp])[] = [
  ["GET /repos/{owner}/{repo}", /^\/repos\/[^/]+\/[^/]+$/],
  ["GET /repos/{owner}/{repo}/collaborators", /\/collaborators$/],
  ["GET /repos/{owner}/{repo}/commits/{ref}/status", /\/commits\/\w+\/status$/],
  ["GET /repos/{owner}/{repo}/commits/{ref}/statuses", /\/commits\/\w+\/statuses$/],
  ["POST /repos/{owner}/{repo}/statuses/{sha}", /\/statuses\/\w+$/],
  ["PUT /repos/{owner}/{repo}/contents/{path}", /\/contents\/test\.txt$/],
  ["GET /repos/{owner}/{repo}/contents/{path}", /\/contents\/$/],
  ["POST /repos/{owner}/{repo}/git/refs", /\/git\/refs$/],
  ["PATCH /repos/{owner}/{repo}/git/refs/{ref}", /\/git\/refs\/heads\/test$/],
  ["GET /repos/{owner}/{repo}/issues", /\/issues\?per_page=3$/],
  ["POST /repos/{owner}/{repo}/issues", /\/issues$/],
  ["POST /repos/{owner}/{repo}/issues/{issue_number}/labels", /\/issues\/1\/labels$/],
  ["GET /repos/{owner}/{repo}/labels", /\/labels\/labels$/],
  ["POST /repos/{owner}/{repo}/labels", /^\/repos\/[^/]+\/[^/]+\/labels$/],
  ["GET /repos/{owner}/{repo}/labels/{name}", /\/labels\/test-label$/],
];

const [, , folder = ""] = process.argv;
const scenarios = join(folder, "scenarios", "api.github.com");
const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version: string };
const exchanges = readdirSync(scenarios).flatMap((name) => {
  const text = readFileSync(join(scenarios, name, "normalized-fixture.json"), "utf8");
  return JSON.parse(text) as Exchange[];
});
const recorded = OPERATIONS.map(([operation, path]) => {
  const method = operation.split(" ")[0]?.toLowerCase();
  const answers = exchanges.filter((one) => one.method === method && path.test(one.path));
  const statuses = [...new Set(answers.map(({ status }) => status))].filter((status) => status !== 301);
  return {
    operation,
    answers: statuses.map((status) => {
      const kinds = new Map();
      for (const one of answers.filter((answer) => answer.status === status)) kindsOf(one.response, "", kinds);
      return { status, kinds: sorted(kinds) };
    }),
  };
});
const text = JSON.stringify({ source: `@octokit/fixtures ${version}`, recorded }, null, 1);
writeFileSync(new URL("../../fixtures/recorded-rest/kinds.json", import.meta.url), `${text}\n`);
