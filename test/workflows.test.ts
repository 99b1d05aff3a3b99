// Our own workflows: what they may do, and whose code they run.
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";

const folder = new URL("../.github/workflows/", import.meta.url);
const names = readdirSync(folder);

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

interface Job {
  readonly "timeout-minutes"?: number;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps: readonly {
    readonly uses?: string;
    readonly run?: string;
    readonly with?: Readonly<Record<string, unknown>>;
  }[];
}

const textOf = (name: string) => readFileSync(new URL(name, folder), "utf8");
const workflow = (name: string): Workflow => parse(textOf(name));
const stepsOf = (name: string) => Object.values(workflow(name).jobs).flatMap(({ steps }) => steps);

test.each(names)("%s runs actions by commit alone, each with its version beside it", (name) => {
  const uses = textOf(name).match(/uses:.*/g) ?? [];
  expect(uses.length).toBeGreaterThan(0);
  for (const line of uses) expect(line).toMatch(/^uses: [\w.-]+\/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
});

test.each(names)("%s reads and no more, but for what one job says it writes, and ends by itself", (name) => {
  const { on, permissions, jobs } = workflow(name);
  expect(permissions).toEqual({ contents: "read" });
  expect(Object.keys(on)).not.toContain("pull_request_target");
  for (const job of Object.values(jobs)) {
    expect(job["timeout-minutes"]).toBeLessThanOrEqual(90);
    if ("pull_request" in on) expect(job.permissions).toBeUndefined();
  }
});

test.each(names)(
  "T18: %s leaves no credential in the checkout and puts nothing of an event into a shell's text",
  (name) => {
    for (const { uses, run, with: given } of stepsOf(name)) {
      if (uses?.startsWith("actions/checkout@") === true) expect(given?.["persist-credentials"]).toBe(false);
      expect(run ?? "").not.toContain("${{");
    }
  },
);

test("the image is built for both kinds of processor, with a list of its parts, and signed by its digest", () => {
  const steps = stepsOf("image.yml");
  const build = steps.find(({ uses }) => uses?.startsWith("docker/build-push-action@"));
  expect(build?.with).toMatchObject({ platforms: "linux/amd64,linux/arm64", sbom: true, provenance: "mode=max" });
  const at = (text: string) => steps.findIndex(({ run, uses }) => `${run} ${uses}`.includes(text));
  expect(at("cosign sign")).toBeGreaterThan(at("docker/build-push-action@"));
  expect(textOf("image.yml")).toMatch(/@\$\{\{ steps\.build\.outputs\.digest \}\}/);
});
