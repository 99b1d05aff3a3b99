// What a red check has to say: its output, or the log and the annotations of a job of GitHub Actions.
import { describe, expect, it } from "vitest";
import type { AnnotationFact, CheckFact } from "../../src/verify/facts.ts";
import { findingOf } from "../../src/verify/finding.ts";

const ended: AnnotationFact = {
  path: ".github",
  line: 21,
  message: "Process completed with exit code 1.",
  level: "failure",
};
const deprecated: AnnotationFact = { path: ".github", line: 1, message: "Node.js 20 is deprecated.", level: "warning" };
const wrong: AnnotationFact = { path: "src/sum.js", line: 3, message: "expected 5", level: "failure" };

function job(change: Partial<CheckFact>): CheckFact {
  const app = { id: 15368, slug: "github-actions" };
  const said = { title: "", summary: "", text: "", url: null, annotations: [ended] };
  return { name: "test", app, done: true, conclusion: "failure", required: false, job: 7, ...said, ...change };
}

const log =
  "##[group]Run npm test\nshell: bash\n##[endgroup]\nexpected 5, got 1\n##[error]Process completed with exit code 1.";

describe("a finding", () => {
  it("of a job has the failed step of its log, and no word of how it ended", () => {
    const finding = findingOf(job({ log: { text: log } }));
    expect(finding.detail).toBe("Run npm test\nexpected 5, got 1");
    expect([finding.path, finding.line]).toEqual([null, null]);
    expect(finding).not.toHaveProperty("logMissing");
  });

  it("of a job whose log is not there has its annotations, and says why", () => {
    const finding = findingOf(job({ log: { missing: "expired" }, annotations: [deprecated, ended, wrong] }));
    expect(finding).toMatchObject({
      detail: "src/sum.js:3: expected 5",
      path: "src/sum.js",
      line: 3,
      logMissing: "expired",
    });
  });

  it("has no detail where nothing is known, whatever Actions notes of every job", () => {
    expect(findingOf(job({ annotations: [deprecated, ended] })).detail).toBe("");
  });

  it("keeps warnings about files, which may be what failed, and says nothing twice", () => {
    const warned: AnnotationFact = { ...wrong, level: "warning" };
    expect(findingOf(job({ annotations: [warned] })).detail).toBe("src/sum.js:3: expected 5");
    expect(findingOf(job({ annotations: [warned], log: { text: "src/sum.js: expected 5" } })).detail).toBe(
      "src/sum.js: expected 5",
    );
  });

  it("of a check's own output says once what its summary and its text both say, without the marks of its code blocks", () => {
    const once = { summary: "The last lines:\n\n```\nexpected 5\n```", text: "~~~text\nexpected 5\n~~~\n" };
    expect(findingOf(job(once)).detail).toBe("expected 5");
    const both = { summary: "One test failed:\nadd", text: "```diff\n-5\n+1\n```\nSee `add` and ```it```." };
    expect(findingOf(job(both)).detail).toBe("One test failed:\nadd\n\n-5\n+1\nSee `add` and ```it```.");
  });

  it("shows no credential, wherever CI printed it (T6)", () => {
    const key = `ghp_${"aB3".repeat(12)}`;
    const change = { title: key, summary: `summary ${key}`, text: `text ${key}`, log: { text: `log ${key}` } };
    const finding = findingOf(job({ ...change, annotations: [{ ...wrong, message: `note ${key}` }] }));
    expect(JSON.stringify(finding)).not.toContain("aB3aB3");
    expect(finding.title).toBe("test: ***");
    for (const said of ["summary", "text", "log", "note"]) expect(finding.detail).toContain(`${said} ***`);
  });

  it("keeps its annotations beside a log of any length", () => {
    const finding = findingOf(
      job({ annotations: [wrong], log: { text: "error: other\n".repeat(9) + "x\ny\n".repeat(9000) } }),
    );
    expect(finding.detail).toContain("src/sum.js:3: expected 5");
    expect(finding.detail).toContain("error: other");
    expect(finding.detail.length).toBeLessThanOrEqual(4000);
  });
});
