// The tests of a change before and after, matched with each other: which are gone, kept from running, or say less than they did.

import { isTestPath } from "../../policy/test-paths.ts";
import { type Check, checksIn } from "./checks.ts";
import { bodyOf, isClass, isFunction, nameOf } from "./code.ts";
import { partsIn, without } from "./counts.ts";
import type { Find } from "./find.ts";
import type { Mark } from "./marks.ts";
import { reachOf } from "./reach.ts";
import { type CodeFile, childOf, closedUp, isScript, languageOf, walk } from "./syntax.ts";
import { type TestCase, testsIn, tokensOf } from "./tests.ts";

/** The code of a change: what was, what is. */
export interface CodeChange {
  readonly before: readonly CodeFile[];
  readonly after: readonly CodeFile[];
  /** Files that are there now and are no code that is read. */
  readonly others: readonly { readonly path: string; readonly text: string }[];
  /** How much more often the code outside of tests has a word now. */
  readonly shiftOf: (word: string) => number;
}

/** One test before and what it has become. */
interface Pair {
  readonly old: TestCase;
  readonly now: TestCase;
}

const shortest = 12; // tokens of a body that is told by its likeness alone

/** What a change does to its tests, told by rule and file. */
export function compareTests(change: CodeChange): {
  readonly finds: readonly Find[];
  readonly fresh: ReadonlySet<string>;
} {
  const old = change.before.flatMap(testsIn);
  const now = change.after.flatMap(testsIn);
  const { pairs, lost, fresh } = matched(old, now);
  const help = helpersIn(change.after);
  const helpBefore = helpersIn(change.before);
  const gone = goneNames(change);
  const finds: Find[] = [];
  const put = (rule: Find["rule"], path: string, line: number | null, what: string) =>
    finds.push({ rule, path, lines: line === null ? [] : [line], what: [what] });

  const kept = now.filter(({ reached, marks }) => reached && !isAlwaysOff(marks));
  const tables = freshTables(kept, old);
  for (const [path, tests] of Map.groupBy(lost, (test) => test.path)) {
    const asserted = assertedAnew(path, kept, change);
    for (const test of tests) {
      if (isAlwaysOff(test.marks) || isOfGone(test, gone) || isAbsorbed(test, { now, tables, asserted })) continue;
      const parked = parkedAt(test, change);
      if (parked === null) put("test_removed", path, null, test.name);
      else put("test_out_of_reach", parked.path, parked.line, test.name);
    }
  }
  for (const { old: was, now: is } of pairs) {
    if (isOutOfReach(was, is)) put("test_out_of_reach", is.path, is.line, is.name);
    const skip = worse(was.marks, is.marks);
    if (skip !== null) put("test_skipped", is.path, skip.line, `${is.name}: ${skip.what}`);
    const rows = fewerRows(was, is, fresh);
    if (rows !== null) put("test_narrowed", is.path, is.line, `${is.name}: ${rows}`);
    const row = otherRow(was, is, change);
    if (row !== null) put("expected_rewritten", is.path, is.line, `${is.name}: ${row}`);
    finds.push(...compareChecks({ was, is, fresh, help, helpBefore, change }));
  }
  const focused = now.filter(({ marks }) => marks.some(({ when }) => when === "focus"));
  for (const test of focused) {
    const before = pairs.find((pair) => pair.now === test)?.old;
    if (before?.marks.some(({ when }) => when === "focus")) continue;
    const mark = test.marks.find(({ when }) => when === "focus") as Mark;
    put("test_focused", test.path, mark.line, mark.what);
  }
  for (const test of fresh) {
    const mark = test.marks.find(
      ({ when, what }) => when === "always" && !/todo|fixme|should_panic|expected|pending/i.test(what),
    );
    if (mark !== undefined) put("test_skipped", test.path, mark.line, `${test.name}: ${mark.what}`);
    else if (test.checks.length > 0 && test.checks.every(({ strength }) => strength === 0))
      put("assertion_removed", test.path, test.line, `${test.name}: it holds whatever the code does`);
  }
  return { finds, fresh: new Set(fresh.map(({ path, name, line }) => `${path}\n${name}\n${line}`)) };
}

