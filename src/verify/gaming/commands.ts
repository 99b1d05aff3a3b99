// Commands that judge, wherever they stand: in a script, a workflow, a recipe, a line of configuration; and how their answer is lost.
import { callOf } from "./code.ts";
import { childOf, isString, namedIn, type Parse, type Syntax, unquoted, walk } from "./syntax.ts";

/** What a command judges. */
export type Judging = "tests" | "lint" | "types" | "coverage" | "all";

export interface Commands {
  readonly judging: readonly { readonly of: Judging; readonly text: string; readonly line: number }[];
  readonly swallowed: readonly { readonly what: string; readonly line: number }[];
}

const words =
  "tests?|spec|specs|lint|check|checks|verify|validate|ci|coverage|types?|typecheck|type-check|e2e|unit|integration|cov|audit|static|analy[sz]e|quality|format-check|vet|gate|smoke|qa";
const script = new RegExp(`(?:^|[\\s/:_.-])(?:${words})(?:$|[\\s/:_.-])`, "i");

const families: readonly (readonly [of: Judging, pattern: RegExp])[] = [
  [
    "types",
    /^(?:\S+\/)?(?:tsc|vue-tsc|mypy|dmypy|pyright|basedpyright|pyre|pytype|ty|flow|srb|sorbet|steep|phpstan|psalm|tsd|attw)\b/,
  ],
  [
    "lint",
    /^(?:\S+\/)?(?:eslint|oxlint|biome|standard|xo|tslint|stylelint|prettier|dprint|ruff|flake8|pylint|black|isort|bandit|rubocop|standardrb|brakeman|reek|golangci-lint|staticcheck|revive|shellcheck|shfmt|phpcs|php-cs-fixer|phpmd|pint|ktlint|detekt|checkstyle|clang-tidy|cppcheck|clang-format|cpplint|hadolint|yamllint|markdownlint\S*|actionlint|knip|depcheck|publint|commitlint|semgrep|trivy|lint-staged|pre-commit|vale|codespell|dotnet-format|swiftlint|typos|deptry|vulture)\b/,
  ],
  [
    "lint",
    /^(?:go vet|cargo (?:clippy|fmt|deny|audit)|dotnet format|npm audit|pnpm audit|yarn audit|deno lint|bundle audit|gofmt -l|composer (?:lint|cs|phpcs))\b/,
  ],
  [
    "tests",
    /^(?:\S+\/)?(?:jest|vitest|mocha|ava|tap|tape|jasmine|karma|playwright|cypress|wtr|uvu|c8|nyc|pytest|py\.test|tox|nox|nose2?|nosetests|trial|behave|rspec|cucumber|minitest|phpunit|pest|paratest|codecept|behat|infection|ctest|bats|shunit2|gotestsum|ginkgo|stryker|testem|lerna test|robot|hatch test|locust)\b/,
  ],
  [
    "tests",
    /^(?:go test|cargo (?:test|nextest|llvm-cov|tarpaulin|miri)|dotnet (?:test|vstest)|deno test|bun test|node --test|node --run test|swift test|mix test|rails test|rake (?:test|spec)|(?:bin\/)?rails test|python3? -m (?:pytest|unittest|tox|nose)|python3? manage\.py test|python3? setup\.py test|sbt test|lein test|zig (?:build )?test|flutter test|dart test|php artisan test|(?:\S+\/)?mvnw? .*(?:test|verify|install|package)|(?:\S+\/)?gradlew? .*(?:test|check|build)|bazel test|meson test|ninja test)\b/,
  ],
  ["types", /^(?:cargo (?:check|build)|go build|dotnet build|deno check|javac)\b/],
  [
    "coverage",
    /^(?:\S+\/)?(?:coverage (?:report|xml)|diff-cover|codecov|gcovr|lcov|go-test-coverage|python3? -m coverage|coverage run)\b/,
  ],
];

/** Words before the command itself: `FOO=1 npx --yes eslint` is eslint. */
const before =
  /^(?:\w+=\S*\s+|(?:sudo|env|time|nice|exec|command|npx|bunx|pnpx|yarn dlx|pnpm (?:exec|dlx)|npm exec|yarn exec|yarn run|bundle exec|poetry run|uv run|uvx|pipenv run|pdm run|hatch run|rye run|pipx run|dotenv|cross-env(?:-shell)?|xvfb-run|stdbuf|timeout \S+|docker(?:-compose)? (?:compose )?(?:run|exec)(?: --?[\w-]+(?:=\S+)?)* \S+|vendor\/bin\/|\.\/vendor\/bin\/|\.\/node_modules\/\.bin\/|node_modules\/\.bin\/|\.\/)(?:\s+|(?<=\/))(?:--?[\w-]+(?:=\S+)?\s+)*(?:--\s+)?)/;

