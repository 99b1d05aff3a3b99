// Which tests a file has, by the habits of the frameworks of its language; whether they run, and how often.

import { isTestPath } from "../../policy/test-paths.ts";
import { type Check, checksIn, literalsIn } from "./checks.ts";
import {
  bodyOf,
  type Call,
  callOf,
  chainedOn,
  isClass,
  isFunction,
  type Note,
  nameOf,
  notesOf,
  wordsOf,
} from "./code.ts";
import { countOf, partsIn, shiftBetween, without } from "./counts.ts";
import { type Mark, marksInBody, marksOfCall, marksOfFile, marksOfNames, marksOfNotes } from "./marks.ts";
import { isReached } from "./reach.ts";
import {
  ancestors,
  type CodeFile,
  childOf,
  isScript,
  isString,
  type Language,
  namedIn,
  normal,
  type Syntax,
  unquoted,
  walk,
} from "./syntax.ts";

export interface TestCase {
  readonly path: string;
  readonly name: string;
  readonly suites: readonly string[];
  readonly line: number;
  readonly node: Syntax;
  readonly marks: readonly Mark[]; // its own and those it has from what it stands in
  readonly reached: boolean; // whether its runner would find it
  readonly rows: readonly string[]; // of a test that runs once for each
  readonly checks: readonly Check[];
  readonly calls: ReadonlySet<string>; // the names in it
  readonly called: ReadonlyMap<string, number>; // how often it calls what, by last words
  readonly given: readonly string[]; // the values in it that stand in no assertion
  readonly tokens: ReadonlyMap<string, number>;
}

const known = new WeakMap<CodeFile, readonly TestCase[]>();

/** The tests of a file in the order in which they stand there. Read once for each file. */
export function testsIn(file: CodeFile): readonly TestCase[] {
  const tests = known.get(file) ?? readTests(file);
  known.set(file, tests);
  return tests;
}

function readTests(file: CodeFile): readonly TestCase[] {
  const nodes: Found[] = [];
  for (const node of walk(file.root)) {
    const found = testAt(node, file);
    if (found !== null) nodes.push(found);
  }
  const ofFile = marksOfFile(file);
  const registered = registrationsIn(file);
  const isLookedInto = isReached(file);
  const suites = nodes.filter(({ isSuite }) => isSuite);
  return nodes
    .filter(({ isSuite }) => !isSuite)
    .map((found): TestCase => {
      const around = suites.filter((suite) => isWithin(found.node, suite));
      const inherited = around.flatMap(({ marks }) => marks);
      const guards = guardsOf(found.node, file);
      const body = found.body ?? found.node;
      const checks = checksIn(body, file.language);
      const called = calledIn(body);
      return {
        path: file.path,
        name: found.name,
        suites: around.map(({ name }) => name),
        line: found.node.line,
        node: found.node,
        marks: [...found.marks, ...inherited, ...guards, ...ofFile, ...marksInBody(body, file.language)],
        reached: isLookedInto && (registered === null || !found.plain || registered.has(found.name)),
        rows: [...around.flatMap(({ rows }) => rows), ...found.rows, ...rowsOfLoops(found.node, file)],
        checks,
        given: givenIn(body, checks),
        calls: new Set([...called.keys(), ...namesIn(body)]),
        called,
        tokens: tokensOf(body),
      };
    });
}

interface Found {
  readonly node: Syntax;
  readonly body: Syntax | null;
  readonly name: string;
  readonly isSuite: boolean;
  readonly marks: readonly Mark[];
  readonly rows: readonly string[];
  readonly plain: boolean; // a bare function that only a list of tests makes one
}

const isWithin = (node: Syntax, { node: outer, body }: Found) => {
  const whole = body ?? outer;
  return node !== outer && node.from >= Math.min(whole.from, outer.from) && node.to <= Math.max(whole.to, outer.to);
};