/** By name in the file, by name anywhere, and what is left by its likeness. */
function matched(old: readonly TestCase[], now: readonly TestCase[]) {
  const [left, free] = [new Set(old), new Set(now)];
  const pairs: Pair[] = [];
  const keys: readonly ((test: TestCase) => string)[] = [
    ({ path, suites, name }) => [path, ...suites, name].join("\n"),
    ({ suites, name }) => [...suites, name].join("\n"),
    ({ path, name }) => `${path}\n${name}`,
    ({ name }) => name,
    ({ name }) => bare(name),
  ];
  for (const key of keys) {
    const byKey = new Map<string, TestCase[]>();
    for (const test of free) byKey.set(key(test), [...(byKey.get(key(test)) ?? []), test]);
    for (const test of left) {
      const same = byKey.get(key(test))?.shift();
      if (same === undefined) continue;
      left.delete(test);
      free.delete(same);
      pairs.push({ old: test, now: same });
    }
  }
  if (left.size * free.size > mostComparisons) return { pairs, lost: [...left], fresh: [...free] };
  const likely = [...left]
    .flatMap((test) => [...free].map((one) => ({ test, one, alike: likeness(test.tokens, one.tokens) })))
    .filter(({ alike, test }) => alike >= (sizeOf(test.tokens) < shortest ? 0.85 : 0.6))
    .sort((one, other) => other.alike - one.alike);
  for (const { test, one } of likely) {
    if (!left.has(test) || !free.has(one)) continue;
    left.delete(test);
    free.delete(one);
    pairs.push({ old: test, now: one });
  }
  return { pairs, lost: [...left], fresh: [...free] };
}

const mostComparisons = 250_000;

/** A name without case, marks and separators: `testFooBar` is `test foo bar` is `test_foo_bar`. */
const bare = (name: string) => name.toLowerCase().replace(/^(?:test|should|it)(?=[\W_])|[^\p{L}\p{N}]/gu, "");

const sizeOf = (tokens: ReadonlyMap<string, number>) => [...tokens.values()].reduce((sum, count) => sum + count, 0);

/** From 0 to 1: how much of two pieces of code is the same, word for word. */
function likeness(one: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>): number {
  let shared = 0;
  for (const [word, count] of one) shared += Math.min(count, other.get(word) ?? 0);
  const all = sizeOf(one) + sizeOf(other) - shared;
  return all === 0 ? 0 : shared / all;
}

interface Table {
  readonly calls: ReadonlySet<string>;
  readonly words: ReadonlySet<string>; // of its rows
}

/** What may assert now what a test did that is gone. */
interface Keepers {
  readonly now: readonly TestCase[];
  readonly tables: readonly Table[];
  readonly asserted: ReadonlySet<string>;
}

/** Whether what a test asserted is asserted by others now: by a row of a table, by one that took it in, by its parts. */
function isAbsorbed(test: TestCase, { now, tables, asserted }: Keepers): boolean {
  const telling = test.checks.filter(({ strength }) => strength > 0);
  if (telling.length === 0)
    return test.checks.length === 0 ? now.some((one) => likeness(test.tokens, one.tokens) > 0.5) : true;
  const found = telling.filter(({ text }) => asserted.has(text)).length;
  if (found / telling.length >= 0.6) return true;
  const literals = telling.flatMap(({ literals: some }) => some);
  return tables.some(({ calls, words }) => {
    if (![...test.calls].some((word) => calls.has(word))) return false;
    const told = literals.filter((literal) => {
      const parts = wordsIn(literal);
      return parts.length > 0 && parts.every((word) => words.has(word));
    });
    return told.length >= Math.max(1, literals.length * 0.5);
  });
}

/** Tests whose rows are not as they were. */
function freshTables(kept: readonly TestCase[], old: readonly TestCase[]): readonly Table[] {
  const keyOf = ({ path, name, rows }: TestCase) => [path, name, rows.join()].join("\n");
  const known = new Set(old.map(keyOf));
  return kept
    .filter((one) => one.rows.length > 0 && !known.has(keyOf(one)))
    .map(({ calls, rows }) => ({ calls, words: new Set(wordsIn(rows.join(" "))) }));
}

const isAlwaysOff = (marks: readonly Mark[]) => marks.some(({ when }) => when === "always");

