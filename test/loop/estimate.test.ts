// What a loop will likely come to: by the loops before it, within what is granted.
import { describe, expect, it } from "vitest";
import { decide } from "../../src/loop/decide.ts";
import { estimated, pastOf } from "../../src/loop/estimate.ts";
import { statusComment } from "../../src/report/report.ts";
import { aLoop, anAttempt, anEndedLoop, aRun, labelledAt } from "./builder.ts";
import { playToEnd, readEvent } from "./script.ts";

const granted = { grantedNano: 5e9, granted: 3 };
const came = (usd: number, attempts: number) => ({ spentNano: usd * 1e9, attempts });

describe("an estimate", () => {
  it("goes from the least to the most that the loops before came to", () => {
    expect(estimated([came(0.4, 1), came(1.2, 2), came(0.1, 1)], granted)).toEqual({
      loops: 3,
      leastNano: 0.1e9,
      mostNano: 1.2e9,
      leastAttempts: 1,
      mostAttempts: 2,
    });
  });

  it("is never more than what is granted, whatever loops under another policy came to", () => {
    expect(estimated([came(9, 9), came(8, 9), came(7, 9)], granted)).toMatchObject({
      leastNano: 5e9,
      mostNano: 5e9,
      leastAttempts: 3,
      mostAttempts: 3,
    });
  });

  it("of too few loops before is what the policy grants, and says so", () => {
    const estimate = estimated([came(0.4, 1), came(0.1, 1)], granted);
    expect(estimate).toEqual({ loops: 0, leastNano: 0, mostNano: 5e9, leastAttempts: 1, mostAttempts: 3 });
    expect(statusComment(aLoop({ estimate }), labelledAt)).toContain(
      "Estimate: at most $5.00 for models and 3 attempts, which the policy grants; too few loops",
    );
  });

  it("is said with its range", () => {
    const estimate = estimated([came(0.4, 1), came(1.2, 2), came(0.1, 1)], granted);
    expect(statusComment(aLoop({ estimate }), labelledAt)).toContain(
      "Estimate: $0.10 to $1.20 for models in 1 to 2 attempts, as the last 3 loops of this repository came to",
    );
  });
});

it("is not made where the policy does not stand: nothing is granted", () => {
  const { state } = playToEnd(["label alice"]);
  const claim = readEvent('claim broken="line 2"', state, labelledAt);
  if (claim.type !== "claim_read") throw new Error("a claim is read");
  const facts = { ...claim.facts, past: [] };
  const after = decide(state, { type: "claim_read", facts }, labelledAt).state;
  expect([after?.ending?.of, after?.estimate]).toEqual(["policy_file", undefined]);
});

describe("a loop of before", () => {
  const attempts = [
    anAttempt({ runs: [aRun({ spentNano: 2e8 })] }),
    anAttempt({ number: 2, plans: true, counted: false }),
  ];

  it("tells what it spent and how many attempts counted", () => {
    expect(pastOf(anEndedLoop({ reason: "task_complete", of: "approved" }, { attempts }))).toEqual(came(0.2, 1));
  });

  it.each([
    ["that was called off", anEndedLoop({ reason: "cancelled", of: "stop_command" }, { attempts })],
    ["that never worked", anEndedLoop({ reason: "retry_limit", of: "attempts", is: 0 }, { attempts: [] })],
    ["that still runs", aLoop({ attempts })],
  ])("%s tells nothing", (_, state) => {
    expect(pastOf(state)).toBeNull();
  });
});
