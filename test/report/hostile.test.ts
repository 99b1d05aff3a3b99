// Whatever agents, issues and CI say, the App's comments call nobody, link nowhere and hold no second record (T15).
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Finding, LoopState } from "../../src/loop/state.ts";
import { decodeRecord, encodeRecord } from "../../src/record/codec.ts";
import { sealKey } from "../../src/record/seal.ts";
import { cellCode, inlineCode, mention, plainSentence, quoteUntrusted } from "../../src/report/escape.ts";
import { explainedBody } from "../../src/report/pull.ts";
import {
  attemptComment,
  checkText,
  knockOutText,
  pullText,
  replyText,
  statusComment,
  stopComment,
} from "../../src/report/report.ts";
import { verdictText } from "../../src/report/results.ts";
import { anAttempt, anEndedLoop, aPublishedLoop, aRun, aVerdict, labelledAt, sealed } from "../loop/builder.ts";
import { home, misdeeds, tokensOf } from "./misdeeds.ts";

const key = sealKey("a secret for these tests");
const here = { repositoryId: 100, issue: 12 };

const pieces = fc.constantFrom(
  "@bob",
  "@acme/team ",
  "#5",
  "other/repo#6",
  "![x](http://evil/x.png)",
  "[x](http://evil)",
  "[x]: http://evil",
  "[#13]",
  "http://evil/",
  "www.evil.example",
  "bob@evil.example",
  "<img src=x>",
  "<a href='http://evil'>",
  "<!--",
  "-->",
  "<!-- loopgate:record v1 -->",
  "<\u200b!-- loopgate:record",
  "</details>",
  "`",
  "```",
  "````\n",
  "~~~\n",
  "\n",
  "\n\n",
  "\r",
  "\\",
  "|",
  "---\n",
  "# ",
  "> ",
  "- ",
  "    ",
  "\x1b[31m",
  "\u202e",
  "closes #5",
  "word ",
);
const hostile = fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join(""));

const findings = fc.array(
  fc.record({
    source: fc.constantFrom("ci", "review", "person", "run", "policy"),
    title: hostile,
    detail: hostile,
    path: fc.option(hostile),
    line: fc.option(fc.nat()),
    url: fc.option(
      fc.oneof(
        hostile,
        hostile.map((text) => home + text),
      ),
    ),
  }),
  { maxLength: 3 },
) as fc.Arbitrary<Finding[]>;

const loops = fc
  .record({ text: hostile, other: hostile, findings })
  .map(({ text, other, findings: found }): LoopState => {
    const part = { source: "ci", name: text, colour: "red", note: other, url: `${home}${text}` } as const;
    const attempt = anAttempt({
      verdict: aVerdict({ colour: "red", parts: [{ ...part }], findings: found }),
      change: { files: 3, additions: 1, deletions: 1, paths: [text, other], patchId: "" },
      claim: {
        summary: text,
        confidence: 0.5,
        question: other,
        permission: text,
        blockedOn: other,
        nothingToDo: text,
        assumptions: [other],
        decisions: [text],
      },
      review: {
        verdict: "reject",
        summary: other,
        confidence: 1,
        findings: found,
        criteria: [{ text, state: "not_met", evidence: other }],
      },
      runs: [
        aRun({ isolation: { ...sealed, user: text, network: other, capabilities: [text] }, refusals: [text, other] }),
      ],
    });
    return anEndedLoop(
      { reason: "uncertainty_too_high", of: "told", said: text, quote: other },
      {
        title: text,
        label: other,
        branch: text,
        attempts: [attempt],
        requester: { id: 7, login: "alice", bot: false },
        base: { branch: other, sha: "a".repeat(40) },
        snapshot: { sha256: "5".repeat(64), title: text, comments: [], removed: [text, other], at: labelledAt },
        resumeAt: { phase: "executing", at: labelledAt, why: { of: "told", said: text } },
      },
    );
  });

