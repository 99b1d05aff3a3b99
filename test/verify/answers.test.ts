// What agents write in result.json: the reviewer's answer is strict, the executor's claim is only noted.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Claim, Review } from "../../src/loop/state.ts";
import { parseClaim } from "../../src/verify/claim.ts";
import { parseReview } from "../../src/verify/review.ts";
import type { Told } from "../../src/verify/told.ts";

const good = { verdict: "approve", summary: "Does what is asked.", confidence: 0.9, findings: [] };

function reviewOf(answer: unknown): Review {
  return parseReview(JSON.stringify(answer));
}

describe("the reviewer's answer", () => {
  it("is taken when it fits, notes included", () => {
    const note = { title: "Naming", detail: "add() may be clearer", path: "src/sum.js", line: 3 };
    expect(reviewOf({ ...good, findings: [note] })).toEqual({
      verdict: "approve",
      summary: "Does what is asked.",
      confidence: 0.9,
      findings: [{ source: "review", ...note, url: null }],
    });
  });

  it("that rejects without a finding makes one of its summary", () => {
    const { verdict, findings } = reviewOf({ ...good, verdict: "reject", summary: "Wrong." });
    expect(verdict).toBe("reject");
    expect(findings).toEqual([
      { source: "review", title: "Wrong.", detail: "Wrong.", path: null, line: null, url: null },
    ]);
  });

  it.each<[string, string | null, string]>([
    ["missing", null, "The reviewer left no answer file."],
    ["no JSON", "APPROVE", "The answer file is not the JSON object that was asked for."],
    ["a list", "[]", "The answer file is not the JSON object that was asked for."],
    ["of another verdict", JSON.stringify({ ...good, verdict: "approved" }), "The answer file is invalid at verdict."],
    [
      "of boundless confidence",
      JSON.stringify({ ...good, confidence: 2 }),
      "The answer file is invalid at confidence.",
    ],
    [
      "unsure how sure it is",
      JSON.stringify({ ...good, confidence: "high" }),
      "The answer file is invalid at confidence.",
    ],
    ["without a word", JSON.stringify({ ...good, summary: " " }), "The answer file is invalid at summary."],
  ])("is unreadable when it is %s", (_, text, why) => {
    const review = parseReview(text);
    expect(review.verdict).toBe("unreadable");
    expect(review.summary).toBe(why);
    expect(review.findings).toHaveLength(1);
  });

  describe("on what the issue says done means", () => {
    const asked = ["adds", "subtracts"];
    const one = { number: 1, state: "met", evidence: "src/sum.js:3 adds" };
    const two = { number: 2, state: "met", evidence: "src/sum.js:9 subtracts" };
    const answered = (...criteria: unknown[]) => parseReview(JSON.stringify({ ...good, criteria }), asked);
    const told = (...criteria: unknown[]) => {
      const { verdict, criteria: said = [], findings } = answered(...criteria);
      return [verdict, ...said.map(({ state }) => state), ...findings.map(({ title }) => title)];
    };

    it.each<[string, unknown[], string[]]>([
      ["all met", [two, one], ["approve", "met", "met"]],
      [
        "one not met is a rejection",
        [one, { ...two, state: "not_met" }],
        ["reject", "met", "not_met", "Not met: subtracts"],
      ],
      ["one cannot be told", [one, { ...two, state: "cannot_tell" }], ["approve", "met", "cannot_tell"]],
      ["one is met without evidence", [one, { ...two, evidence: " \n" }], ["approve", "met", "cannot_tell"]],
      ["one is left out", [two], ["approve", "cannot_tell", "met"]],
      ["none is spoken of", [], ["approve", "cannot_tell", "cannot_tell"]],
      ["one is spoken of twice", [one, one], ["unreadable", "The reviewer's answer could not be read"]],
      [
        "one is spoken of that there is not",
        [{ ...one, number: 3 }],
        ["unreadable", "The reviewer's answer could not be read"],
      ],
      [
        "another word for a state",
        [{ ...one, state: "yes" }],
        ["unreadable", "The reviewer's answer could not be read"],
      ],
      ["a key of its own", [{ ...one, sure: true }], ["unreadable", "The reviewer's answer could not be read"]],
    ])("%s", (_, criteria, expected) => {
      expect(told(...criteria)).toEqual(expected);
    });

    it("keeps the issue's words, not the reviewer's, and the evidence in a line", () => {
      expect(answered({ ...one, evidence: "src/sum.js:3\nadds" }, two).criteria?.[0]).toEqual({
        text: "adds",
        state: "met",
        evidence: "src/sum.js:3 adds",
      });
    });

    it("may be missing, as from reviewers who know nothing of it, and is dropped where the issue is not known any more", () => {
      expect(parseReview(JSON.stringify(good), asked)).not.toHaveProperty("criteria");
      const text = JSON.stringify({ ...good, criteria: [one] });
      expect(parseReview(text, null)).not.toHaveProperty("criteria");
      expect(parseReview(text, []).verdict).toBe("unreadable");
    });

    it("is left out of a rejection where it cannot be read, and nothing else is", () => {
      const answer = { ...good, verdict: "reject", summary: "Wrong.", criteria: [{ ...one, state: "yes" }] };
      const review = parseReview(JSON.stringify(answer), asked);
      expect([review.verdict, review.criteria, review.findings[0]?.title]).toEqual(["reject", undefined, "Wrong."]);
    });
  });

  it.each<[string, string]>([
    ["a mark of byte order", `\uFEFF${JSON.stringify(good)}`],
    ["a fence", `\`\`\`json\n${JSON.stringify(good)}\n\`\`\``],
    ["a sentence around it", `Here it is: ${JSON.stringify(good)}\nThat is all.`],
    ["a key of its own", JSON.stringify({ ...good, notes: "none" })],
    ["no findings", JSON.stringify({ ...good, findings: undefined })],
  ])("is the approval it says in spite of %s", (_, text) => {
    expect(parseReview(text)).toEqual(parseReview(JSON.stringify(good)));
  });

  const found = { title: "Rounds twice", detail: "See line 3.", path: "src/sum.js", line: 3 };
  const rejected = { ...good, verdict: "reject", findings: [found] };
  it.each<[string, unknown]>([
    ["a line that is no number", { ...rejected, findings: [{ ...found, line: "below" }] }],
    ["a line of 0", { ...rejected, findings: [{ ...found, line: 0 }] }],
    ["a key of its own in a finding", { ...rejected, findings: [{ ...found, severity: "high" }] }],
    ["a finding without detail", { ...rejected, findings: [{ title: "Rounds twice" }] }],
    ["a finding that is none beside it", { ...rejected, findings: [null, found, 7] }],
    ["words for its confidence", { ...rejected, confidence: "high" }],
    ["too many findings", { ...rejected, findings: Array(80).fill(found) }],
    ["too many words", { ...rejected, summary: "x".repeat(9000) }],
  ])("that rejects keeps its findings in spite of %s", (_, answer) => {
    const review = reviewOf(answer);
    expect([review.verdict, review.findings[0]?.title]).toEqual(["reject", "Rounds twice"]);
    expect(review.findings.length).toBeLessThanOrEqual(50);
    expect(Review.parse(review)).toEqual(review);
  });

  it("reads a line that is written as a text", () => {
    const [first] = reviewOf({ ...rejected, findings: [{ ...found, line: "3" }] }).findings;
    expect(first?.line).toBe(3);
  });

  it("is never an approval by accident, whatever the file holds (F60)", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const review = parseReview(text);
        expect(review.verdict).toBe("unreadable");
        expect(Review.parse(review)).toEqual(review);
      }),
    );
  });
});

