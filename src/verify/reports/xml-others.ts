// Checkstyle, Cppcheck and Sonar's generic test executions: small formats of XML.
import type { Content, SourceFinding, TestResult } from "./report.ts";
import { isIgnored, messageOf, nameOf, pathIn } from "./text.ts";
import { childrenOf, type Element, within } from "./xml.ts";

/** Checkstyle: `<file name><error line severity message source/></file>`. */
export function readCheckstyle(root: Element, roots: readonly string[]): Content {
  const files = childrenOf(root, "file");
  const looked = files.filter(
    (file) => !within(file, "error").some(({ attributes }) => isIgnored(attributes.message ?? "")),
  );
  const findings: SourceFinding[] = looked.flatMap((file) =>
    within(file, "error").map(({ attributes }) => ({
      rule: nameOf(attributes.source ?? ""),
      level: attributes.severity === "warning" ? "warning" : attributes.severity === "info" ? "note" : "error",
      file: pathIn(file.attributes.name ?? "", roots),
      line: /^\d+$/.test(attributes.line ?? "") ? Number(attributes.line) : null,
      message: messageOf(attributes.message ?? ""),
      suppressed: attributes.severity === "ignore",
    })),
  );
  const exceptions = within(root, "exception").map(({ text }) => ({ kind: "not_read", detail: nameOf(text) }) as const);
  const problems = looked.length === 0 ? [{ kind: "nothing_named", detail: "it names no file" } as const] : exceptions;
  return { findings, problems, lint: true, looked: looked.length };
}

/** Cppcheck: `<errors><error id severity msg><location file line/></error></errors>`; a clean run names no file. */
export function readCppcheck(root: Element, roots: readonly string[]): Content {
  const findings = childrenOf(root, "errors").flatMap((errors) =>
    childrenOf(errors, "error").map((error): SourceFinding => {
      const { id = "", severity, msg = "" } = error.attributes;
      const place = childrenOf(error, "location")[0]?.attributes;
      return {
        rule: nameOf(id),
        level: severity === "error" ? "error" : severity === "warning" ? "warning" : "note",
        file: place?.file === undefined ? null : pathIn(place.file, roots),
        line: /^\d+$/.test(place?.line ?? "") ? Number(place?.line) : null,
        message: messageOf(msg),
        suppressed: false,
      };
    }),
  );
  const looked = new Set(findings.flatMap(({ file }) => file ?? [])).size;
  const problems = looked === 0 ? [{ kind: "nothing_named", detail: "it names no file" } as const] : [];
  return { findings, problems, lint: true, looked };
}

/**
 * Valgrind: an error's place is the first frame of the repository's own, since what was called is elsewhere. A file is of one process,
 * which has to have finished. Blocks that are still reachable at the end are no error to Valgrind either.
 */
export function readValgrind(root: Element, roots: readonly string[]): Content {
  const findings = childrenOf(root, "error").map((error): SourceFinding => {
    const frames = childrenOf(error, "stack")
      .slice(0, 1)
      .flatMap((stack) => childrenOf(stack, "frame"));
    const places = frames
      .filter((frame) => textOf(frame, "file") !== "")
      .map((frame) => ({
        file: pathIn([textOf(frame, "dir"), textOf(frame, "file")].filter(Boolean).join("/"), roots),
        line: Number(textOf(frame, "line")),
      }));
    const place = places.find(({ file }) => !file.startsWith("/")) ?? places[0];
    const kind = textOf(error, "kind");
    const [more] = childrenOf(error, "xwhat");
    return {
      rule: nameOf(kind),
      level: /^Leak_(?:StillReachable|PossiblyLost|IndirectlyLost)$/.test(kind) ? "warning" : "error",
      file: place?.file ?? null,
      line: place?.line ?? null,
      message: messageOf(textOf(error, "what") || (more === undefined ? "" : textOf(more, "text"))),
      suppressed: false,
    };
  });
  const states = childrenOf(root, "status").map((status) => textOf(status, "state"));
  const isWhole = states.at(-1) === "FINISHED";
  const killed = childrenOf(root, "fatal_signal").map((signal) => `the program ended by ${textOf(signal, "signame")}`);
  return {
    findings,
    otherFailures: killed.map(nameOf),
    lint: true,
    looked: isWhole ? 1 : 0,
    problems: isWhole ? [] : [{ kind: "incomplete", detail: "the program did not finish" }],
  };
}

function textOf(element: Element, name: string): string {
  return childrenOf(element, name)[0]?.text.trim() ?? "";
}

/** Sonar: `<file path><testCase name duration/></file>`; a file without a test case did not load, times of 0 alone mean that nothing ran. */
export function readSonar(root: Element, roots: readonly string[]): Content {
  const files = childrenOf(root, "file");
  const durations = within(root, "testCase").map(({ attributes }) => Number(attributes.duration ?? "0"));
  const still = durations.length > 0 && durations.every((duration) => duration === 0);
  const tests: TestResult[] = files.flatMap((file) =>
    childrenOf(file, "testCase").map((one) => {
      const [first] = one.children.filter(({ name }) => /^(?:failure|error|skipped)$/.test(name));
      const childless = still ? "notRun" : "passed";
      return {
        name: nameOf(one.attributes.name ?? ""),
        suite: [],
        file: pathIn(file.attributes.path ?? "", roots),
        project: null,
        status: first === undefined ? childless : first.name === "skipped" ? "skipped" : "failed",
        message: messageOf(`${first?.attributes.message ?? ""}\n${first?.text ?? ""}`),
      };
    }),
  );
  const empty = files.filter((file) => childrenOf(file, "testCase").length === 0);
  return { tests, failedToLoad: empty.map(({ attributes }) => pathIn(attributes.path ?? "", roots)) };
}
