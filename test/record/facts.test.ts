// The sealed facts of an attempt: what goes in comes out for that attempt alone, and what is forged gives nothing (T16).
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeRecord, encodeRecord } from "../../src/record/codec.ts";
import { decodeFacts, encodeFacts, FACTS_BYTES } from "../../src/record/facts.ts";
import { recallDetail } from "../../src/record/recall.ts";
import { sealKey } from "../../src/record/seal.ts";
import { shrinkSteps } from "../../src/record/shrink.ts";
import { summaryOf } from "../../src/verify/knock-out/knock-out.ts";
import { aFinding, anAttempt, aPublishedLoop, aRedVerdict, aRun, sha } from "../loop/builder.ts";

const key = sealKey("an operator's secret of some length");
const attempt = anAttempt({
  runs: [
    aRun({
      provenance: {
        orderSha256: "3".repeat(64),
        policySha256: "4".repeat(64),
        base: sha("a"),
        startFrom: sha("a"),
        image: { reference: "agents/node:24", id: `sha256:${"7".repeat(64)}`, digest: null },
        agent: "codex",
        agentVersion: "0.169.0",
        readyMs: 214,
      },
    }),
  ],
  verdict: aRedVerdict(),
});
const loop = aPublishedLoop({ attempts: [attempt] });
const here = { repositoryId: 100, issue: 12, loop: "k3f9", attempt: 1 };

describe("an attempt's facts", () => {
  it("come out as they went in, whatever stands around them", () => {
    const body = `### Attempt 1\n\n${encodeFacts(loop, attempt, key)}\n\n<sub>x</sub>`;
    expect(decodeFacts(body, key, here)).toEqual(attempt);
  });

  it("are one HTML comment on one line, whatever the agent wrote", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
        const wild = anAttempt({ verdict: aRedVerdict([aFinding({ title: text, detail: `--> ${text} <!--` })]) });
        const block = encodeFacts(loop, wild, key);
        expect(block.slice("<!--".length, -"-->".length)).not.toMatch(/--|>|\n/);
        expect(decodeFacts(block, key, here)).toEqual(wild);
      }),
      { numRuns: 100 },
    );
  });

  it("do not survive the change of any one character", () => {
    const block = encodeFacts(loop, attempt, key);
    for (let index = 0; index < block.length; index++) {
      for (const other of [" ", "A", "0", "1", "a", "", "\n"]) {
        const changed = block.slice(0, index) + other + block.slice(index + 1);
        if (changed !== block) expect(decodeFacts(changed, key, here), `${index} ${other}`).toBeNull();
      }
    }
  });

  it("say nothing of another attempt, loop, issue or repository, nor under another secret", () => {
    const block = encodeFacts(loop, attempt, key);
    for (const change of [{ attempt: 2 }, { loop: "k3f8" }, { issue: 13 }, { repositoryId: 101 }]) {
      expect(decodeFacts(block, key, { ...here, ...change })).toBeNull();
    }
    expect(decodeFacts(block.replace("attempt=1", "attempt=2"), key, { ...here, attempt: 2 })).toBeNull();
    expect(decodeFacts(block, sealKey("another operator's secret"), here)).toBeNull();
    expect(decodeFacts(`${block}\n${block}`, key, here)).toBeNull();
  });

  it("cannot stand for a record, nor a record for them", () => {
    const asRecord = encodeFacts(loop, attempt, key)
      .replace("loopgate:facts", "loopgate:record")
      .replace("attempt=", "rev=");
    expect(decodeRecord(asRecord, key, { repositoryId: 100, issue: 12 })).toMatchObject({
      kind: "tampered",
      why: "wrong_seal",
    });
    const asFacts = encodeRecord({ ...loop, revision: 1 }, key).replace("loopgate:record", "loopgate:facts");
    expect(decodeFacts(asFacts.replace("rev=", "attempt="), key, here)).toBeNull();
  });

  it("stay below their limit with findings of noise", () => {
    const noise = (seed: number) =>
      Array.from({ length: 3000 }, (_, at) => Math.imul(seed + at * at * 7919, 2654435761) >>> 8).join("");
    const findings = Array.from({ length: 20 }, (_, index) => aFinding({ detail: noise(index) }));
    const block = encodeFacts(loop, anAttempt({ verdict: aRedVerdict(findings) }), key);
    expect(block.length).toBeLessThan(FACTS_BYTES);
    expect(decodeFacts(block, key, here)?.verdict?.findings.length).toBeGreaterThan(0);
  });
});

