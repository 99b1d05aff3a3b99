// The pure side of pushing: packets, commands, the rule, the answer.
import { expect, test } from "vitest";
import { isBranchName } from "../../../src/base/branch-name.ts";
import { renderAnswer } from "../../../src/gateway/git/answer.ts";
import { branchName, noCommit } from "../../../src/gateway/git/branch.ts";
import { readPush } from "../../../src/gateway/git/commands.ts";
import { flushPacket, onBand, packet, readPacket } from "../../../src/gateway/git/pktline.ts";
import { whyRefusePush } from "../../../src/gateway/git/refs.ts";

const one = "1".repeat(40);
const two = "2".repeat(40);
const own = "refs/heads/loop/7-abc";
const lease = { branch: "loop/7-abc", mayPush: true };

function pushOf(...lines: (string | Buffer)[]): Buffer {
  return Buffer.concat([...lines.map((line) => packet(line)), flushPacket, Buffer.from("PACKxxxx")]);
}

function nameFor(...lines: string[]): string | undefined {
  const reading = readPush(pushOf(...lines));
  if (reading.state !== "read") return reading.state;
  return whyRefusePush(lease, reading.request)?.name;
}

test("every command of a push is read, not only the first", () => {
  const bytes = pushOf(`${noCommit} ${one} ${own}\0 report-status side-band-64k`, `${one} ${two} refs/heads/main\n`);
  const reading = readPush(bytes);
  expect(reading).toMatchObject({
    state: "read",
    request: {
      commands: [
        { old: noCommit, new: one, ref: own },
        { old: one, new: two, ref: "refs/heads/main" },
      ],
      capabilities: ["report-status", "side-band-64k"],
    },
  });
  expect(reading.state === "read" && bytes.subarray(reading.end).toString()).toBe("PACKxxxx");
});

test("a push that has not fully arrived is waited for, at every cut", () => {
  const bytes = pushOf(`${noCommit} ${one} ${own}\0report-status`);
  const end = bytes.indexOf("PACK");
  for (let cut = 0; cut < end; cut++) expect(readPush(bytes.subarray(0, cut)).state).toBe("more");
  expect(readPush(bytes.subarray(0, end)).state).toBe("read");
});

test.each([
  ["zz", "malformed"],
  ["0003", "malformed"],
  ["fff1", "malformed"],
  ["0001", "malformed"],
])("a packet length of %s is %s", (start, state) => {
  expect(readPush(Buffer.from(`${start}xxxxxxxx`)).state).toBe(state);
});

test.each([
  [`${one} ${own}`],
  [`${one} ${two}`],
  [`${one}  ${two} ${own}`],
  [`${one.slice(1)}x ${two} ${own}`],
  ["shallow nonsense"],
  [`${one.toUpperCase().replaceAll("1", "A")} ${two} ${own}`],
])("the line %j is malformed", (line) => {
  expect(readPush(pushOf(line)).state).toBe("malformed");
});

test.each([
  [undefined, [`${noCommit} ${one} ${own}\0report-status`]],
  [undefined, [`${one} ${two} ${own}\0report-status object-format=sha1`]],
  ["other_branch", [`${one} ${two} refs/heads/main\0`]],
  ["other_branch", [`${one} ${two} refs/heads/loop/7-abcd\0`]],
  ["other_branch", [`${one} ${two} ${own}\0`, `${one} ${two} refs/heads/main`]],
  ["other_branch", [`${noCommit} ${one} refs/heads/../../${own}\0`]],
  ["other_ref", [`${one} ${two} refs/replace/${one}\0`]],
  ["other_ref", [`${one} ${two} HEAD\0`]],
  ["other_ref", [`${noCommit} ${one} refs/for/main\0`]],
  ["other_ref", [`${noCommit} ${one} refs/incoming/x\0`]],
  ["tag", [`${noCommit} ${one} refs/tags/v1\0`]],
  ["notes", [`${noCommit} ${one} refs/notes/commits\0`]],
  ["delete", [`${one} ${noCommit} ${own}\0`]],
  ["many_refs", [`${one} ${two} ${own}\0`, `${one} ${two} ${own}`]],
  ["push_options", [`${one} ${two} ${own}\0report-status push-options`]],
  ["object_format", [`${one} ${two} ${own}\0object-format=sha256`]],
  ["push_certificate", ["push-cert\0report-status", "certificate version 0.1\n", `${one} ${two} ${own}\n`]],
  ["shallow_history", [`shallow ${one}`, `${one} ${two} ${own}\0report-status`]],
  ["nothing_asked", []],
])("T11: the rule says %s to %j", (name, lines) => {
  expect(nameFor(...lines)).toBe(name);
});

test("a lease without the right to push moves nothing", () => {
  const reading = readPush(pushOf(`${noCommit} ${one} ${own}\0`));
  const request = reading.state === "read" ? reading.request : null;
  expect(request && whyRefusePush({ ...lease, mayPush: false }, request)?.name).toBe("push_not_allowed");
});

test("the answer names every ref of the push, and no control character of an agent's passes", () => {
  const reading = readPush(pushOf(`${noCommit} ${one} ${own}\0report-status`, `${noCommit} ${one} refs/heads/b`));
  if (reading.state !== "read") throw new Error("unread");
  const answer = renderAnswer(reading.request, { reason: "no\u001b[31m\nok refs/heads/b", lines: [] });
  expect(answer.toString()).toBe(
    [
      packet("unpack ok\n"),
      packet(`ng ${own} no?[31m?ok refs/heads/b\n`),
      packet("ng refs/heads/b no?[31m?ok refs/heads/b\n"),
      flushPacket,
    ].join(""),
  );
});

test("bytes larger than a packet go into several packets of their band", () => {
  const bytes = Buffer.alloc(70_000, "x");
  const sent = onBand(1, bytes);
  const first = readPacket(sent, 0);
  const second = first.kind === "data" ? readPacket(sent, first.next) : first;
  const parts = [first, second].map((each) => (each.kind === "data" ? each.payload : Buffer.alloc(0)));
  expect(parts.map((each) => each[0])).toEqual([1, 1]);
  expect(Buffer.concat(parts.map((each) => each.subarray(1))).equals(bytes)).toBe(true);
});

test.each([
  "",
  "-x",
  "a..b",
  "a b",
  "a~1",
  "a^",
  "a:b",
  "a?b",
  "a*",
  "a[b",
  "a\\b",
  "/a",
  "a/",
  "a//b",
  ".a",
  "a/.b",
  "a.lock",
  "a.",
  "@",
  "a@{b",
  "a\u0007",
])("T11: %j is no branch name", (name) => {
  expect(isBranchName(name)).toBe(false);
});

test("the loop's branch is named after its issue and id", () => {
  expect(branchName(12, "k3f9")).toBe("loop/12-k3f9");
  expect(() => branchName(0, "k3f9")).toThrow();
  expect(() => branchName(12, "../main")).toThrow();
});
