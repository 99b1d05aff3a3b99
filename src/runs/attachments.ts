// Pictures of an agent's run: those that tools answered with, kept beside the run, and those that it attaches for the thread.
import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { atMost } from "../base/at-most.ts";
import type { Attached, KeepPicture } from "../gateway/tools/tool.ts";
import type { AttachedPicture } from "../loop/state.ts";
import type { KeptPicture } from "../verify/pictures/left.ts";
import { LARGEST_PICTURE } from "../verify/pictures/png.ts";

import { readPictures } from "./pictures.ts";
import { readBytes } from "./plain-file.ts";
import { rooms } from "./rooms.ts";
import { readIfThere, writeWhole } from "./whole-file.ts";

/** That tools answered with in one run, and bytes of all that is kept of them and attached. */
const [mostAnswered, mostBytes] = [30, 24 * 1024 * 1024];

/** That one run attaches. */
const mostAttached = 6;

export interface AttachmentParts {
  readonly dataDir: string;
}

/** Keeps what a tool answered with, under the name that the agent is told; anything but a picture within bounds is not kept. */
export function keepAnswered({ dataDir }: AttachmentParts, run: string): KeepPicture {
  const dir = rooms({ dataDir }).pictures(run);
  const oneAtATime = atMost(1); // each has a name that is counted
  const keep: KeepPicture = async (base64) => {
    const bytes = Buffer.from(base64, "base64");
    const { pictures, unread } = await readPictures([{ path: "it", bytes: bytes.subarray(0, LARGEST_PICTURE + 1) }]);
    const [picture] = pictures;
    if (picture === undefined) return { why: unread[0]?.why ?? "it cannot be read" };
    await mkdir(dir, { recursive: true, mode: 0o700 });
    const count = (await readdir(dir)).filter((name) => name.startsWith("picture-")).length;
    if (count >= mostAnswered || (await bytesIn(dir)) + picture.base64.length > mostBytes)
      return { why: "this run has kept as many pictures as it may" };
    const name = `picture-${count + 1}`;
    await writeFile(join(dir, name), bytes, { flag: "wx" });
    return { name };
  };
  return (base64) => oneAtATime(() => keep(base64));
}

/**
 * Takes what is to stand in the thread: a picture that a tool answered with, or a PNG file beside result.json. `known`: what was attached
 * before.
 */
export async function attach(
  { dataDir }: AttachmentParts,
  run: string,
  { picture, caption }: { readonly picture: string; readonly caption?: string },
  known: readonly AttachedPicture[],
): Promise<{ readonly attached: AttachedPicture } | Extract<Attached, { readonly why: string }>> {
  if (known.length >= mostAttached) return { why: `a run may attach ${mostAttached} pictures` };
  if (!/^[A-Za-z0-9][\w.-]{0,99}$/.test(picture)) return { why: "it is no name of a file in that folder" };
  const dir = rooms({ dataDir }).pictures(run);
  const file = /^picture-\d{1,2}$/.test(picture) ? join(dir, picture) : join(rooms({ dataDir }).answers(run), picture);
  const bytes = await readBytes(file, LARGEST_PICTURE);
  if (bytes === null) return { why: "there is no such file of at most 5 MiB" };
  const { pictures, unread } = await readPictures([{ path: picture, bytes }]);
  const [read] = pictures;
  if (read === undefined) return { why: unread[0]?.why ?? "it cannot be read" };
  const { path, id, width, height, base64 } = read;
  await mkdir(dir, { recursive: true, mode: 0o700 });
  if ((await bytesIn(dir)) + base64.length > mostBytes) return { why: "this run has kept as many pictures as it may" };
  await writeWhole(join(dir, id), base64);
  return { attached: { path, id, width, height, ...(caption === undefined ? {} : { caption }) } };
}

/** What was attached, to be kept with the run's end; one that cannot be read any more is left out. */
export async function attachedPictures(
  { dataDir }: AttachmentParts,
  run: string,
  attached: readonly AttachedPicture[],
): Promise<KeptPicture[]> {
  const kept: KeptPicture[] = [];
  for (const { id } of attached) {
    const base64 = await readIfThere(join(rooms({ dataDir }).pictures(run), id));
    if (base64 !== null) kept.push({ id, base64 });
  }
  return kept;
}

async function bytesIn(dir: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(dir)) bytes += (await stat(join(dir, name))).size;
  return bytes;
}
