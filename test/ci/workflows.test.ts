// What GitHub itself reads in .github/: the workflows may do no more than they need, and the forms are ones that GitHub takes.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";

const folder = new URL("../../.github/", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, folder), "utf8");

interface Job {
  readonly "timeout-minutes": number;
  readonly permissions?: unknown;
  readonly steps: readonly { uses?: string; run?: string; with?: Record<string, unknown> }[];
}

function workflow(name: string) {
  const text = read(`workflows/${name}`);
  const { on, permissions, jobs } = parse(text) as { on: object; permissions: unknown; jobs: Record<string, Job> };
  const all = Object.values(jobs);
  return { text, on, permissions, jobs: all, steps: all.flatMap(({ steps }) => steps) };
}

describe.each(readdirSync(new URL("workflows", folder)))("the workflow %s", (name) => {
  const { text, on, permissions, jobs, steps } = workflow(name);

  test("may only read, unless a job that no pull request starts says what it writes", () => {
    expect(permissions).toEqual({ contents: "read" });
    const writing = jobs.filter((job) => job.permissions !== undefined);
    if ("pull_request" in on) expect(writing).toEqual([]);
  });

  test("T13: takes actions by their commit, each with its version beside it, and puts nothing that others write into a shell", () => {
    const uses = text.match(/uses:.*/g) ?? [];
    expect(uses.length).toBeGreaterThan(0);
    expect(uses.filter((line) => !/^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
    expect(steps.filter(({ run }) => run?.includes("${{"))).toEqual([]);
    expect(text).not.toMatch(/pull_request_target|secrets\./);
  });

  test("T18: leaves no credential in the checkout", () => {
    const checkouts = steps.filter(({ uses }) => uses?.startsWith("actions/checkout@"));
    expect(checkouts.map((step) => step.with?.["persist-credentials"])).toEqual([false]);
  });

  test("ends by itself", () => {
    for (const job of jobs) expect(job["timeout-minutes"]).toBeLessThanOrEqual(90);
  });
});

test("CI calls the gate", () => {
  expect(
    workflow("ci.yml")
      .steps.map(({ run }) => run ?? "")
      .join("\n"),
  ).toContain(".ci/run");
});

test("the image is built for both kinds of processor, with a list of its parts, and signed by its digest", () => {
  const { text, steps } = workflow("image.yml");
  const build = steps.find(({ uses }) => uses?.startsWith("docker/build-push-action@"));
  expect(build?.with).toMatchObject({ platforms: "linux/amd64,linux/arm64", sbom: true, provenance: "mode=max" });
  const at = (part: string) => steps.findIndex(({ run, uses }) => `${run} ${uses}`.includes(part));
  expect(at("cosign sign")).toBeGreaterThan(at("docker/build-push-action@"));
  expect(text).toMatch(/@\$\{\{ steps\.build\.outputs\.digest \}\}/);
});

// https://docs.github.com/en/communities/using-templates-to-encourage-useful-issues-and-pull-requests/syntax-for-githubs-form-schema
describe.each(["bug.yml", "idea.yml"])("the issue form %s", (name) => {
  const form = parse(read(`ISSUE_TEMPLATE/${name}`)) as {
    name: string;
    description: string;
    body: { type: string; id?: string; attributes: { label?: string; value?: string } }[];
  };

  test("has what GitHub asks of a form", () => {
    expect([form.name, form.description].every((text) => text.length > 3 && text.length < 200)).toBe(true);
    expect(form.body.some(({ type }) => type !== "markdown")).toBe(true);
    for (const { type, attributes } of form.body) {
      expect(["markdown", "textarea", "input", "dropdown", "checkboxes"]).toContain(type);
      expect(type === "markdown" ? attributes.value : attributes.label).toBeTruthy();
    }
    const ids = form.body.flatMap(({ id }) => id ?? []);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