/** What a command judges; null: it is no judge. */
export function judgingOf(text: string): Judging | null {
  let rest = text.trim().replace(/^[@-]+(?=\S)/, "");
  for (let cut = rest.replace(before, ""); cut !== rest; cut = rest.replace(before, "")) rest = cut;
  const known = families.find(([, pattern]) => pattern.test(rest));
  if (known !== undefined)
    return /^(?:\S+\/)?(?:prettier|black|isort|gofmt|shfmt|clang-format|dprint)\b/.test(rest) &&
      !/--check|--list-different|\s-[lcd]\b|--diff/.test(rest)
      ? null
      : known[0];
  const [, runner, target = ""] =
    /^(npm(?: run(?:-script)?)?|yarn(?: run)?|pnpm(?: run)?|bun(?: run)?|make|just|task|rake|composer(?: run(?:-script)?)?|mise run|turbo(?: run)?|nx(?: run)?|lerna run|deno task|invoke|inv|ant|bin\/rails|tox|nox|hatch run|pdm run|poe|wireit)\s+(?:--?\S+\s+)*(\S+)/.exec(
      rest,
    ) ?? [];
  if (runner !== undefined) return judgingOfName(target);
  const [, path] =
    /^((?:\.{0,2}\/)?[\w./-]+\.(?:sh|bash|py|js|mjs|ts|rb|php|pl)|\.{1,2}\/[\w./-]+|(?:scripts?|bin|tools?|ci|hack|build)\/[\w./-]+)/.exec(
      rest,
    ) ?? [];
  const [, called] = /^(?:bash|sh|zsh|python3?|node|ruby|php|source|\.)\s+(?:-\S+\s+)*(\S+)/.exec(rest) ?? [];
  const name =
    called ??
    path ??
    (/^[\w-]+$/.test(rest.split(/\s/)[0] ?? "") && /[_-]/.test(rest.split(/\s/)[0] ?? "")
      ? rest.split(/\s/)[0]
      : undefined);
  return name === undefined ? null : judgingOfName(name);
}

/** What something of this name judges, be it a script, a target or a check; null: the name does not say. */
export function judgingOfName(name: string): Judging | null {
  if (/(?:^|[/:_.-])(?:lint|format-check|vet|audit|static|quality)/i.test(name)) return "lint";
  if (/(?:^|[/:_.-])(?:types?|typecheck|type-check|tsc)(?:$|[/:_.-])/i.test(name)) return "types";
  if (/(?:^|[/:_.-])(?:tests?|specs?|e2e|unit|integration|smoke)(?:$|[/:_.-])|^t$/i.test(name)) return "tests";
  if (/(?:^|[/:_.-])(?:coverage|cov)(?:$|[/:_.-])/i.test(name)) return "coverage";
  return script.test(name) && !/release|publish|deploy|docker/.test(name) ? "all" : null;
}

const harmless =
  /^(?:true|:|echo\b.*|printf\b.*|exit 0|exit|return 0|return|logger\b.*|warn\b.*|cat\b.*|\/bin\/true|sleep\b.*|notify\b.*|log\b.*)$/s;

/** The commands of a text in a shell's words. `judged`: whether the whole is a script that judges, by its name. */
export function commandsIn(text: string, parse: Parse, judged = false): Commands {
  const shell = text.replace(/\$\{\{[^}]*\}\}/g, (whole) => "x".repeat(whole.length)).replace(/\r/g, "");
  const root = parse("bash", shell);
  if (root === null) return { judging: [], swallowed: [] };
  const judging: { of: Judging; text: string; line: number }[] = [];
  const swallowed: { what: string; line: number }[] = [];
  const isJudge = (node: Syntax) =>
    [...walk(node)].some((one) => one.type === "command" && judgingOf(one.text) !== null);
  const put = (node: Syntax, what = node.text) =>
    swallowed.push({ what: what.replace(/\s+/g, " ").trim().slice(0, 120), line: node.line });
  for (const node of walk(root)) {
    if (node.type === "command") {
      const of = judgingOf(node.text);
      if (of !== null) judging.push({ of, text: node.text.replace(/\s+/g, " "), line: node.line });
    }
    if (node.type === "list" && swallows(node) && namedIn(node)[0] !== undefined && isJudge(namedIn(node)[0] as Syntax))
      put(node);
    if (node.type === "pipeline" && isPiped(node, shell)) {
      const [first] = namedIn(node);
      if (first !== undefined && isJudge(first)) put(node);
    }
    if (node.type === "if_statement" && isAskedInVain(node) && isJudge(conditionOf(node)))
      put(node, node.text.split("\n")[0]);
    if (node.type === "negated_command" && isJudge(node) && !/^(?:if|while|elif|until)/.test(node.parent?.type ?? ""))
      put(node);
    if (node.type === "&" && node.parent !== null && isJudge(siblingBefore(node) ?? node))
      put(siblingBefore(node) ?? node, `${siblingBefore(node)?.text} &`);
    const call = callOf(node);
    if (
      call?.callee === "set" &&
      call.args.some(({ text: word }) => /^\+[a-z]*e/.test(word) || word === "+o") &&
      !/\+o (?:x|v|n|u|h)/.test(node.text)
    )
      put(node);
    if (
      call?.callee === "trap" &&
      /exit 0|true|^trap\s+['"]{2}\s+ERR|: ERR/.test(node.text) &&
      /\b(?:ERR|EXIT|0)\b/.test(node.text)
    )
      put(node);
    if (
      call?.callee === "exit" &&
      call.args[0]?.text === "0" &&
      isLastOf(node, root) &&
      (judged || judging.some(({ line }) => line <= node.line))
    )
      put(node);
    if (
      /^(?:true|:)$/.test(call?.callee ?? "") &&
      node.parent?.type === "program" &&
      isLastOf(node, root) &&
      judging.length > 0
    )
      put(node);
  }
  return { judging, swallowed };
}