/** What tests assert, without those that stood in a file as they are before: what they assert, they asserted already. */
function assertedAnew(path: string, kept: readonly TestCase[], { before }: CodeChange): ReadonlySet<string> {
  const was = before.find((file) => file.path === path)?.text ?? "";
  return new Set(kept.filter(({ node }) => !was.includes(node.text)).flatMap(({ checks }) => checks.map(textOf)));
}

/** Names that the change takes away altogether: declared before, declared nowhere now. */
function goneNames({ before, after }: CodeChange): ReadonlySet<string> {
  const still = new Set(after.flatMap(declaredIn));
  return new Set(
    before
      .filter(({ path, language }) => !isTestPath(path) || language === "rust")
      .flatMap(declaredIn)
      .filter((name) => !still.has(name)),
  );
}

function declaredIn({ root }: CodeFile): string[] {
  const names: string[] = [];
  for (const node of walk(root)) {
    if (
      isFunction(node) ||
      isClass(node) ||
      /^(?:variable_declarator|enum_item|struct_item|type_alias_declaration|interface_declaration|type_spec|const_item|enum_declaration|record_declaration|trait_item)$/.test(
        node.type,
      )
    ) {
      const name = nameOf(node);
      if (name.length > 2) names.push(name);
    }
  }
  return names;
}

const isOfGone = (test: TestCase, gone: ReadonlySet<string>) =>
  [...test.calls].some((name) => gone.has(name) && !/^(?:test|it|describe|assert|expect)/i.test(name));

/** A function, or a file, that says what the test said and that no runner looks at. */
function parkedAt(
  test: TestCase,
  { after, others }: CodeChange,
): { readonly path: string; readonly line: number } | null {
  const other = others.find(({ text }) => text.includes(test.node.text));
  if (other !== undefined) return { path: other.path, line: 1 };
  for (const file of after) {
    for (const node of walk(file.root)) {
      if (!isFunction(node)) continue;
      const body = bodyOf(node);
      if (body === null || bare(nameOf(node)).length < 3) continue;
      const named = bare(nameOf(node)).includes(bare(test.name)) || bare(test.name).includes(bare(nameOf(node)));
      const alike = likeness(test.tokens, tokensOf(body));
      if (alike > 0.9 || (named && alike > 0.6)) return { path: file.path, line: node.line };
    }
  }
  return null;
}

function isOutOfReach(was: TestCase, is: TestCase): boolean {
  if (was.reached && !is.reached) return true;
  if (was.path === is.path) return false;
  const language = languageOf(is.path, "");
  return (
    language !== null &&
    isScript(language) &&
    reachOf(was.path, language) === "named" &&
    reachOf(is.path, language) === "folder"
  );
}

const weight = { always: 2, sometimes: 1, focus: 0 } as const;

/** The mark by which a test runs less than it did; null: it runs as it did. */
function worse(was: readonly Mark[], is: readonly Mark[]): Mark | null {
  const heaviest = Math.max(0, ...was.map(({ when }) => weight[when]));
  const known = new Set(was.map(({ what }) => what));
  const fresh = is.filter(({ what, when }) => weight[when] > 0 && !known.has(what));
  const more = fresh.find(({ when }) => weight[when] > heaviest);
  if (more !== undefined) return more;
  const count = (marks: readonly Mark[]) => marks.filter(({ when }) => when === "sometimes").length;
  return heaviest === 1 && count(is) > count(was) ? (fresh[0] ?? null) : null;
}

function fewerRows(was: TestCase, is: TestCase, fresh: readonly TestCase[]): string | null {
  const [before, after] = [was.rows.length, is.rows.length];
  if (before === 0 || after >= before) return null;
  if (after > 0) return `${before - after} of ${before} rows are gone`;
  // Rows may have become tests, or lines, of their own.
  const others = fresh.filter(({ path }) => path === is.path);
  const told = new Set(wordsIn([is, ...others].map(({ node }) => node.text).join("\n")));
  const gone = was.rows.filter((row) => !wordsIn(row).every((word) => told.has(word))).length;
  return gone === 0 ? null : `${gone} of ${before} rows are gone`;
}

const wordsIn = (text: string): readonly string[] => text.match(/[\p{L}\p{N}_.]+/gu) ?? [];

