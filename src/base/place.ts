// How lines of a file are named.

/** `src/pay.ts:40–52`; of a file that is gone only its path. Lines count from 1. */
export function placeOf({
  path,
  lines,
}: {
  readonly path: string;
  readonly lines: { readonly from: number; readonly to: number } | null;
}): string {
  if (lines === null) return path;
  return lines.from === lines.to ? `${path}:${lines.from}` : `${path}:${lines.from}–${lines.to}`;
}
