// Every ending has its account and one next action; all of them stand in one file that people can read.
import { join } from "node:path";
import { expect, it } from "vitest";
import { StopReason } from "../../src/loop/cause.ts";
import { stopComment } from "../../src/report/report.ts";
import { endingTitles } from "../../src/report/wording/endings.ts";
import { footer } from "../../src/report/wording/parts.ts";
import { aFinding, anAttempt, anEndedLoop, aRedVerdict, someRules } from "../loop/builder.ts";
import { everyEnding } from "./every-ending.ts";

const endings = Object.values(everyEnding).flat();
const fixture = join(import.meta.dirname, "../../fixtures/report/endings.md");

it("every reason is among the endings and has its words, and so has each told by an earlier version", () => {
  expect(new Set(endings.map((ending) => ending.reason))).toEqual(new Set(StopReason.options));
  expect(new Set(everyEnding.told.map((ending) => ending.reason))).toEqual(new Set(StopReason.options));
  expect(Object.keys(endingTitles).sort()).toEqual([...StopReason.options].sort());
});

it("every ending reads as fixtures/report/endings.md shows it", async () => {
  const shown = endings.map((ending) => {
    const comment = stopComment(anEndedLoop(ending)).replace(`\n\n${footer}`, "");
    return `## ${ending.reason}: ${ending.of}\n\n${comment.replaceAll("https://github.com/acme/widgets/pull/13", "url")}`;
  });
  const about =
    "Every ending as the thread tells it. Written by `npx vitest run test/report -u`; a test fails when it is stale.";
  await expect(`# Endings\n\n${about}\n\n${shown.join("\n\n")}\n`).toMatchFileSnapshot(fixture);
});

it("no ending names what only the source knows: an effect, a cause, a folder of the host", () => {
  const quote = "ENOENT: no such file, open '/var/lib/loopgate/runs/12-k3f9-1/result.json'";
  for (const ending of endings) {
    const infra = ending.reason === "infrastructure_error";
    const text = stopComment(anEndedLoop(infra ? { ...ending, quote } : ending));
    const ours = text.replaceAll(/```text[\s\S]*?```|`[^`]*`/g, "");
    expect(ours, ending.of).not.toMatch(/[a-z]\\?_[a-z]/);
    // A container's own output names the container's paths.
    if (ending.of !== "command_not_run") expect(text).not.toContain("/var/lib");
  }
  const note = "Its results could not be read: EACCES /srv/loopgate/runs/1/result.json, and /workspace/a is kept.";
  const lost = stopComment(anEndedLoop({ reason: "infrastructure_error", of: "executors_lost", times: 3, note }));
  expect(lost).toContain("EACCES (a path on Loopgate's machine), and /workspace/a is kept.");
});

it("every ending states its reason, the account of it, what is kept and one next action", () => {
  for (const ending of endings) {
    const text = stopComment(anEndedLoop(ending));
    const [first = "", ...rest] = text.split("\n\n");
    expect(first).toMatch(/^\*\*Loopgate (is done|stopped): /);
    expect(first).toContain(endingTitles[ending.reason]);
    expect(first).toMatch(/\.\*\* \S.*[.:]$/);
    expect(text).not.toMatch(/undefined|null|NaN/);
    expect(rest.join("\n")).toMatch(/^Kept: branch `loop\/12-k3f9` at `ccccccc`, pull request /m);
    expect(text.match(/\*\*Next:\*\* .+\./g)).toHaveLength(1);
  }
});

it.each([
  ["ci / dco: Failed with exit code 1", "commit ccccccc: no sign-off", true],
  ["DCO", "action_required", true],
  ["lint", "Missing `Signed-off-by:` line", true],
  ["test: failure", "expected the sign of 3 to be off by one", false],
])("a check that asks for a sign-off is said with the line that gives one: %s", (title, detail, isOne) => {
  const attempts = [anAttempt({ verdict: aRedVerdict([aFinding({ source: "ci", title, detail })]) })];
  for (const [ending] of [everyEnding.same_failure, everyEnding.attempts]) {
    const judged = { ...anEndedLoop(ending), attempts };
    expect(stopComment(judged).includes("set `pull_request.sign_off: true` in `.github/loop.yml`")).toBe(isOne);
    const rules = someRules({ signOff: true });
    expect(stopComment({ ...judged, rules })).not.toContain("sign_off");
  }
});
