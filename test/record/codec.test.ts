// The sealed record: what goes in comes out, and nothing else passes for it (T16).
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Attempt, LoopState, saidBounds } from "../../src/loop/state.ts";
import { decodeRecord, encodeRecord, RECORD_BYTES } from "../../src/record/codec.ts";
import { pack } from "../../src/record/pack.ts";
import { sealKey, sealOf } from "../../src/record/seal.ts";
import { shrinkSteps } from "../../src/record/shrink.ts";
import { stopComment } from "../../src/report/report.ts";
import {
  aFinding,
  aLoop,
  anAttempt,
  anEndedLoop,
  aPublishedLoop,
  aRedVerdict,
  aRun,
  sha,
  someRules,
} from "../loop/builder.ts";

const key = sealKey("an operator's secret of some length");
const here = { repositoryId: 100, issue: 12 };

const text = fc.string({ unit: "binary", maxLength: 60 });
const someTime = fc.integer({ min: 0, max: 4e12 });
const findings = fc.array(
  fc.record({
    source: fc.constantFrom("policy", "ci", "review", "person", "run"),
    title: text,
    detail: text,
    path: fc.option(text),
    line: fc.option(fc.nat()),
    url: fc.option(text),
  }),
  { maxLength: 3 },
);
const attempts = fc.array(
  fc.record({ number: fc.nat(), startedAt: someTime, title: text, findings, counted: fc.boolean() }).map((made) =>
    anAttempt({
      number: made.number,
      startedAt: made.startedAt,
      counted: made.counted,
      verdict: aRedVerdict(made.findings as ReturnType<typeof aFinding>[]),
      claim: {
        summary: made.title,
        confidence: null,
        question: null,
        permission: made.title,
        blockedOn: null,
        nothingToDo: null,
        assumptions: [made.title],
        decisions: [],
      },
    }),
  ),
  { maxLength: 4 },
);
const states = fc
  .record({
    id: fc.stringMatching(/^[a-z0-9]{4,12}$/),
    revision: fc.nat(),
    title: text,
    permits: fc.array(text, { maxLength: 3 }),
    changesRequested: findings,
    attempts,
    comments: fc.record({ status: fc.option(fc.nat()), attempts: fc.dictionary(fc.nat().map(String), fc.nat()) }),
  })
  .map((change) => aLoop(change as Partial<LoopState>));