const spoken: ReadonlySet<Language> = new Set([
  "javascript",
  "typescript",
  "tsx",
  "ruby",
  "php",
  "kotlin",
  "cpp",
  "go",
]);
const testWord =
  /^(?:[xf]?(?:it|test|specify|scenario|example|property|should|expect_it)|Deno|QUnit|tap|t|subtest|testWidgets|fit|xit|pending|skip|bench)$/;
const suiteWord = /^[xf]?(?:describe|context|suite|feature|RSpec|example_group|given|when|`when`|and|group)$/;

function testAt(node: Syntax, file: CodeFile): Found | null {
  const { language } = file;
  if (isClass(node) || (language === "python" && node.type === "class_definition")) return suiteOf(node, file);
  if (isFunction(node)) return functionTest(node, file) ?? macroTest(node);
  if (!spoken.has(language)) return null;
  const call = callOf(node);
  if (call === null) return null;
  if (language === "cpp") return macroCall(call);
  if (language === "go") return subtest(call);
  return spokenTest(call, file);
}

/** A class, a module: its marks and rows are those of all tests in it. */
function suiteOf(node: Syntax, { language }: CodeFile): Found {
  const notes = notesOf(node);
  const name = nameOf(node);
  const own = namedIn(bodyOf(node))
    .filter(({ type }) => /^(?:expression_statement|assignment)$/.test(type))
    .map(({ text, line }): Note => ({ text: text.replace(/\s+/g, ""), line }));
  const assigned = language === "python" ? own.filter(({ text }) => /^(?:pytestmark=|__test__=False)/.test(text)) : [];
  const marks = [...marksOfNotes([...notes, ...assigned]), ...marksOfNames(name, node.line)];
  return { node, body: node, name, isSuite: true, marks, rows: rowsOfNotes(notes, node), plain: false };
}

