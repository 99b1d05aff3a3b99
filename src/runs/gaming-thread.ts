// The thread that reads one change for what makes its judges see less, and ends.
import { flushCompileCache } from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import { standBack } from "../base/thread-tasks.ts";
import { type ChangedFile, type Gaming, gamingIn } from "../verify/gaming/gaming.ts";
import { languageOf } from "../verify/gaming/syntax.ts";
import { openGrammars } from "./grammars.ts";

export type Answer = { readonly ok: true; readonly gaming: Gaming } | { readonly ok: false; readonly message: string }; // a grammar is not there

async function answerTo(files: readonly ChangedFile[]): Promise<Answer> {
  const languages = files.flatMap(({ path, before, after }) =>
    [before, after].flatMap((text) => (text === null ? [] : (languageOf(path, text) ?? []))),
  );
  return openGrammars([...languages, "bash", "javascript", "typescript"]).then(
    (parse): Answer => ({ ok: true, gaming: gamingIn(files, parse) }),
    (error: Error): Answer => ({ ok: false, message: error.message }),
  );
}

if (parentPort !== null) {
  standBack();
  flushCompileCache(); // where Node keeps what it compiles: it would do so at this thread's end, which does not wait for it
  parentPort.postMessage(await answerTo(workerData));
}