/** A row that asks the same and expects another value, which stands last in it; null: there is none. */
function otherRow(was: TestCase, is: TestCase, change: CodeChange): string | null {
  if (was.rows.length !== is.rows.length || likeness(was.tokens, is.tokens) < 0.8) return null;
  for (const [index, row] of was.rows.entries()) {
    const other = is.rows[index] ?? "";
    const [before, after] = [wordsIn(row), wordsIn(other)];
    const isSame =
      before.length === after.length && before.length > 1 && before.slice(0, -1).join() === after.slice(0, -1).join();
    const [from = "", to = ""] = [before.at(-1), after.at(-1)];
    if (isSame && from !== to && !isExplained(from, to, change)) return `${row} is now ${other}`.slice(0, 120);
  }
  return null;
}

/** Assertions of functions that are no tests, by the function's name. */
function helpersIn(files: readonly CodeFile[]): ReadonlyMap<string, readonly Check[]> {
  const found = new Map<string, readonly Check[]>();
  for (const { root, language } of files) {
    for (const node of walk(root)) {
      const isBound = node.type === "variable_declarator" && /function/.test(childOf(node, "value")?.type ?? "");
      if (!isFunction(node) && !isBound) continue;
      const body = isBound ? childOf(node, "value") : bodyOf(node);
      const checks = body === null ? [] : checksIn(body, language);
      if (checks.length > 0) found.set(nameOf(node), checks);
    }
  }
  return found;
}

interface Compared {
  readonly was: TestCase;
  readonly is: TestCase;
  readonly fresh: readonly TestCase[];
  readonly help: ReadonlyMap<string, readonly Check[]>;
  readonly helpBefore: ReadonlyMap<string, readonly Check[]>;
  readonly change: CodeChange;
}

const textOf = ({ text }: Check) => text;
const told = (check: Check) => closedUp(check.text).slice(0, 100);

function compareChecks({ was, is, fresh, help, helpBefore, change }: Compared): readonly Find[] {
  const own = (test: TestCase, helping: ReadonlyMap<string, readonly Check[]>) => [
    ...test.checks,
    ...[...test.called].flatMap(([name, times]) => Array.from({ length: times }, () => helping.get(name) ?? []).flat()),
  ];
  const [before, after] = [own(was, helpBefore), own(is, help)];
  const pool = [
    ...after,
    ...fresh.filter(({ path, marks }) => path === is.path && !isAlwaysOff(marks)).flatMap((test) => own(test, help)),
  ];
  const gone = without(before, pool, textOf);
  const came = without(pool, before, textOf);
  const find = (rule: Find["rule"], line: number, what: string): Find => ({
    rule,
    path: is.path,
    lines: [line],
    what: [`${is.name}: ${what}`],
  });
  const tells = (checks: readonly Check[]) => checks.filter(({ strength }) => strength > 0);
  if (tells(before).length > 0 && tells(pool).length === 0)
    return [find("assertion_removed", is.line, "it asserts nothing any more")];
  const finds: Find[] = [];
  const free = new Set(came);
  const unpaired: Check[] = [];
  for (const one of gone) {
    const other = nearest(one, free);
    if (other === null) {
      unpaired.push(one);
      continue;
    }
    free.delete(other);
    const weaker = isWeaker(one, other);
    if (weaker) finds.push(find("assertion_weakened", other.line, `${told(one)} is now ${told(other)}`));
    else if (isRewritten(one, other, change, was, is))
      finds.push(find("expected_rewritten", other.line, `${told(one)} is now ${told(other)}`));
  }
  const dropped = unpaired.filter(({ strength, literals }) => strength > 0 && !isTakenIn(literals, came));
  const isLess = tells(before).length > tells(pool).length;
  if (isLess) for (const one of dropped) finds.push(find("assertion_removed", is.line, told(one)));
  const freed = after.filter(
    (one) =>
      one.conditional &&
      before.some((same) => same.text === one.text && !same.conditional) &&
      !before.some((same) => same.text === one.text && same.conditional),
  );
  for (const one of freed)
    finds.push(find("assertion_weakened", one.line, `${told(one)} is reached only on a condition now`));
  return finds;
}

/** Whether what was expected is expected by an assertion that came, together with other things. */
const isTakenIn = (literals: readonly string[], came: readonly Check[]) =>
  literals.length > 0 && came.some((one) => literals.every((literal) => one.literals.includes(literal)));

