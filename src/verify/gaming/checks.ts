// What a test asserts: each assertion, how much it can tell, and whether it is reached at all.
import { callOf, isFunction, wordsOf } from "./code.ts";
import {
  ancestors,
  childOf,
  isComment,
  isScript,
  isString,
  type Language,
  namedIn,
  normal,
  type Syntax,
  walk,
} from "./syntax.ts";

export interface Check {
  readonly text: string; // the same for the same code, however it is laid out
  readonly shape: string; // the same without numbers and strings
  readonly literals: readonly string[];
  readonly words: ReadonlySet<string>; // its names
  readonly sides: readonly string[]; // what is compared with what, as far as that can be told; the same code is the same text
  /** 0: it holds whatever happens; 1: something is there; 2: it is of a kind; 3: it is exactly this. */
  readonly strength: 0 | 1 | 2 | 3;
  /** Whether it stands under a condition within its test. */
  readonly conditional: boolean;
  readonly line: number;
}

const asserting =
  /^(?:assert|expect|should|verify|check(?!out|box|point)|require|ensure|must|wont|refute|flunk|prove|confirm)/i;
const macros =
  /^(?:(?:EXPECT|ASSERT|REQUIRE|CHECK|VERIFY|BOOST_(?:TEST|CHECK|REQUIRE|WARN)|TEST_ASSERT|TEST_FAIL|CPPUNIT_ASSERT|UT_ASSERT|CU_ASSERT)\w*|FAIL|ADD_FAILURE|(?:ck|cr|g|mu|munit|assert|utest)_\w*|(?:STRCMP|LONGS|DOUBLES|POINTERS|BYTES|MEMCMP|CHECK)_EQUAL\w*|Q(?:COMPARE|VERIFY2?|FAIL)\w*|SUCCEED)$/;
const failing =
  /^(?:fail(?:s|ure|ed|now)?|Fail(?:Now|f)?|Error|Errorf|Fatal|Fatalf|flunk|addFailure|pytest\.fail|raises|warns|deprecated_call|assertRaises\w*|throws|rejects|thrown|panic|abort|unreachable|expectException\w*)$/;
const ofTap =
  /^(?:equals?|is|ok|notOk|deepEqual|notDeepEqual|same|not|notSame|like|throws|notThrows|rejects|true|false|truthy|falsy|pass|strictEqual|looseEqual|match|error|ifError|snapshot|plan|regex|has|is_deeply|isa_ok|cmp_ok|isDeeply)$/;
const importing: Partial<Readonly<Record<Language, RegExp>>> = {
  javascript: /^require(?:\.|$)|^check(?:box|out)/,
  typescript: /^require(?:\.|$)/,
  ruby: /^require(?:_relative)?$/,
  php: /^(?:require|include)/,
  rust: /\.(?:expect|expect_err|ensure\w*)$/,
  kotlin: /^require(?:NotNull)?$/,
};

/** The assertions of a test's body that are reached: none behind a return, in a branch that is never taken, or with a failure swallowed. */
export function checksIn(body: Syntax, language: Language): readonly Check[] {
  const found: Check[] = [];
  for (const node of walk(body)) {
    const check = checkAt(node, language);
    if (check === null || isDead(node, body)) continue;
    found.push({ ...check, conditional: isConditional(node, body, language) });
  }
  return found;
}

function checkAt(node: Syntax, language: Language): Omit<Check, "conditional"> | null {
  if (/^(?:assert_statement|test_command)$/.test(node.type)) return checkOf(node, node, language);
  if (node.type === "infix_expression" && /^should/.test(node.children[1]?.text ?? ""))
    return checkOf(node, node, language);
  if (node.type === "assert_expression") return checkOf(node, node, language);
  if (isPropertyCheck(node)) return checkOf(node, node, language);
  if (isCallExpression(node, language)) return checkOf(node, wholeOf(node, language), language);
  return null;
}

