// The commands' exit codes and words, run as processes.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, run } from "./command.ts";

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "loopgate-cli-"));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
}

describe("the program", () => {
  test("says what it can do, and its version", async () => {
    const help = await run(["--help"]);
    expect(help).toMatchObject({ code: 0, err: "" });
    for (const word of ["serve", "demo", "policy", "Exit codes: 0"]) expect(help.out).toContain(word);
    expect(await ask(["--version"])).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });

  test.each([[[]], [["nonsense"]], [["policy"]], [["policy", "check"]], [["demo", "--nonsense"]]])(
    "ends with 2 and its help when called as %j",
    async (argv) => {
      const { code, out, err } = await ask(argv);
      expect(code).toBe(2);
      expect(out).toBe("");
      expect(err).toContain("Usage: loopgate");
    },
  );

  test.each([
    ["demo", "--runtime", "process", "--auto"],
    ["eval", "--repo", join(import.meta.dirname, "../.."), "--agent", "true"],
  ])("a temporary folder that cannot be is told in a sentence by `%s`", async (...args) => {
    const folder = join(file("file", ""), "x");
    const { code, err } = await run(args, { TMPDIR: folder });
    expect(code).toBe(1);
    expect(err).toMatch(/^loopgate: \S+ cannot be made or used \(ENOTDIR\)\. Temporary files go below \S+; TMPDIR/m);
    expect(err).not.toMatch(/^ {4}at /m);
  });

  test("an unknown command ends the process with 2", async () => {
    expect(await run(["nonsense"])).toMatchObject({ code: 2, err: expect.stringContaining("unknown command") });
  });
});

describe("serve", () => {
  test("without settings names every one that is missing, and starts nothing", async () => {
    const { code, out, err } = await run(["serve"]);
    expect(code).toBe(1);
    expect(out).toBe("");
    expect(err).toMatch(/^6 settings are missing/);
  });

  test("with an empty webhook secret refuses to start", async () => {
    const { code, err } = await run(["serve"], { LOOPGATE_WEBHOOK_SECRET: "" });
    expect(code).toBe(1);
    expect(err).toContain("LOOPGATE_WEBHOOK_SECRET is missing.");
  });
});

describe("policy check", () => {
  test("accepts a valid file", async () => {
    const path = file("good.yml", "version: 1\nattempts: 2\n");
    expect(await ask(["policy", "check", path])).toMatchObject({ code: 0, out: expect.stringContaining("is valid.") });
    const { out } = await ask(["policy", "check", "--json", path]);
    expect(JSON.parse(out)).toMatchObject({ ok: true, policy: { attempts: 2, gate: { approvals: 1 } } });
  });

  test("names the line of a mistake, and what was probably meant", async () => {
    const path = file("bad.yml", "version: 1\nattemps: 2\n");
    const { code, out, err } = await ask(["policy", "check", path]);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toBe(`${path}, line 2: \`attemps\` is not an option; did you mean \`attempts\`?\n`);
    expect(JSON.parse((await ask(["policy", "check", "--json", path])).out)).toMatchObject({ ok: false, line: 2 });
  });

  test("says when the file cannot be read", async () => {
    const { code, err } = await ask(["policy", "check", join(dir, "missing.yml")]);
    expect(code).toBe(1);
    expect(err).toMatch(/could not read .*missing\.yml: ENOENT\n$/);
  });
});

describe("policy explain", () => {
  test("prints a file that stands as it is", async () => {
    const { code, out } = await ask(["policy", "explain"]);
    expect(code).toBe(0);
    expect((await ask(["policy", "check", file("explained.yml", out)])).code).toBe(0);
  });

  test("prints the options as a table, and as JSON", async () => {
    expect((await ask(["policy", "explain", "--table"])).out).toContain("| `gate.approvals` | `1` |");
    const options = JSON.parse((await ask(["policy", "explain", "--json"])).out);
    expect(options).toContainEqual(expect.objectContaining({ path: "attempts", fallback: 3 }));
  });
});
