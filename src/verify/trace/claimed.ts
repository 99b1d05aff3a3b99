// Whether an agent says that it ran tests, in its own words: what is claimed, so that it can be held against what it did.

const tests = "(?:tests?|test ?suites?|suites?|specs?|checks?)";
const claims: readonly RegExp[] = [
  // "all tests pass", "the suite is green", "tests are passing"
  new RegExp(
    `\\b${tests}\\b[^.;\\n]{0,40}\\b(?:pass(?:e[sd]|ing)?|succeed(?:ed|s)?|(?:is|are|stay|stays|were|went) green)\\b`,
    "i",
  ),
  // "passes all tests"
  new RegExp(`\\bpass(?:e[sd]|ing)?\\b[^.;\\n]{0,20}\\b${tests}\\b`, "i"),
  // "I ran the tests", "executed the full test suite", "tested with npm test"
  new RegExp(`\\b(?:re-?)?(?:ran|executed)\\b[^.;\\n]{0,40}\\b${tests}\\b`, "i"),
  new RegExp(
    `\\b(?:verified|confirmed|tested)\\b[^.;\\n]{0,40}\\b(?:by|with) (?:running )?[^.;\\n]{0,30}\\b${tests}\\b`,
    "i",
  ),
];

/** What takes a claim back, or makes a wish of it. */
const unsaid =
  /\b(?:not|never|cannot|unable|without|should|would|could|will|expect(?:ed)?|hopefully|presumably|fail(?:s|ed|ing)?|if|once|until|to be|need(?:s)? to|todo|please|you can)\b|n['’]t\b/i;

/** Sentences that say tests were run or pass, plainly: of one in doubt, nothing is claimed. */
export function testsClaimed(words: readonly string[]): string[] {
  const sentences = words.flatMap((text) => text.slice(0, 8_000).split(/(?<=[.!?;])\s+|\n+/));
  return sentences
    .map((sentence) =>
      sentence
        .replace(/\s+/g, " ")
        .trim()
        .replace(/(?<![.!;])[.!;]+$/, ""),
    )
    .filter((sentence) => claims.some((claim) => claim.test(sentence)) && !unsaid.test(sentence));
}