describe("a record", () => {
  it("gives back any state it was made from", () => {
    fc.assert(
      fc.property(states, text, text, (state, before, after) => {
        const body = `${before.replaceAll("<!--", "")}\n${encodeRecord(state, key)}\n${after.replaceAll("<!--", "")}`;
        expect(decodeRecord(body, key, here)).toEqual({ kind: "ok", state: LoopState.parse(state) });
      }),
      { numRuns: 300 },
    );
  });

  it("is one HTML comment on one line", () => {
    fc.assert(
      fc.property(states, (state) => {
        const inner = encodeRecord(state, key).slice("<!--".length, -"-->".length);
        expect(inner).not.toMatch(/--|>|\n/);
      }),
      { numRuns: 100 },
    );
  });

  it("does not survive the change of any one character", () => {
    const block = encodeRecord(aPublishedLoop(), key);
    for (let index = 0; index < block.length; index++) {
      for (const other of [" ", "A", "0", "1", "2", "a", "", "=", "\n"]) {
        const changed = block.slice(0, index) + other + block.slice(index + 1);
        if (changed === block) continue;
        expect(decodeRecord(changed, key, here).kind, `${index} ${other}`).toMatch(/^(tampered|absent)$/);
      }
    }
  });

  it("does not survive a character more", () => {
    const block = encodeRecord(aPublishedLoop(), key);
    fc.assert(
      fc.property(fc.nat({ max: block.length - 1 }), fc.string({ minLength: 1, maxLength: 1 }), (index, added) => {
        const changed = block.slice(0, index) + added + block.slice(index);
        // Text before the block is not part of it, and white space is allowed nowhere inside.
        if (index > 0) expect(decodeRecord(changed, key, here).kind).toMatch(/^(tampered|absent)$/);
      }),
    );
  });

  it("does not pass when it is copied to another issue or repository", () => {
    const block = encodeRecord(aLoop(), key);
    expect(decodeRecord(block, key, here).kind).toBe("ok");
    expect(decodeRecord(block, key, { ...here, issue: 13 }).kind).toBe("tampered");
    expect(decodeRecord(block, key, { ...here, repositoryId: 101 }).kind).toBe("tampered");
  });

  it("does not pass under another operator's secret", () => {
    const block = encodeRecord(aLoop(), sealKey("another operator's secret"));
    expect(decodeRecord(block, key, here)).toEqual({
      kind: "tampered",
      why: "wrong_seal",
    });
  });

  it("does not pass with the header of another revision or loop", () => {
    const block = encodeRecord(aLoop({ revision: 5 }), key);
    expect(decodeRecord(block.replace("rev=5", "rev=6"), key, here).kind).toBe("tampered");
    expect(decodeRecord(block.replace("rev=5", "rev=05"), key, here).kind).toBe("tampered");
    expect(decodeRecord(block.replace("loop=k3f9", "loop=k3f8"), key, here).kind).toBe("tampered");
  });

  it("is absent from a comment without one", () => {
    expect(decodeRecord("### Loopgate\n\n<!-- loopgate:status k3f9 -->", key, here)).toEqual({ kind: "absent" });
    expect(decodeRecord("", key, here)).toEqual({ kind: "absent" });
  });

  it("does not pass beside a second one, even in other letters or spacing", () => {
    const block = encodeRecord(aLoop(), key);
    for (const second of [block, "<!--LOOPGATE:RECORD x -->", "<!--\nloopgate:record"]) {
      expect(decodeRecord(`${block}\n${second}`, key, here)).toEqual({
        kind: "tampered",
        why: "several_records",
      });
    }
  });

  it("of a later version is left alone, but only under its seal", () => {
    const [, data = ""] = /data=(\S+)/.exec(encodeRecord(aLoop(), key)) ?? [];
    const seal = sealOf({ ...here, version: 2, loop: "k3f9", revision: 5, data }, key);
    const block = `<!-- loopgate:record v2 loop=k3f9 rev=5 seal=${seal} data=${data} -->`;
    expect(decodeRecord(block, key, here)).toEqual({ kind: "newer", version: 2 });
    expect(decodeRecord(block.replace("v2", "v3"), key, here).kind).toBe("tampered");
  });

  it("of an earlier version of states is read, and what was added since is at its default (F15)", () => {
    const readEarlier = () => readFileSync(join(import.meta.dirname, "../../fixtures/records/earlier.json"), "utf8");
    const earlier = JSON.parse(readEarlier());
    const sealed = { version: 1, ...here, loop: earlier.id, revision: earlier.revision, data: pack(earlier) };
    const { loop, revision, data } = sealed;
    const block = `<!-- loopgate:record v1 loop=${loop} rev=${revision} seal=${sealOf(sealed, key)} data=${data} -->`;
    const read = decodeRecord(block, key, here);
    const inNano = readEarlier().replace(/"(\w+)Usd": (\d+)/g, (_, name, usd) => `"${name}Nano": ${usd * 1e9}`);
    const { labels: _others, approvedBy: _remembered, ...kept } = JSON.parse(inNano); // what others set, and who approved, is read
    expect(read).toMatchObject({ kind: "ok", state: { ...kept, rules: { ...kept.rules, silenceMs: 600_000 } } });
  });

  it("of an earlier version that ended with a sentence keeps that sentence, and its next action (F15)", () => {
    const earlier = JSON.parse(
      readFileSync(join(import.meta.dirname, "../../fixtures/records/earlier-ended.json"), "utf8"),
    );
    const sealed = { version: 1, ...here, loop: earlier.id, revision: earlier.revision, data: pack(earlier) };
    const { loop, revision, data } = sealed;
    const block = `<!-- loopgate:record v1 loop=${loop} rev=${revision} seal=${sealOf(sealed, key)} data=${data} -->`;
    const read = decodeRecord(block, key, here);
    expect(read).toMatchObject({ kind: "ok", state: { ending: { reason: "budget_limit", of: "told" } } });
    const comment = read.kind === "ok" ? stopComment(read.state) : "";
    expect(comment).toContain(`**Loopgate stopped: budget limit.** ${earlier.ending.detail}`);
    expect(comment).toContain(
      "comment `/loop approve fffffff` to push exactly that commit, or `/loop deny` for another attempt without it.",
    );
  });

  it("that is sealed but holds no state is not acted on", () => {
    const data = Buffer.from("not deflated").toString("base64");
    const seal = sealOf({ ...here, version: 1, loop: "k3f9", revision: 5, data }, key);
    const block = `<!-- loopgate:record v1 loop=k3f9 rev=5 seal=${seal} data=${data} -->`;
    expect(decodeRecord(block, key, here)).toEqual({
      kind: "tampered",
      why: "unreadable",
    });
  });
});

/** Text that does not compress: 64 letters in no order. */
function noise(seed: number, length: number): string {
  let value = seed * 2654435761 + 12345;
  let out = "";
  while (out.length < length) {
    value = (Math.imul(value, 1103515245) + 12345) >>> 0;
    out += "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[(value >>> 16) & 63];
  }
  return out;
}

