// The file .env: what it adds, and what of it is refused without being shown.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { withEnvFile } from "../../src/cli/env-file.ts";
import { readSettings } from "../../src/settings.ts";

function folderWith(text: string | null): string {
  const folder = mkdtempSync(join(tmpdir(), "loopgate-env-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  if (text !== null) writeFileSync(join(folder, ".env"), text);
  return folder;
}

test("adds what the environment does not have, and changes nothing that it has", () => {
  const text = [
    "# a comment",
    "",
    "A=one",
    'export B="two words"',
    "C='three'",
    "D=",
    "PORT=1",
    'KEY="-----BEGIN',
    "middle",
    'END-----"',
  ].join("\r\n");
  const read = withEnvFile({ PORT: "2" }, folderWith(text.replaceAll("\r\n", "\n")));
  expect(read).toEqual({
    ok: true,
    env: { A: "one", B: "two words", C: "three", D: "", PORT: "2", KEY: "-----BEGIN\nmiddle\nEND-----" },
  });
  expect(withEnvFile({ A: "x" }, folderWith(null))).toEqual({ ok: true, env: { A: "x" } });
});

test("refuses a line that is none by its number, and does not show it", () => {
  const text = "LOOPGATE_APP_ID=1\nLOOPGATE_PRIVATE_KEY=-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA7\n";
  const read = withEnvFile({}, folderWith(text));
  expect(read).toMatchObject({ ok: false, message: expect.stringMatching(/\.env, line 3: .*base64 -w0 key\.pem/) });
  expect(JSON.stringify(read)).not.toContain("MIIE");
});

test.each([
  ["LOOPGATE_APP_ID", '"12"', "stands in quotes"],
  ["LOOPGATE_WEBHOOK_SECRET", "'0123456789abcdef0123'", "stands in quotes"],
  ["LOOPGATE_PRIVATE_KEY", "-----BEGIN RSA PRIVATE KEY-----", "holds only the key's first line"],
  ["LOOPGATE_PRIVATE_KEY", "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----", "holds a public key"],
  [
    "LOOPGATE_PRIVATE_KEY",
    "/etc/loopgate/key.pem",
    "looks like the path of a file: that goes into LOOPGATE_PRIVATE_KEY_FILE",
  ],
  ["LOOPGATE_OPENAI_KEY", "sk-ant-api03-x", "has the shape of a key of Anthropic's"],
  ["LOOPGATE_ANTHROPIC_KEY", "AIzaSyA", "has the shape of a key of Google's"],
  ["LOOPGATE_GEMINI_KEY", "sk-proj-x", "has the shape of a key of OpenAI's"],
  ["LOOPGATE_GEMINI_KEY", "GEMINI_API_KEY=x", "holds a whole line NAME=value"],
  ["LOOPGATE_OPENAI_KEY", "sk-a b", "has white space in it"],
])("the setting %s that reads %j is said to be what it is", (name, value, problem) => {
  const read = readSettings({ [name]: value });
  expect(read).toMatchObject({ ok: false, message: expect.stringContaining(`${name} ${problem}`) });
  if (!read.ok && value.length > 6) expect(read.message).not.toContain(value);
});
