// Threads that read what strangers sent: none has more memory than it was given, whatever the process was started with.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { serveOptions } from "../../src/cli/bench-process.ts";

test("T8: a thread has no more room for what is young than it was given, although the App was started with much", () => {
  const program = fileURLToPath(new URL("./young.ts", import.meta.url));
  const said = execFileSync(process.execPath, [...serveOptions, program], { encoding: "utf8" });
  expect(Number(said)).toBeLessThanOrEqual(12);
}, 60_000);
