// Meson's log of its tests (`testlog.json`), a line for each program: its JUnit knows neither timeouts nor streams that broke off.
import { z } from "zod";
import type { Lines } from "./json-lines.ts";
import type { Content, TestResult } from "./report.ts";
import { messageOf, nameOf } from "./text.ts";

const Program = z.object({
  name: z.string(),
  result: z.string(),
  starttime: z.number(),
  duration: z.number(),
  returncode: z.number(),
  command: z.array(z.string()),
  stdout: z.string().nullish(),
  stderr: z.string().nullish(),
});

/** Whether a line is of Meson's log. */
export function isMeson(value: unknown): boolean {
  return Program.safeParse(value).success;
}

/** Each program is one result, whatever it tells of its own tests. A log has no end that would show that it is whole. */
export function readMeson({ values, cut }: Lines): Content {
  const tests = values.flatMap((value): TestResult[] => {
    const one = Program.safeParse(value).data;
    if (one === undefined) return [];
    const [suite, ...rest] = one.name.split(" / ");
    const [group, name] = rest.length === 0 ? [[], suite] : [[nameOf(suite ?? "")], rest.join(" / ")];
    const status = ends[one.result] ?? "failed";
    const told = status === "failed" ? `${one.result}\n${one.stdout ?? ""}\n${one.stderr ?? ""}` : "";
    return [{ name: nameOf(name ?? ""), suite: group, file: null, project: null, status, message: messageOf(told) }];
  });
  return { tests, problems: cut ? [{ kind: "incomplete", detail: "it ends in the middle of a line" }] : [] };
}

const ends: Readonly<Record<string, TestResult["status"]>> = {
  OK: "passed",
  EXPECTEDFAIL: "passed",
  SKIP: "skipped",
  IGNORED: "notRun",
};