describe("a record that forgot", () => {
  const older = [1, 2, 3, 4, 5].map((number) =>
    anAttempt({
      number,
      runs: [aRun({ id: `12-k3f9-${number}`, spentNano: 250_000_000 })],
      verdict: aRedVerdict([aFinding({ title: `failure ${number}` })]),
    }),
  );
  const whole = aPublishedLoop({ attempts: older });
  const forgetful = shrinkSteps.at(-1)?.(whole) ?? whole;
  const facts = new Map(older.map((one) => [one.number, one]));
  const spent = (state: typeof whole) =>
    state.attempts.flatMap(({ runs }) => runs).reduce((sum, run) => sum + run.spentNano, 0);

  it("still knows all that was spent", () => {
    expect(forgetful.attempts[0]?.verdict?.findings).toEqual([]);
    expect(spent(forgetful)).toBe(1_250_000_000);
  });

  it("still knows what the reviewer said of the last attempt, which the gate asks for", () => {
    const review = { verdict: "approve" as const, summary: "Good.", confidence: 0.9, findings: [aFinding()] };
    const reviewed = shrinkSteps.at(-1)?.(aPublishedLoop({ attempts: older.map((one) => ({ ...one, review })) }));
    const last = { ...review, findings: [] };
    expect(reviewed?.attempts.map((one) => one.review)).toEqual([null, null, null, null, last]);
  });

  it("still knows how many hunks no test holds, though it lists but one of them", () => {
    const places = [1, 2, 3, 4, 5].map((line) => ({ path: "shop.sh", lines: { from: line, to: line } }));
    const seen = { held: 2, notHeld: places, unknown: places.slice(0, 2), beyond: 0, idleTests: [] };
    const tried = aPublishedLoop({ attempts: [anAttempt({ number: 1, knockOut: seen })] });
    const least = shrinkSteps.slice(1).reduce((state, step) => step(state), tried).attempts[0]?.knockOut;
    expect(least).toMatchObject({ notHeld: places.slice(0, 1), unlisted: { notHeld: 4, unknown: 1 } });
    expect(summaryOf(least ?? seen)).toEqual([
      "2 of 9 hunks are held by a test.",
      "Not held: shop.sh:1, 4 more. The checks stay green without any one of them.",
      "Not known: shop.sh:1, 1 more.",
    ]);
  });

  it("gets the detail of its older attempts back, and the last one stays as it says", () => {
    const { state, gone } = recallDetail(forgetful, facts);
    expect(gone).toEqual([]);
    expect(state.attempts.slice(0, 4)).toEqual(older.slice(0, 4));
    expect(state.attempts[4]).toEqual(forgetful.attempts[4]);
  });

  it("names the attempts of which only the outcome is left", () => {
    const { state, gone } = recallDetail(forgetful, new Map([...facts].filter(([number]) => number > 2)));
    expect(gone).toEqual([1, 2]);
    expect(state.attempts.slice(0, 2)).toEqual(forgetful.attempts.slice(0, 2));
  });

  it("takes nothing that a decision reads: neither outcome nor commits, nor less money than it knows of", () => {
    const lies = new Map(
      older.map((one) => [
        one.number,
        {
          ...one,
          counted: false,
          verdict: { ...aRedVerdict(), colour: "green" as const, fingerprint: "another" },
          runs: one.runs.map((run) => ({ ...run, spentNano: 0, status: "lost" as const })),
        },
      ]),
    );
    const { state } = recallDetail(forgetful, lies);
    expect(spent(state)).toBe(1_250_000_000);
    const decided = (from: typeof whole) =>
      from.attempts.map(({ number, counted, base, head, change, verdict, runs }) => [
        [number, counted, base, head, change?.patchId],
        [verdict?.colour, verdict?.fingerprint],
        runs.map(({ role, status }) => [role, status]),
      ]);
    expect(decided(state)).toEqual(decided(forgetful));
  });

  it("does not take the facts of an attempt with other commits", () => {
    const other = new Map(older.map((one) => [one.number, { ...one, head: sha("e") }]));
    expect(recallDetail(forgetful, other)).toEqual({ state: forgetful, gone: [1, 2, 3, 4] });
  });

  it("that forgot nothing is left alone", () => {
    expect(recallDetail(whole, new Map())).toEqual({ state: whole, gone: [] });
  });
});
