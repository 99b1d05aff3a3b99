// Which paths hold tests, by the naming rules and habits of test frameworks.
import { globsMatcher } from "./glob.ts";

/** Case does not count. */
const globs: readonly string[] = [
  "**/{test,tests,spec,specs,testdata,testcases,testsuite,__tests__,__test__,__specs__,__snapshots__}/**",
  "**/{e2e,cypress,playwright,unittests,androidtest,integrationtest,functionaltest,acceptancetest,uitest,src/it}/**",
  "**/*{.,_,-}{test,tests,spec,specs}/**",
  "**/*{.,_,-}{test,tests,unittest,spec,specs}.*",
  "**/{test,tests,spec,specs}.*",
  "**/test{_,-}*.*",
  "**/*.{cy,pw,e2e,unit,itest,uitest,test-d,e2e-test,it-test}.{js,jsx,ts,tsx,mjs,cjs,mts,cts,vue,svelte}",
  "**/*_tb.{v,sv,vhd,vhdl}",
  "**/*_{browsertest,uitest,gtest,perftest,fuzztest,integrationtest}.*",
  "**/*_suite.erl",
  "**/{step_definitions,step-definitions,stepdefs}/**",
  "**/{spec,rails,test}_helper.rb",
  "**/*.{bats,t,phpt,test,feature,robot,snap,tftest.hcl,postman_collection.json}",
  "**/conftest.py",
];

const compiled =
  "java|kt|kts|scala|groovy|clj|cs|fs|vb|php|swift|m|mm|c|cc|cpp|cxx|c\\+\\+|h|hh|hpp|hxx|hs|pas|dart|elm";
const scripted = "js|jsx|ts|tsx|mjs|cjs|mts|cts|py|rb|ex|exs|jl|pm|lua|cls";

/** Words of a name that begin with a capital: `FooIT.java` is a test, `Audit.java` is none. Surefire, Failsafe, XCTest, NUnit, ScalaTest. */
const words: readonly RegExp[] = [
  new RegExp(`(?:^|/)[\\w.-]*(?:Tests?|TestCase|TestSuite|Specs?)\\.(?:${compiled}|${scripted})$`),
  new RegExp(`(?:^|/)\\w*[a-z0-9_](?:IT|ITCase|E2E|Suite|StepDefs|StepDefinitions)\\.(?:${compiled})$`),
  new RegExp(`(?:^|/)(?:Tests?[A-Z0-9_]|IT[A-Z][a-z])\\w*\\.(?:${compiled})$`),
  /(?:^|\/)[\w.]*[a-z0-9](?:Tests?|Specs)\//,
];

const matches = globsMatcher(globs);

/** Whether a path holds tests; invisible characters do not hide it. */
export function isTestPath(path: string): boolean {
  return [path, path.normalize("NFKC").replace(/[\p{Cf}\p{Cc}]/gu, "")].some(
    (form) => matches(form) || words.some((pattern) => pattern.test(form)),
  );
}
