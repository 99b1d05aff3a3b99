// Scripts, recipes and build files that are no lists of settings: shell, Makefile, Dockerfile, Jenkinsfile, Gradle, CMake.

import { commandStrings } from "./commands.ts";
import { type CommandText, compareCommands, type TextChange } from "./compare-settings.ts";
import { shiftBetween, without } from "./counts.ts";
import type { Find, RuleName } from "./find.ts";
import { languageOf, lineAt, type Parse, unquoted } from "./syntax.ts";

const judgingScript =
  /(?:^|[/_.-])(?:tests?|specs?|lint|checks?|ci|verify|validate|run-?tests?|coverage|gate|presubmit|precommit|pre-commit|pre-push|build|make|e2e|smoke|typecheck|quality|qa)(?:$|[/_.-])/i;

/** Finds by the commands in a script, and by the lines of a build file. */
export function compareScripts(change: TextChange, parse: Parse): readonly Find[] {
  const { path, before, after } = change;
  if (before === null || after === null) return [];
  const finds: Find[] = [];
  const [old, now] = [commandsOf(path, before, parse), commandsOf(path, after, parse)];
  if (old !== null && now !== null) finds.push(...compareCommands(path, old, now, parse, judgingScript.test(path)));
  if (languageOf(path, after) === "bash") finds.push(...strictness(path, before, after));
  finds.push(...compareLines(change));
  return finds;
}

/** The commands of a file as a shell would be given them; null: it has none. */
function commandsOf(path: string, text: string, parse: Parse): readonly CommandText[] | null {
  const name = path.split("/").at(-1) ?? "";
  if (/^(?:GNU)?[mM]akefile$|\.mk$|^[jJ]ustfile$/.test(name)) return recipesIn(text);
  if (/^(?:Dockerfile|Containerfile)|\.[dD]ockerfile$/.test(name))
    return text
      .split("\n")
      .flatMap((line, index) =>
        /^\s*RUN\s/.test(line)
          ? [{ key: "RUN", text: line.replace(/^\s*RUN\s+(?:--\S+\s+)*/, ""), line: index + 1 }]
          : [],
      );
  const language = languageOf(path, text);
  if (language === "bash" && !/\.bats$/.test(path)) return [{ key: "", text, line: 1 }];
  if (/^Jenkinsfile|\.(?:groovy|jenkins)$/.test(name)) return quotedCommands(text);
  if (
    language !== null &&
    /(?:^|\/)(?:noxfile\.py|tasks\.py|[dD]angerfile|Rakefile|build\.\w+|[\w-]*(?:check|test|lint|ci|verify|build|run|task|script)[\w-]*\.(?:[cm]?[jt]s|py|rb|php))$/.test(
      path,
    ) &&
    !/[._-](?:test|spec)\.|_test\.|(?:^|\/)test_/.test(path)
  ) {
    const root = parse(language, text);
    return root === null
      ? null
      : commandStrings(root).map((node) => ({ key: "call", text: unquoted(node.text), line: node.line }));
  }
  return null;
}

/** Recipe lines by target; a `-` before one means that its failure counts for nothing. */
function recipesIn(text: string): CommandText[] {
  const found: CommandText[] = [];
  let target = "";
  for (const [index, line] of text.split("\n").entries()) {
    const [, name] = /^([\w./-]+)[^:=\n]*:(?!=)/.exec(line) ?? [];
    if (name !== undefined) target = name;
    if (!/^(?:\t| {2,})\S/.test(line)) continue;
    const own = line
      .trim()
      .replace(/\$\((\w+)\)/g, "$1")
      .replaceAll("$$", "$");
    const isIgnored = /^@?-/.test(own);
    const command = own.replace(/^[@-]+\s*/, "");
    found.push({
      key: target,
      text: isIgnored ? `${command.replace(/\s*\\$/, "")} || true` : command.replace(/\s*\\$/, ""),
      line: index + 1,
    });
  }
  return found;
}

