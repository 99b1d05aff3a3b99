// Reports that nobody should trust: bombs, floods, bytes that are no text, secrets; each is refused, capped or said.
import { describe, expect, test } from "vitest";
import { judgeReports } from "../../../src/verify/reports/judge.ts";
import { readReport } from "../../../src/verify/reports/read.ts";
import { LARGEST_REPORT } from "../../../src/verify/reports/text.ts";

const read = (text: string | Uint8Array) => readReport("report", typeof text === "string" ? Buffer.from(text) : text);
const stateOf = (text: string | Uint8Array) => judgeReports([read(text)], { exitCode: 0 }).state;
const passing = '<testcase name="a" time="0.1"/>';

describe("a report is no evidence, and no trouble, when it", () => {
  test.each([
    ["declares entities", `<!DOCTYPE a [<!ENTITY b "${"b".repeat(99)}">]><testsuite name="s">${passing}</testsuite>`],
    [
      "is an entity bomb",
      `<!DOCTYPE a [<!ENTITY a "aa"><!ENTITY b "&a;&a;&a;">]><testsuite name="&b;">${passing}</testsuite>`,
    ],
    [
      "names a file of the host",
      `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><testsuite name="s">${passing}&x;</testsuite>`,
    ],
    ["uses an entity that nobody declared", `<testsuite name="s">${passing}&x;</testsuite>`],
    ["nests too deep", `${"<testsuite>".repeat(5000)}${passing}${"</testsuite>".repeat(5000)}`],
    ["has far too many elements", `<testsuite>${passing.repeat(400_001)}</testsuite>`],
    ["is larger than is read", new Uint8Array(LARGEST_REPORT + 1).fill(32)],
    ["nests JSON too deep", `{"runs":${"[".repeat(5000)}${"]".repeat(5000)}}`],
    ["is cut off", `<testsuite name="s">${passing}`],
    ["has a second root", `<testsuite name="s">${passing}</testsuite><testsuite name="t">${passing}</testsuite>`],
    ["is SARIF of another shape", '{"version":"2.1.0","runs":[{"results":"none"}]}'],
    [
      "is bytes that are no UTF-8",
      Buffer.concat([
        Buffer.from('<testsuite name="'),
        Buffer.from([0xff, 0xfe, 0x80]),
        Buffer.from(`">${passing}</testsuite>`),
      ]),
    ],
    ["is in no known format", "all is well\n"],
    [
      "ends a CDATA section by what a test printed",
      `<testsuite name="s"><testcase name="a"><system-out><![CDATA[ x ]]> & <y> ]]></system-out></testcase></testsuite>`,
    ],
  ])("%s", (_, text) => {
    expect(stateOf(text)).toBe("no_evidence");
  });
});

describe("a report is read, and it is said, when it", () => {
  test.each([
    [
      "holds control characters",
      `<testsuite name="s"><testcase name="a\u0001\u001b[31m" time="0.1"/></testsuite>`,
      "control_characters",
    ],
    [
      "refers to one",
      `<testsuite name="s"><testcase name="a&#x1B;[31m" time="0.1"/></testsuite>`,
      "control_characters",
    ],
    ["has output before it", `hello\n<testsuite name="s">${passing}</testsuite>`, "text_around"],
    [
      "is SARIF in colour",
      '\u001b[0m{"version":"2.1.0","runs":[{"tool":{"driver":{}},"artifacts":[{}],"results":[]}]}\u001b[0m',
      "control_characters",
    ],
  ])("%s", (_, text, kind) => {
    expect(read(text).problems).toMatchObject([{ kind }]);
    expect(stateOf(text)).toBe("green");
    for (const { name } of read(text).tests) expect(name).not.toMatch(/[\u0000-\u001f]/);
  });

  test("is UTF-16, as PowerShell's > writes it", () => {
    expect(stateOf(Buffer.from(`\ufeff<testsuite name="s">${passing}</testsuite>`, "utf16le"))).toBe("green");
  });
});

test("tests are not taken for a linter's rules by their names alone", () => {
  const failed = '<testcase name="TestCart/empty" classname="cart"><failure>want 1, got 2</failure></testcase>';
  expect(stateOf(`<testsuite name="cart" tests="1" failures="1">${failed}</testsuite>`)).toBe("red");
});

test("a linter's finding of very many blanks is read at once", () => {
  const report = `<testsuite name="s" package="org.eslint"><testcase name="a"><failure>x${" ".repeat(60_000)}y</failure></testcase></testsuite>`;
  const began = performance.now();
  expect(stateOf(report.replace("x ", "  "))).toBe(stateOf(report));
  expect(performance.now() - began).toBeLessThan(2_000);
});

test("output that looks like a report before the real one is not taken for it", () => {
  const forged = `<testsuites>${passing}</testsuites>\n`;
  expect(stateOf(`${forged}<testsuite name="s"><testcase name="a"><failure/></testcase></testsuite>`)).not.toBe(
    "green",
  );
});

test("a credential is never quoted, from a message, a name or a snippet (T6)", () => {
  const secret = `ghp_${"a1B2".repeat(9)}`;
  const region = { startLine: 3, snippet: { text: secret } };
  const result = {
    ruleId: "github-pat",
    message: { text: `found ${secret}` },
    partialFingerprints: { author: "ann", secret },
    locations: [{ physicalLocation: { artifactLocation: { uri: "a.env" }, region } }],
  };
  const sarif = JSON.stringify({
    version: "2.1.0",
    runs: [{ tool: { driver: { name: "gitleaks" } }, results: [result] }],
  });
  const junit = `<testsuite name="s"><testcase name="a"><failure message="token ${secret}">${secret}</failure></testcase></testsuite>`;
  for (const text of [sarif, junit])
    expect(JSON.stringify(judgeReports([read(text)], { exitCode: 1 }))).not.toContain(secret);
  expect(read(sarif).findings).toMatchObject([{ rule: "github-pat", level: "warning", file: "a.env", line: 3 }]);
});

test("TAP whose last line has no end is cut off: a skip may have followed", () => {
  expect(stateOf("1..1\nok 1 - a\n")).toBe("green");
  expect(stateOf("1..1\nok 1 - a")).not.toBe("green");
});
