// Every loop script in fixtures/loops is played through the machine; `vitest -u` rewrites what it says.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { playScript } from "./script.ts";

const folder = join(import.meta.dirname, "../../fixtures/loops");
const scripts = readdirSync(folder).filter((name) => name.endsWith(".loop"));

describe("loop scripts", () => {
  test.each(scripts)("%s says what the machine does", async (name) => {
    const path = join(folder, name);
    await expect(playScript(readFileSync(path, "utf8"))).toMatchFileSnapshot(path);
  });

  test("every stop reason has a script that ends with it", async () => {
    const { StopReason } = await import("../../src/loop/cause.ts");
    const said = scripts.map((name) => readFileSync(join(folder, name), "utf8")).join("\n");
    const missing = StopReason.options.filter((reason) => !new RegExp(`^  settled ${reason}\\b`, "m").test(said));
    expect(missing).toEqual([]);
  });
});
