// Configuration before and after: what judges less by it than it did.
import { type Commands, commandsIn, flagsOf, type Judging } from "./commands.ts";
import { without } from "./counts.ts";
import type { Find, RuleName } from "./find.ts";
import { type FlagRule, flagRules } from "./flag-rules.ts";
import { ci, settingRules, type Worse } from "./setting-rules.ts";
import { formatOf, type Setting, settingsIn } from "./settings.ts";
import type { Parse } from "./syntax.ts";

export interface TextChange {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** Settings that hold commands; their words are read as a shell reads them. */
const commandKey =
  /(?:^|\.)(?:scripts(?:-info)?\..+|run|script|before_script|after_script|commands?|cmds?|cmd|command|test_script|build_script|addopts|test|lint|check|entry|args|arg|argLine|steps\.run|pre-commit\S*|pre-push\S*|jobs\.\S*run|tasks?\.\S+|poe\.tasks\.\S+|scripts|verify|build|envs\.\S+\.scripts\.\S+|commands_pre|commands_post|bash|inlineScript|pwsh|inputs\.script|run\.command)$/;

/** Finds in one file of configuration, by its settings and by the commands in them. */
export function compareSettings(change: TextChange, parse: Parse): readonly Find[] {
  const { path, before, after } = change;
  if (before === null || formatOf(path) === null) return [];
  const [old, now] = [settingsIn(path, before, parse), after === null ? [] : settingsIn(path, after, parse)];
  if (old === null || now === null) return [];
  const finds: Find[] = [];
  const put = (rule: RuleName, line: number | null, what: string) =>
    finds.push({ rule, path, lines: line === null ? [] : [line], what: [what.slice(0, 160)] });
  const isRead =
    after !== null || /codecov|eslint|tsconfig|ruff|mypy|golangci|rubocop|nycrc|coveragerc|phpstan/.test(path);
  const rules = isRead ? settingRules.filter(({ files }) => files.test(path)) : [];
  const byKey = (all: readonly Setting[]) => Map.groupBy(all, ({ key }) => key);
  const [oldByKey, nowByKey] = [byKey(old), byKey(now)];
  for (const key of new Set([...oldByKey.keys(), ...nowByKey.keys()])) {
    const rule = dependencies.test(key) ? undefined : rules.find((one) => one.key.test(key));
    if (rule === undefined) continue;
    const [was, is] = [oldByKey.get(key) ?? [], nowByKey.get(key) ?? []];
    const found = lessened(rule.worse, was, is, key);
    if (found !== null && !isMovedTo(key, was, now, old)) put(rule.rule, found.line, `${shown(key)}: ${found.what}`);
  }
  if (ci.test(path)) finds.push(...compareWorkflow(path, old, now));
  if (!/lock\b|-lock\./.test(path))
    finds.push(...compareCommands(path, commandTexts(path, old), commandTexts(path, now), parse));
  return finds;
}

/** Names of packages say nothing of how anything is judged. */
const dependencies =
  /^(?:dev|peer|optional|bundled)?[dD]ependencies\.|^(?:tool\.poetry\.|project\.)?(?:dev-)?dependencies\b|^overrides\.|^resolutions\./;

const shown = (key: string) => key.replaceAll("\u2024", ".");

/** Whether a setting only changed its place: the same last name with the same value stands elsewhere. */
function isMovedTo(key: string, was: readonly Setting[], now: readonly Setting[], old: readonly Setting[]): boolean {
  if (was.length === 0) return false;
  const last = key.split(".").at(-1);
  const values = was
    .map(({ value }) => value)
    .sort()
    .join("\n");
  const others = now.filter(
    (one) => one.key !== key && one.key.split(".").at(-1) === last && !old.some((before) => before.key === one.key),
  );
  const isStill = now.some((one) => one.key === key);
  return (
    !isStill &&
    others
      .map(({ value }) => value)
      .sort()
      .join("\n") === values
  );
}

interface Lessened {
  readonly what: string;
  readonly line: number | null;
}

function lessened(worse: Worse, was: readonly Setting[], is: readonly Setting[], key: string): Lessened | null {
  const [one, other] = [was[0], is[0]];
  const change =
    `${was.map(({ value }) => value).join(", ") || "not set"} → ${is.map(({ value }) => value).join(", ") || "not set"}`.slice(
      0,
      120,
    );
  const line = other?.line ?? null;
  const result = { what: change, line };
  switch (worse) {
    case "lower": {
      const [low, high] = [numberIn(other?.value), numberIn(one?.value)];
      if (high === null || Number.isNaN(high)) return null;
      return low === null || low < high ? result : null;
    }
    case "higher":
    case "raised": {
      const [high, low] = [numberIn(other?.value), numberIn(one?.value)];
      if (high === null) return null;
      if (low === null) return worse === "higher" && high > 0 && (one !== undefined || isPatience(key)) ? result : null;
      return high > low || (worse === "raised" && high === 0 && low > 0 && /issues|limit/.test(key)) ? result : null;
    }
    case "true": {
      const added = is.find(({ value }) => isOn(value) && !was.some((before) => before.value === value));
      return added !== undefined &&
        is.filter(({ value }) => isOn(value)).length > was.filter(({ value }) => isOn(value)).length
        ? { what: change, line: added.line }
        : null;
    }
    case "false": {
      const offNow = is.filter(({ value }) => isOff(value)).length > was.filter(({ value }) => isOff(value)).length;
      const fewer = was.filter(({ value }) => !isOff(value)).length > is.filter(({ value }) => !isOff(value)).length;
      return offNow || (fewer && was.length > 0)
        ? { what: change, line: is.find(({ value }) => isOff(value))?.line ?? line }
        : null;
    }
    case "off": {
      const [before, after] = [severityOf(was), severityOf(is)];
      if (after === null) return before !== null && before > 0 && is.length === 0 ? result : null;
      return after < (before ?? (after === 0 ? 1 : 0)) ? result : null;
    }
    case "more": {
      const fresh = elements(is).filter((value) => !elements(was).includes(value));
      const isMore = fresh.length > 0 && elements(is).length > elements(was).length;
      const isWider =
        fresh.length > 0 &&
        elements(is).length === elements(was).length &&
        fresh.some((value) =>
          elements(was).some(
            (before) => value.length < before.length && before.startsWith(value.replace(/[*/]+$/, "")),
          ),
        );
      return isMore || isWider
        ? {
            what: `${fresh.join(", ").slice(0, 100)} is left out now`,
            line: is.find(({ value }) => fresh.some((part) => value.includes(part)))?.line ?? line,
          }
        : null;
    }
    case "fewer": {
      const gone = elements(was).filter((value) => !elements(is).includes(value));
      if (gone.length === 0 || (is.length > 0 && elements(is).length > elements(was).length)) return null;
      if (is.length === 0 && was.length > 0)
        return /include|files$|roots/.test(key) ? null : { what: `${gone.join(", ").slice(0, 100)} is gone`, line };
      if (elements(is).length === elements(was).length && !isNarrower(elements(was), elements(is))) return null;
      return { what: `${gone.join(", ").slice(0, 100)} is gone`, line };
    }
    case "gone":
      return was.some(({ value }) => value !== "") && is.every(({ value }) => value === "") ? result : null;
  }
}

/** Of patterns that were replaced: whether the new ones name a part of what the old ones named. */
function isNarrower(was: readonly string[], is: readonly string[]): boolean {
  const stars = (patterns: readonly string[]) => patterns.join("").split("*").length;
  return (
    stars(is) < stars(was) ||
    is.some((pattern) =>
      was.some(
        (before) =>
          pattern.length > before.length &&
          pattern.startsWith(before.replace(/[*./]+.*$/, "")) &&
          !/[{|]/.test(pattern),
      ),
    )
  );
}

const isPatience = (key: string) => /retr|rerun|flaky|attempts|repeat/i.test(key);

function elements(settings: readonly Setting[]): string[] {
  return settings
    .flatMap(({ value, listed }) =>
      listed || (/\s\S+\/|[*]/.test(value) && !/[,;\n]/.test(value))
        ? [value.replace(/,$/, "")]
        : value.split(/[,;\s]+/),
    )
    .filter((value) => value !== "" && !/^\$\(/.test(value));
}

/** A number with what stands around it: `80%`, `5m`, `process.env.CI ? 2 : 0`, an expression of numbers. */
function numberIn(value: string | undefined): number | null {
  if (value === undefined) return null;
  const numbers = value.replaceAll("_", "").match(/-?\d+(?:\.\d+)?/g);
  if (numbers === null) return null;
  if (/^[\d\s*.]+$/.test(value.replaceAll("_", "")))
    return numbers.map(Number).reduce((product, number) => product * number, 1);
  const unit = /^\s*\d[\d.]*\s*(ms|s|m|min|h)?\s*$/.exec(value)?.[1];
  const factor = unit === "s" ? 1_000 : unit === "m" || unit === "min" ? 60_000 : unit === "h" ? 3_600_000 : 1;
  return Math.max(...numbers.map(Number)) * factor;
}

const isOn = (value: string) => !isOff(value) && value.trim() !== "" && !/^(?:error|normal|silent)$/i.test(value);
const isOff = (value: string) =>
  /^(?:false|off|no|0|none|never|disabled?|null|undefined|no-check|)$/i.test(value.trim());

const severities: readonly (readonly [severity: number, pattern: RegExp])[] = [
  [0, /^(?:0|off|none|false|allow|ignore|disabled?|silent|hidden)$/i],
  [1, /^(?:1|warn|warning|basic|information|info|suggestion|annotations|warnings|moderate|default|minimum)$/i],
  [2, /^(?:2|error|strict|deny|enable|true|on|standard|recommended|always|latest|all|4|5)$/i],
  [3, /^(?:forbid|blocker|fatal|strict-all)$/i],
];

/** Of the first word: `["error", { … }]`, `{ level = "warn" }`. */
function severityOf(settings: readonly Setting[]): number | null {
  const [first] = settings;
  if (first === undefined) return null;
  const known = severities.find(([, pattern]) => pattern.test(first.value.trim()));
  return known?.[0] ?? null;
}

const judgeJob = /test|lint|check|verify|type|build|ci|coverage|audit|scan|analy|quality|e2e|static|spec/i;

/** Jobs, triggers, conditions and matrices of a CI's own files. */
function compareWorkflow(path: string, old: readonly Setting[], now: readonly Setting[]): Find[] {
  const finds: Find[] = [];
  const put = (line: number | null, what: string) =>
    finds.push({ rule: "ci_weakened", path, lines: line === null ? [] : [line], what: [what.slice(0, 160)] });
  const conditions = (settings: readonly Setting[]) =>
    settings.filter(({ key }) => /(?:^|\.)(?:if|when|condition|only|rules\.(?:if|when))$/.test(key));
  for (const { key, value, line } of conditions(now)) {
    const same = conditions(old).filter((one) => one.key === key);
    if (same.some((one) => one.value === value)) continue;
    const isNever = /^(?:\$\{\{\s*)?(?:false|never|always\(\) && false|''|0)(?:\s*\}\})?$|^manual$/.test(value.trim());
    if (isNever) put(line, `${shown(key)}: ${value}`);
    else if (
      same.length === 0 &&
      /(?:always|success|failure)\(\)/.test(value) === false &&
      old.some((one) => one.key.startsWith(key.replace(/\.[^.]+$/, "."))) &&
      judgeJob.test(key.split(".").slice(-2).join(".")) &&
      /^jobs\.[^.]+\.if$/.test(key)
    )
      put(line, `${shown(key)}: ${value}`);
  }
  const triggers = (settings: readonly Setting[]) =>
    new Set(
      settings.flatMap(({ key, value }) =>
        /^(?:on|true)$/.test(key)
          ? value.split(/[,\s[\]]+/).filter(Boolean)
          : [/^(?:on|true)\.([\w-]+)/.exec(key)?.[1] ?? ""].filter(Boolean),
      ),
    );
  const [were, are] = [triggers(old), triggers(now)];
  if (now.length > 0)
    for (const trigger of were)
      if (!are.has(trigger) && /^(?:pull_request|push|merge_group|pull_request_target)$/.test(trigger))
        put(null, `it no longer runs on ${trigger}`);
  const axes = new Set(old.filter(({ key }) => /matrix\.[\w-]+$/.test(key)).map(({ key }) => key));
  for (const axis of axes) {
    const [was, is] = [old.filter(({ key }) => key === axis), now.filter(({ key }) => key === axis)];
    if (is.length > 0 && is.length < was.length && !/include|exclude/.test(axis))
      put(
        is[0]?.line ?? null,
        `${shown(axis)}: ${was.map(({ value }) => value).join(", ")} → ${is.map(({ value }) => value).join(", ")}`,
      );
  }
  const shells = (settings: readonly Setting[]) =>
    settings.filter(({ key, value }) => /(?:^|\.)shell$/.test(key) && /^(?:bash|sh) (?:\+e )?\{0\}$|\+e/.test(value));
  if (shells(now).length > shells(old).length) put(shells(now)[0]?.line ?? null, `shell: ${shells(now)[0]?.value}`);
  return finds;
}

export interface CommandText {
  readonly key: string;
  readonly text: string;
  readonly line: number;
}

function commandTexts(path: string, settings: readonly Setting[]): CommandText[] {
  const isCommand = (key: string) =>
    commandKey.test(key) && (!/tsconfig|eslint|biome|ruff/.test(path) || /scripts/.test(key));
  return settings
    .filter(({ key, value }) => isCommand(key) && /[a-z]/i.test(value))
    .map(({ key, value, line }) => ({ key, text: value, line }));
}

const tells: Readonly<Record<Judging, string>> = {
  all: "checks",
  coverage: "coverage",
  lint: "lint",
  tests: "tests",
  types: "type checks",
};

/** Commands before and after: what is no longer asked, whose answer is lost, and which flags make it ask less. */
export function compareCommands(
  path: string,
  old: readonly CommandText[],
  now: readonly CommandText[],
  parse: Parse,
  isScript = false,
): readonly Find[] {
  const read = (texts: readonly CommandText[]) =>
    texts.map((one) => ({ ...one, ...shifted(commandsIn(one.text, parse, isScript), one.line) }));
  const [was, is] = [read(old), read(now)];
  const finds: Find[] = [];
  const put = (rule: RuleName, line: number | null, what: string) =>
    finds.push({ rule, path, lines: line === null ? [] : [line], what: [what.slice(0, 160)] });
  const swallowedIn = (all: readonly Commands[]) => all.flatMap(({ swallowed }) => swallowed);
  for (const { what, line } of without(swallowedIn(is), swallowedIn(was), (one) => one.what))
    put("exit_swallowed", line, what);
  for (const kind of ["tests", "lint", "types", "coverage", "all"] as const) {
    const [before, after] = [was, is].map((all) =>
      all.flatMap(({ judging }) => judging.filter((one) => one.of === kind)),
    );
    const first = before?.[0];
    if (first === undefined || (after?.length ?? 0) > 0) continue;
    const isStill = is.some(({ judging }) =>
      judging.some(
        (one) =>
          one.of === "all" || (one.of === "tests" && kind === "coverage") || (kind === "all" && one.of !== "coverage"),
      ),
    );
    if (!isStill || kind === "tests") put("ci_weakened", null, `${tells[kind]} are no longer run: ${first.text}`);
  }
  for (const one of was) {
    const same = is.find(({ key }) => key === one.key);
    if (same === undefined || !/scripts\./.test(one.key) || one.judging.length === 0 || same.judging.length > 0)
      continue;
    if (
      /&&|npm|yarn|pnpm|run|turbo|nx|wireit|node|make|\.sh|\.[cm]?js/.test(same.text) ||
      finds.some(({ rule }) => rule === "ci_weakened")
    )
      continue;
    put("ci_weakened", same.line, `${one.key}: ${one.text} → ${same.text}`);
  }
  finds.push(...compareFlags(path, was, is));
  return finds;
}

function shifted({ judging, swallowed }: Commands, line: number): Commands {
  return {
    judging: judging.map((one) => ({ ...one, line: one.line + line - 1 })),
    swallowed: swallowed.map((one) => ({ ...one, line: one.line + line - 1 })),
  };
}

/** Flags of the same judge before and after. */
function compareFlags(
  path: string,
  was: readonly (CommandText & Commands)[],
  is: readonly (CommandText & Commands)[],
): Find[] {
  const finds: Find[] = [];
  const old = was.flatMap(({ judging, key, text }) =>
    judging.length > 0 ? judging.map((one) => ({ ...one, key })) : [{ key, text, line: 1, of: "all" as const }],
  );
  const used = new Set<unknown>();
  for (const { key, judging, text, line } of is) {
    const commands =
      judging.length > 0 ? judging : isOptions(key) ? [{ of: "tests" as const, text: `pytest ${text}`, line }] : [];
    for (const now of commands) {
      const name = toolOf(now.text);
      const candidates = old.filter(
        (one) => !used.has(one) && (toolOf(one.text) === name || (isOptions(key) && one.key === key)),
      );
      const before = candidates.find((one) => one.key === key) ?? candidates[0];
      if (before === undefined) {
        const came = [...flagsOf(now.text)].flatMap(([flag, value]) =>
          flagRules
            .filter(
              (rule) =>
                rule.rule === "exit_swallowed" &&
                fits(rule, flag, now.text) &&
                !/^0$/.test(value) &&
                old.some((one) => one.of === now.of),
            )
            .map(({ rule }) => ({ rule, flag })),
        );
        for (const { rule, flag } of came.slice(0, 1))
          finds.push({ rule, path, lines: [now.line], what: [`${flag} in ${now.text}`.slice(0, 160)] });
        continue;
      }
      used.add(before);
      finds.push(...comparedFlags(path, isOptions(key) ? `pytest ${before.text}` : before.text, now));
    }
  }
  return finds;
}

const isOptions = (key: string) => /addopts$/.test(key);

/** The tool itself, without what it is started by: `npx eslint .` and `eslint .` are the same. */
function toolOf(text: string): string {
  const known =
    /\b(vitest|jest|mocha|playwright|cypress|eslint|tsc|pytest|tox|mypy|ruff|flake8|pylint|go test|go vet|golangci-lint|cargo test|cargo nextest|cargo clippy|mvnw?|gradlew?|dotnet test|dotnet build|ctest|rspec|rubocop|phpunit|pest|phpstan|psalm|bats|shellcheck|biome|oxlint|nyc|c8|coverage|ava|make|stylelint|prettier|rake|bandit|detekt|pyright|npm|yarn|pnpm|deno|bun|infection|nose2|unittest|behave|gcovr)\b/.exec(
      text,
    )?.[1];
  return known ?? text.trim().split(/\s+/)[0] ?? "";
}

const fits = (rule: FlagRule, flag: string, text: string) => rule.flag.test(flag) && (rule.only?.test(text) ?? true);

function comparedFlags(path: string, before: string, now: { readonly text: string; readonly line: number }): Find[] {
  const [old, flags] = [flagsOf(before), flagsOf(now.text)];
  const finds: Find[] = [];
  const put = (rule: RuleName, what: string) =>
    finds.push({ rule, path, lines: [now.line], what: [what.slice(0, 160)] });
  for (const [flag, value] of flags) {
    const rule = flagRules.find((one) => one.worse !== "gone" && fits(one, flag, now.text));
    if (rule === undefined) continue;
    const was = old.get(flag);
    if (
      rule.worse === "came" &&
      (was === undefined ||
        (was !== value && /^(?:test_narrowed|lint_off)$/.test(rule.rule) && value !== "" && !was.includes(value)))
    )
      put(rule.rule, `${flag} ${value}`.trim());
    if (rule.worse === "higher") {
      const [high, low] = [numberIn(value), numberIn(was)];
      if (
        (high ?? 0) > (low ?? (isPatience(flag) ? 0 : Number.POSITIVE_INFINITY)) ||
        (high === 0 && low !== null && low > 0 && /timeout/.test(flag))
      )
        put(rule.rule, `${flag} ${was ?? "not set"} → ${value}`);
    }
    if (rule.worse === "lower" && was !== undefined && (numberIn(value) ?? 0) < (numberIn(was) ?? 0))
      put(rule.rule, `${flag} ${was} → ${value}`);
  }
  for (const [flag, was] of old) {
    if (flags.has(flag)) continue;
    const rule =
      flagRules.find((one) => /^(?:gone|lower)$/.test(one.worse) && fits(one, flag, before)) ??
      flagRules.find((one) => one.flag.source.includes("max-warnings") && fits(one, flag, before));
    if (rule !== undefined) put(rule.rule, `${flag} ${was}`.trim().concat(" is gone"));
  }
  return finds;
}