const matcherWord =
  /^(?:expect|(?:assert|Assert|refute|must|should|Should|to|is|be|Be|have|has|equal|Equal|Error|Fatal|contain|include)(?:[A-Z_]\w*)?|assert|not|equals|that|That|(?:EXPECT|ASSERT|REQUIRE|CHECK|TEST_ASSERT)\w*|self|this|t|await|true|false|True|False|null|None|nil|undefined|contains?|any|Any|includes?|eq|ok|strictEqual|deepEqual|deepStrictEqual|in|Errorf|Fatalf)$/;
const calleeIn = ({ text }: Check) => text.split(" (")[0];
const subjectOf = ({ words }: Check) => [...words].filter((word) => !matcherWord.test(word));

/** The one that is most about the same; null: none is. */
function nearest(one: Check, others: ReadonlySet<Check>): Check | null {
  const subject = subjectOf(one);
  let best: { readonly check: Check; readonly rank: number } | null = null;
  for (const check of others) {
    const other = new Set(subjectOf(check));
    const shared = subject.filter((word) => other.has(word)).length;
    const all = subject.length + other.size - shared;
    const alike = all === 0 ? (one.shape === check.shape ? 1 : 0.5) : shared / all;
    const close = check.shape === one.shape ? 1 : 0;
    const same =
      one.literals.filter((literal) => check.literals.includes(literal)).length / Math.max(1, one.literals.length);
    const rank = alike + close + same / 2;
    const isNear = alike >= 0.5 || (alike >= 0.25 && (others.size === 1 || calleeIn(check) === calleeIn(one)));
    if (isNear && (best === null || rank > best.rank)) best = { check, rank };
  }
  return best?.check ?? null;
}

/** Whether the second tells less than the first: a weaker kind of assertion, a wider bound, a larger tolerance. */
function isWeaker(one: Check, other: Check): boolean {
  if (other.strength < one.strength && !isSplit(one, other)) return true;
  if (one.strength === other.strength && isVaguer(one, other)) return true;
  if (one.strength !== other.strength || one.shape !== other.shape) return isLoosened(one, other);
  return boundBetween(one, other) === "wider";
}

/** The same failure, call or match, of which less is told: `raises(ValueError, match="x")`, `toThrow("x")`, `calledWith(1)`. */
function isVaguer(one: Check, other: Check): boolean {
  if (!/raise|[tT]hrow|[cC]alled|reject|match/.test(one.text) || other.literals.length >= one.literals.length)
    return false;
  return (
    other.literals.every((literal) => one.literals.includes(literal)) &&
    [...other.words].every((word) => one.words.has(word))
  );
}

