// What is said of pictures that checks left.

export const picturesTitle = "**What it looks like**";

/** How much of a picture changed, by its pixels. */
export function changedWords(pixels: number, of: number): string {
  if (pixels === 0) return "unchanged";
  const percent = (pixels / of) * 100;
  const share = percent < 0.1 ? "less than 0.1" : percent >= 99.95 ? "100" : percent.toFixed(1);
  return `${share} % of its pixels changed`;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

export function resizedWords(before: Size, after: Size): string {
  return `its size changed, from ${sizeWords(before)} to ${sizeWords(after)}`;
}

export function sizeWords({ width, height }: Size): string {
  return `${width} × ${height}`;
}

export const attachedWords = "attached by the agent";
export const newWords = "new: the base has none of this name";
export const goneWords = "gone: only the base has it";
export const notComparedWords = "not compared with the base's, which is not kept any more or took too long";
export const noBaseWords = "not compared: of the base nothing is known";

export function unreadWords(why: string): string {
  return `not shown: ${why}`;
}

/** `why`: in GitHub's words. */
export function notPublishedWords(why: string): string {
  return `The pictures are not shown here, since GitHub did not take them: ${why}`;
}
