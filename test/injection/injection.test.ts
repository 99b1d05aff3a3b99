// Every attack text of fixtures/injection at every place where strangers' words come in (T3, T15, T16, T20, T23).
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { marked } from "marked";
import { describe, expect, it, test } from "vitest";
import { z } from "zod";
import { closesOthers, skipsCi } from "../../src/policy/closing.ts";
import { decodeRecord } from "../../src/record/codec.ts";
import { sealKey } from "../../src/record/seal.ts";
import { misdeeds } from "../report/misdeeds.ts";
import { type Carried, type Carrier, carriers } from "./carriers.ts";

const Kind = z.strictObject({
  about: z.string(),
  texts: z.record(z.string(), z.union([z.string(), z.strictObject({ times: z.int(), of: z.string() })])),
});

const folder = join(import.meta.dirname, "../../fixtures/injection");
const attacks: [name: string, text: string][] = readdirSync(folder)
  .filter((file) => file.endsWith(".json"))
  .flatMap((file) => {
    const { texts } = Kind.parse(JSON.parse(readFileSync(join(folder, file), "utf8")));
    const kind = file.replace(/\.json$/, "");
    return Object.entries(texts).map(([name, text]): [string, string] => {
      return [`${kind}: ${name}`, typeof text === "string" ? text : text.of.repeat(text.times)];
    });
  });

const ordinary = "an ordinary text";

/** What nobody sees, or what moves what is seen; a word joiner is ours, and keeps a word from being a call or an address. */
const invisible =
  /(?![\n\t])\p{Cc}|(?!\u2060)\p{Cf}|\p{Co}|\p{Cs}|(?!\u2060)\p{Default_Ignorable_Code_Point}|[\u2028\u2029]/u;
const key = sealKey("a secret for these tests");
const here = { repositoryId: 100, issue: 12 };

/** A brief without what stands in its blocks: what is left is ours, and the same whatever was put in. */
function aroundBlocks(brief: string): string {
  const kept: string[] = [];
  let end: string | null = null;
  for (const line of brief.split(/\r\n|[\n\r\u0085\u2028\u2029]/)) {
    const [, number] = /^=== begin data ([0-9a-f]{24}): /.exec(line) ?? [];
    if (end === null && number !== undefined) end = `=== end data ${number} ===`;
    else if (end === line) end = null;
    else if (end === null) kept.push(line);
  }
  return end === null ? kept.join("\n").replace(/(?:\n\n)+/g, "\n\n") : `(a block that does not end)`;
}

/** Lines outside of code that a bot, or the App, could take for a command. */
function commandLines(markdown: string): string[] {
  return marked
    .lexer(markdown, { gfm: true })
    .filter((token) => token.type !== "code")
    .flatMap(({ raw }) => raw.split("\n").filter((line) => /^\s*(?:\/[a-z]|bors |@\w)/i.test(line)));
}

function wrongs({ briefs = [], comments = [], descriptions = [], titles = [], plain = [], messages = [] }: Carried) {
  const found: string[] = [];
  const wrong = (what: string, text: string) => found.push(`${what}: ${text.slice(0, 300)}`);
  for (const comment of [...comments, ...descriptions.map(unmarked)]) {
    const bad = [...misdeeds(comment, ["@alice"]), ...commandLines(comment.replace("@alice, ", ""))];
    for (const one of bad) wrong("a comment acts", one);
    if (comment.includes("<!--") || decodeRecord(comment, key, here).kind !== "absent") wrong("a record", comment);
    if (Buffer.byteLength(comment) > 60_000) wrong("too long", `${Buffer.byteLength(comment)} bytes`);
  }
  for (const text of [...briefs, ...comments, ...descriptions, ...titles, ...plain])
    if (invisible.test(text)) wrong("invisible", JSON.stringify(invisible.exec(text)?.[0]) + text.slice(0, 200));
  for (const text of [...descriptions, ...titles, ...messages]) {
    for (const words of closesOthers(text, 12)) wrong("closes another issue", words);
    const skips = skipsCi(text);
    if (skips !== null) wrong("leaves CI out", skips);
  }
  for (const text of [...descriptions, ...titles])
    for (const [call] of text.matchAll(/(?<![\w/])@[a-z\d]/gi)) wrong("calls somebody once it is a message", call);
  for (const title of titles) if (title.length > 256 || title.includes("\n")) wrong("a title", title);
  for (const message of messages) {
    const tasks = message.match(/^Loop-Task: .*$/gm) ?? [];
    if (tasks.at(-1) !== "Loop-Task: acme/widgets#12") wrong("a task", tasks.join());
  }
  return found;
}

const unmarked = (body: string) => body.replace(/\n\n<!-- loopgate:description [0-9a-f]{64} -->$/, "");

test("there are at least eighty attacks, and no two are the same", () => {
  expect(attacks.length).toBeGreaterThanOrEqual(80);
  expect(new Set(attacks.map(([, text]) => text)).size).toBe(attacks.length);
});

describe.each(Object.entries(carriers) as [string, Carrier][])("T3, T15: in the place of %s", (_, carry) => {
  const expected = carry(ordinary);

  it("an ordinary text is shown", () => {
    expect(wrongs(expected)).toEqual([]);
  });

  it.each(attacks)("%s decides nothing and acts nowhere", (_, text) => {
    const carried = carry(text);
    expect(carried.decision).toEqual(expected.decision);
    expect(wrongs(carried)).toEqual([]);
    expect(carried.briefs?.map(aroundBlocks)).toEqual(expected.briefs?.map(aroundBlocks));
  });
});
