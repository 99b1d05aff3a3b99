// Whether the runner of a language would look into a file for tests, by the names it goes by when nobody told it otherwise.
import { isScript, type Language } from "./syntax.ts";

const script =
  /(?:[._-](?:test|tests|spec|specs|cy|pw|e2e|unit|it|test-d|stories)\.[cm]?[jt]sx?$)|(?:^|\/)(?:test|tests|spec)\.[cm]?[jt]sx?$/i;
const scriptFolder = /(?:^|\/)(?:__tests__|__test__|tests?|specs?|e2e|cypress)\//i;

/** What no runner looks into, in any language. */
const parked =
  /(?:^|\/)(?:_?(?:disabled|skipped|skip|ignored?|archived?|old|deprecated|broken|quarantined?|attic|parked|unused|backup|bak|graveyard|legacy_disabled)(?:[-_]?tests?)?)\/|\.(?:bak|disabled|skip|skipped|old|orig|off|txt|ignore|save|tmp)$|(?:^|\/)_[^/]*$|~$/i;

const patterns: Readonly<Record<Language, RegExp>> = {
  javascript: script,
  typescript: script,
  tsx: script,
  python: /(?:^|\/)(?:test_[^/]*|[^/]*_test|tests?)\.py$/,
  go: /_test\.go$/,
  java: /(?:^|\/)(?:Test\w*|\w*(?:Tests?|TestCase|IT|ITCase|Spec|Suite|Properties|Scenarios?))\.java$/,
  kotlin: /(?:^|\/)(?:Test\w*|\w*(?:Tests?|TestCase|IT|ITCase|Spec|Suite))\.kts?$/,
  ruby: /(?:_(?:spec|test)|(?:^|\/)test_[^/]*)\.rb$/,
  php: /(?:Test|Cest|Spec|TestCase)\.php$|(?:^|\/)tests\//,
  c_sharp: /\.cs$/,
  rust: /\.rs$/,
  cpp: /\.(?:c|cc|cpp|cxx|c\+\+|h|hh|hpp|hxx)$/i,
  bash: /\.(?:bats|sh|bash)$|\/[^./]+$/,
};

/** Two steps: its name is one a runner looks for, or at least its folder is. */
export function reachOf(path: string, language: Language): "named" | "folder" | "none" {
  if (parked.test(path)) return "none";
  if (patterns[language].test(path)) return "named";
  if (isScript(language) && scriptFolder.test(path)) return /(?:^|\/)__tests?__\//.test(path) ? "named" : "folder";
  if (/^(?:java|kotlin)$/.test(language) && /(?:^|\/)(?:src\/\w*[tT]est|tests?)\//.test(path)) return "folder";
  return "none";
}

export function isReached({ path, language }: { readonly path: string; readonly language: Language }): boolean {
  return reachOf(path, language) !== "none";
}
