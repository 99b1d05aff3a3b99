// What of a change makes its judges see less, read from the objects of a repository alone.
import { readChangedTexts } from "../gateway/git/changed-texts.ts";
import { type ChangedFile, type Gaming, gamingIn } from "../verify/gaming/gaming.ts";
import { languageOf } from "../verify/gaming/syntax.ts";
import { openGrammars } from "./grammars.ts";

/** What `head` changes against `base`. Throws Fault. */
export async function readGaming(span: {
  readonly gitDir: string;
  readonly base: string;
  readonly head: string;
}): Promise<Gaming> {
  const texts = await readChangedTexts({ ...span, moved: true });
  const files = texts.map(
    ({ path, before, after }): ChangedFile => ({ path, before: utf8(before), after: utf8(after) }),
  );
  const languages = files.flatMap(({ path, before, after }) => languageOf(path, after ?? before ?? "") ?? []);
  const parse = await openGrammars([...languages, "bash", "javascript", "typescript"]);
  return gamingIn(files, parse);
}

/** Texts come as bytes in latin1. */
function utf8(text: string | null): string | null {
  return text === null ? null : Buffer.from(text, "latin1").toString("utf8");
}