/** Where one number is all that differs, and it is a bound or a tolerance; null: it is none, or more differs. */
function boundBetween(one: Check, other: Check): "wider" | "closer" | null {
  if (one.shape !== other.shape || one.literals.length !== other.literals.length) return null;
  const changed = one.literals.flatMap((literal, at) => (literal === other.literals[at] ? [] : [at]));
  const [at] = changed;
  if (changed.length !== 1 || at === undefined) return null;
  const [before, after] = [Number(one.literals[at]), Number(other.literals[at])];
  if (Number.isNaN(before) || Number.isNaN(after)) return null;
  const isLast = at === one.literals.length - 1;
  const wider = (is: boolean) => (is ? "wider" : "closer");
  if (/toBeCloseTo|assertAlmostEqual/.test(one.text) && isLast && !/delta/.test(one.text)) {
    return one.sides.length > 1 && one.sides[1] !== other.sides[1] ? null : wider(after < before);
  }
  const isTolerance =
    /delta|approx|InDelta|closeTo|close_to|be_within|Near|NEAR|isCloseTo|within|tolerance|epsilon|DOUBLES_EQUAL|WITHIN|abs_diff|relative_eq|WithinAbs|WithinRel|Margin|Tolerance/i;
  if (
    isTolerance.test(one.text) &&
    (isLast || /be_within|WITHIN/.test(one.text)) &&
    (before < 1 || after > before || one.literals.length > 1)
  )
    return wider(after > before);
  if (
    /assertEquals \(|EqualsWithDelta|Equal \(|AreEqual/.test(one.text) &&
    one.literals.length > 1 &&
    isLast &&
    before < 1 &&
    before > 0
  )
    return wider(after > before);
  const upper =
    /Less|less|BeBelow|at\.most|atMost|most|below|_LT|_LE|lessThan|be_lt|be <|BeLess|shouldBeLess/.test(one.text) ||
    / <=? /.test(one.text);
  const lower =
    /Greater|greater|BeAbove|at\.least|atLeast|least|above|_GT|_GE|be >|BeGreater|shouldBeGreater/.test(one.text) ||
    / >=? /.test(one.text);
  const isFailure = / → /.test(one.text); // in Go the condition says when it fails
  if (upper === lower) return null;
  return wider((isFailure ? lower : upper) ? after > before : after < before);
}

/** A strict comparison that became a loose one of the same kind. */
function isLoosened(one: Check, other: Check): boolean {
  if (
    /toStrictEqual|assertSame|deepStrictEqual|strictEqual|toBe \(/.test(one.text) &&
    /toEqual|assertEquals|deepEqual\b|looseEqual|toMatchObject|toContainEqual/.test(other.text)
  )
    return !/toBe \(/.test(one.text) && !/assertEquals/.test(other.text);
  return false;
}

/** One that became several, of which this is only the first. */
const isSplit = (one: Check, other: Check) => other.literals.length > 0 && one.literals.length === 0;

/** Whether only the expected value differs, and nothing in the change's own code says why it should. */
function isRewritten(one: Check, other: Check, change: CodeChange, was: TestCase, is: TestCase): boolean {
  if (one.strength < 2 || other.strength < 2 || boundBetween(one, other) !== null) return false;
  if (isCopied(one, other)) return true;
  const isSame = one.shape === other.shape && (one.sides.length < 2 || onlyExpected(one, other));
  const pairs = one.literals
    .map((literal, index) => [literal, other.literals[index] ?? ""] as const)
    .filter(([before, after]) => before !== after);
  if (!isSame || pairs.length === 0 || asksElse(was, is)) return false; // or the test asks something else now
  if (one.sides.length < 2 && pairs.length > 1) return false;
  return !pairs.every(([before, after]) => isExplained(before, after, change));
}

const isLiteral = (side: string) =>
  /^(?:"[^"]*"|[-+]?\d[\w.]*|- \d[\w.]*|true|false|True|False|nil|null|None|undefined|\[[^a-zA-Z]*\])$/.test(side) ||
  (/^[[{(]/.test(side) && /\d|"/.test(side));

/** The sides differ in one of the two, and that is a value. */
function onlyExpected({ sides: [a = "", b = ""] }: Check, { sides: [c = "", d = ""] }: Check): boolean {
  return (a === c && b !== d && isLiteral(b)) || (b === d && a !== c && isLiteral(a));
}

/** A value that was expected became what the code itself gives. */
function isCopied(one: Check, other: Check): boolean {
  const [[a = "", b = ""], [c = "", d = ""]] = [one.sides, other.sides];
  const made = (actual: string, was: string, expected: string) => {
    if (!isLiteral(was) || isLiteral(expected)) return false;
    const names = actual.replace(/"[^"]*"/g, " ").match(/[\p{L}_$][\p{L}\p{N}_$]*/gu) ?? [];
    const isCalled = names.some((name) => !matcherWord.test(name) && expected.includes(`${name} (`));
    return isCalled || /^(?:actual|result|output|received|got|response|res|out)$/i.test(expected);
  };
  return (a === c && made(a, b, d)) || (b === d && made(b, a, c));
}

/** Whether a value that it began with became another one: then it asks something else. */
function asksElse(was: TestCase, is: TestCase): boolean {
  return without(was.given, is.given).length > 0;
}

/** Whether the code outside of tests lost the one value and has the other now: a constant, a message. */
function isExplained(before: string, after: string, { shiftOf }: CodeChange): boolean {
  const [mine, theirs] = [partsIn(before), partsIn(after)];
  const [out, into] = [mine.filter((word) => !theirs.includes(word)), theirs.filter((word) => !mine.includes(word))];
  return (
    out.length + into.length > 0 && out.every((word) => shiftOf(word) < 0) && into.every((word) => shiftOf(word) > 0)
  );
}
