// What of a change makes its judges see less than they did: tests, lint, types, CI and what they are told to run.
import { compareBytes, type FileSide, isAboutLineEnds } from "./compare-bytes.ts";
import { compareCode } from "./compare-code.ts";
import { compareScripts } from "./compare-scripts.ts";
import { compareSettings } from "./compare-settings.ts";
import { compareTests } from "./compare-tests.ts";
import { type Find, type RuleName, ruleNames } from "./find.ts";
import { compareSnapshots } from "./snapshots.ts";
import { type CodeFile, languageOf, type Parse } from "./syntax.ts";
import { shiftOutsideTests } from "./tests.ts";

/** One path of a change: its text before and after in UTF-8; null: it is not there. */
export interface ChangedFile {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
  /** The same as it is kept; absent: nothing is said of it. */
  readonly kept?: { readonly before: FileSide; readonly after: FileSide };
}

export interface Gaming {
  readonly finds: readonly Find[];
  /** Files that are code and could not be read within the bounds: nothing is known of them. */
  readonly unread: readonly string[];
}

/**
 * Old and new text of every file of a change, told by rule and file: the same change gives the same finds in the same order.
 * `isOn` leaves rules out.
 */
export function gamingIn(
  files: readonly ChangedFile[],
  parse: Parse,
  isOn: (rule: RuleName) => boolean = () => true,
): Gaming {
  const unread = new Set<string>();
  const side = (of: "before" | "after"): CodeFile[] =>
    files.flatMap((file) => {
      const text = file[of];
      const language = text === null ? null : languageOf(file.path, text);
      if (text === null || language === null) return [];
      const root = parse(language, language === "bash" ? withBats(text) : text);
      if (root === null) unread.add(file.path);
      return root === null ? [] : [{ path: file.path, text, language, root }];
    });
  const others = files.flatMap(({ path, after }) =>
    after === null || languageOf(path, after) !== null ? [] : [{ path, text: after }],
  );
  const [before, after] = [side("before"), side("after")];
  const change = { before, after, others, shiftOf: shiftOutsideTests(before, after) };
  const tests = compareTests(change);
  const meansLineEnds = files.some(({ path }) => isAboutLineEnds(path));
  const finds = [
    ...tests.finds,
    ...compareCode(change, tests.fresh),
    ...files.flatMap((file) => [
      ...compareSettings(file, parse),
      ...compareScripts(file, parse),
      ...compareSnapshots(file, change.shiftOf),
      ...(file.kept === undefined ? [] : compareBytes({ path: file.path, ...file.kept }, meansLineEnds)),
    ]),
  ];
  return { finds: gathered(finds.filter(({ rule }) => isOn(rule))), unread: [...unread] };
}

/** Bats declares a test with a word that no shell knows; the lines stay where they are. */
function withBats(text: string): string {
  return text.replace(
    /^@test\s+(["']?)(.*?)\1\s*\{/gm,
    (_, _quote, name: string) => `bats_test_${name.replace(/\W+/g, "_")}() {`,
  );
}

const listed = 10;

/** One find for each rule and file, in the order of rules and paths. */
function gathered(finds: readonly Find[]): readonly Find[] {
  const groups = Map.groupBy(finds, ({ rule, path }) => `${rule}\n${path}`);
  return [...groups.values()]
    .map((same): Find => {
      const [first] = same as [Find];
      const lines = [...new Set(same.flatMap((one) => one.lines))].sort((one, other) => one - other);
      return {
        rule: first.rule,
        path: first.path,
        lines: lines.slice(0, listed),
        what: [...new Set(same.flatMap(({ what }) => what))].slice(0, listed),
      };
    })
    .sort(
      (one, other) =>
        ruleNames.indexOf(one.rule) - ruleNames.indexOf(other.rule) ||
        (one.path < other.path ? -1 : one.path > other.path ? 1 : 0),
    );
}