const byNote: Partial<Readonly<Record<Language, RegExp>>> = {
  java: /^(?:[\w.]*\.)?(?:\w*Test|ParameterizedTest|RepeatedTest|TestFactory|TestTemplate|Property|Theory|Example|ArchTest|Scenario)(?:\(|$)/,
  kotlin: /^(?:[\w.]*\.)?(?:\w*Test|ParameterizedTest|RepeatedTest|TestFactory|TestTemplate|Property|Theory)(?:\(|$)/,
  c_sharp:
    /^(?:[\w.]*\.)?(?:\w*Fact|\w*Theory|Test|TestCase|TestMethod|DataTestMethod|TestCaseSource|Property|AvaloniaFact|Scenario)(?:Attribute)?(?:\(|$)/,
  rust: /^(?:\w+::)*(?:test|rstest|test_case|test_matrix|quickcheck|wasm_bindgen_test|proptest|apply)(?:\(|$)/,
  php: /^(?:Test(?:\(|$)|@test\b|DataProvider|TestWith|TestDox)/,
};

function functionTest(node: Syntax, file: CodeFile): Found | null {
  const { language } = file;
  const name = nameOf(node);
  const notes = notesOf(node);
  const pattern = byNote[language];
  const isNoted = pattern !== undefined && notes.some(({ text }) => pattern.test(text));
  const isNamed = isTestName(node, name, file);
  if (!isNoted && !isNamed) return null;
  const body = bodyOf(node);
  const marks = [...marksOfNotes(notes), ...marksOfNames(name, node.line)];
  const plain = (language === "cpp" || language === "bash") && !isNoted;
  return { node, body, name, isSuite: false, marks, rows: rowsOfNotes(notes, node, file), plain };
}

/** Whether a function's name makes it a test, without anything written above it. */
function isTestName(node: Syntax, name: string, { language, path }: CodeFile): boolean {
  const holder = [...ancestors(node)].find((up) => isClass(up) || isFunction(up)) ?? null;
  switch (language) {
    case "python":
      if (!/^test/.test(name) || (holder !== null && isFunction(holder))) return false;
      return (
        holder === null || /^Test/.test(nameOf(holder)) || /Test/.test(childOf(holder, "superclasses")?.text ?? "")
      );
    case "go":
      return /^(?:Test|Fuzz|Example)(?:[^a-z]|$)/.test(name) && node.type === "function_declaration";
    case "ruby":
      return /^test_/.test(name) && node.type === "method";
    case "php":
      return /^test/.test(name) && node.type === "method_declaration";
    case "java":
    case "kotlin":
      return /^test[A-Z_]/.test(name) && /TestCase\b/.test(holder?.text.slice(0, 300) ?? "");
    case "cpp":
      return (
        /^test_?\w/i.test(name) &&
        holder === null &&
        /test/i.test(path) &&
        /void|int|bool|auto/.test(node.text.slice(0, 40))
      );
    case "bash":
      return /^(?:test|bats_test)[A-Z_]?\w*/.test(name);
    default:
      return false;
  }
}

const macroTests =
  /^(?:\w*TEST(?:_F|_P|_CASE|_METHOD)?|TYPED_TEST(?:_P)?|TEST_CASE\w*|TEMPLATE_TEST_CASE\w*|SCENARIO\w*|BOOST_(?:AUTO|FIXTURE|DATA|PARAM)_TEST_CASE\w*|START_TEST|Test|ParameterizedTest|TheoryTest|UTEST\w*|MU_TEST|CTEST\w*|TEST_GROUP|munit_test|PARAM_TEST)$/;

/** `TEST(Suite, Name) { … }`, which a grammar takes for a function. */
function macroTest(node: Syntax): Found | null {
  const declarator = childOf(node, "declarator");
  const macro = nameOf(node);
  if (declarator === null || !macroTests.test(macro)) return null;
  const given = namedIn(childOf(declarator, "parameters") ?? null).map(({ text }) => unquoted(text));
  return macroFound(node, bodyOf(node), macro, given);
}

/** `TEST_CASE("name", "[tag]") { … }`, a call with a block behind it. */
function macroCall({ node, callee, args }: Call): Found | null {
  if (!macroTests.test(callee)) return null;
  const statement = [node, ...ancestors(node)].find(({ type }) => type === "expression_statement") ?? null;
  const siblings = statement?.parent?.children ?? [];
  const next = statement === null ? undefined : siblings[siblings.indexOf(statement) + 1];
  const body = next?.type === "compound_statement" ? next : null;
  const names = args.map(({ text }) => unquoted(text));
  return macroFound(node, body, callee, [...names, ...(statement?.text.includes("*") ? [statement.text] : [])]);
}

function macroFound(node: Syntax, body: Syntax | null, macro: string, given: readonly string[]): Found {
  const name = given
    .filter((part) => !/^\[/.test(part))
    .slice(0, 2)
    .join(".")
    .replace(/\bDISABLED_/g, "");
  const marks = marksOfNames(given.join(" "), node.line);
  return { node, body, name: name || macro, isSuite: false, marks, rows: [], plain: false };
}

/** `t.Run("name", func…)`: a suite of its own where the name is told. */
function subtest({ node, callee, args }: Call): Found | null {
  const [first, second] = args;
  if (!/\.Run$/.test(callee) || first === undefined || !isString(first.type) || second?.type !== "func_literal")
    return null;
  const body = bodyOf(second);
  return { node, body, name: unquoted(first.text), isSuite: false, marks: [], rows: [], plain: false };
}

function spokenTest(call: Call, file: CodeFile): Found | null {
  const { node, callee, args } = call;
  const words = wordsOf(callee);
  const [first = "", second = ""] = words;
  const isKotlinString =
    file.language === "kotlin" && call.block !== null && /^\u00a7(?:\.config(?:\(\))?)?$/.test(callee);
  const member = /^(?:t|tap|test|it|Deno|QUnit|suite|describe|RSpec|[fx]describe|context)$/.test(first) ? second : "";
  const isSuite = suiteWord.test(first) || (suiteWord.test(member) && member !== "and");
  const isTest =
    isKotlinString ||
    (testWord.test(first) && (!/^(?:t|tap|Deno|QUnit)$/.test(first) || /^(?:test|skip|todo|only|it)$/.test(second)));
  if (!isSuite && !isTest) return null;
  const isChainLink = /\(\)\.(?!each|for|skipIf|runIf|if|concurrent|extend|config)/.test(callee) && !isKotlinString;
  const label = args.find(({ type }) => isString(type) || type === "binary_expression" || /template/.test(type));
  const body = call.block ?? args.find(({ type }) => /function|lambda|closure|arrow|anonymous/.test(type)) ?? null;
  if (isChainLink || (body === null && label === undefined)) return null;
  if (
    body === null &&
    !/^(?:todo|skip|fixme)$/.test(words.at(-1) ?? "") &&
    !chainedOn(node).length &&
    file.language !== "ruby"
  )
    return null;
  const name =
    label === undefined
      ? isKotlinString
        ? unquoted(node.text.split(/[{(]/)[0]?.trim() ?? "")
        : (args[0]?.text.slice(0, 80) ?? "")
      : unquoted(label.text);
  const marks = [
    ...marksOfCall(call, chainedOn(node)),
    ...(file.language === "kotlin" ? marksOfNames(name, node.line) : []),
  ];
  const rows = rowsOfCall(call, chainedOn(node), file);
  return {
    node,
    body: body ?? node,
    name: name.replace(/^(?:[!]|f:)/, ""),
    isSuite,
    marks,
    rows,
    plain: false,
  };
}

const loops =
  /^(?:for_statement|for_in_statement|foreach_statement|for_each_statement|enhanced_for_statement|for_expression|for|for_range_loop)$/;

/** What a loop goes over; null: it is none, or that is not told. */
function overOf(node: Syntax): Syntax | null {
  if (!loops.test(node.type)) return null;
  const clause = node.children.find(({ type }) => type === "range_clause") ?? node;
  return childOf(clause, "right") ?? childOf(clause, "value") ?? null;
}

/** Rows of the loops in a test, and of those around it. */
function rowsOfLoops(node: Syntax, file: CodeFile): readonly string[] {
  const around = [...ancestors(node)].filter((up) => loops.test(up.type));
  const inside = [...walk(node)].filter(({ type }) => loops.test(type));
  return [...around, ...inside].flatMap((loop) => {
    const over = overOf(loop);
    return over === null ? [] : elementsOf(over, file);
  });
}

/** Rows of `each`, `for`, `with`: the elements of the list that it is given, wherever in the file that stands. */
function rowsOfCall({ node }: Call, chained: readonly Call[], file: CodeFile): readonly string[] {
  const lists: Syntax[] = [];
  const callee = node.children[0];
  for (const one of callee === undefined ? [] : walk(callee)) {
    const call = callOf(one);
    if (call !== null && /\.(?:each|for|concurrent)$/.test(call.callee)) lists.push(...call.args.slice(0, 1));
  }
  for (const call of chained) if (/\.(?:with|each)$/.test(call.callee)) lists.push(...call.args.slice(0, 1));
  const forEach = [...ancestors(node)].find((up) =>
    /\.(?:forEach|each|each_with_index)$/.test(callOf(up)?.callee ?? ""),
  );
  const receiver = forEach === undefined ? null : receiverOf(forEach);
  return [...lists, ...(receiver === null ? [] : [receiver])].flatMap((list) => elementsOf(list, file));
}

const receiverOf = (node: Syntax): Syntax | null => {
  const callee = childOf(node, "function") ?? node.children[0] ?? null;
  return callee === null ? null : (childOf(callee, "object") ?? childOf(node, "receiver"));
};

const listTypes =
  /^(?:array|array_creation_expression|list|tuple|set|template_string|initializer_list|literal_value|collection_literal|array_expression|collection_expression)$/;

function elementsOf(node: Syntax, file: CodeFile, depth = 0): readonly string[] {
  if (node.type === "template_string")
    return node.text
      .split("\n")
      .slice(2, -1)
      .map((line) => line.trim())
      .filter(Boolean);
  if (listTypes.test(node.type)) return namedIn(node).map(normal);
  if (/as_expression|satisfies|parenthesized/.test(node.type)) {
    const [inner] = namedIn(node);
    return inner === undefined ? [] : elementsOf(inner, file, depth);
  }
  if (node.type === "composite_literal") return elementsOf(childOf(node, "body") ?? node, file, 4);
  if (depth > 2 || !/identifier|^name$|variable_name|^constant$/.test(node.type)) return [];
  for (const one of walk(file.root)) {
    const name = childOf(one, "name") ?? childOf(one, "left");
    const value = childOf(one, "value") ?? childOf(one, "right");
    if (name !== null && value !== null && name.text === node.text && one.from !== node.from)
      return elementsOf(value.type === "expression_list" ? (namedIn(value)[0] ?? value) : value, file, depth + 1);
  }
  return [];
}

/** `@pytest.mark.parametrize`, `[InlineData]`, `@ValueSource`, `#[case]`: a row each, or the rows of the list in it. */
function rowsOfNotes(notes: readonly Note[], node: Syntax, file?: CodeFile): readonly string[] {
  const single =
    /^(?:InlineData|TestCase|DataRow|test_case|case(?:::\w+)?|TestWith|values|@testWith|Arguments|MemberData|ClassData|DynamicData)\(/;
  const rows = notes.filter(({ text }) => single.test(text)).map(({ text }) => text);
  const lists: string[] = [];
  const holder = node.parent?.type === "decorated_definition" ? node.parent : node;
  for (const one of walk(holder, (inner) => !/body|block/.test(inner.field ?? "") || inner === holder)) {
    const call = callOf(one);
    if (
      call !== null &&
      /parametrize|parameterized\.expand|ddt\.data|^data$|expand$/.test(call.callee) &&
      file !== undefined
    ) {
      const list = call.args.find(({ type }) => /^(?:list|tuple|identifier|set)$/.test(type));
      if (list !== undefined) lists.push(...elementsOf(list, file));
    }
    if (
      /^(?:annotation|constructor_invocation)$/.test(one.type) &&
      /(?:ValueSource|CsvSource|EnumSource)/.test(one.text.slice(0, 40))
    ) {
      for (const inner of walk(one)) if (isString(inner.type) || /_literal$/.test(inner.type)) lists.push(inner.text);
    }
  }
  return [...rows, ...lists];
}

/** The name of a function in a script that stands around a test; null: it is none. */
function uncalledName(up: Syntax, language: Language): string | null {
  if (!isScript(language)) return null;
  const isBound = /arrow_function|function_expression/.test(up.type) && up.parent?.type === "variable_declarator";
  const name = isBound && up.parent !== null ? nameOf(up.parent) : up.type === "function_declaration" ? nameOf(up) : "";
  return /^\w+$/.test(name) && !/^export/.test(up.parent?.type ?? "") ? name : null;
}

/** A condition around a test, which keeps it from being declared. */
function guardsOf(node: Syntax, { root, language }: CodeFile): readonly Mark[] {
  const marks: Mark[] = [];
  for (const up of ancestors(node)) {
    const name = uncalledName(up, language);
    if (name !== null && !new RegExp(`(?<!function\\s+)\\b${name}\\s*\\(|[(,]\\s*${name}\\s*[,)]`).test(root.text))
      marks.push({ what: `in ${name}, which is not called`, when: "always", line: up.line });
    if (isFunction(up)) break;
    if (/^preproc_(?:if|ifdef|elif|else)$/.test(up.type)) {
      const condition = (childOf(up, "condition") ?? childOf(up, "name"))?.text.trim() ?? "";
      if (condition === "0" || condition === "false") marks.push({ what: "#if 0", when: "always", line: up.line });
      else if (!/^_?\w*_H(?:PP|_)?_*$/.test(condition) && up.type !== "preproc_else")
        marks.push({ what: `#if ${condition}`, when: "sometimes", line: up.line });
    }
    if (!/^(?:if_statement|if_expression|if|unless|if_modifier|conditional_expression)$/.test(up.type)) continue;
    const condition = childOf(up, "condition")?.text.replace(/[()\s]/g, "") ?? "";
    const never = /^(?:false|False|0|nil|null|None|!true|!1|0==1|1==0|1>2)$/.test(condition);
    marks.push({ what: `if ${condition}`.slice(0, 80), when: never ? "always" : "sometimes", line: up.line });
  }
  return marks;
}

/** What a list of tests names, where the file has one; null: its tests need no list. */
function registrationsIn({ root, language }: CodeFile): ReadonlySet<string> | null {
  if (language !== "cpp" && language !== "bash") return null;
  const names = new Set<string>();
  for (const node of walk(root)) {
    const call = callOf(node);
    if (call === null) continue;
    if (language === "bash") {
      if (/^(?:test|suite_addTest)/.test(call.callee))
        for (const word of [call.callee, ...call.args.map(({ text }) => text)]) names.add(word);
      continue;
    }
    if (
      /^(?:RUN_TEST|MU_RUN_TEST|tcase_add_test|cmocka_unit_test\w*|UnityDefaultTestRun|run_test|runTest|RUN|TEST_RUN|add_test|g_test_add_func|test)$/i.test(
        call.callee,
      )
    )
      for (const arg of call.args) names.add(arg.text.replace(/^&/, ""));
    if (/^(?:test_?\w+)$/i.test(call.callee) && call.args.length === 0) names.add(call.callee);
  }
  return names.size > 0 ? names : null;
}

function givenIn(body: Syntax, checks: readonly Check[]): readonly string[] {
  const words = body.type === "compound_statement" ? argumentsIn(body) : [];
  const asserted = checks.flatMap(({ literals }) => literals);
  return without([...literalsIn(body), ...words], asserted).sort();
}

/** Bare words that a command of a shell is given. */
function argumentsIn(body: Syntax): readonly string[] {
  const found: string[] = [];
  for (const { type, field, text } of walk(body)) if (field === "argument" && type === "word") found.push(text);
  return found;
}

function calledIn(body: Syntax): ReadonlyMap<string, number> {
  const words: string[] = [];
  for (const node of walk(body)) {
    const last = wordsOf(callOf(node)?.callee ?? "").at(-1) ?? "";
    if (last !== "") words.push(last);
  }
  return countOf(words);
}

function namesIn(body: Syntax): readonly string[] {
  const found: string[] = [];
  for (const { type, text } of walk(body))
    if (/^(?:identifier|type_identifier|constant|simple_identifier|name|field_identifier)$/.test(type))
      found.push(text);
  return found;
}

/** How much more often each word stands outside of tests. */
export function shiftOutsideTests(before: readonly CodeFile[], after: readonly CodeFile[]): (word: string) => number {
  const words = (files: readonly CodeFile[]) => files.map(textOutsideTests).flatMap(partsIn);
  return shiftBetween(words(before), words(after));
}

/** What a file says outside of its tests; nothing where it is a file of tests. */
function textOutsideTests(file: CodeFile): string {
  if (isTestPath(file.path)) return "";
  let text = file.text;
  for (const { node } of testsIn(file).toReversed()) text = text.slice(0, node.from) + text.slice(node.to);
  return text;
}

const tokens = new WeakMap<Syntax, ReadonlyMap<string, number>>();

/** How often each word stands in a piece of code. Read once for each node. */
export function tokensOf(node: Syntax): ReadonlyMap<string, number> {
  const read = tokens.get(node) ?? countOf(normal(node).match(/[\p{L}_$][\p{L}\p{N}_$]*|\d[\w.]*|[^\s\w]/gu) ?? []);
  tokens.set(node, read);
  return read;
}
