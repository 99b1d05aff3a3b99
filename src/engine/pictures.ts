// Pictures that checks left: into the store, how those of the head differ from those of the base, and to where a thread can show them.
import { Fault } from "../base/fault.ts";
import type { Attempt, CheckSeen, LoopState, PictureSeen } from "../loop/state.ts";
import { homeOf, pictureAddress } from "../report/home.ts";
import { notShown, picturesIn, type Shown } from "../report/pictures.ts";
import type { RunReport } from "./ports.ts";
import { textOf, type World } from "./world.ts";

/** Has the store keep what a run left to be looked at. */
export async function keepPictures(world: World, state: LoopState, { pictures = [] }: RunReport): Promise<void> {
  for (const { base64 } of pictures) await world.store.putArtifact(base64, textOf(world, state));
}

/** What a check showed; its pictures of the base, which the store has by now, say how the head's differ. */
export async function withPictures(
  world: World,
  state: LoopState,
  run: string,
  { check = null }: RunReport,
): Promise<CheckSeen | null> {
  const attempt = state.attempts.find(({ runs }) => runs.some(({ id }) => id === run));
  const of = attempt?.runs.find(({ id }) => id === run)?.check;
  if (check?.pictures === undefined || of?.at !== "base") return check;
  const head = attempt?.checks?.find(({ name }) => name === of.name)?.head?.pictures ?? [];
  const compared: PictureSeen[] = [];
  for (const before of check.pictures) {
    const after = head.find(({ path }) => path === before.path);
    const differs = after === undefined ? null : await differenceOf(world, state, before, after);
    compared.push(differs === null ? before : { ...before, differs });
  }
  return { ...check, pictures: compared };
}

/** Null: they are not of one size, or one of them is gone. */
async function differenceOf(
  world: World,
  state: LoopState,
  before: PictureSeen,
  after: PictureSeen,
): Promise<PictureSeen["differs"] | null> {
  if (before.id === after.id) return { pixels: 0, id: null };
  if (before.width !== after.width || before.height !== after.height) return null;
  const [one, other] = [await world.store.getArtifact(before.id), await world.store.getArtifact(after.id)];
  const found = one === null || other === null ? null : await world.runs.comparePictures?.(one, other);
  if (found == null) return null;
  const id = found.shown === null ? null : await world.store.putArtifact(found.shown.base64, textOf(world, state));
  return { pixels: found.pixels, id };
}

/** So often it is tried before the thread goes without its pictures. */
const patience = 4;

/** Where the attempt's pictures can be looked at, once they are there. Throws Fault while that is worth another try. */
export async function showPictures(world: World, state: LoopState, attempt: Attempt, tries: number): Promise<Shown> {
  const home = homeOf(state);
  if (state.rules?.artifacts !== "branch" || home === null) return notShown;
  const pictures: { id: string; path: string; base64: string }[] = [];
  for (const id of new Set(picturesIn(attempt).map((one) => one.id))) {
    const base64 = await world.store.getArtifact(id);
    if (base64 !== null) pictures.push({ id, path: pathOf(attempt, id), base64 });
  }
  const { putPictures } = world.runs;
  if (pictures.length === 0 || putPictures === undefined) return notShown;
  try {
    const put = await putPictures(state, pictures);
    if (put.status === "refused") return { ...notShown, refused: put.message };
  } catch (error) {
    if (!(error instanceof Fault) || (error.retry !== "never" && tries < patience)) throw error;
    return { ...notShown, refused: error.message };
  }
  const there = new Set(pictures.map(({ id }) => id));
  return {
    addressOf: (id) => (there.has(id) ? pictureAddress(home, pathOf(attempt, id)) : null),
    refused: null,
  };
}

function pathOf({ startedAt }: Attempt, id: string): string {
  return `${new Date(startedAt).toISOString().slice(0, 10)}/${id}.png`;
}
