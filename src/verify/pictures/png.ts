// Pictures that a check or an agent left: whether a file is a well-formed still PNG within bounds, told before anything of it is unpacked.
import { crc32, inflateSync } from "node:zlib";
import pixelmatch from "pixelmatch";
import { PNG } from "pngjs";

/** Of one file; GitHub's image proxy takes none that is larger (https://github.com/atmos/camo: CAMO_LENGTH_LIMIT). */
export const LARGEST_PICTURE = 5 * 1024 * 1024;

/** Of one picture: a page 1280 wide and 7,800 high. Unpacked it has four times as many bytes. */
export const MOST_PIXELS = 10_000_000;

/** A picture as it may be shown: its pixels alone, written anew, so that nothing else that stood in the file goes anywhere. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Its PNG file. */
  readonly bytes: Uint8Array;
}

/** Why a file is no picture; `beyond`: it may well be one, but is larger than is read. */
export interface Unread {
  readonly why: string;
  readonly beyond?: true;
}

/** Reads a file as a picture. The first bytes count, never the name. */
export function readPicture(file: Uint8Array): Picture | Unread {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const framed = frameOf(bytes);
  if ("why" in framed) return framed;
  const problem = contentProblem(framed);
  if (problem !== null) return { why: problem };
  try {
    const { width, height, data } = PNG.sync.read(Buffer.concat([signature, ...framed.kept]));
    return { width, height, bytes: written(data, width, height) };
  } catch {
    return { why: "it is damaged" };
  }
}

/** How two pictures of one size differ, pixel by pixel. */
export interface Difference {
  /** Pixels that are not exactly the same. */
  readonly pixels: number;
  /** A PNG: what changed in colour over what did not, faded; null where nothing did. */
  readonly shown: Uint8Array | null;
}

/**
 * The difference of two PNG files that `readPicture` wrote; null where their sizes differ. By default pixelmatch takes pale colours for equal,
 * and what it holds for smoothed edges: here every pixel that is another one counts.
 */
export function compare(before: Uint8Array, after: Uint8Array): Difference | null {
  const one = PNG.sync.read(Buffer.from(before));
  const other = PNG.sync.read(Buffer.from(after));
  const { width, height } = one;
  if (width !== other.width || height !== other.height) return null;
  const data = Buffer.alloc(width * height * 4);
  const pixels = pixelmatch(one.data, other.data, data, width, height, { threshold: 0, includeAA: true });
  return { pixels, shown: pixels === 0 ? null : written(data, width, height) };
}

/** Opaque pictures without the channel that says so. */
function written(data: Buffer, width: number, height: number): Uint8Array {
  let isOpaque = true;
  for (let at = 3; at < data.length && isOpaque; at += 4) isOpaque = data[at] === 255;
  const png = new PNG({ width, height });
  png.data = data;
  return PNG.sync.write(png, { colorType: isOpaque ? 2 : 6, inputHasAlpha: true });
}

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

interface Header {
  readonly width: number;
  readonly height: number;
  readonly bitsPerPixel: number;
  readonly interlaced: boolean;
}

interface Frame extends Header {
  /** The chunks that pixels are made of, whole. */
  readonly kept: readonly Buffer[];
  /** What the pixels are packed in. */
  readonly packed: readonly Buffer[];
}

/** Colours per pixel and the bits each may have, by colour type (PNG, third edition, table 8). */
const colourTypes: Readonly<Record<number, { readonly channels: number; readonly depths: readonly number[] }>> = {
  0: { channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { channels: 3, depths: [8, 16] },
  3: { channels: 1, depths: [1, 2, 4, 8] },
  4: { channels: 2, depths: [8, 16] },
  6: { channels: 4, depths: [8, 16] },
};

/** Walks the chunks, whose sums have to be right, to the last one; what stands behind it is passed over. */
function frameOf(bytes: Buffer): Frame | Unread {
  if (!bytes.subarray(0, signature.length).equals(signature)) return { why: "it is no PNG, whatever its name says" };
  let header: Header | null = null;
  const kept: Buffer[] = [];
  const packed: Buffer[] = [];
  for (let at = signature.length; ; ) {
    if (at + 12 > bytes.length) return { why: "it ends too early" };
    const length = bytes.readUInt32BE(at);
    const end = at + 12 + length;
    if (end > bytes.length) return { why: "it ends too early" };
    const type = bytes.toString("latin1", at + 4, at + 8);
    const content = bytes.subarray(at + 8, end - 4);
    if (crc32(bytes.subarray(at + 4, end - 4)) !== bytes.readUInt32BE(end - 4)) return { why: "it is damaged" };
    if ((header === null) !== (type === "IHDR")) return { why: "it has no proper header" };
    if (type === "IHDR") {
      const read = headerOf(content);
      if ("why" in read) return read;
      header = read;
    }
    if (type === "acTL") return { why: "it is animated, and only a still picture can be compared" };
    if (type === "IDAT") packed.push(content);
    if (["IHDR", "PLTE", "tRNS", "IDAT", "IEND"].includes(type)) kept.push(bytes.subarray(at, end));
    if (type === "IEND" && header !== null) return { ...header, kept, packed };
    at = end;
  }
}

function headerOf(content: Buffer): Header | Unread {
  if (content.length !== 13) return { why: "it has no proper header" };
  const [width, height] = [content.readUInt32BE(0), content.readUInt32BE(4)];
  const [depth = 0, colour = 0, compression, filter, interlace = 0] = content.subarray(8);
  const type = colourTypes[colour];
  const isKnown = type?.depths.includes(depth) && compression === 0 && filter === 0 && interlace <= 1;
  if (type === undefined || !isKnown || width === 0 || height === 0) return { why: "it has no proper header" };
  if (width * height > MOST_PIXELS)
    return { why: `it says it is ${width} × ${height}, and at most ${MOST_PIXELS} pixels are read`, beyond: true };
  return { width, height, bitsPerPixel: depth * type.channels, interlaced: interlace === 1 };
}

/** It unpacks to as many bytes as the header says, and not one more is ever unpacked. */
function contentProblem({ packed, ...header }: Frame): string | null {
  const wanted = unpackedBytes(header);
  try {
    const { length } = inflateSync(Buffer.concat(packed), { maxOutputLength: wanted });
    return length === wanted ? null : "it ends too early";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE"
      ? "it holds more than its header says"
      : "it is damaged";
  }
}

/** First column and row, and the steps to the next ones, of each pass of an interlaced picture (PNG, third edition, 8.1). */
const passes = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** Each row is of whole bytes, behind one that names its filter. */
function unpackedBytes({ width, height, bitsPerPixel, interlaced }: Header): number {
  const bytesOf = (columns: number, rows: number) =>
    columns === 0 ? 0 : rows * (1 + Math.ceil((columns * bitsPerPixel) / 8));
  if (!interlaced) return bytesOf(width, height);
  return passes.reduce((sum, [left, top, right, down]) => {
    const [columns, rows] = [Math.ceil((width - left) / right), Math.ceil((height - top) / down)];
    return sum + bytesOf(Math.max(columns, 0), Math.max(rows, 0));
  }, 0);
}
