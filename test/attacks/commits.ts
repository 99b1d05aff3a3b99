// Commits as bytes that git's own tools show otherwise than GitHub does, and messages that do something there.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { judge } from "../../src/gateway/git/judge.ts";
import { closesOthers, skipsCi } from "../../src/policy/closing.ts";
import { anOrigin, git } from "../gateway/git/world.ts";
import { kindOf } from "./spelling.ts";

const tree = "TREE";
const parent = "PARENT";
const who = "Loop <loop@example.org> 1790000000 +0000";
const plain = ["tree TREE", "parent PARENT", `author ${who}`, `committer ${who}`];
const signed = [...plain, "gpgsig -----BEGIN SSH SIGNATURE-----", " AAAA", " -----END SSH SIGNATURE-----"];

interface Written {
  readonly head?: readonly string[];
  readonly message?: string | Buffer;
  /** What the one file that it adds has in it; absent: it changes none. */
  readonly file?: Buffer;
}

/** Whether a commit of these header lines and this message on a base is judged without a problem. */
async function takes({ head = plain, message = "Mend it\n", file }: Written) {
  const root = mkdtempSync(join(tmpdir(), "lg-"));
  try {
    const { dir, base } = anOrigin(root);
    const before = git(dir, ["ls-tree", base]);
    const added = file && `100644 blob ${git(dir, ["hash-object", "-w", "--stdin"], file)}\ta.env`;
    const made = added === undefined ? `${base}^{tree}` : git(dir, ["mktree"], Buffer.from(`${before}\n${added}\n`));
    const lines = head
      .join("\n")
      .replaceAll(tree, git(dir, ["rev-parse", made]))
      .replaceAll(parent, base);
    const bytes = Buffer.concat([Buffer.from(`${lines}\n\n`), Buffer.from(message)]);
    const commit = git(dir, ["hash-object", "-t", "commit", "-w", "--literally", "--stdin"], bytes);
    const author = { email: "loop@example.org", issue: 12 };
    return (await judge({ gitDir: dir, base, head: commit, author })).problems.length === 0;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const after = (...lines: string[]) => ({ head: [...plain, ...lines] });
const by = (author: string, committer = who) => ({
  head: ["tree TREE", "parent PARENT", `author ${author}`, `committer ${committer}`],
});
const ordinary = {};
const token = ["gh", "p_", "a1B2".repeat(9)].join("");
const wideFile = (text: string): Written => ({ file: Buffer.from(`\ufeff${text}`, "utf16le") });
const swapped = (text: string): Written => ({ file: Buffer.from(`\ufeff${text}`, "utf16le").swap16() });

export const commits = kindOf("a commit's bytes", "T6", takes, [
  ["a signature of another kind", { head: signed }, ordinary],
  ["a signature over SHA-256", after("gpgsig-sha256 AAAA"), ordinary],
  ["two encodings", after("encoding UTF-8", "encoding latin-1"), ordinary],
  ["an encoding that it has anyway", after("encoding UTF-8"), ordinary],
  ["a second author after the committer", after("author Eve <eve@example.org> 1790000000 +0000"), ordinary],
  ["a second committer", after(`committer ${who}`), ordinary],
  ["a parent after the committer", after("parent PARENT"), ordinary],
  ["a tree after the committer", after("tree TREE"), ordinary],
  ["a header in capitals", after("Author Eve <eve@example.org> 1790000000 +0000"), ordinary],
  ["a header without a value", after("author"), ordinary],
  ["a line that goes on from the committer", after(" and Eve <eve@example.org>"), ordinary],
  ["a header of a machine's", after("HG:extra amend_source:1"), ordinary],
  ["two addresses of one author", by("Loop <loop@example.org> <eve@example.org> 1790000000 +0000"), by(who)],
  [
    "an address in the author's name",
    by("<eve@example.org Loop <loop@example.org> 1790000000 +0000"),
    by("Eve L. <loop@example.org> 1790000000 +0000"),
  ],
  ["an address that ends twice", by("Loop <loop@example.org>> 1790000000 +0000"), by(who)],
  ["an author without a date", by("Loop <loop@example.org>"), by(who)],
  ["a date that is no number", by("Loop <loop@example.org> soon +0000"), by(who)],
  ["a date with a sign", by("Loop <loop@example.org> -1 +0000"), by("Loop <loop@example.org> 1 +0000")],
  ["a date of twenty digits", by("Loop <loop@example.org> 99999999999999999999 +0000"), by(who)],
  [
    "a zone that there is not",
    by("Loop <loop@example.org> 1790000000 +99999"),
    by("Loop <loop@example.org> 1790000000 +1345"),
  ],
  ["an author by another address in capitals", by("Loop <LOOP@example.org> 1790000000 +0000"), by(who)],
  ["a committer that is somebody else", by(who, "Eve <eve@example.org> 1790000000 +0000"), by(who)],
  ["a secret in the author's name", by(`${token} <loop@example.org> 1790000000 +0000`), by(who)],
  ["a secret in a file of UTF-16", wideFile(`KEY=${token}\n`), wideFile("KEY=none\n")],
  ["a secret in a file of UTF-16, its bytes the other way round", swapped(`KEY=${token}\n`), swapped("KEY=none\n")],
  ["a character zero in its message", { message: "Mend it\0 and more\n" }, { message: "Mend it and more\n" }],
  ["a message of UTF-16", { message: Buffer.from("\ufeffMend it", "utf16le") }, { message: "Mend it" }],
  [
    "a surrogate as bytes",
    { message: Buffer.from([0x4d, 0xed, 0xa0, 0x80, 0x0a]) },
    { message: Buffer.from([0x4d, 0xc3, 0xa9, 0x0a]) },
  ],
  ["a letter in more bytes than it takes", { message: Buffer.from([0x4d, 0xc0, 0xaf, 0x0a]) }, { message: "M/\n" }],
  ["a message that turns direction", { message: "Mend \u202eit\n" }, { message: "Mend \u05d0it\n" }],
  ["a message with a terminal's escapes", { message: "Mend\u001b[8m it\n" }, { message: "Mend [8m it\n" }],
  ["a message that goes back in its line", { message: "Mend\rSpoil it\n" }, { message: "Mend\r\nSpoil it\n" }],
]);

const says = (text: string) => closesOthers(text, 12).length === 0 && skipsCi(text) === null;

export const messages = kindOf("a message", "T6", says, [
  ["closes by a number with zeros", "Fixes #0099", "Fixes #0012"],
  ["closes in capitals", "FIXES #99", "FIXES #12"],
  ["closes over two lines", "Fixes\n#99", "Fixes\n#12"],
  ["closes after a colon", "Resolves: #99", "Resolves: #12"],
  ["closes after a colon without a blank", "Closes:#99", "Closes:#12"],
  ["closes in another repository", "Closes acme/shop#99", "See acme/shop#99"],
  [
    "closes by an address",
    "Closes https://github.com/acme/shop/issues/99",
    "See https://github.com/acme/shop/issues/99",
  ],
  [
    "closes a pull request by its address",
    "Closes https://github.com/acme/shop/pull/99",
    "See https://github.com/acme/shop/pull/99",
  ],
  ["closes by the short form", "closed GH-99", "see GH-99"],
  ["closes in brackets", "(fixes #99)", "(fixes #12)"],
  ["closes after a comma", "Fixes #12, closes #99", "Fixes #12, see #99"],
  ["closes within emphasis", "**Fixes** #99", "**Fixes** #12"],
  ["closes behind emphasis", "_Fixes_ #99", "_Fixes_ #12"],
  ["closes a number in emphasis", "Fixes **#99**", "Fixes **#12**"],
  ["closes after a blank and a colon", "Fixes : #99", "Fixes : #12"],
  ["closes behind a character of no width", "Fixes \u200b#99", "Fixes \u200b#12"],
  [
    "closes by an address in angles",
    "Fixes <https://github.com/acme/shop/issues/99>",
    "See <https://github.com/acme/shop/issues/99>",
  ],
  ["closes by a link's text", "Fixes [#99](https://x.example)", "Fixes [#12](https://x.example)"],
  ["skips without a blank", "Docs [skipci]", "Docs [skipit]"],
  ["skips without a blank, the other way round", "Docs [CISKIP]", "Docs [CIKEEP]"],
  ["skips with a hyphen", "Docs [skip-ci]", "Docs skip-ci"],
  ["skips with blanks", "Docs [ skip ci ]", "Docs (skip ci)"],
  ["skips by two blanks", "Docs [skip  ci]", "Docs [skip it]"],
  ["skips all checks", "Docs [skip checks]", "Docs [checks]"],
  ["skips another server of CI", "Docs [skip circleci]", "Docs [circleci]"],
  ["skips Travis", "Docs [travis skip]", "Docs [travis]"],
  ["skips Azure's", "Docs ***NO_CI***", "Docs ***CI***"],
  ["skips Azure's, by its name", "Docs [skip azurepipelines]", "Docs [azurepipelines]"],
  ["skips pre-commit.ci", "Docs [pre-commit.ci skip]", "Docs [pre-commit.ci]"],
  ["skips Netlify", "Docs [skip netlify]", "Docs [netlify]"],
  ["skips by a trailer with more blanks", "Docs\n\n\nskip-checks :  TRUE ", "Docs\n\n\nskip-checks: false"],
  ["skips by a trailer in capitals", "Docs\n\n\nSkip-Checks:true", "Docs\n\n\nChecks:true"],
]);