function commentsOf(state: LoopState): string[] {
  const command = {
    verb: "retry",
    argument: state.title,
    actor: { id: 9, login: state.title, bot: false },
    commentId: 1,
  } as const;
  const at = { now: labelledAt, limits: { requests: null, writes: { left: 500, of: 500 } } };
  const paused = { ...state, phase: "paused", ending: null } as const;
  return [
    statusComment(state, labelledAt),
    statusComment(paused, labelledAt),
    attemptComment(state, state.attempts[0]!),
    unmarked(pullText(state).body),
    unmarked(
      explainedBody({
        ...state,
        attempts: [{ ...state.attempts[0]!, verdict: state.attempts[0]!.verdict ?? aVerdict() }],
      }),
    ),
    replyText({ kind: "status" }, state, at),
    replyText({ kind: "explain" }, state, at),
    replyText({ kind: "explain" }, paused, at),
    replyText({ kind: "report" }, state, at),
    replyText({ kind: "command_refused", command, why: { of: "told", said: state.title } }, state, at),
    replyText({ kind: "not_permitted", login: state.title, permission: state.label }, state, at),
    replyText(
      { kind: "approval_does_not_count", login: state.label, why: { of: "told", said: state.title } },
      state,
      at,
    ),
    ...(({ summary, text }) => [summary, text])(checkText(state.attempts[0]!.review!)),
    ...checkRunOf(state.attempts[0]!),
    knockOutText({ notHeld: [] }, "inform", [state.title, state.label]).summary,
  ];
}

function checkRunOf(attempt: LoopState["attempts"][number]): string[] {
  const { summary, text } = verdictText({ ...attempt, verdict: attempt.verdict ?? aVerdict() });
  return [summary, text];
}

/** Without the mark by which a description is known to be ours: the only HTML of it, and its end. */
const unmarked = (body: string) => body.replace(/\n\n<!-- loopgate:description [0-9a-f]{64} -->$/, "");

describe("hostile text", () => {
  it("in a comment mentions nobody, shows no image, links nowhere else and brings no HTML", () => {
    fc.assert(
      fc.property(loops, (state) => {
        for (const comment of commentsOf(state)) expect(misdeeds(comment), comment).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  it("in a stop comment leaves one mention: the person waited for", () => {
    fc.assert(
      fc.property(loops, (state) => {
        const comment = stopComment(state);
        expect(misdeeds(comment, ["@alice"]), comment).toEqual([]);
        const texts = tokensOf(comment).filter(
          (token) => token.type === "text" && !("tokens" in token && token.tokens),
        );
        const mentions = texts.flatMap((token) => token.raw.match(/@[\w-]+/g) ?? []);
        expect(mentions).toEqual(["@alice"]);
      }),
      { numRuns: 400 },
    );
  });

  it("never forms a record, and leaves the real one readable below it", () => {
    fc.assert(
      fc.property(loops, (state) => {
        for (const comment of [...commentsOf(state), stopComment(state)]) {
          expect(comment).not.toContain("<!--");
          expect(decodeRecord(comment, key, here)).toEqual({ kind: "absent" });
        }
        const whole = `${statusComment(state, labelledAt)}\n\n${encodeRecord(state, key)}`;
        expect(decodeRecord(whole, key, here)).toEqual({ kind: "ok", state });
        const last = tokensOf(whole).findLast((token) => token.type === "html");
        expect(last?.raw).toMatch(/^<!-- loopgate:record v1 /);
      }),
      { numRuns: 200 },
    );
  });
});

describe("escaping", () => {
  it("fences with more backticks than the text has in a row", () => {
    expect(quoteUntrusted("a ````` b")).toBe("``````text\na ````` b\n``````");
    expect(quoteUntrusted("")).toBe("```text\n(nothing)\n```");
  });

  it("removes terminal colours and hidden characters, and keeps lines", () => {
    expect(quoteUntrusted("\x1b[31mred\x1b[0m\u200b\r\n\n\n\nnext\x07")).toBe("```text\nred\n\nnext\n```");
  });

  it("keeps inline text on one line and inside a table cell", () => {
    expect(inlineCode("a | b\n`c`")).toBe("`` a | b `c` ``");
    expect(cellCode("a \\| b")).toBe("`a \\¦ b`");
    expect(inlineCode("x".repeat(300))).toHaveLength(122);
    expect(inlineCode("")).toBe("`(empty)`");
  });

  it("leaves an ordinary sentence of ours as it is", () => {
    const sentence = "alice said `/loop stop`. Attempt 2 changed 12 lines (of 10); see `.github/loop.yml`.";
    expect(plainSentence(sentence)).toBe(sentence);
    expect(plainSentence("1. *x* [y] `z")).toBe("\u20601. \\*x\\* \\[y\\] \\`z");
  });

  it("calls people by their login only", () => {
    expect(mention("alice-b")).toBe("@alice-b");
    expect(mention("alice_acme")).toBe("@alice_acme");
    expect(mention("acme/team")).toBe("`acme/team`");
  });
});

it("the published loop of these tests is harmless to begin with", () => {
  expect(misdeeds(statusComment(aPublishedLoop(), labelledAt))).toEqual([]);
  expect(misdeeds("@bob ![x](y) [z](http://evil) #5 <b>")).toHaveLength(5);
});
