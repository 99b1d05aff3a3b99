// Flags of commands that judge, and which of them make a command judge less.
import type { RuleName } from "./find.ts";

export interface FlagRule {
  readonly flag: RegExp;
  readonly worse: "came" | "gone" | "lower" | "higher";
  readonly rule: RuleName;
  readonly only?: RegExp; // in commands that fit
}

/** The first that fits a flag decides. */
export const flagRules: readonly FlagRule[] = [
  {
    flag: /^--?(?:max-warnings|max-errors|allow-warnings|maximum-warnings)$/,
    worse: "higher",
    rule: "threshold_lowered",
  },
  {
    flag: /^--(?:cov-fail-under|fail-under|fail_under|min-coverage|coverage-threshold|min|minimum|min-msi|min-covered-msi|check-coverage|fail-on|coverage[.-]thresholds?[.\w-]*|branches|lines|functions|statements|threshold|fail-under-lines|fail-under-functions|fail-under-line|fail-under-branch|test-coverage-\w+|score|score-threshold)$/,
    worse: "lower",
    rule: "threshold_lowered",
  },
  {
    flag: /^(?:-u|--update|--updateSnapshot|--update-snapshots?|--snapshot-update|--ci=false|--force-update|--accept|--inline-snapshot|--force-regen|--update-goldens?|-update|--bless)$/,
    worse: "came",
    rule: "snapshot_rewritten",
    only: /jest|vitest|pytest|playwright|ava|tap|insta|test|toMatch|snap|script/,
  },
  {
    flag: /^(?:--passWithNoTests|--pass-with-no-tests|--exit-zero|--no-fail|--nofail|--suppress-no-test-exit-code|--no-error|--if-present|--no-fail-on-empty|--exit-success|--no-errors|--warn-only|--issues-exit-code|--ignore-failures|--dangerouslyIgnoreUnhandledErrors|--force-exit-code|--skip-failed|--exitfirst=false|--no-exit-code|--silence-errors|--no-check|-Dmaven\.test\.failure\.ignore|-fae|-fn|--fail-never|--suppress-tests-failed-exit-code|--allow-no-tests|-DtestFailureIgnore|--continue-on-collection-errors|--no-halt)$/,
    worse: "came",
    rule: "exit_swallowed",
  },
  {
    flag: /^(?:-DskipTests|-DskipITs|-Dmaven\.test\.skip|--skip-tests|--no-tests|--no-verify|--notest|--no-test|--skip-lint|-Dcheckstyle\.skip|-Dspotbugs\.skip|-Dpmd\.skip|-Djacoco\.skip|--no-coverage|--no-cov|--skip-checks|--without-tests|--collect-only|--co|--setup-plan|--setup-only|--list|--list-tests|--listTests|--dry-run|--no-run|--noEmitOnError=false|--no-lint|-vet)$/,
    worse: "came",
    rule: "ci_weakened",
    only: /test|mvn|gradle|lint|pytest|jest|vitest|mocha|behave|cucumber|cargo|go |tox|commit|push|rspec|phpunit|eslint|check/,
  },
  { flag: /^-x$/, worse: "came", rule: "ci_weakened", only: /gradle/ },
  {
    flag: /^(?:--testPathPatterns?|-t|--testNamePattern|--grep|-g|--fgrep|-f|-run|--filter|-k|-m|--ignore|--ignore-glob|--deselect|--exclude|--skip|-skip|--testPathIgnorePatterns|-short|--tests|-Dtest|-Dgroups|-DexcludedGroups|--exclude-group|--exclude-groups|--group|--invert|--grep-invert|-i|--findRelatedTests|--onlyChanged|-o|--only-changed|--changed|--changedSince|--changed-since|--lf|--last-failed|--related|--shard|--project|--tag|--tags|--exclude-tag|-E|-R|-LE|-L|--gtest_filter|--testsuite|--include|--pattern|--example|-e|--only-failures|--test|--lib|--bin|--package|-p|--exclude-filter|--test-name-pattern|--test-skip-pattern|--only|--spec|--last|--exclude-testsuite|--no-doc|--exclude-task|--where)$/,
    worse: "came",
    rule: "test_narrowed",
    only: /jest|vitest|mocha|pytest|test|rspec|phpunit|mvn|gradle|ctest|playwright|cypress|ava|bats|nextest|ginkgo|pest/,
  },
  {
    flag: /^(?:--retries|--retry|--reruns|--retry-count|--max-retries|-Dsurefire\.rerunFailingTestsCount|--flaky-finder|--repeat-until-pass|--repeat|--attempts|--rerun-fails|--flakeAttempts|--flake-attempts|--retry-times|--max-attempts|--only-rerun)$/,
    worse: "higher",
    rule: "wait_raised",
  },
  {
    flag: /^(?:--timeout|--testTimeout|--test-timeout|--hookTimeout|-timeout|--slow|--session-timeout|--default-timeout|--stop-timeout|--process-timeout)$/,
    worse: "higher",
    rule: "wait_raised",
  },
  {
    flag: /^(?:--quiet|--errors-only|--ignore-pattern|--rule|--no-eslintrc|--no-config-lookup|--disable|--extend-ignore|--ignore|--per-file-ignores|--disable-all|--skip-dirs|--skip-files|--skip-dirs-use-default|--exclude|--extend-exclude|--new|--new-from-rev|-A|--cap-lints|--except|--skip|--exclude-dir|--severity|-S|--ignore-path|--suppress|--baseline|--generate-baseline|--set-baseline|--exclude-rule|--report-unused-disable-directives-severity|--disable-rule|--diagnostic-level|--allow|--isolated|--ignore-vuln|--audit-level|--lenient|--skip-rules)$/,
    worse: "came",
    rule: "lint_off",
    only: /eslint|ruff|flake8|pylint|lint|clippy|rubocop|biome|oxlint|shellcheck|bandit|detekt|phpcs|psalm|phpstan|audit|checkstyle|cppcheck|mypy|stylelint|golangci/,
  },
  {
    flag: /^(?:--skipLibCheck|--noCheck|--no-strict|--ignore-missing-imports|--no-strict-optional|--allow-untyped-defs|--disable-error-code|--ignore-errors|--no-warn-\S+|--follow-imports|--noStrict|--transpile-only|--transpileOnly|--no-check|--exclude)$/,
    worse: "came",
    rule: "types_off",
    only: /tsc|mypy|pyright|ts-node|deno|vue-tsc/,
  },
  {
    flag: /^(?:--strict|--disallow-\S+|--check-untyped-defs|--warn-\S+|--strict-markers|--strict-config|--noEmit|--strict-optional|--noUnused\S+|--noImplicit\S+)$/,
    worse: "gone",
    rule: "types_off",
    only: /tsc|mypy|pyright|pytest/,
  },
  {
    flag: /^(?:--error-on-warnings|--deny-warnings|--report-unused-disable-directives|-Werror|-Wall|-Wextra|-D|--fail-on-warnings|--fail-on-warning|--warnaserror|-warnaserror|--fail-on-deprecation|--fail-on-risky|--fail-on-incomplete|--fail-on-skipped|--fail-level|--all-targets|--all-features|--workspace|--all|--forbid-only|--forbid-pending|--ci|--no-snapshot-update|--werror|--strict|--verify-no-changes|--check|--frozen-lockfile|--immutable|--locked|-W|--exit-code|--fail-on-issues|-race|--coverage|--cov|--collect-coverage|-cover|--exitcode|--severity-level|--disallow-\S+|--error)$/,
    worse: "gone",
    rule: "lint_off",
  },
];
