// What GitHub itself reads in .github/: the workflow runs the gate and no more than that, and the forms are ones that GitHub takes.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";

const folder = new URL("../../.github/", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, folder), "utf8");

describe.each(readdirSync(new URL("workflows", folder)))("the workflow %s", (name) => {
  const text = read(`workflows/${name}`);
  const { permissions, jobs } = parse(text) as {
    permissions: unknown;
    jobs: Record<string, { steps: { uses?: string; run?: string }[]; "timeout-minutes": number }>;
  };
  const steps = Object.values(jobs).flatMap((job) => job.steps);

  test("calls the gate, and may only read", () => {
    expect(steps.map(({ run }) => run ?? "").join("\n")).toContain(".ci/run");
    expect(permissions).toEqual({ contents: "read" });
  });

  test("T13: takes actions by their commit, and puts nothing that others write into a shell", () => {
    const used = steps.flatMap(({ uses }) => uses ?? []);
    expect(used.filter((action) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/.test(action))).toEqual([]);
    expect(steps.filter(({ run }) => run?.includes("${{"))).toEqual([]);
    expect(text).not.toMatch(/pull_request_target|secrets\./);
  });

  test("ends by itself", () => {
    for (const job of Object.values(jobs)) expect(job["timeout-minutes"]).toBeLessThanOrEqual(90);
  });
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