function hex(seed: number, length: number): string {
  return Buffer.from(noise(seed, length)).toString("hex").slice(0, length);
}

function aBusyAttempt(number: number): Attempt {
  const seed = number * 100;
  const findings = Array.from({ length: 10 }, (_, index) =>
    aFinding({ title: noise(seed + index, 150), detail: noise(seed + 20 + index, 4000), path: noise(seed, 80) }),
  );
  const runs = [1, 2].map((index) =>
    aRun({ id: `12-k3f9-${number * 2 + index}`, logSha256: hex(seed + index, 64), briefSha256: hex(seed - index, 64) }),
  );
  return anAttempt({
    number,
    head: hex(seed, 40),
    base: hex(seed + 1, 40),
    runs,
    change: { files: 60, additions: 900, deletions: 900, paths: [noise(seed + 2, 200)], patchId: hex(seed + 3, 40) },
    verdict: { ...aRedVerdict(findings), fingerprint: noise(seed + 4, 200) },
    review: { verdict: "reject", summary: noise(seed + 5, 4000), confidence: 0.5, findings },
  });
}

describe("a record that would be too large", () => {
  const attempts = Array.from({ length: 50 }, (_, index) => aBusyAttempt(index + 1));
  const busy = anEndedLoop(
    { reason: "retry_limit", of: "attempts", is: 3, resume: "execute", quote: noise(7, 480) },
    {
      attempts,
      rules: someRules({ protectedPaths: Array.from({ length: 70 }, (_, index) => noise(index, 40)) }),
      permits: [noise(8, 480)],
      said: Array.from({ length: saidBounds.entries }, (_, index) => {
        return { of: "denied", by: "bob", text: noise(index, saidBounds.text), about: noise(index + 20, 480) } as const;
      }),
    },
  );

  function kept(): LoopState {
    const decoded = decodeRecord(encodeRecord(busy, key), key, here);
    if (decoded.kind !== "ok") throw new Error(decoded.kind);
    return decoded.state;
  }

  it("stays below its limit with fifty attempts of noise", () => {
    expect(encodeRecord(busy, key).length).toBeLessThan(RECORD_BYTES);
  });

  it("still holds every attempt with what decisions read", () => {
    const state = kept();
    expect(LoopState.parse(state)).toEqual(state);
    const essence = (attempt: Attempt) => ({
      number: attempt.number,
      head: attempt.head,
      base: attempt.base,
      counted: attempt.counted,
      patchId: attempt.change?.patchId,
      colour: attempt.verdict?.colour,
    });
    expect(state.attempts.map(essence)).toEqual(attempts.map(essence));
    const decisive = (attempt: Attempt) => ({
      fingerprint: attempt.verdict?.fingerprint,
      runs: attempt.runs.map(({ id, role, status }) => ({ id, role, status })),
    });
    expect(state.attempts.slice(-3).map(decisive)).toEqual(attempts.slice(-3).map(decisive));
  });

  it("keeps what is granted and asked for word for word", () => {
    const state = kept();
    expect(state.permits).toEqual(busy.permits);
    expect(state.said?.map(({ about }) => about)).toEqual(busy.said?.map(({ about }) => about)); // what was refused is not asked again
    expect(state.ending?.quote).toBe(busy.ending?.quote);
    expect(state.rules).toEqual(busy.rules);
  });

  it("keeps them so even when it has to forget the most", () => {
    const least = shrinkSteps.at(-1)?.(busy);
    expect(least?.permits).toEqual(busy.permits);
    expect(least?.said?.map(({ about }) => about)).toEqual(busy.said?.map(({ about }) => about));
    expect(least?.ending?.quote).toBe(busy.ending?.quote);
    expect(LoopState.parse(least)).toEqual(least);
  });

  it("forgets old attempts first", () => {
    const three = anEndedLoop(
      { reason: "retry_limit", of: "attempts", is: 3, resume: "execute" },
      { attempts: attempts.slice(0, 4) },
    );
    const decoded = decodeRecord(encodeRecord(three, key), key, here);
    const counts = decoded.kind === "ok" ? decoded.state.attempts.map((each) => each.verdict?.findings.length) : [];
    expect(counts.slice(0, 3)).toEqual([0, 0, 0]);
    expect(counts[3]).toBeGreaterThan(0);
  });

  it("is not cut when it is small", () => {
    const small = aPublishedLoop({
      attempts: [anAttempt({ verdict: aRedVerdict([aFinding({ detail: "x".repeat(5000) })]) })],
    });
    expect(decodeRecord(encodeRecord(small, key), key, here)).toEqual({ kind: "ok", state: small });
    expect(small.head).toBe(sha("c"));
  });
});