function isCallExpression(node: Syntax, language: Language): boolean {
  const call = callOf(node);
  if (call === null || isLink(node) || dropsFailure(node)) return false;
  const { callee } = call;
  if (importing[language]?.test(callee)) return false;
  const words = wordsOf(callee);
  const [first = "", last = ""] = [words[0], words.at(-1)];
  if (language === "bash")
    return (
      /^(?:assert|refute|fail\b|expect|check_|should|verify|grep|diff|cmp|\[|\[\[|test$)/.test(callee) ||
      (/^(?:exit|return|false)$/.test(callee) && (call.args[0]?.text ?? "1") !== "0")
    );
  if (language === "go") return isGoCheck(words, callee);
  if (language === "rust")
    return (
      (node.type === "macro_invocation" &&
        /^(?:\w+\.)*(?:debug_|prop_)?(?:assert\w*|panic|unreachable|todo|expect_that|verify_that|check\w*|insta)$/.test(
          callee.replace(/!$/, ""),
        )) ||
      /(?:^|\.)(?:assert|should|expect|verify)_?\w*$/.test(callee.replace(/.*\.expect(?:_err)?$/, ""))
    );
  if (language === "cpp")
    return macros.test(last) || /^(?:assert|should|expect|check|verify)/i.test(last) || /^(?:fail|abort)$/.test(last);
  if (
    failing.test(last) &&
    (words.length === 1 ||
      /^(?:t|assert|Assert|self|this|pytest|TestCase|chai|done|kotlin|Assertions|)$/.test(words.at(-2) ?? "") ||
      /^(?:assertRaises|expectException)/.test(last))
  )
    return true;
  if (/^(?:t|tap|test|assert|ava|suite)$/.test(first) && words.length === 2 && ofTap.test(last)) return true;
  if (/^(?:jest|vi|sinon|cy|mock)$/.test(first) && !/should|assert|expect/.test(callee)) return false;
  return (
    asserting.test(first) ||
    asserting.test(last) ||
    (words.some((word) => /^(?:should|Should|must|to|To|expect|have)$/.test(word)) &&
      /\(\)/.test(callee) &&
      words.some((word) => /^(?:should|Should|must|expect|Expect|_)$/.test(word)))
  );
}

const isGoCheck = (words: readonly string[], callee: string) =>
  (failing.test(words.at(-1) ?? "") && words.length === 2) ||
  (/^(?:assert|require|is|must|qt|check|expect|c|should|autogold|snaps)\.(?:[A-Z]\w*)$/.test(callee) &&
    !/\.(?:New|Run|Log|Context|Name|Helper|Cleanup)$/.test(callee)) ||
  /^(?:Expect|Eventually|Consistently|Ω|g\.Expect)\(\)/.test(callee) ||
  /^(?:assert|expect|check|verify|must|require)[A-Z]\w*$/.test(words.at(-1) ?? "");

/** Whether a call is only the beginning of a longer chain, which is judged as a whole. */
function isLink(node: Syntax): boolean {
  const { parent } = node;
  if (parent === null || parent.from !== node.from)
    return /^(?:await_expression)$/.test(parent?.type ?? "") ? false : isInsideChain(node);
  const isChain =
    /member|attribute|field|navigation|selector|call|invocation|method_reference|expression$/.test(parent.type) &&
    !/^(?:expression_statement|binary|assignment|infix|parenthesized|conditional|await|comparison|lambda|as_expression|list)/.test(
      parent.type,
    );
  return isChain && parent.children.some((child) => child.from > node.from && /^[.\-?:!([]/.test(child.text));
}

/** An argument of an assertion is no assertion of its own: `expect(x).to(equal(2))`. */
function isInsideChain(node: Syntax): boolean {
  for (const up of ancestors(node)) {
    if (isFunction(up) || /function|lambda|block|closure|statement/.test(up.type)) return false;
    const call = callOf(up);
    if (
      call !== null &&
      (asserting.test(wordsOf(call.callee)[0] ?? "") || macros.test(call.callee)) &&
      up.from !== node.from
    )
      return true;
  }
  return false;
}

/** `expect(x).to.be.true`, `expect(x).to.exist`: an assertion that is no call. */
function isPropertyCheck(node: Syntax): boolean {
  return (
    /^member_expression$/.test(node.type) &&
    /^(?:expression_statement|await_expression)$/.test(node.parent?.type ?? "") &&
    /^expect\(|\.should\./.test(node.text)
  );
}

/** In Go, with the condition it stands under: that is what is asserted. In a shell too. */
function wholeOf(node: Syntax, language: Language): Syntax {
  if (language === "go") {
    for (const up of ancestors(node)) {
      if (up.type === "if_statement") return childOf(up, "condition") === null ? node : up;
      if (/func/.test(up.type)) break;
    }
  }
  return node;
}

function checkOf(node: Syntax, whole: Syntax, language: Language): Omit<Check, "conditional"> {
  const condition = whole === node ? null : childOf(whole, "condition");
  const text = condition === null ? normal(whole) : `${normal(condition)} → ${callOf(node)?.callee ?? ""}`;
  const literals = literalsIn(condition ?? whole);
  const words = new Set(text.replace(/"[^"]*"/g, " ").match(/[\p{L}_$][\p{L}\p{N}_$]*/gu) ?? []);
  const shape = text.replace(/"[^"]*"|(?<![\w.])-?\d[\w.]*/g, "#");
  const sides = condition === null ? sidesOf(node, language) : (comparedIn(condition) ?? []);
  return { text, shape, literals, words, sides, strength: strengthOf(node, text, language), line: whole.line };
}

export function literalsIn(node: Syntax): readonly string[] {
  const found: string[] = [];
  for (const one of walk(node, ({ type }) => !isString(type))) {
    if (
      isString(one.type) ||
      (one.children.length === 0 && /^-?\d|^(?:true|false|null|nil|None|True|False|undefined)$/.test(one.text))
    )
      found.push(one.text.replace(/^['"`]|['"`]$/g, ""));
  }
  return found;
}

const presence =
  /(?:assert|require) \. Error \(|toBeDefined|toBeTruthy|toBeFalsy|not \. toBeNull|not \. toBeUndefined|not \. toThrow|toBeInstanceOf|toBeTypeOf|toHaveBeenCalled \(|toThrow \( \)|toThrowError \( \)|assertNotNull|assertIsNotNone|assertNotNil|assert_not_nil|refute_nil|assertIsInstance|isNotNull|IsNotNull|NotNull\b|NotBeNull|NotNil|is not None|!= (?:nil|null|None|nullptr|NULL|undefined)\b|!== (?:null|undefined)\b|isinstance|instanceof|instanceOf|InstanceOf|is_(?:ok|some|err)\b|isPresent|[nN]otEmpty|not_to be_nil|be_truthy|be_present|not_to raise|to \. exist|to \. be \. ok|assert \. ok \(|assert \. isOk|DoesNotThrow|NotThrow|doesNotThrow|expect \. anything|\bany\b \(|be_a\b|be_kind_of|shouldNotBe null|assertInstanceOf|assertIs(?:Array|String|Int|Object|Bool)|toBeObject|toBeString|toBeArray|be_an?\b|respond_to|-n \$|-n "|NoError|isNotBlank|assert_nothing_raised|isExactlyInstanceOf|IsType|BeOfType|HaveBeenCalled\b|assertTrue \( [\w.]+ \)|shouldNotBeNull|assert_called \(|called$|(?:raises|assertRaises\w*|[tT]hrows\w*|toThrow\w*|raise_error) [(<] ?(?:Exception|BaseException|Throwable|RuntimeException|StandardError|AnyException)\b(?! >? ?,)/;
const partial =
  /toContain|toMatch|toBeCloseTo|ontaining|Greater|Less|greater|less|[<>]|\bin\b|assertIn\b|Contains|contains|includes?\b|include\b|starts?With|ends?With|starts_with|ends_with|Regex|match|Match|lmost|approx|InDelta|isCloseTo|closeTo|close_to|be_within|Near|hasSize|HasCount|assertCount|toHaveLength|Len\b|hasLength|toHaveBeenCalledTimes|_(?:GT|GE|LT|LE|NE|STRNE)\b|NotEqual|AreNotEqual| \. not \. |isNotEqualTo|refute_equal|assert_ne\b|assert_not_equal|shouldNotBe|not_to eq|NotBe \(| !==? |be_between|in_range|InRange|isBetween|ANY|=~|any\b/;

function strengthOf(node: Syntax, text: string, language: Language): Check["strength"] {
  if (isVacuous(node, text, language)) return 0;
  if (presence.test(text)) return 1;
  if (isBare(text)) return 1;
  // In Go the condition says when it fails: what must not differ is exactly this.
  const said = / → /.test(text) ? text.replace(/ != /g, " is ").replace(/ == /g, " != ") : text;
  return partial.test(said) ? 2 : 3;
}

/** One value asserted to be true, without a comparison. */
function isBare(text: string): boolean {
  return /^assert [\w. ()[\]"]+$/.test(text) && !/ (?:in|is|not) |[=<>]/.test(text.replace(/\([^)]*\)/g, ""));
}

/** Whether it holds whatever the code does. */
function isVacuous(node: Syntax, text: string, language: Language): boolean {
  const call = callOf(node);
  const words = wordsOf(call?.callee ?? "");
  const last = words.at(-1) ?? "";
  if (language === "go" && / → /.test(text))
    return /^(?:false|1 == 2|1 != 1|true != true) →|\bfalse &&|&& false\b/.test(text);
  if (
    /^(?:fail|FAIL|ADD_FAILURE|Error|Errorf|Fatal|Fatalf|flunk|panic|exit|return|unreachable|abort|QFAIL|FailNow|Fail|expectException\w*|raises|assertions|hasAssertions|plan)/.test(
      last,
    )
  )
    return false;
  if (/\|\| (?:true|1)\b|\bor (?:True|true)\b|\|\| \[? ?true/.test(text)) return true;
  if (language === "bash")
    return /^\[ (?:1 -eq 1|0 -eq 0|true|"1" = "1") \]|^\[ "(\w*)" ==? "\1" \]|^true$|^test 1 -eq 1/.test(
      text.replace(/\[\[|\]\]/g, (bracket) => bracket[0] as string),
    );
  if (/^(?:pass|Pass|SUCCEED|Success|succeed)$/.test(last)) return true;
  if (isScript(language) && call?.callee === "expect") return true;
  if (
    /(?:>= 0|GreaterThanOrEqual \( 0|GreaterOrEqual \(.*, 0|GreaterEqual \(.*, 0|at\.least \( 0|isGreaterThanOrEqualTo \( 0)/.test(
      text,
    ) &&
    /len|size|count|length|Count|Length/.test(text)
  )
    return true;
  if (node.type === "assert_statement" && namedIn(node)[0]?.type === "tuple") return true;
  const sides = sidesOf(node, language);
  if (sides.length >= 2 && sides[0] === sides[1] && !/^not|Not|!=|unequal/.test(text.replace(/"[^"]*"/g, "")))
    return true;
  return (
    sides.length > 0 &&
    sides.every((side) =>
      /^(?:"[^"]*"|-?\d[\w.]*|true|false|True|False|nil|null|None|! false|not False|undefined|\[ \]|\{ \})$/.test(side),
    ) &&
    !/not|Not|!=|fail/i.test(text.replace(/"[^"]*"/g, "").replace(/^assert/, ""))
  );
}

/** The two sides of a comparison; null: it is none. */
function comparedIn(one: Syntax): readonly string[] | null {
  const inner = one.type === "parenthesized_expression" ? namedIn(one)[0] : one;
  if (
    inner === undefined ||
    !/^(?:comparison_operator|binary_expression|binary|equality_expression|infix_expression)$/.test(inner.type)
  )
    return null;
  const sides = namedIn(inner).filter(({ text }) => !/^should/.test(text));
  return sides.length === 2 ? sides.map(normal) : null;
}

/** What is compared with what: the arguments of a call and of the call it is chained on, the sides of an operator. */
function sidesOf(node: Syntax, language: Language): readonly string[] {
  if (/^(?:assert_statement|assert_expression)$/.test(node.type)) {
    const [first] = namedIn(node);
    return first === undefined ? [] : (comparedIn(first) ?? [normal(first)]);
  }
  if (node.type === "infix_expression") return comparedIn(node) ?? [];
  if (language === "rust" && node.type === "macro_invocation") {
    const inside = normal(node)
      .replace(/^[\w: ]+ ! \( ?/, "")
      .replace(/ ?\)$/, "");
    return splitArguments(inside)
      .flatMap((one) => {
        const parts = one.split(/ == /);
        return parts.length === 2 ? parts : [one];
      })
      .filter((one, index) => index < 2 || !/^"/.test(one));
  }
  const call = callOf(node);
  if (call === null) return [];
  const told = language === "go" ? call.args.filter(({ text }) => text !== "t") : call.args;
  const own = told.filter(({ type }, index) => index < 2 || !isString(type)).slice(0, 2);
  const onlyCompared = own[0] !== undefined ? comparedIn(own[0]) : null;
  if (onlyCompared !== null && own.length === 1) return onlyCompared;
  const inner: Syntax[] = [];
  const [callee] = node.children;
  for (const one of callee === undefined ? [] : walk(callee)) {
    const chained = callOf(one);
    if (
      chained !== null &&
      /^(?:expect|assertThat|that|_|Expect|value)$/.test(chained.callee) &&
      chained.args[0] !== undefined
    )
      inner.push(chained.args[0]);
  }
  const receiver = /^(.*?)\.(?:should|Should|must)(?:_not|Not)?(?:\(\))?(?:\.|$)/.exec(call.callee)?.[1];
  if (inner.length === 0 && receiver !== undefined) {
    return [normal(node).split(/ \. (?:should|Should|must)/)[0] ?? receiver, ...own.map(normal)];
  }
  if (inner.length > 0 && own.length === 0) {
    const isImplied = /(?:toBe\w+|is\w+|Be\w+|be_truthy)$/.test(call.callee);
    return [...inner.map(normal), ...(isImplied ? [] : ["…"])];
  }
  return [...inner, ...own].map(normal).map((side) => side.replace(/^(?:eq|equal|be) \( (.*) \)$/, "$1"));
}

function splitArguments(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    if (/[([{]/.test(text[at] as string)) depth++;
    if (/[)\]}]/.test(text[at] as string)) depth--;
    if (text[at] === "," && depth === 0) {
      parts.push(text.slice(start, at).trim());
      start = at + 1;
    }
  }
  return [...parts, text.slice(start).trim()].filter((part) => part !== "");
}

const conditionTypes =
  /^(?:if_statement|if_expression|if|unless|if_modifier|unless_modifier|conditional_expression|ternary_expression|switch_statement|case_statement)$/;

function isConditional(node: Syntax, body: Syntax, language: Language): boolean {
  let isFirst = language === "go";
  let inner = node;
  for (const up of ancestors(node)) {
    if (isAfterWayOut(inner, up)) return true;
    if (up === body) return false;
    inner = up;
    if (isFunction(up) || /function|lambda|closure/.test(up.type)) return false;
    if (!conditionTypes.test(up.type)) continue;
    if (isFirst || language === "bash") {
      isFirst = false;
      continue;
    }
    return true;
  }
  return false;
}

/** Behind a condition under which the test returns. */
function isAfterWayOut(inner: Syntax, block: Syntax): boolean {
  if (!/block|body|statements|statement_list|suite|compound_statement/.test(block.type)) return false;
  const before = block.children.slice(0, block.children.indexOf(inner));
  return before.some((one) => {
    const only = /^expression_statement$/.test(one.type) ? (namedIn(one)[0] ?? one) : one;
    if (!conditionTypes.test(only.type)) return false;
    return (
      [...walk(only)].some(({ type }) => /^(?:return_statement|return_expression|return)$/.test(type)) &&
      !/throw|raise|fail|Fatal|panic|assert|expect\(/i.test(only.text)
    );
  });
}

/** Whether what happens at a node can make no test fail. */
function isDead(node: Syntax, body: Syntax): boolean {
  let inner = node;
  for (const up of ancestors(node)) {
    if (isAfterEnd(inner, up)) return true;
    if (conditionTypes.test(up.type) && isNever(up, inner)) return true;
    if (
      /^preproc_if$/.test(up.type) &&
      /^(?:0|false)$/.test(childOf(up, "condition")?.text.trim() ?? "") &&
      inner.field !== "alternative"
    )
      return true;
    if (isSwallowing(up, inner) || isLate(up, inner, body)) return true;
    if (up === body) return false;
    inner = up;
  }
  return false;
}

const ends =
  /^(?:return_statement|return_expression|return|throw_statement|throw_expression|raise_statement|jump_expression)$/;

/** Behind a return in the same block. */
function isAfterEnd(inner: Syntax, block: Syntax): boolean {
  if (!/block|body|statements|statement_list|suite|compound_statement|program|module/.test(block.type)) return false;
  const before = block.children.slice(0, block.children.indexOf(inner));
  return before.some((one) => {
    const only = /^expression_statement$/.test(one.type) ? (namedIn(one)[0] ?? one) : one;
    if (ends.test(only.type))
      return /^return\b/.test(only.text) && !asserting.test(only.text.replace(/^return\s+/, ""));
    const callee = callOf(only)?.callee ?? "";
    return (
      /^(?:process\.exit|sys\.exit|os\._exit|exit|return|os\.Exit|System\.exit)$/.test(callee) &&
      !/^[1-9]/.test(callOf(only)?.args[0]?.text ?? "0")
    );
  });
}

/** In a branch whose condition is never true. */
function isNever(conditional: Syntax, inner: Syntax): boolean {
  const condition = childOf(conditional, "condition")?.text.replace(/[()\s]/g, "") ?? "";
  const never = /^(?:false|False|0|nil|null|None|!true|!1|notTrue|undefined|1==0|0==1|1==2|""|'')$/.test(condition);
  return never && inner.field !== "condition" && inner.field !== "alternative";
}

/** In a `try` whose failures go nowhere. */
function isSwallowing(outer: Syntax, inner: Syntax): boolean {
  if (/^(?:try_statement|try_expression|try_with_resources_statement|begin|body_statement)$/.test(outer.type)) {
    const isTried =
      inner.field === "body" ||
      /block|compound_statement|statements/.test(inner.type) ||
      (/^(?:begin|body_statement)$/.test(outer.type) && inner.type !== "rescue");
    const handlers = outer.children.filter(({ type }) =>
      /^(?:catch_clause|except_clause|catch_block|rescue|catch)$/.test(type),
    );
    if (
      !isTried ||
      handlers.length === 0 ||
      /^(?:catch_clause|except_clause|catch_block|rescue|finally)/.test(inner.type)
    )
      return false;
    return handlers.some((handler) => catchesFailures(handler) && isQuiet(handler));
  }
  if (outer.type === "with_statement")
    return /suppress\s*\(\s*(?:AssertionError|Exception|BaseException)/.test(outer.text.split("\n")[0] ?? "");
  if (outer.type === "rescue_modifier") return true;
  if (outer.type === "list" && inner === outer.children[0])
    return /\|\|\s*(?:true|:|echo\b[^|]*|return 0|exit 0)\s*$/.test(outer.text);
  return dropsFailure(outer) && inner.from === outer.from;
}

/** A chain that ends with a handler in which nothing happens. */
function dropsFailure(node: Syntax): boolean {
  const call = callOf(node);
  const nothing = /=>\s*\{\s*\}|=>\s*(?:null|undefined|void 0|\(\s*\))|function\s*\(\w*\)\s*\{\s*\}/;
  return call !== null && /\.catch$/.test(call.callee) && nothing.test(call.args[0]?.text ?? "");
}

/** In a callback that is called after the test is over, unless the test waits for it. */
function isLate(outer: Syntax, inner: Syntax, body: Syntax): boolean {
  const callee = callOf(outer)?.callee ?? "";
  if (!/^(?:setTimeout|setInterval|setImmediate|process\.nextTick|queueMicrotask|requestAnimationFrame)$/.test(callee))
    return false;
  const isWaited = [...ancestors(outer)].some(
    ({ type, text }) => type === "new_expression" && /^new Promise/.test(text),
  );
  return (
    inner.type === "arguments" &&
    !isWaited &&
    !/\bdone\b|useFakeTimers|runAllTimers|advanceTimers|runOnlyPendingTimers|clock\b/.test(
      body.parent?.text.slice(0, 4000) ?? body.text,
    )
  );
}

/** Of a typed handler, only what an assertion throws counts. */
function catchesFailures(handler: Syntax): boolean {
  const head = handler.text.split(/[{\n]/)[0] ?? "";
  if (/^except\b/.test(head)) return /^except\s*:|AssertionError|\bException\b|BaseException/.test(head);
  if (/^rescue\b/.test(head)) return /^rescue\s*(?:$|=>|Exception|Minitest|RSpec|StandardError)/.test(head);
  const [, type = ""] = /\(\s*(?:final\s+)?(?:\w+\s*:\s*)?([\w\\.|\s]*)/.exec(head) ?? [];
  return (
    /^\s*$|^\s*(?:_|e|err|error|ex|ignored?|\w)\s*$|Throwable|AssertionError|AssertionFailed|AssertionException|\bException\b|Error\b/.test(
      type,
    ) || /\.\.\./.test(head)
  );
}

/** A handler in which nothing fails: no assertion, nothing thrown on. */
function isQuiet(handler: Syntax): boolean {
  for (const one of walk(handler)) {
    if (isComment(one.type)) continue;
    if (/^(?:throw_statement|throw_expression|raise_statement|throw|jump_expression)$/.test(one.type)) return false;
    const call = callOf(one);
    if (call === null) continue;
    const words = wordsOf(call.callee);
    if (
      words.some(
        (word) =>
          asserting.test(word) || failing.test(word) || macros.test(word) || /^(?:raise|done|reject|next)$/.test(word),
      )
    )
      return false;
  }
  return !/\bthrow\b|\braise\b/.test(handler.text);
}