/** `sh 'npm test || true'` and `sh(script: "…", returnStatus: true)`. */
function quotedCommands(text: string): CommandText[] {
  return [
    ...text.matchAll(
      /\b(?:sh|bat|pwsh)\s*\(?\s*(?:script:\s*)?("""[\s\S]*?"""|'''[\s\S]*?'''|"[^"\n]*"|'[^'\n]*')([^\n]*)/g,
    ),
  ].map(({ 1: quoted = "", 2: rest = "", index }) => ({
    key: "sh",
    text: `${unquoted(quoted)}${/returnStatus:\s*true/.test(rest) ? " || true" : ""}`,
    line: lineAt(text, index),
  }));
}

/** `set -e` and `pipefail` that are gone. */
function strictness(path: string, before: string, after: string): Find[] {
  const has = (text: string, what: RegExp) => text.split("\n").some((line) => what.test(line));
  const isStrict = /^\s*set\s+(?:-o\s+errexit|-[a-z]*e)|^#!.*\s-[a-z]*e/;
  const isPiped = /^\s*set\s.*pipefail/;
  return [
    ...(has(before, isStrict) && !has(after, isStrict) ? ["set -e is gone"] : []),
    ...(has(before, isPiped) && !has(after, isPiped) ? ["set -o pipefail is gone"] : []),
  ].map((what) => ({ rule: "exit_swallowed" as const, path, lines: [], what: [what] }));
}

interface LineRule {
  readonly files: RegExp;
  readonly line: RegExp; // with a group: a number, or what is left out
  readonly worse: "came" | "gone" | "lower" | "higher";
  readonly rule: RuleName;
}

const gradle = /\.gradle(?:\.kts)?$/;
const cmake = /CMakeLists\.txt$|\.cmake$/;
const lineRules: readonly LineRule[] = [
  {
    files: gradle,
    line: /\b(?:ignoreFailures|ignoreExitValue|setIgnoreFailures)\b\s*(?:=|\(|\.set\()?\s*true/,
    worse: "came",
    rule: "exit_swallowed",
  },
  {
    files: gradle,
    line: /\b(?:failOnViolation|failOnWarning|warningsAsErrors|allWarningsAsErrors|isFailOnViolation|abortOnError|failOnNoMatchingTests|checkReleaseBuilds|isAbortOnError)\b\s*(?:=|\.set\()?\s*false/,
    worse: "came",
    rule: "lint_off",
  },
  {
    files: gradle,
    line: /\b(?:warningsAsErrors|allWarningsAsErrors|abortOnError|isAbortOnError)\b\s*(?:=|\.set\()?\s*true|-Werror/,
    worse: "gone",
    rule: "lint_off",
  },
  {
    files: gradle,
    line: /\b(?:enabled|isEnabled)\b\s*=\s*false|onlyIf\s*\{\s*false\s*\}|\.enabled\s*=\s*false|setEnabled\(false\)/,
    worse: "came",
    rule: "ci_weakened",
  },
  {
    files: gradle,
    line: /\b(?:exclude|excludeTestsMatching|excludeTags|excludeCategories|excludeEngines|excludeTest)\b\s*\(?\s*["'](.*?)["']/,
    worse: "came",
    rule: "test_narrowed",
  },
  {
    files: gradle,
    line: /\b(?:includeTestsMatching|includeTags|include)\b\s*\(?\s*["'](.*?)["']/,
    worse: "came",
    rule: "test_narrowed",
  },
  {
    files: gradle,
    line: /\b(?:minimum|minBound|minValue)\b\s*(?:=|\(|\.set\()?\s*["']?([\d.]+)/,
    worse: "lower",
    rule: "threshold_lowered",
  },
  {
    files: gradle,
    line: /\b(?:maxRetries|maxFailures)\b\s*(?:=|\.set\()?\s*(\d+)/,
    worse: "higher",
    rule: "wait_raised",
  },
  {
    files: gradle,
    line: /\b(?:maxWarnings|maxErrors|maxIssues)\b\s*(?:=|\.set\()?\s*(\d+)/,
    worse: "higher",
    rule: "threshold_lowered",
  },
  {
    files: gradle,
    line: /\b(?:jacocoTestCoverageVerification|useJUnitPlatform|finalizedBy|dependsOn)\b.*(?:jacoco|detekt|ktlint|checkstyle|test|JUnit|spotbugs|pmd|check)/i,
    worse: "gone",
    rule: "ci_weakened",
  },
  {
    files: cmake,
    line: /\b(?:add_test|gtest_discover_tests|catch_discover_tests|enable_testing|include\s*\(\s*CTest|doctest_discover_tests)\b/,
    worse: "gone",
    rule: "ci_weakened",
  },
  {
    files: cmake,
    line: /\b(?:DISABLED\s+(?:TRUE|ON|1|true)|WILL_FAIL\s+(?:TRUE|ON|1|true)|SKIP_REGULAR_EXPRESSION|SKIP_RETURN_CODE|PASS_REGULAR_EXPRESSION)/,
    worse: "came",
    rule: "test_skipped",
  },
  {
    files: cmake,
    line: /-W(?:error|all|extra|conversion|pedantic)\b|-pedantic\b|\/WX\b|COMPILE_WARNING_AS_ERROR\s+(?:ON|TRUE)|-fsanitize=/,
    worse: "gone",
    rule: "lint_off",
  },
  { files: cmake, line: /(?:\s|"|;)(-w|-Wno-[\w-]+|\/W0|\/wd\d+)\b/, worse: "came", rule: "lint_off" },
  { files: cmake, line: /\bTIMEOUT\s+(\d+)/, worse: "higher", rule: "wait_raised" },
  { files: cmake, line: /BUILD_TESTING\s+(?:OFF|FALSE|"?off)/i, worse: "came", rule: "ci_weakened" },
  { files: cmake, line: /\b[\w/]*tests?[\w/]*\.(?:c|cc|cpp|cxx)\b/i, worse: "gone", rule: "test_out_of_reach" },
  { files: /[mM]akefile$|\.mk$/, line: /^\.IGNORE\b/, worse: "came", rule: "exit_swallowed" },
  {
    files: /[mM]akefile$|\.mk$/,
    line: /(?:FLAGS|WARN\w*)\s*[:+?]?=.*(-Werror|-Wall|-Wextra|-Wpedantic)/,
    worse: "gone",
    rule: "lint_off",
  },
  { files: /^\.rspec$|\/\.rspec$/, line: /--dry-run\b/, worse: "came", rule: "ci_weakened" },
  {
    files: /^\.rspec$|\/\.rspec$/,
    line: /--(?:tag|exclude-pattern|pattern|example|only-failures)\b/,
    worse: "came",
    rule: "test_narrowed",
  },
  {
    files: /(?:spec_helper|rails_helper|test_helper|simplecov|\.simplecov)(?:\.rb)?$/,
    line: /\b(?:minimum_coverage|minimum_coverage_by_file|refuse_coverage_drop|maximum_coverage_drop)\b\D*([\d.]+)?/,
    worse: "lower",
    rule: "threshold_lowered",
  },
  {
    files: /(?:spec_helper|rails_helper|test_helper|simplecov|\.simplecov)(?:\.rb)?$/,
    line: /\badd_filter\b\s*\(?\s*(.+)/,
    worse: "came",
    rule: "threshold_lowered",
  },
  {
    files: /(?:spec_helper|rails_helper)\.rb$/,
    line: /filter_run_excluding|filter_run_when_matching|filter_run\b|run_all_when_everything_filtered|silence_filter|default_retry_count/,
    worse: "came",
    rule: "test_narrowed",
  },
  {
    files:
      /(?:\.eslintignore|\.prettierignore|\.stylelintignore|\.biomeignore|\.flake8ignore|\.oxlintignore|\.rubocop_todo\.yml|\.golangciignore)$/,
    line: /^(?!#|\s*$)(.+)/,
    worse: "came",
    rule: "lint_off",
  },
  {
    files: /(?:^|\/)\.trivyignore$|\.semgrepignore$|\.bandit$|\.snyk$/,
    line: /^(?!#|\s*$)(.+)/,
    worse: "came",
    rule: "lint_off",
  },
  {
    files: /conftest\.py$/,
    line: /collect_ignore(?:_glob)?\s*(?:=|\+=|\.append|\.extend)|pytest_ignore_collect|items\[:\]|items\.(?:clear|remove)|config\.hook\.pytest_deselected|add_marker\(\s*pytest\.mark\.(?:skip|xfail)|outcome\s*=\s*["']passed|session\.exitstatus\s*=\s*0|exitstatus\s*=\s*0|rep(?:ort)?\.outcome/,
    worse: "came",
    rule: "test_narrowed",
  },
  {
    files:
      /(?:jest|vitest|test|spec|mocha)[\w.-]*[._-]?(?:setup|helper|bootstrap)\w*\.[cm]?[jt]s$|(?:setup|global)[._-]?\w*tests?\w*\.[cm]?[jt]s$/i,
    line: /global(?:This)?\.(?:it|test|describe|expect)\s*=|(?:unhandledRejection|uncaughtException)["'].*(?:\{\s*\}|=>\s*undefined)|process\.exitCode\s*=\s*0/,
    worse: "came",
    rule: "exit_swallowed",
  },
  { files: /_test\.go$/, line: /^\s*(?:m\.Run\(\)|_\s*=\s*m\.Run\(\))\s*$/, worse: "came", rule: "exit_swallowed" },
  {
    files: /\.(?:php)$/,
    line: /^\s*(?:<\?php\s*)?declare\s*\(\s*strict_types\s*=\s*1\s*\)/,
    worse: "gone",
    rule: "types_off",
  },
  { files: /\.rb$/, line: /^#\s*typed:\s*(?:strict|strong|true)\b/, worse: "gone", rule: "types_off" },
  { files: /\.[jt]sx?$/, line: /^\s*\/[/*]\s*@(?:flow|ts-check)\b/, worse: "gone", rule: "types_off" },
  { files: /\.rs$/, line: /^\s*#!\[(?:deny|forbid|warn)\(/, worse: "gone", rule: "lint_off" },
];

/** By lines, where a format has no reader; comments are no lines. */
function compareLines({ path, before, after }: TextChange): Find[] {
  const rules = lineRules.filter(({ files }) => files.test(path));
  if (rules.length === 0 || before === null || after === null) return [];
  const finds: Find[] = [];
  const [old, now] = [linesOf(path, before), linesOf(path, after)];
  for (const rule of rules) {
    const [was, is] = [matchesIn(old, rule.line), matchesIn(now, rule.line)];
    const put = (line: number | null, what: string) =>
      finds.push({ rule: rule.rule, path, lines: line === null ? [] : [line], what: [what.slice(0, 160)] });
    if (rule.worse === "came") {
      if (is.length > was.length) for (const one of without(is, was, ({ text }) => text)) put(one.line, one.text);
    } else if (rule.worse === "gone") {
      const matches = was.map(({ match }) => match);
      const shiftOf = shiftBetween(
        matches,
        is.map(({ match }) => match),
      );
      for (const match of new Set(matches))
        if (shiftOf(match) < 0 && is.length < was.length) put(null, `${match} is gone`);
    } else {
      for (const [index, one] of was.entries()) {
        const other = is[index];
        if (other === undefined) {
          if (rule.worse === "lower" && is.length < was.length) put(null, `${one.text} is gone`);
          continue;
        }
        const [from, to] = [Number(one.group), Number(other.group)];
        if (rule.worse === "lower" ? to < from : to > from) put(other.line, `${one.text} → ${other.text}`);
      }
      if (rule.worse === "higher" && rule.rule === "wait_raised")
        for (const one of is.slice(was.length))
          if (Number(one.group) > 0 && /retr/i.test(one.text)) put(one.line, one.text);
    }
  }
  return finds;
}

/** Its lines without comments. */
function linesOf(path: string, text: string): readonly string[] {
  const isHash = /CMakeLists|[mM]akefile|\.mk$|\.cmake$|\.rb$|\.py$|ignore$|\.rspec$/.test(path);
  return text.split("\n").map((raw) => {
    if (isHash && !/typed:/.test(raw)) return raw.replace(/(?:^|\s)#.*$/, "");
    return /@(?:flow|ts-check)/.test(raw) ? raw : raw.replace(/(?:^|\s)\/\/.*$/, "");
  });
}

function matchesIn(lines: readonly string[], pattern: RegExp) {
  const every = new RegExp(pattern.source, `g${pattern.flags}`);
  return lines.flatMap((line, index) =>
    [...line.matchAll(every)].map((match) => ({
      text: line.trim(),
      match: match[0].trim(),
      group: match[1] ?? "",
      line: index + 1,
    })),
  );
}
