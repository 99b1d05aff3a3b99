// What runners write among their tests although it is none: files that did not load, hooks, late errors. Shapes: what real tools wrote (fixtures/reports/).

/** A result as a report lists it, before it is known whether it is a test. */
export interface Listed {
  readonly name: string;
  readonly group: string; // class name or suite
  readonly file: string | null;
  readonly failed: boolean;
  readonly text: string; // message and body of its failure
}

export type Aside =
  | { readonly is: "failed_to_load"; readonly file: string }
  | { readonly is: "no_tests"; readonly file: string }
  | { readonly is: "other"; readonly what: string };

/** What is named in so many words; files are told apart by `asFile`. Null for a test. */
export function asideOf({ name, group, failed, text, file }: Listed): Aside | null {
  const none = /^No tests? (?:suite )?found in (?:file )?(\S+?)(?:,|$)/.exec(name);
  if (none?.[1] !== undefined) return { is: "no_tests", file: none[1] };
  if (!failed) return null;
  if (name === "" && group !== "") return { is: "other", what: what(group, text, file) }; // GoogleTest: around the tests
  // Surefire, of what a class does around its tests: with a package the name can be no method's.
  if (name === group && /^(?:\w+\.)+[A-Z]\w*$/.test(name)) return { is: "other", what: what(name, text, file) };
  if (group === "junit.framework.TestSuite") return { is: "other", what: what(name, text, file) }; // Ant, of a class's set-up
  if (group === "Test suite failed to run") return { is: "failed_to_load", file: name };
  if (/^collection failure(?:\n|$)/.test(text)) return { is: "failed_to_load", file: name }; // pytest names the module
  if (/(?:^|\.)(?:_FailedTest|LoadTestsFailure|ModuleImportFailure)$/.test(group))
    return { is: "failed_to_load", file: name }; // unittest
  const unloaded = unloadedIn(name) ?? (/^global (?:failure|error)/i.test(name) ? unloadedIn(text) : null);
  if (unloaded !== null) return { is: "failed_to_load", file: unloaded };
  return isOther(name, group) ? { is: "other", what: what(name, text, file) } : null;
}

function unloadedIn(text: string): string | null {
  const shapes = [
    /^(?:\w*Error\b.*: )?Cannot find (?:module|package) .* imported from (\S+)/,
    /^Error \[ERR_MODULE_NOT_FOUND\]: .* imported from (\S+)/,
    /Failed to load file (\S+)/,
    /SyntaxError: .* at (?:https?:\/\/[^/\s]+\/)?(\S+?),? line \d+/,
  ];
  for (const shape of shapes) {
    const file = shape.exec(text)?.[1];
    if (file !== undefined) return file.replace(/[:,]$/, "");
  }
  return null;
}

const others: readonly RegExp[] = [
  /"(?:before|after) (?:all|each)" hook\b/, // Mocha
  /^(?:before|after|beforeEach|afterEach|beforeAll|afterAll)(?:\.always)? hook\b/i, // AVA
  /^(?:before|after) (?:all|each) hook for /, // WebdriverIO
  /^@(?:Before|After)(?:Suite|Test|Groups|Class|Method) \w/, // TestNG
  /^\(code run outside of `test_that\(\)`\)$/,
  /^(?:setup|teardown)_(?:file|suite)\b/, // Bats
  /^(?:setUp|tearDown)(?:Class|Module) \(/, // unittest
  /^fixture (?:setup|cleanup) \[[\d,]+\]/, // EUnit
  /^\(unnamed\)$/, // Bun
  /^(?:Unhandled (?:Rejection|Error|Errors)|Uncaught \w*Error)\b/i,
  /^Global (?:error|failure)\b/i,
  /^Test execution failure: could be caused by test hooks\b/, // Jest
  /^(?:Test suite has no errors|(?:Test|Pre-Request|Post-Response) Script Error)$/, // Bruno
  /^(?:Tests|Pre-request Script)$/, // Newman
  / exited with a non-zero exit code: \d+$/,
  /^(?:\w*Error)(?: \[\w+\])?: /, // AVA
];

function isOther(name: string, group: string): boolean {
  const isClasses = /^(?:setUp|tearDown)(?:Class|Module) \(/.test(group); // nose2, which parts names at a dot
  return /\bunhandled errors$/.test(group) || isClasses || others.some((shape) => shape.test(name));
}

function what(name: string, text: string, file: string | null): string {
  const first = text.split("\n").find((line) => line.trim() !== "") ?? "";
  const told = first === "" || name.includes(first.trim()) ? name : `${name}: ${first.trim()}`;
  return file === null ? told : `${told} (${file})`;
}

/**
 * What a result that is named as its file says: a runner's stand-in for a file whose tests it could not see. `crowded` where the
 * report has other results of that file.
 */
export function asFile({ name, failed, text }: Listed, crowded: boolean): Aside {
  if (!failed) return { is: "no_tests", file: name };
  const code = /exit ?code"?: ?(\d+)/i.exec(text)?.[1];
  const loaded = crowded || (code !== undefined && code !== "1" && code !== "7");
  if (!loaded) return { is: "failed_to_load", file: name };
  return { is: "other", what: code === undefined ? `${name} failed` : `${name} ended with exit code ${code}` };
}
