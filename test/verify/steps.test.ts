// A log of GitHub Actions is cut to the steps that failed.
import { describe, expect, it } from "vitest";
import { failedSteps } from "../../src/verify/steps.ts";

/** Lines as a runner writes them: a time stamp of seven digits, here and there a colour. */
function log(...lines: string[]): string {
  const stamped = lines.flatMap((line) => line.split("\n")).map((line) => `2026-11-28T08:51:40.1234567Z ${line}`);
  return `\ufeff${stamped.join("\n")}\n`;
}

const step = (name: string) =>
  `##[group]Run ${name}\n\x1b[36;1m${name}\x1b[0m\nshell: /usr/bin/bash -e {0}\nenv:\n  CI: true\n##[endgroup]`;
const action = (name: string) => `##[group]Run ${name}\nwith:\n  fetch-depth: 1\n##[endgroup]`;
const ended = "##[error]Process completed with exit code 1.";

describe("the failed steps of a log", () => {
  it("are the one with the error, by its name, without the others, the head, colours and times", () => {
    const text = log("Current runner version: '2.328.0'", action("actions/checkout@v5"), "HEAD is now at c0ffee1");
    const whole = text + log(step("npm test"), "\x1b[31mexpected 6\x1b[0m", ended, action("actions/cache@v4"), "saved");
    expect(failedSteps(whole)).toBe(`Run npm test\nexpected 6`);
  });

  it("keep the groups that the tool itself writes, though they are called Run", () => {
    const tool = "##[group]Run 1 of 2\nfirst\n##[endgroup]";
    expect(failedSteps(log(step("make"), "before", tool, "boom", ended))).toBe(`Run make\nbefore\n${tool}\nboom`);
  });

  it("are several where several failed", () => {
    const whole = log(
      step("npm run lint"),
      "bad style",
      ended,
      step("npm run build"),
      "built",
      step("npm test"),
      "bad sum",
      ended,
    );
    expect(failedSteps(whole)).toBe(`Run npm run lint\nbad style\nRun npm test\nbad sum`);
  });

  it("are the log's beginning where no step had begun, and all of it where nothing is marked", () => {
    const missing = "##[error]Unable to resolve action `acme/none@v1`, repository not found";
    expect(failedSteps(log("Prepare all required actions", missing, "late"))).toBe(
      `Prepare all required actions\n${missing}`,
    );
    expect(failedSteps(log("Run", "no error"))).toBe("Run\nno error\n");
    expect(failedSteps("")).toBe("");
  });

  it("of an action are found without a head", () => {
    expect(failedSteps(log("##[group]Run acme/check@v1\n##[endgroup]", "##[error]bad"))).toBe(
      "Run acme/check@v1\n##[error]bad",
    );
  });
});
