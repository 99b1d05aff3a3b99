// What keeps a test from running or from failing, and what keeps all others from running.
import { type Call, callOf, isFunction, type Note, wordsOf } from "./code.ts";
import { ancestors, type CodeFile, childOf, type Language, lineAt, namedIn, type Syntax, walk } from "./syntax.ts";

export interface Mark {
  readonly what: string;
  /** `sometimes`: on a condition that is not known here. `focus`: it runs, and others do not. */
  readonly when: "always" | "sometimes" | "focus";
  readonly line: number;
}

const alwaysNote =
  /^(?:[\w.]*[.:])?(?:skip|expectedFailure|xfail|Disabled|Ignore|Ignored|Explicit|Inconclusive|Pending|NotRunnable|quarantine[d]?)(?:Attribute)?(?:$|\((?!.*condition=))|^(?:Test|Fact|Theory|\w*Fact|\w*Theory|TestCase|InlineData|DataRow|TestMethod)\((?:.*[,(])?(?:Skip|Ignore|IgnoreReason|IgnoreMessage|Explicit)=|^Test\((?:.*,)?enabled=false|^pytestmark=\[?.*mark\.(?:skip|xfail)(?!if)|^__test__=False|^ignore(?:=|$)|^cfg\((?:any\(\)|not\(test\)|ignored?|FALSE|false|disabled|never|skip)\)|^@(?:ignore|skip|disabled|incomplete|group (?:skip|disabled|ignore|broken|quarantine|excluded?))\b|^(?:Group|Tag|Category|TestCategory|Trait)\((?:"Category",)?["'](?:skip(?:ped)?|disabled?|ignored?|broken|quarantined?|manual|excluded?|flaky)["']/i;
const sometimesNote =
  /(?:^|[.:])(?:skipif|skip_if|skipunless|skip_unless|SkipIf\w*|EnabledIf\w*|DisabledIf\w*|EnabledOn\w*|DisabledOn\w*|EnabledFor\w*|DisabledFor\w*|EnabledIn\w*|DisabledIn\w*|Requires\w*|IgnoreIf|SkipOn\w*|ConditionalFact|ConditionalTheory|Platform|SupportedOSPlatform|SdkSuppress)\b|^@(?:requires)\b|^pytestmark=.*skipif|^cfg\((?!test\))|^cfg_attr\(.*ignore|(?:^|\.)xfail\(.*condition=|^ignore_if/i;
const panics = /^should_panic|^(?:ExpectedException|expectedException)|^Test\(expected=/;

/** Decorators, annotations and attributes. */
export function marksOfNotes(notes: readonly Note[]): readonly Mark[] {
  return notes.flatMap(({ text, line }): Mark[] => {
    const what = text.slice(0, 80);
    if (sometimesNote.test(text))
      return [
        {
          what,
          when: /skip_?if\((?:True|1)[,)]|skip_?unless\((?:False|0)[,)]/i.test(text) ? "always" : "sometimes",
          line,
        },
      ];
    if (alwaysNote.test(text)) return [{ what, when: "always", line }];
    if (panics.test(text)) return [{ what, when: "sometimes", line }];
    if (/^(?:Only|Focus|Solo)(?:\(|$)/.test(text)) return [{ what, when: "focus", line }];
    return [];
  });
}

/** Names that a runner reads: `DISABLED_`, Catch's hidden tags, Kotest's bang. */
export function marksOfNames(name: string, line: number): readonly Mark[] {
  const hidden =
    /\bDISABLED_\w*|\[(?:\.\w*|!mayfail|!shouldfail|hide)\]|\*\s*(?:\w+::)*(?:skip|may_fail|should_fail|disabled|expected_failures)\(|^!/.exec(
      name,
    );
  if (hidden !== null) return [{ what: hidden[0], when: "always", line }];
  return /^f:/.test(name) ? [{ what: "f:", when: "focus", line }] : [];
}

const alwaysWord =
  /^(?:skip|todo|fails|failing|fixme|fail|disabled|ignore|pending|x(?:it|test|describe|context|specify|scenario|should|feature|example|given|when|then))$/;
const focusWord = /^(?:only|f(?:it|describe|context|specify|scenario|example|test|eature))$/;

/** `it.skip`, `xit`, `it("…", { skip: true })`, `it("…", :skip)`, and what is chained behind. */
export function marksOfCall(call: Call, chained: readonly Call[]): readonly Mark[] {
  const { node, callee, args } = call;
  const marks: Mark[] = [];
  const put = (when: Mark["when"], what: string) => marks.push({ what: what.slice(0, 80), when, line: node.line });
  const words = wordsOf(callee);
  for (const word of words) {
    if (alwaysWord.test(word)) put("always", callee);
    else if (focusWord.test(word)) put("focus", callee);
    else if (/^(?:skipIf|runIf|if|skipUnless|ignoreIf)$/.test(word)) {
      const given = /(?:skipIf|runIf|if|skipUnless|ignoreIf)\s*\(([^)]*)/.exec(node.text)?.[1]?.trim() ?? "";
      const never = /^true$/.test(given) ? word === "skipIf" : /^false$/.test(given) && word !== "skipIf";
      put(never ? "always" : "sometimes", `${word}(${given})`);
    }
  }
  for (const { callee: name, args: given } of chained) {
    const word = wordsOf(name).at(-1) ?? "";
    if (/^(?:skip|todo|fails|throwsNoExceptions)$/.test(word))
      put(
        given.some(
          ({ type, text }) => /closure|arrow|function|lambda/.test(type) || /^(?!true$)[^"'].*[=!(<>$]/.test(text),
        )
          ? "sometimes"
          : "always",
        word,
      );
    if (/^(?:skipOn\w*|onlyOn\w*)$/.test(word)) put("sometimes", word);
    if (word === "only") put("focus", word);
  }
  for (const arg of [...args, ...configOf(node)]) {
    const text = arg.text.replace(/\s+/g, "");
    if (/^:(?:skip|pending|disabled|broken)$/.test(text)) put("always", text);
    if (/^:(?:focus|only)$/.test(text)) put("focus", text);
    if (!/^(?:object|hash|pair|value_argument|dictionary)$/.test(arg.type) && !/^\w+[:=]/.test(text)) continue;
    const [, key, value = ""] =
      /(?:^|[{,])["']?:?(skip|todo|pending|ignore|enabled|only|focus|disabled)["']?(?::|=>|=)([^,}]*)/.exec(text) ?? [];
    if (key === undefined || /^(?:undefined|null|nil)$/.test(value)) continue;
    const isOff = key === "enabled" ? value === "false" : value !== "false";
    const isPlain = /^(?:true|false|["'`].*)$/.test(value);
    if (key === "only" || key === "focus") isOff && put("focus", `${key}: ${value}`);
    else if (!isPlain) put("sometimes", `${key}: ${value}`);
    else if (isOff) put("always", `${key}: ${value}`);
  }
  return marks;
}

/** Kotest's `.config(enabled = false)`, which stands in the callee. */
function configOf(node: Syntax): readonly Syntax[] {
  const found: Syntax[] = [];
  const [callee] = node.children;
  for (const one of callee === undefined ? [] : walk(callee)) {
    const call = callOf(one);
    if (call !== null && /\.config$/.test(call.callee))
      for (const inner of walk(one)) if (inner.type === "value_argument") found.push(inner);
  }
  return found;
}

const skipReceivers =
  /^(?:t|tt|tc|ctx|context|c|b|f|s|test|it|self|cls|pytest|unittest|Assert|Assume|Assumptions|Assumption|Skip|TestContext|XCTSkip|tester|td|suite|assert|TestCase|testing)$/;
const bareSkips =
  /^(?:skip|pending|omit|GTEST_SKIP|SKIP|TEST_IGNORE|TEST_IGNORE_MESSAGE|startSkipping|assumeTrue|assumeFalse|assumeThat|assumingThat|markTestSkipped|markTestIncomplete|skipTest|xfail|importorskip|bats_skip)$/;
const memberSkips =
  /^(?:skip|Skip|Skipf|SkipNow|skipTest|skipIf|xfail|importorskip|markTestSkipped|markTestIncomplete|Ignore|Inconclusive|If|Unless|IfNot|fixme|fail_if|abort|assumeTrue|assumeFalse|assumeThat|That|omit|pending|todo|skip_test)$/;
const thrown =
  /\b(?:SkipTest|SkipException|SkippedException|SkippedTestError|TestAbortedException|AssumptionViolatedException|IgnoreException|InconclusiveException|Skipped|SkippedWithMessageException|Minitest::Skip)\b/;

/** Words in a test's own body that end it before it is judged. */
export function marksInBody(body: Syntax, language: Language): readonly Mark[] {
  const marks: Mark[] = [];
  for (const node of walk(body, (inner) => !isFunction(inner) || inner === body)) {
    if (
      /^(?:raise|raise_statement|throw_statement|throw_expression|jump_expression)$/.test(node.type) &&
      thrown.test(node.text)
    ) {
      marks.push({
        what: node.text.slice(0, 60),
        when: isConditional(node, body) ? "sometimes" : "always",
        line: node.line,
      });
      continue;
    }
    if (
      language === "ruby" &&
      node.type === "identifier" &&
      /^(?:skip|pending|omit)$/.test(node.text) &&
      /body|block|then|if|unless/.test(node.parent?.type ?? "")
    ) {
      marks.push({ what: node.text, when: isConditional(node, body) ? "sometimes" : "always", line: node.line });
      continue;
    }
    const call = callOf(node);
    if (call === null) continue;
    const words = wordsOf(call.callee);
    const last = words.at(-1) ?? "";
    const isSkip =
      words.length === 1
        ? bareSkips.test(last) && (language !== "bash" || node.type === "command")
        : memberSkips.test(last) && skipReceivers.test(words.at(-2) ?? "");
    const isOwn = words.length === 1 || last !== "That" || /^(?:Assume|Assumptions)$/.test(words.at(-2) ?? "");
    const isRun = /^(?:If|Unless|IfNot)$/.test(last) && words.at(-2) !== "Skip";
    if (
      !isSkip ||
      !isOwn ||
      isRun ||
      (/^(?:it|test)$/.test(words.at(-2) ?? "") && call.args.some(({ type }) => /function/.test(type)))
    )
      continue;
    const given = call.args.map(({ text }) => text.trim());
    const isAssumed = /^(?:assume\w*|assuming\w*|That|If|Unless|IfNot|skipIf)$/.test(last);
    const never = isAssumed && /^(?:false|False|true)$/.test(given[0] ?? "");
    const conditional =
      isConditional(node, body) ||
      (isAssumed && !never) ||
      (last === "skip" && given.length > 1 && !/^["'`]/.test(given[0] ?? ""));
    marks.push({
      what: `${call.callee}(${given.join(", ")})`.slice(0, 80),
      when: conditional ? "sometimes" : "always",
      line: node.line,
    });
  }
  return marks;
}

function isConditional(node: Syntax, body: Syntax): boolean {
  for (const up of ancestors(node)) {
    if (up === body) return false;
    if (
      /^(?:if|elif|unless|switch|case|match|catch|rescue|except|when|conditional|ternary|select|while|for)/.test(
        up.type,
      ) ||
      up.type === "list" ||
      /^(?:if|unless)_modifier$/.test(up.type)
    ) {
      const condition = childOf(up, "condition")?.text.replace(/[()\s]/g, "") ?? "";
      if (!/^(?:true|True|1|!false)$/.test(condition)) return true;
    }
  }
  return false;
}

/** Marks that a file has for all its tests. */
export function marksOfFile({ root, language, text }: CodeFile): readonly Mark[] {
  const marks: Mark[] = [];
  const put = (what: string, when: Mark["when"], line: number) => marks.push({ what: what.slice(0, 80), when, line });
  const tags = language === "go" ? /^\/\/(?:go:build|\s*\+build)\s+(.*)$/gm : null;
  for (const { 1: tag = "", index } of tags === null ? [] : text.matchAll(tags))
    put(
      `build tag ${tag}`,
      /^(?:ignore|never|skip|disabled|!test)\b/.test(tag) ? "always" : "sometimes",
      lineAt(text, index),
    );
  for (const top of namedIn(root)) {
    const flat = top.text.replace(/\s+/g, "");
    if (language === "python") {
      if (/^(?:pytestmark=)/.test(flat)) marks.push(...marksOfNotes([{ text: flat, line: top.line }]));
      if (/^(?:__test__=False|collect_ignore)/.test(flat)) put(flat, "always", top.line);
      if (/^(?:pytest\.skip\(|raise(?:unittest\.)?SkipTest)/.test(flat)) put(flat, "always", top.line);
      if (/^pytest\.importorskip\(/.test(flat)) put(flat, "sometimes", top.line);
      const isSetUp = /^(?:def(?:setUpModule|setup_module))/.test(flat);
      if (isSetUp && /SkipTest|pytest\.skip/.test(flat)) put("setUpModule", "always", top.line);
    }
    if (language === "rust" && top.type === "inner_attribute_item" && /^#!\[cfg\(/.test(flat))
      put(flat, /any\(\)|ignored?|never|disabled/.test(flat) ? "always" : "sometimes", top.line);
  }
  return marks;
}
