// PNG files made chunk by chunk, right ones and others.
import { crc32, deflateSync } from "node:zlib";

export interface PngParts {
  readonly width: number;
  readonly height: number;
  readonly depth?: number; // bits of each colour; default 8
  readonly colour?: number; // colour type; default 2, red, green and blue
  readonly interlace?: 0 | 1;
  readonly rows: Uint8Array; // as they are before packing, each behind its filter
  readonly before?: readonly (readonly [type: string, content: Uint8Array])[]; // chunks between header and pixels
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

export function pngFile({ width, height, depth = 8, colour = 2, interlace = 0, rows, before = [] }: PngParts): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colour, 0, 0, interlace], 8);
  return Buffer.concat([
    Buffer.from(signature),
    chunk("IHDR", header),
    ...before.map(([type, content]) => chunk(type, content)),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, content: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), content]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** A picture of one colour, with a block of another at its top left. */
export function plainPng(
  width: number,
  height: number,
  colour: readonly [number, number, number],
  block: { readonly side: number; readonly colour: readonly [number, number, number] } = { side: 0, colour },
): Buffer {
  const row = 1 + width * 3;
  const rows = Buffer.alloc(row * height);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1)
      rows.set(x < block.side && y < block.side ? block.colour : colour, y * row + 1 + x * 3);
  return pngFile({ width, height, rows });
}
