// What a brief keeps of a text is what GitHub shows of it (T3, T4): stated case by case, and compared with what other parsers show.
import fc from "fast-check";
import { expect, test } from "vitest";
import { shownMarkup } from "../../src/brief/markup.ts";
import { seenOf } from "./shown.ts";

/** What was removed, by kind. */
function removed(text: string): Record<string, number> {
  return Object.fromEntries(Object.entries(shownMarkup(text).hidden).filter(([, count]) => count > 0));
}

test.each([
  ["lines of a log", "[INFO] up\n[ERROR]: disk not found\n[WARN]: 3 retries left"],
  ["a footnote that the text refers to", "Use the old rounding[^1].\n\n[^1]: half to even, not half up.\n"],
  ["a Rust attribute", "Add #![deny(missing_docs)] to lib.rs."],
  ["a negated list", "and if (![1, 2].includes(x)) return."],
  ["what follows an opening of PHP within a line", "It must begin with <?php and no blank. Then print 5.\n\nMore."],
  ["what follows a doctype that does not end", "Output lacks <!DOCTYPE html and the rest."],
  ["a comparison", "Fails when a<b && c>d holds."],
  ["a comment within a line that does not end", "before <!-- kept\n\nand after"],
  ["a tag that is none, for its quotes", "<b title=\"<i>kept'\" it's>x</b>"],
  ["tags that GitHub shows as letters", 'Blocked: <script src="x.js"> and <iframe>, <style>b{}</style>'],
  ["a type in angle brackets", "Map<String, List<Integer>> and Vec<u8>"],
  ["an address in angle brackets", "see <https://example.com/a?b=c>"],
  ["a table's cells", "| a | b |\n|---|:-:|\n| 1 | 2 |\n| 3 |\n"],
  ["the address of a label that is used", "see [the spec][spec]\n\n[spec]: https://example.com/spec"],
  ["what is indented like code", "    <!-- kept --> <b title='kept'>\n"],
  ["a code block's language", "```c++\n<!-- kept -->\n```\n\n~~~{r}\n1\n~~~"],
  ["brackets after brackets", "x[0][1] = y[i](j) and [WIP] [skip]: later"],
])("keeps %s", (_, text) => {
  expect(shownMarkup(text).text).toBe(text);
  expect(removed(text)).toEqual({});
});

test.each([
  ["an attribute in any tag", 'a <x y="evil"> <p\nevil>\n\n<div>\n<b/evil>\n</div>', { attributes: 3 }],
  ["what stands in an ending tag", "<div>\n</b evil>\n</div>", { attributes: 1 }],
  ["a tag whose name speaks", "a <evil-do-this-and-that> b </evil-do-this-and-that>", { tags: 2 }],
  ["text of an element that is not shown", "a <rp>evil</rp> b <template>evil</template>", { unshown: 2 }],
  ["all behind an element that is not shown and does not end", "a <template> evil\n\nevil", { unshown: 1 }],
  ["all behind a comment in a block that does not end", "<div>\n<!-- evil\n\nevil\n\n--> evil", { unfinished: 1 }],
  ["all behind a tag in a block that does not end", '<div title="evil\n\nevil', { unfinished: 1 }],
  ["a tag in a quotation, over its lines", '> <div title="\n> evil">\n> a', { attributes: 1 }],
  ["an image by its label", "![evil][a]\n\n[a]: /u", { images: 1 }],
  ["a picture by HTML", "a <img alt='evil'>", { images: 1 }],
  ["a title behind brackets in brackets", '[a [b] c](/u "evil")', { titles: 1 }],
  ["a title over lines", "[a](/u 'evil\nevil')", { titles: 1 }],
  ["the title of a definition that is used", '[a]\n\n[a]: /u "evil"', { titles: 1 }],
  ["the title below a definition", '[a]\n\n[a]: /u\n"evil\nevil"\n', { titles: 1 }],
  ["a definition that nothing uses", "[//]: # (evil)", { definitions: 1 }],
  ["a second definition of a label", "[a]\n\n[a]: /u\n[a]: /evil", { definitions: 1 }],
  ["a footnote that nothing refers to", "a\n\n[^1]: evil\nevil\n\n    evil\n", { footnotes: 1 }],
  ["a second footnote of a label", "a[^1]\n\n[^1]: b\n\n[^1]: evil", { footnotes: 1 }],
  ["a footnote that refers to itself", "[^1]: evil [^1]", { footnotes: 1 }],
  ["cells beyond the last column", "| a | b |\n|---|---|\n| 1 | 2 | evil | evil |\n", { cells: 1 }],
  ["text beside a code block's language", "```js evil evil\n1\n```", { infos: 1 }],
  ["text in place of a code block's language", "```evil:evil.evil-evil-evil-evil\n1\n```", { infos: 1 }],
])("removes %s", (_, text, kinds) => {
  const kept = shownMarkup(text).text;
  if (!text.startsWith("```evil:")) expect(kept).not.toContain("evil");
  else expect(kept).not.toContain("evil-evil");
  expect(removed(text)).toMatchObject(kinds);
});

test("says what is kept that a person may not have read", () => {
  expect(removed("```mermaid\ngraph TD\n%% a comment\n```\n\n<details>\n\nfolded\n\n</details>")).toEqual({
    drawn: 1,
    folded: 1,
  });
});

const pieces = [
  ..."W W W W W W W W W W W W W W W W `` `".split(" "),
  ...'<!-- |-->|<div>|</div>|<b>|</b>|<b title="|">|<img alt="|<details>|<rp>|</rp>|<script>|</script>'.split("|"),
  ...'<template>|</template>|<x-y z>|&lt;|<?|?>|<!X |<![CDATA[|]]>|"|\'|\\|![|[|](/u|](|](/u "|")|]|)| "'.split("|"),
  ...[
    "```\n",
    "~~~\n",
    "\n",
    "\n\n",
    "    ",
    "> ",
    "- ",
    "1. ",
    "| ",
    "|-|-|\n",
    "\n[a]: /u",
    "[a]",
    "# ",
    " ",
    "\t",
    "*",
  ],
  ...["[^f]", "\n\n[^f]: "],
];

/** Words between the pieces, numbered; those that stand where a tag's name or a language does are not asked about. */
const texts = fc.array(fc.constantFrom(...pieces), { minLength: 3, maxLength: 12 }).map((parts) => {
  let words = 0;
  const text = parts.map((piece) => (piece === "W" ? `w${words++}q` : piece)).join("");
  const asked = new Set(text.match(/w\d+q/g) ?? []);
  for (const [, named = ""] of text.matchAll(/(?:<\/?|```+|~~~+)((?:w\d+q)+)/g)) {
    for (const word of named.match(/w\d+q/g) ?? []) asked.delete(word);
  }
  return { text, asked: [...asked] };
});

test("what other parsers do not show is not kept, and hardly anything they show is lost", () => {
  let shown = 0;
  let lost = 0;
  const holds = fc.property(texts, ({ text, asked }) => {
    const kept = shownMarkup(text).text;
    const seen = seenOf(text);
    for (const word of asked) {
      const isShown = seen.text.includes(word);
      if (isShown) shown += 1;
      if (isShown && !kept.includes(word)) lost += 1;
      if (!isShown && kept.includes(word)) expect(seen.addresses.join("\n")).toContain(word);
    }
  });
  fc.assert(holds, { numRuns: 3_000, seed: 4 });
  expect(shown).toBeGreaterThan(3_000);
  expect(lost / shown).toBeLessThan(0.01);
});
