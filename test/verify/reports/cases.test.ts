// One table over every report that a real tool wrote, and what holds of all of them whatever is done to them.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { judgeReports } from "../../../src/verify/reports/judge.ts";
import { readReport } from "../../../src/verify/reports/read.ts";
import { allCases, differences, readCase, stateOf } from "./cases.ts";
import { cannotBeKnown } from "./unknowable.ts";

const cases = allCases();
const roots = ["/repo"];
/** Cut at one place, these are whole: the last line stands beyond the plan, or a document for each package follows the other without an end. */
const wholeWhenCut = ["cmocka/group-tear-down-fails", "go-vet/does-not-compile"];

describe("reports as real tools wrote them", () => {
  test("are all there", () => {
    expect(cases.length).toBeGreaterThanOrEqual(528);
    expect(Object.keys(cannotBeKnown).filter((name) => !cases.some((one) => one.name === name))).toEqual([]);
  });

  test.each(cases.map((one) => [one.name, one] as const))("%s is read right", (name, one) => {
    const [, ...known] = cannotBeKnown[name] ?? [""];
    expect(differences(one)).toEqual(known);
  });

  test("none is read greener than it is, but where a report hides it", () => {
    const greener = cases.filter((one) => {
      const { state } = judgeReports(readCase(one), { exitCode: one.expected.exitCode });
      return state === "green" && stateOf(one.expected) !== "green";
    });
    expect(greener.map(({ name }) => name)).toEqual([
      "jasmine-reporters/filter-matches-nothing",
      "junit-merge/cut-input",
      "junit-report-merger/empty-and-missing-input",
      "testng/after-class-fails-class",
      "vitest/v5-merge-shard-missing",
    ]);
  });
});

describe("no report makes a verdict greener (T12)", () => {
  test("than its exit code: every case is red with another exit code than 0", () => {
    for (const one of cases) expect(judgeReports(readCase(one), { exitCode: 1 }).state, one.name).toBe("red");
  });

  test("by not being there: what is missing is no evidence, or red", () => {
    for (const one of cases) {
      const reports = readCase(one);
      for (const [index, { name }] of one.files.entries()) {
        const rest = reports.filter((_, at) => at !== index);
        const { exitCode } = one.expected;
        expect(judgeReports(rest, { exitCode, missing: [name] }).state, one.name).not.toBe("green");
      }
      expect(judgeReports([], { exitCode: 0 }).state).toBe("no_evidence");
    }
  });

  test("by being cut off at any byte", () => {
    const small = cases
      .flatMap((one) => one.files.map((file) => ({ ...one, file })))
      .filter(({ file, name }) => file.bytes.length < 3000 && !wholeWhenCut.includes(name));
    expect(small.length).toBeGreaterThan(100);
    for (const { name, file, expected } of small) {
      for (const exitCode of new Set([0, expected.exitCode])) {
        const whole = judgeReports([readReport(file.name, file.bytes, { roots })], { exitCode }).state;
        if (whole === "green" || exitCode !== 0) continue;
        for (let at = 0; at < file.bytes.length; at += file.bytes.length < 600 ? 1 : 13) {
          const report = readReport(file.name, file.bytes.subarray(0, at), { roots });
          expect(judgeReports([report], { exitCode }).state, `${name} at ${at}`).not.toBe("green");
        }
      }
    }
  });

  test("by any text, and no bytes make it throw", () => {
    const words = [
      "<testsuite>",
      "</testsuite>",
      '<testcase name="a"/>',
      "ok 1\n",
      "1..1\n",
      "not ok",
      "\u0000",
      "\u001b[0m",
      '{"runs":[]}',
      "]]>",
      "&a;",
      "<![CDATA[",
      "TAP version 13\n",
      "SF:a\n",
      "end_of_record\n",
      '{"Action":"pass","Package":"p"}\n',
    ];
    const text = fc.array(fc.oneof(fc.constantFrom(...words), fc.string())).map((parts) => Buffer.from(parts.join("")));
    const bytes = fc.oneof(text, fc.uint8Array({ maxLength: 400 }));
    fc.assert(
      fc.property(bytes, (each) => {
        const report = readReport("any", each);
        expect(judgeReports([report], { exitCode: 3 }).state).toBe("red");
        expect(judgeReports([report], { exitCode: null }).state).toBe("red");
      }),
      { numRuns: 400, seed: 12 },
    );
  });

  test("by bytes of a real one that were changed", () => {
    const files = cases.flatMap(({ files }) => files).filter(({ bytes }) => bytes.length > 0 && bytes.length < 3000);
    const changed = fc.tuple(fc.constantFrom(...files), fc.nat(), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(changed, ([{ name, bytes }, at, byte]) => {
        const copy = Uint8Array.from(bytes);
        copy[at % copy.length] = byte;
        expect(judgeReports([readReport(name, copy)], { exitCode: 1 }).state).toBe("red");
      }),
      { numRuns: 600, seed: 12 },
    );
  });
});
