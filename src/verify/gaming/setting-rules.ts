// Settings of tools that judge, and in which direction each of them judges less.
import type { RuleName } from "./find.ts";

/** In which direction a setting judges less. */
export type Worse =
  | "lower" // a number falls, or is gone
  | "higher" // a number rises, or comes
  | "raised" // a number rises
  | "true" // it is switched on
  | "false" // it is switched off, or is gone
  | "off" // its severity falls: error, warn, off
  | "more" // its list grows
  | "fewer" // its list shrinks
  | "gone"; // it is no longer there

interface SettingRule {
  readonly files: RegExp;
  readonly key: RegExp;
  readonly worse: Worse;
  readonly rule: RuleName;
}

/** Files that configure what judges; a setting of the same name elsewhere may be anything. */
const judges =
  /(?:^|\/)(?:package|nx|turbo|project|lerna|deno|cypress|biome|infection|stryker\.conf|lighthouserc|budget|cspell|tslint|pyrightconfig)\.(?:jsonc?|json5|dist)$|(?:jest|vitest|vite|playwright|cypress|karma|wdio|mocha|nyc|c8|ava|eslint|oxlint|stryker|size-limit|stylelint|jasmine|protractor|testcafe|codecept)[\w.-]*$|(?:pyproject|ruff|nextest|bunfig|clippy|Cargo|tarpaulin|mutants|tox|pytest)\.toml$|(?:setup\.cfg|tox\.ini|pytest\.ini|\.coveragerc|mypy\.ini|\.flake8|\.pylintrc|pylintrc|sonar-project\.properties|gradle\.properties)$|(?:phpunit|infection|phpstan|psalm|phpcs|phpmd|checkstyle|pmd|detekt|spotbugs|pom)[\w.-]*$|\.(?:csproj|fsproj|vbproj|props|targets|runsettings|ruleset)$|(?:golangci|rubocop|codecov|\.mocharc|\.testcafe|behat|codeception|\.taprc|\.nycrc|\.c8rc)[\w.-]*$|(?:^|\/)(?:tests?|spec|e2e|\.github|\.circleci|\.config)\//;
const jsTests =
  /(?:jest|vitest|vite|playwright|cypress|karma|wdio|mocharc|nycrc|c8rc|ava)[\w.-]*$|package\.json$|\.mocharc[\w.]*$/;
const eslint = /eslint|\.oxlintrc|package\.json$/;
const python =
  /(?:pyproject|ruff|\.ruff)\.toml$|(?:setup\.cfg|tox\.ini|pytest\.ini|\.coveragerc|mypy\.ini|\.flake8|\.pylintrc|pylintrc|\.isort\.cfg|pyrightconfig\.json|\.bandit)$/;
export const ci =
  /(?:^|\/)\.github\/(?:workflows|actions)\/|(?:^|\/)(?:action|\.gitlab-ci|azure-pipelines[\w-]*|bitbucket-pipelines|\.travis|appveyor|\.appveyor|\.drone|\.cirrus|cloudbuild|buildspec|\.woodpecker|Taskfile|\.pre-commit-config|lefthook|codecov|\.codecov)\.ya?ml$|(?:^|\/)\.(?:circleci|buildkite|gitlab|forgejo|gitea|woodpecker|semaphore)\//;
const timing =
  /(?:^|\.|_|-|[a-z](?=[A-Z]))(?:timeouts?|retries|retry|reruns|rerun|retryCount|maxRetries|max-retries|flaky|delay|sleep|deadline|attempts|slow|slowTestThreshold|faulty|timeout[_-]?(?:minutes|in[_-]?minutes|ms|seconds)|(?:test|hook|teardown|action|navigation|expect|global|default|command|pageLoad|response|request|waitFor)\w*Timeout|ciTimeout)(?:\.(?:runMode|openMode|max|limit|count|total))?$/i;