describe("the executor's claim", () => {
  it("may be a plan, which is read as far as it goes and is none without a step", () => {
    const planIn = (plan: unknown) => parseClaim(JSON.stringify({ plan }))?.plan;
    expect(planIn({ steps: ["Parse it.", 7, "none", "Test it."], files: "src/a.js", verification: null })).toEqual({
      summary: "",
      steps: ["Parse it.", "Test it."],
      files: ["src/a.js"],
      verification: "",
      estimate: "",
    });
    expect(planIn({ summary: "Mend it.", steps: [] })).toBeUndefined();
    expect(planIn("Mend it.")).toBeUndefined();
    const long = planIn({ steps: Array(90).fill("x".repeat(9000)), files: Array(90).fill("y".repeat(9000)) });
    expect([long?.steps.length, long?.steps[0]?.length, long?.files.length, long?.files[0]?.length]).toEqual([
      20, 400, 40, 200,
    ]);
  });

  it("is noted with what is missing left out", () => {
    expect(parseClaim('{"summary": " Fixed it. ", "confidence": 0.8, "own": 1}')).toEqual({
      summary: "Fixed it.",
      confidence: 0.8,
      question: null,
      permission: null,
      blockedOn: null,
      nothingToDo: null,
      assumptions: [],
      decisions: [],
    });
  });

  it("reads every field under its name in the file", () => {
    const file = {
      question: "Which?",
      permission: "Network",
      blocked_on: "Issue 3",
      nothing_to_do: "It works.",
      assumptions: ["a"],
      decisions: ["b"],
    };
    expect(parseClaim(JSON.stringify(file))).toMatchObject({
      question: "Which?",
      permission: "Network",
      blockedOn: "Issue 3",
      nothingToDo: "It works.",
      assumptions: ["a"],
      decisions: ["b"],
    });
  });

  it("reads what a question offers, in bounds, and nothing of it without a question", () => {
    const choices = ["Net", "", ...Array.from({ length: 9 }, (_, index) => `Rate ${index}`)];
    const asked = parseClaim(JSON.stringify({ question: "Which?", choices, recommendation: "r".repeat(600) }));
    expect(asked?.choices).toEqual(["Net", "Rate 0", "Rate 1", "Rate 2", "Rate 3", "Rate 4"]);
    expect(asked?.recommendation).toHaveLength(500);
    const none = parseClaim(JSON.stringify({ question: "none", choices, recommendation: "Net" }));
    expect(Object.keys(none ?? {})).not.toContain("choices");
    const told = { question: "Before?", choices: ["Yes"], recommendation: "Yes" };
    expect(parseClaim('{"question": "At the end?"}', told)).not.toHaveProperty("choices");
    expect(parseClaim("{}", told)).toMatchObject(told);
  });

  it("asks nothing when a field is blank", () => {
    expect(parseClaim('{"question": "  ", "permission": "", "blocked_on": null}')).toMatchObject({
      question: null,
      permission: null,
      blockedOn: null,
    });
  });

  it.each([
    ...["none", "None.", "N/A", "n/a", "n.a.", "-", "–", "—", "...", "null", "nil", "(none)", "**None**", "`none`"],
    ...["No", "no questions", "No question.", "Not applicable", "Nothing", "_"],
  ])("asks nothing, wants nothing and waits for nothing with %j", (word) => {
    const file = { question: word, permission: word, blocked_on: word, nothing_to_do: word, assumptions: [word] };
    expect(parseClaim(JSON.stringify(file))).toMatchObject({
      question: null,
      permission: null,
      blockedOn: null,
      nothingToDo: null,
      assumptions: [],
    });
  });

  it.each([
    "None of the two formats fits: which one?",
    "Nothing says which API?",
    "N/A or 0?",
    "哪个格式？",
    "a",
    "No or yes?",
  ])("asks %j", (question) => expect(parseClaim(JSON.stringify({ question }))).toMatchObject({ question }));

  it.each([[null], ["not json"], ["[1]"], ['"{}"'], ["```json\nnot json\n```"]])(
    "is nothing when the file is %j (F53)",
    (file) => {
      expect(parseClaim(file)).toBeNull();
    },
  );

  it("asks each of several questions that are given as a list", () => {
    expect(parseClaim('{"question":["Which API?","And for whom?"]}')?.question).toBe("Which API?\nAnd for whom?");
  });

  it.each([
    ['{"confidence":"high","question":"Which API?"}'],
    ['{"confidence":85,"question":"Which API?"}'],
    ['{"question":"Which API?","assumptions":"none"}'],
    ['{"question":"Which API?","nothing_to_do":false,"permission":{}}'],
    ['{"question":"Which API?","decisions":[1,null]}'],
    ['\uFEFF{"question":"Which API?"}'],
    ['```json\n{"question":"Which API?"}\n```\n'],
    ['```\r\n{"question":"Which API?"}\r\n```'],
    ['Here is my answer:\n```json\n{"question":"Which API?"}\n```'],
    ['{"question":"Which API?"}\n\nThat is all.'],
  ])("loses no question to another field or to how it is wrapped: %j", (file) => {
    expect(parseClaim(file)).toMatchObject({
      question: "Which API?",
      confidence: null,
      nothingToDo: null,
      permission: null,
    });
  });

  it("takes one text for a list of one, and leaves out of a list what is no text", () => {
    expect(parseClaim('{"assumptions":"UTF-8","decisions":[1,"kept",{}]}')).toMatchObject({
      assumptions: ["UTF-8"],
      decisions: ["kept"],
    });
  });

  it("is clipped", () => {
    const claim = parseClaim(
      JSON.stringify({
        summary: "x".repeat(9999),
        permission: "y".repeat(9999),
        decisions: Array(99).fill("z".repeat(9999)),
      }),
    );
    expect(claim?.summary).toHaveLength(2000);
    expect(claim?.permission).toHaveLength(500);
    expect(claim?.decisions).toHaveLength(20);
    expect(claim?.decisions[0]).toHaveLength(500);
  });

  it.each<[string, Told, object, Partial<Claim>]>([
    [
      "what was told counts where the file says nothing",
      { question: "Which?", confidence: 0.4 },
      {},
      { question: "Which?", confidence: 0.4 },
    ],
    [
      "the file has the last word",
      { summary: "Half.", confidence: 0.4 },
      { summary: "All.", confidence: 0.9 },
      { summary: "All.", confidence: 0.9 },
    ],
    [
      "a field that is empty in the file takes nothing back",
      { permission: "Network.", blocked_on: "Issue 3." },
      { permission: null, blocked_on: "none" },
      { permission: "Network.", blockedOn: "Issue 3." },
    ],
    [
      "lists are joined, each entry once",
      { decisions: ["a", "b"], assumptions: ["x"] },
      { decisions: ["b", "c"] },
      { decisions: ["a", "b", "c"], assumptions: ["x"] },
    ],
    [
      "the last progress stands for a summary that is not there",
      { progress: "The parser is done." },
      {},
      { summary: "The parser is done." },
    ],
    ["and for no other", { progress: "Begun.", summary: "Done." }, {}, { summary: "Done." }],
    [
      "what was told is cut as the file is",
      {
        summary: "x".repeat(9_999),
        decisions: Array(99)
          .fill("y")
          .map((one, at) => one + at),
      },
      {},
      {
        summary: "x".repeat(2_000),
        decisions: Array(20)
          .fill("y")
          .map((one, at) => one + at),
      },
    ],
  ])("of an agent that also spoke by its tools: %s", (_, told, file, claim) => {
    expect(parseClaim(JSON.stringify(file), told)).toMatchObject(claim);
  });

  it("is what was told alone, where there is no file or none that can be read (F53)", () => {
    for (const file of [null, "not json"]) {
      expect(parseClaim(file, { question: "Which?" })?.question).toBe("Which?");
      expect(parseClaim(file, undefined)).toBeNull();
    }
  });

  it("is a claim or nothing, whatever the file holds", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const claim = parseClaim(text);
        if (claim !== null) expect(Claim.parse(claim)).toEqual(claim);
      }),
    );
  });
});
