// Sizes of memory and disks as policy writes them, `512 MiB` or `4 GiB`, and as people read them.

const MiB = 1024 * 1024;
const units = { MiB, GiB: 1024 * MiB } as const;

/** What a size looks like; the unit is part of it, so that nobody has to guess one. */
export const sizePattern = /^(\d{1,6}(?:\.\d{1,2})?) ?(MiB|GiB)$/;

/** The bytes that a size means; null for a text that is none. */
export function bytesIn(size: string): number | null {
  const [, count = "", unit] = sizePattern.exec(size) ?? [];
  return unit === undefined ? null : Math.round(Number(count) * units[unit as keyof typeof units]);
}

/** A size as `bytesIn` reads it: whole GiB where it is whole, else MiB. */
export function inSize(bytes: number): string {
  const { GiB } = units;
  return bytes >= GiB && bytes % GiB === 0 ? `${bytes / GiB} GiB` : `${Math.floor(bytes / MiB)} MiB`;
}

/** A size of any kind, to be read at a glance. */
export function roughSize(bytes: number): string {
  if (bytes < 1000) return bytes === 1 ? "1 byte" : `${bytes} bytes`;
  if (bytes < MiB) return `${Math.ceil(bytes / 1024)} KiB`;
  return bytes < units.GiB ? `${(bytes / MiB).toFixed(1)} MiB` : `${(bytes / units.GiB).toFixed(1)} GiB`;
}
