// The log: one line of JSON per call, and nothing in it that could be a secret.
import { expect, test } from "vitest";
import { Fault } from "../../src/base/fault.ts";
import { pinoLogger, withoutSecrets } from "../../src/log.ts";

function logged(write: (log: ReturnType<typeof pinoLogger>) => void): Record<string, unknown>[] {
  const lines: string[] = [];
  write(pinoLogger({ level: "info", to: { write: (line: string) => void lines.push(line) } }));
  return lines.map((line) => JSON.parse(line));
}

test("a line holds level, time, the fields and the constant text", () => {
  const [line] = logged((log) => log.info({ issue: "1/2", attempt: 1 }, "decided"));
  expect(line).toMatchObject({ level: "info", issue: "1/2", attempt: 1, msg: "decided" });
  expect(line?.time).toMatch(/^\d{4}-\d\d-\d\dT/);
});

test("fields that hold secrets are removed by name", () => {
  const [line] = logged((log) => log.info({ token: "abc", request: { authorization: "abc", path: "/x" } }, "sent"));
  expect(line).toMatchObject({ token: "[removed]", request: { authorization: "[removed]", path: "/x" } });
});

test("what looks like a credential is removed from any text, and the line stays JSON", () => {
  const error = new Error("push to http://x-access-token:ghs_0123456789abcdefghij@127.0.0.1:1/a.git failed");
  const [line] = logged((log) => log.warn({ err: error, url: "http://a", mail: "b:c@d" }, "it failed"));
  expect(JSON.stringify(line)).not.toContain("ghs_");
  expect(line).toMatchObject({ url: "http://a", mail: "b:c@d", msg: "it failed" });
});

test("an error is logged with its cause, but without the request it carries", () => {
  const cause = Object.assign(new Error("socket closed"), { request: { headers: { authorization: "token abc" } } });
  const fault = new Fault("Could not read the issue", { kind: "unavailable", retry: "later", cause });
  const [line] = logged((log) => log.error({ err: fault }, "effect failed"));
  expect(line?.err).toMatchObject({ type: "Fault", kind: "unavailable", cause: { message: "socket closed" } });
  expect(JSON.stringify(line)).not.toContain("authorization");
});

test.each([
  ["an installation token", "ghs_16C7e42F292c6912E7710c838347Ae178B4a"],
  ["a fine-grained token", "github_pat_11ABCDEFG0123456789_abcdefghij"],
  ["a Bearer header", "Authorization: Bearer eyJhbGciOiJSUzI1NiJ9.eyJpYXQiOjE2MDAwMDAwMDB9.c2ln"],
  ["a key", "-----BEGIN RSA PRIVATE KEY-----\\nMIIEow\\n-----END RSA PRIVATE KEY-----"],
])("%s is taken out", (_, text) => {
  const clean = withoutSecrets(text);
  expect(clean).toContain("[removed]");
  expect(clean.length).toBeLessThan(text.length);
});