/** `a || true`, and `a || echo failed`: the right side never fails. */
function swallows(node: Syntax): boolean {
  const at = node.children.findIndex(({ type }) => type === "||");
  if (at < 0) return false;
  const right = node.children
    .slice(at + 1)
    .map(({ text }) => text)
    .join(" ")
    .trim();
  const bare = right.replace(/^[{(]\s*|\s*;?\s*[})]$/g, "").trim();
  if (
    /exit [1-9$]|return [1-9$]|false|fail|kill|=\s*(?:1|true|\$\?)|=\$\?|\+=|\(\(/.test(bare) &&
    !/^(?:echo|printf)\b[^;&]*$/.test(bare)
  )
    return false;
  return harmless.test(bare) || /^(?:true|:|echo|printf|exit 0|return 0)\b/.test(bare);
}

/** A pipe gives the answer of its last command, unless the shell is told otherwise. */
function isPiped(node: Syntax, shell: string): boolean {
  return (
    !/pipefail/.test(shell) &&
    node.parent?.type !== "command_substitution" &&
    /^(?:tee|cat|head|tail|grep|sed|awk|less|more|tap-\S+|reviewdog|sort|xargs|column|ts|tr|cut|jq)\b/.test(
      namedIn(node).at(-1)?.text ?? "",
    )
  );
}

function conditionOf(node: Syntax): Syntax {
  return childOf(node, "condition") ?? node;
}

/** `if ! npm test; then echo failed; fi`: asked, and nothing made of it. */
function isAskedInVain(node: Syntax): boolean {
  return !/\b(?:exit|return) (?:[1-9]|"?\$)|\bfalse\b|\bdie\b|\bfail\w*=|=1\b|=\$\?|\+\+|\+=/.test(node.text);
}

function siblingBefore(node: Syntax): Syntax | null {
  const siblings = node.parent?.children ?? [];
  return siblings[siblings.indexOf(node) - 1] ?? null;
}

function isLastOf(node: Syntax, root: Syntax): boolean {
  return node.parent === root && namedIn(root).at(-1) === node;
}

/** What a command is told: `--max-warnings=5` and `--max-warnings 5` alike, as flag and value. */
export function flagsOf(text: string): ReadonlyMap<string, string> {
  const parts = text.match(/"[^"]*"|'[^']*'|[^\s"']+(?:"[^"]*"|'[^']*')?/g) ?? [];
  const flags = new Map<string, string>();
  for (const [index, part] of parts.entries()) {
    if (!/^--?[a-zA-Z]/.test(part)) continue;
    const [flag = "", value] = part.split(/=(.*)/s);
    const next = parts[index + 1] ?? "";
    flags.set(flag, unquoted(value ?? (/^-/.test(next) || index + 1 >= parts.length ? "" : next)));
  }
  return flags;
}

/** A string in code that is run as a command: `sh("npm test || true")`, `subprocess.run(["pytest"], check=False)`. */
export function commandStrings(root: Syntax): readonly Syntax[] {
  const found: Syntax[] = [];
  for (const node of walk(root)) {
    const call = callOf(node);
    if (
      call === null ||
      !/(?:^|\.)(?:sh|bat|exec|execSync|spawn|spawnSync|run|system|call|check_call|check_output|shell|execa|\$|popen|sessions?\.run)$/.test(
        call.callee,
      )
    )
      continue;
    found.push(...call.args.filter(({ type }) => isString(type)));
  }
  return found;
}
