// Pictures that a check left, read and compared beside everything else that the App does.
import { createHash } from "node:crypto";
import { atMost } from "../base/at-most.ts";
import { startThread } from "../base/thread.ts";
import type { KeptPicture, LeftPicture, LeftPictures, UnreadPicture } from "../verify/pictures/left.ts";
import { type Difference, LARGEST_PICTURE } from "../verify/pictures/png.ts";
import type { PicturesRead, PictureTask } from "./pictures-thread.ts";

/** Of one check, or one agent's run. */
const MOST_PICTURES = 6;

/** Of all that one check left, as they are kept. */
const MOST_BYTES = 12 * 1024 * 1024;

/** Six pictures of ten million pixels take a few seconds and some hundred megabytes, outside of the thread's heap but for their rows. */
const bounds = { ms: 60_000, oldMegabytes: 256, youngMegabytes: 32 };

/** Pictures of many runs that come at once do not fill the machine's memory. */
const oneAtATime = atMost(1);

/** Reads files as pictures, the first six and so much of them as is kept; each of `files` has at most one byte more than a picture may. */
export async function readPictures(
  files: readonly { readonly path: string; readonly bytes: Uint8Array }[],
): Promise<LeftPictures> {
  const isLarge = ({ bytes }: { readonly bytes: Uint8Array }) => bytes.byteLength > LARGEST_PICTURE;
  const taken = files.filter((file) => !isLarge(file)).slice(0, MOST_PICTURES);
  const unread: UnreadPicture[] = files.filter(isLarge).map(({ path }) => beyond(path, "it has more than 5 MiB"));
  for (const { path } of files.filter((file) => !isLarge(file)).slice(MOST_PICTURES))
    unread.push(beyond(path, `only the first ${MOST_PICTURES} pictures are read`));
  const read = taken.length === 0 ? [] : await inThread<PicturesRead>({ read: taken.map(({ bytes }) => bytes) });
  const pictures: LeftPicture[] = [];
  let kept = 0;
  for (const [index, { path }] of taken.entries()) {
    const one = read?.[index];
    if (one === undefined) unread.push(beyond(path, "it took too long to read"));
    else if ("why" in one) unread.push({ path, ...one });
    else if (one.bytes.byteLength > LARGEST_PICTURE || kept + one.bytes.byteLength > MOST_BYTES)
      unread.push(beyond(path, "all pictures together are too large"));
    else {
      kept += one.bytes.byteLength;
      const { width, height, bytes } = one;
      pictures.push({ path, width, height, ...keptAs(bytes) });
    }
  }
  return { pictures, unread };
}

/** Null: their sizes differ, or it took too long. */
export async function comparePictures(
  before: string,
  after: string,
): Promise<{ readonly pixels: number; readonly shown: KeptPicture | null } | null> {
  const [one, other] = [before, after].map((text) => Buffer.from(text, "base64")) as [Buffer, Buffer];
  const found = (await inThread<Difference | null>({ before: one, after: other })) ?? null;
  return found && { pixels: found.pixels, shown: found.shown && keptAs(found.shown) };
}

function keptAs(bytes: Uint8Array): KeptPicture {
  const base64 = Buffer.from(bytes).toString("base64");
  return { id: createHash("sha256").update(base64).digest("hex"), base64 };
}

function beyond(path: string, why: string): UnreadPicture {
  return { path, why, beyond: true };
}

/** Undefined: it took more time or memory than it may. */
function inThread<Answer>(task: PictureTask): Promise<Answer | undefined> {
  return oneAtATime(() => {
    const worker = startThread(new URL("./pictures-thread.ts", import.meta.url), bounds, task);
    return new Promise<Answer | undefined>((resolve) => {
      const late = setTimeout(() => void worker.terminate(), bounds.ms);
      worker.once("message", (answer: Answer) => {
        resolve(answer);
        void worker.terminate();
      });
      worker.on("error", () => {}); // said by what "exit" tells
      worker.once("exit", () => {
        clearTimeout(late);
        resolve(undefined); // after an answer it changes nothing
      });
    });
  });
}
