// JSON documents of runners, linters and coverage tools, each told by its shape.
import type { z } from "zod";
import { isIstanbul, readIstanbul } from "./coverage-formats.ts";
import {
  CoveragePy,
  Coveralls,
  Gcovr,
  readCoveragePy,
  readCoveralls,
  readGcovr,
  readSimpleCov,
  SimpleCov,
  Summary,
} from "./coverage-json.ts";
import { Nightwatch, readNightwatch, readTestcafe, Testcafe } from "./json-browsers.ts";
import { Cucumber, readCucumber } from "./json-cucumber.ts";
import { Findings, readFindingList, readFindings } from "./json-findings.ts";
import { Jest, JestAggregate, readJest, readJestAggregate } from "./json-jest.ts";
import {
  Bandit,
  Eslint,
  Htmlhint,
  Oxlint,
  Phpcs,
  Pylint2,
  Pyright,
  Redocly,
  Rubocop,
  readBandit,
  readEslint,
  readHtmlhint,
  readOxlint,
  readPhpcs,
  readPylint2,
  readPyright,
  readRedocly,
  readRubocop,
  readSecretlint,
  readStylelint,
  Secretlint,
  ShellCheck1,
  Stylelint,
} from "./json-linters.ts";
import { Mochawesome, readMochawesome } from "./json-mochawesome.ts";
import { Playwright, readPlaywright } from "./json-playwright.ts";
import { Ctrf, Mocha, Newman, Rspec, readCtrf, readMocha, readNewman, readRspec } from "./json-runners.ts";
import type { Content, Format } from "./report.ts";

type Read = (value: unknown, roots: readonly string[]) => Content | null;

/** Null where the document has another shape. */
function shaped<T extends z.ZodType>(shape: T, read: (value: z.infer<T>, roots: readonly string[]) => Content): Read {
  return (value, roots) => {
    const parsed = shape.safeParse(value);
    return parsed.success ? read(parsed.data, roots) : null;
  };
}

const kinds: readonly (readonly [Format, Read])[] = [
  ["jest", shaped(Jest, readJest)],
  ["jest", shaped(JestAggregate, readJestAggregate)],
  ["testcafe", shaped(Testcafe, readTestcafe)],
  ["nightwatch", shaped(Nightwatch, readNightwatch)],
  ["playwright", shaped(Playwright, readPlaywright)],
  ["mocha", shaped(Mocha, readMocha)],
  ["mocha", shaped(Mochawesome, readMochawesome)],
  ["rspec", shaped(Rspec, readRspec)],
  ["newman", shaped(Newman, readNewman)],
  ["ctrf", shaped(Ctrf, readCtrf)],
  ["cucumber", shaped(Cucumber, readCucumber)],
  ["linter", shaped(Eslint, readEslint)],
  ["linter", shaped(Secretlint, readSecretlint)],
  ["linter", shaped(Redocly, readRedocly)],
  ["linter", shaped(Stylelint, readStylelint)],
  ["linter", shaped(Htmlhint, readHtmlhint)],
  ["linter", shaped(Oxlint, readOxlint)],
  ["linter", shaped(Rubocop, readRubocop)],
  ["linter", shaped(Phpcs, readPhpcs)],
  ["linter", shaped(Pyright, readPyright)],
  ["linter", shaped(Bandit, readBandit)],
  ["linter", shaped(Pylint2, readPylint2)],
  ["linter", (value, roots) => ofComments(value, roots)],
  ["linter", shaped(Findings, readFindingList)],
  ["istanbul", (value, roots) => (isIstanbul(value) ? readIstanbul(value, roots) : null)],
  ["istanbul", shaped(Summary, () => ({ coverage: [] }))],
  ["coverage.py", shaped(CoveragePy, readCoveragePy)],
  ["gcovr", shaped(Gcovr, readGcovr)],
  ["coveralls", shaped(Coveralls, readCoveralls)],
  ["simplecov", shaped(SimpleCov, readSimpleCov)],
];

/** ShellCheck's second form holds the first. */
function ofComments(value: unknown, roots: readonly string[]): Content | null {
  const outer = ShellCheck1.safeParse(value);
  const inner = Findings.safeParse(outer.data?.comments);
  return inner.success ? readFindings(inner.data, roots) : null;
}

/** Reads parsed JSON by the first kind that it has the shape of; null where it has none. */
export function readJsonKind(
  value: unknown,
  roots: readonly string[],
): { readonly format: Format; readonly content: Content } | null {
  for (const [format, read] of kinds) {
    const content = read(value, roots);
    if (content !== null) return { format, content };
  }
  return null;
}