/** The first that fits a setting decides. */
export const settingRules: readonly SettingRule[] = [
  // CI
  {
    files: ci,
    key: /(?:continue-on-error|continueOnError|allow_failure|allow_failures|ignoreErrors|failOnError$|soft_fail|skip_on_fail|informational)(?:\.\w+)*$|(?:matrix|jobs)\.allow_failures/,
    worse: "true",
    rule: "ci_weakened",
  },
  {
    files: ci,
    key: /(?:fail_ci_if_error|fail-on-error|fail_on_error|failTaskOnFailedTests|failOnStandardError|fail-on-alert|require_ci_to_pass|if_no_uploads|exit-code|fail-on-severity|fail-on-empty|error-on-failure|fail_on_failure|strict)$/,
    worse: "false",
    rule: "ci_weakened",
  },
  { files: /codecov\.ya?ml$/, key: /threshold$/, worse: "higher", rule: "threshold_lowered" },
  { files: /codecov\.ya?ml$/, key: /target$/, worse: "lower", rule: "threshold_lowered" },
  { files: /codecov\.ya?ml$/, key: /ignore/, worse: "more", rule: "threshold_lowered" },
  {
    files: ci,
    key: /(?:paths-ignore|branches-ignore|tags-ignore|tests_ignore|matrix\.exclude|\.except)(?:\.\w+)*$|\.exclude$/,
    worse: "more",
    rule: "ci_weakened",
  },
  { files: ci, key: timing, worse: "higher", rule: "wait_raised" },
  {
    files: /\.mocharc[\w.]*$|package\.json$/,
    key: /^(?:mocha\.)?(?:dry-run|dryRun)$/,
    worse: "true",
    rule: "ci_weakened",
  },
  // coverage and other thresholds
  {
    files: judges,
    key: /(?:coverage|thresholds?|cov)\b.*(?:exclude|ignore|omit|skip|coveragePathIgnorePatterns)|coveragePathIgnorePatterns|(?:^|\.)coverage\u2024?(?:run|report)?.*(?:omit|exclude\w*)$|(?:run|report)\.omit$|exclude_lines$|exclude_also$|(?:jacoco|kover).*exclude|^(?:phpunit\.)?(?:coverage|source|filter\.whitelist)\.exclude|sonar\u2024coverage\u2024exclusions|ExcludeByFile|Exclude$/,
    worse: "more",
    rule: "threshold_lowered",
  },
  { files: jsTests, key: /collectCoverageFrom|coverage\.include$/, worse: "fewer", rule: "threshold_lowered" },
  {
    files: judges,
    key: /(?:collectCoverage|coverage\.enabled|check-coverage|checkCoverage|checkCoverageEnabled|\.all$|branch$|skip-covered|perFile|per-file|thresholdAutoUpdate|failOnViolation|haltOnFailure|coverage\.all)$/,
    worse: "false",
    rule: "threshold_lowered",
  },
  {
    files: judges,
    key: /(?:thresholds?|Threshold|check-coverage|nyc|c8)(?:\u2024|\.)?.*(?:branches|lines|functions|statements|global|each|Threshold|high|low|break|100)$|^(?:branches|lines|functions|statements)$|(?:^|\.)(?:fail[_-]?under|fail-under|min(?:imum)?[_-]?(?:coverage|msi|score|line|branch|threshold|level|value)\w*|minMsi|minCoveredMsi|coverageThreshold|(?:min|minimum)$|covered[_-]?ratio|minimumCoverage|precision|mutation[_-]?score|coverage_threshold|minLineCoverage|minBound|lineRate|lowUpperBound|coveredRatioMin|break)$|\.thresholds?\.\w+$|(?:^|\.)(?:Threshold|coverlet\w*)$/,
    worse: "lower",
    rule: "threshold_lowered",
  },
  {
    files: judges,
    key: /(?:max[-_]?warnings|maxWarnings|maxIssues|max-issues\S*|max[-_]?same[-_]?issues|max_issues_per_linter|maxErrors|max[-_]?complexity|maxAllowedViolations|max\w*Violations|max[-_]line[-_]length|line-length|cyclomatic\w*|complexity|failThreshold|weights|maximumAllowed|errorThreshold|max-args|max-branches|max-statements|max-returns|max-locals|max-depth|max-params|cognitive-complexity-threshold|too-many-arguments-threshold|size-limit|budgets?|limit|maxSize|maximumError|allowedDuplication|max-public-methods|MaxLineLength)$|(?:Metrics|Layout)\/\S+\.Max$/,
    worse: "raised",
    rule: "threshold_lowered",
  },
  // types
  {
    files: /(?:tsconfig|jsconfig)[\w.-]*\.json$/,
    key: /compilerOptions\.(?:strict\w*|no(?:Implicit\w+|Unused\w+|FallthroughCasesInSwitch|UncheckedIndexedAccess|PropertyAccessFromIndexSignature|UncheckedSideEffectImports|EmitOnError)|exactOptionalPropertyTypes|alwaysStrict|useUnknownInCatchVariables|checkJs|isolatedDeclarations|erasableSyntaxOnly|forceConsistentCasingInFileNames|verbatimModuleSyntax|composite)$/,
    worse: "false",
    rule: "types_off",
  },
  {
    files: /(?:tsconfig|jsconfig)[\w.-]*\.json$/,
    key: /compilerOptions\.(?:skipLibCheck|allowUnreachableCode|allowUnusedLabels|suppress\w+|noCheck|noStrictGenericChecks|skipDefaultLibCheck)$/,
    worse: "true",
    rule: "types_off",
  },
  {
    files: /(?:tsconfig|jsconfig|pyrightconfig)[\w.-]*\.json$/,
    key: /^exclude$|^ignore$/,
    worse: "more",
    rule: "types_off",
  },
  {
    files: /(?:tsconfig|jsconfig|pyrightconfig)[\w.-]*\.json$/,
    key: /^(?:include|files)$|\.strict$/,
    worse: "fewer",
    rule: "types_off",
  },
  {
    files: python,
    key: /mypy.*(?:strict\w*|disallow_\w+|check_untyped_defs|warn_\w+|no_implicit_optional|strict_optional|strict_equality|local_partial_types|extra_checks|enable_error_code|no_implicit_reexport)$/,
    worse: "false",
    rule: "types_off",
  },
  {
    files: python,
    key: /mypy.*(?:ignore_errors|ignore_missing_imports|allow_\w+|implicit_optional|implicit_reexport|disable_error_code|follow_imports|exclude)$/,
    worse: "true",
    rule: "types_off",
  },
  { files: python, key: /(?:pyright|basedpyright)\.(?:exclude|ignore)$/, worse: "more", rule: "types_off" },
  { files: python, key: /(?:typeCheckingMode|(?:pyright\.)?report\w+|^strict$)/, worse: "off", rule: "types_off" },
  { files: /phpstan|psalm/, key: /(?:parameters\.)?level$/, worse: "lower", rule: "types_off" },
  { files: /psalm/, key: /errorLevel$/, worse: "raised", rule: "types_off" },
  {
    files: /phpstan|psalm/,
    key: /ignoreErrors|excludePaths|ignoreFiles|excludes_analyse|issueHandlers.*errorLevel.*type$/,
    worse: "more",
    rule: "types_off",
  },
  {
    files: /phpstan|psalm/,
    key: /(?:checkMissing\w+|check\w+|reportUnmatchedIgnoredErrors|treatPhpDocTypesAsCertain|strictRules\.\w+)$/,
    worse: "false",
    rule: "types_off",
  },
  {
    files: /\.(?:cs|fs|vb)proj$|Directory\.Build\.(?:props|targets)$/,
    key: /(?:TreatWarningsAsErrors|EnforceCodeStyleInBuild|RunAnalyzers\w*|EnableNETAnalyzers|CodeAnalysisTreatWarningsAsErrors|MSBuildTreatWarningsAsErrors|RunCodeAnalysis)$/,
    worse: "false",
    rule: "lint_off",
  },
  {
    files: /\.(?:cs|fs|vb)proj$|Directory\.Build\.(?:props|targets)$/,
    key: /Nullable$/,
    worse: "off",
    rule: "types_off",
  },
  {
    files: /\.(?:cs|fs|vb)proj$|Directory\.Build\.(?:props|targets)$/,
    key: /(?:NoWarn|WarningsNotAsErrors)$/,
    worse: "more",
    rule: "lint_off",
  },
  {
    files: /\.(?:cs|fs|vb)proj$|Directory\.Build\.(?:props|targets)$/,
    key: /(?:AnalysisLevel|AnalysisMode|WarningLevel)$/,
    worse: "off",
    rule: "lint_off",
  },
  {
    files: /\.(?:cs|fs|vb)proj$|Directory\.Build\.(?:props|targets)$/,
    key: /(?:Compile|None)\.Remove$/,
    worse: "more",
    rule: "test_out_of_reach",
  },
  {
    files: /\.(?:cs|fs|vb)proj$|Directory\.Build\.(?:props|targets)$/,
    key: /IsTestProject$/,
    worse: "false",
    rule: "test_out_of_reach",
  },
  // what a runner looks for and leaves out
  {
    files: jsTests,
    key: /(?:testPathIgnorePatterns|modulePathIgnorePatterns|watchPathIgnorePatterns|(?:^|\.)test\.exclude|testIgnore|grepInvert|excludeSpecPattern|^(?:ignore|exclude)$|ignoredFiles|skipFiles)$/,
    worse: "more",
    rule: "test_narrowed",
  },
  {
    files: jsTests,
    key: /(?:testMatch|testRegex|(?:^|\.)test\.include|specPattern|(?:^|\.)specs?$|(?:^|\.)projects|(?:^|\.)roots|(?:^|\.)include|(?:^|\.)files)$/,
    worse: "fewer",
    rule: "test_narrowed",
  },
  {
    files: jsTests,
    key: /(?:passWithNoTests|dangerouslyIgnoreUnhandledErrors|allowOnly|ignoreFailures|skipTests)$/,
    worse: "true",
    rule: "ci_weakened",
  },
  {
    files: jsTests,
    key: /(?:forbidOnly|forbidPending|errorOnDeprecated|restoreMocks|failOnConsole|failOnSnapshotDiff|failWithoutAssertions)$/,
    worse: "false",
    rule: "ci_weakened",
  },
  {
    files: /pytest\.ini$|(?:pyproject|tox|setup)\.(?:toml|ini|cfg)$/,
    key: /(?:pytest|ini_options).*(?:testpaths|python_files|python_classes|python_functions)$|^(?:testpaths|python_\w+)$/,
    worse: "fewer",
    rule: "test_narrowed",
  },
  {
    files: /pytest\.ini$|(?:pyproject|tox|setup)\.(?:toml|ini|cfg)$/,
    key: /(?:norecursedirs|collect_ignore\w*|ignore_glob)$/,
    worse: "more",
    rule: "test_narrowed",
  },
  {
    files: python,
    key: /(?:xfail_strict|strict_markers|strict_config|error_on_warnings|strict)$/,
    worse: "false",
    rule: "ci_weakened",
  },
  { files: python, key: /pytest.*filterwarnings|filterwarnings$/, worse: "more", rule: "lint_off" },
  { files: /tox\.ini$/, key: /ignore_(?:outcome|errors)$/, worse: "true", rule: "exit_swallowed" },
  { files: /tox\.ini$/, key: /(?:envlist|env_list)$/, worse: "fewer", rule: "test_narrowed" },
  {
    files: /phpunit[\w.-]*\.xml(?:\.dist)?$/,
    key: /(?:failOn\w+|beStrictAbout\w+|convert\w+ToExceptions|requireCoverageMetadata|forceCoversAnnotation|checkForUnintentionallyCoveredCode|enforceTimeLimit)$/,
    worse: "false",
    rule: "ci_weakened",
  },
  {
    files: /phpunit[\w.-]*\.xml(?:\.dist)?$/,
    key: /testsuite\.exclude$|groups\.exclude\.group$/,
    worse: "more",
    rule: "test_narrowed",
  },
  {
    files: /phpunit[\w.-]*\.xml(?:\.dist)?$/,
    key: /testsuite\.(?:directory|file)$|testsuite\.name$/,
    worse: "fewer",
    rule: "test_narrowed",
  },
  {
    files: /phpunit[\w.-]*\.xml(?:\.dist)?$|pom\.xml$|\.props$|\.runsettings$/,
    key: /coverage.*exclude|jacoco.*exclude/,
    worse: "more",
    rule: "threshold_lowered",
  },
  {
    files: /pom\.xml$|\.runsettings$/,
    key: /(?:skipTests|skipITs|maven\u2024?\.?test\u2024?\.?skip|testFailureIgnore|skip|failsafe\S*skip|checkstyle\.skip|ignoreFailures|rerunFailingTestsCount|surefire\S*rerun\S*)$/,
    worse: "true",
    rule: "ci_weakened",
  },
  {
    files: /pom\.xml$/,
    key: /(?:failOnViolation|failsOnError|failOnWarning|failOnError|haltOnFailure|violationSeverity|failIfNoTests|failIfNoSpecifiedTests)$/,
    worse: "false",
    rule: "lint_off",
  },
  {
    files: /pom\.xml$/,
    key: /(?:surefire|configuration|excludes?).*exclude$|excludedGroups$/,
    worse: "more",
    rule: "test_narrowed",
  },
  {
    files: /pom\.xml$/,
    key: /configuration\.includes\.include$|configuration\.groups$/,
    worse: "fewer",
    rule: "test_narrowed",
  },
  { files: /gradle\.properties$/, key: /(?:skip|ignore)/i, worse: "true", rule: "ci_weakened" },
  { files: judges, key: timing, worse: "higher", rule: "wait_raised" },
  // lint
  {
    files: /(?:biome|\.biome)\.jsonc?$/,
    key: /(?:linter\.enabled|recommended|\.enabled|preset)$/,
    worse: "false",
    rule: "lint_off",
  },
  {
    files: /(?:biome|\.biome)\.jsonc?$/,
    key: /files\.ignore|linter\.ignore|experimentalScannerIgnores/,
    worse: "more",
    rule: "lint_off",
  },
  { files: /(?:biome|\.biome)\.jsonc?$/, key: /files\.includes?|linter\.includes?/, worse: "fewer", rule: "lint_off" },
  { files: /biome|\.biome|oxlint|stylelint|tslint/, key: /rules\./, worse: "off", rule: "lint_off" },
  { files: eslint, key: /(?:^|\.)rules\.|categories\./, worse: "off", rule: "lint_off" },
  { files: eslint, key: /(?:ignorePatterns|(?:^|\.)ignores|eslintIgnore)$/, worse: "more", rule: "lint_off" },
  { files: eslint, key: /(?:^|\.)(?:extends|plugins)$/, worse: "fewer", rule: "lint_off" },
  { files: eslint, key: /reportUnusedDisableDirectives|noInlineConfig$/, worse: "off", rule: "lint_off" },
  {
    files: python,
    key: /(?:ruff|lint|flake8|pylint|pycodestyle|pep8|pydocstyle|bandit|MASTER|MESSAGES CONTROL|isort|black|main)?.*(?:^|\.)(?:ignore|extend-ignore|extend_ignore|disable|per-file-ignores\.?.*|per_file_ignores|extend-per-file-ignores\.?.*|exclude|extend-exclude|extend_exclude|ignore-paths|ignore-patterns|skips|exclude_dirs|exclude-files)$/,
    worse: "more",
    rule: "lint_off",
  },
  {
    files: python,
    key: /(?:^|\.)(?:select|extend-select|extend_select|enable|fail-on|load-plugins)$/,
    worse: "fewer",
    rule: "lint_off",
  },
  { files: python, key: /exit[-_]zero$/, worse: "true", rule: "exit_swallowed" },
  {
    files: /golangci/,
    key: /(?:linters?\.)(?:disable|exclusions?\..*)$|(?:exclude\w*|exclude-\w+|skip-\w+|exclusions\.\S*|exclude-rules\S*|paths|presets)$/,
    worse: "more",
    rule: "lint_off",
  },
  {
    files: /golangci/,
    key: /linters\.enable$|linters\.settings.*enable$|enable-all$|linters\.default$/,
    worse: "fewer",
    rule: "lint_off",
  },
  {
    files: /golangci/,
    key: /(?:disable-all|issues\.new|new-from-rev|new-from-merge-base)$/,
    worse: "true",
    rule: "lint_off",
  },
  { files: /golangci/, key: /run\.tests$|issues-exit-code$/, worse: "false", rule: "lint_off" },
  {
    files: /golangci/,
    key: /(?:linters-settings|settings)\..*(?:min-complexity|max\w*|line-length|min-len|limit|lines|statements|threshold)$/,
    worse: "raised",
    rule: "threshold_lowered",
  },
  { files: /rubocop/, key: /Enabled$/, worse: "false", rule: "lint_off" },
  {
    files: /rubocop/,
    key: /(?:Exclude|AllowedMethods|IgnoredMethods|AllowedPatterns|DisabledByDefault)$/,
    worse: "more",
    rule: "lint_off",
  },
  { files: /rubocop/, key: /\.Max$/, worse: "raised", rule: "threshold_lowered" },
  { files: /rubocop/, key: /inherit_from|^require$|^plugins$/, worse: "fewer", rule: "lint_off" },
  {
    files: /detekt|ktlint|checkstyle|pmd|spotbugs|infection/,
    key: /(?:active|failOnError)$/,
    worse: "false",
    rule: "lint_off",
  },
  { files: /detekt/, key: /(?:excludes|ignore\w*|excludes?Raw)$/, worse: "more", rule: "lint_off" },
  { files: /checkstyle|ruleset|phpcs|phpmd/, key: /exclude\S*$|suppress\S*$/, worse: "more", rule: "lint_off" },
  { files: /phpcs|phpmd|ruleset|checkstyle|pmd/, key: /rule\.ref$|module\.name$/, worse: "fewer", rule: "lint_off" },
  {
    files: /checkstyle|phpcs|ruleset/,
    key: /(?:severity|type|Action|property\.value)$/,
    worse: "off",
    rule: "lint_off",
  },
  { files: /\.editorconfig$/, key: /(?:severity|dotnet_diagnostic\S*)$/, worse: "off", rule: "lint_off" },
  { files: /Cargo\.toml$|clippy\.toml$/, key: /lints\./, worse: "off", rule: "lint_off" },
  {
    files: /Cargo\.toml$/,
    key: /(?:^|\.)(?:test|autotests|harness|doctest)$/,
    worse: "false",
    rule: "test_out_of_reach",
  },
  { files: /clippy\.toml$/, key: /threshold$|max|limit/, worse: "raised", rule: "threshold_lowered" },
  { files: /\.clang-tidy$/, key: /WarningsAsErrors$/, worse: "gone", rule: "lint_off" },
  { files: /\.pre-commit-config\.yaml$/, key: /hooks\.id$/, worse: "fewer", rule: "lint_off" },
  { files: /\.pre-commit-config\.yaml$/, key: /(?:exclude|stages)$/, worse: "more", rule: "lint_off" },
  { files: /bunfig\.toml$/, key: /root$/, worse: "gone", rule: "test_narrowed" },
];
