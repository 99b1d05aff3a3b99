// Cuts a stream of bytes into lines of JSON and hands each to a CLI's own reader, in bounded memory whatever arrives.
import type { AgentEvent, EventReader } from "../agent.ts";
import { isData } from "./value.ts";

/** A longer line is left out; no CLI needs one to say what it did. */
export const LINE_BYTES = 1024 * 1024;

/** Events of one run; what comes after is left out, and the last event says so. */
export const MOST_EVENTS = 20_000;

/** Reads one line's JSON object; what it does not know, it says nothing about. */
export type ReadLine = (line: Readonly<Record<string, unknown>>) => readonly AgentEvent[];

/**
 * A reader of newline-delimited JSON. Lines that are no JSON objects are skipped, as are those that begin with the ASCII text `unread`,
 * however long they are.
 */
export function jsonLines(readLine: ReadLine, unread?: string): EventReader {
  let line = new Uint8Array(FIRST_BYTES);
  let bytes = 0;
  let told = 0;

  const keep = (part: Uint8Array) => {
    if (bytes === TOO_LONG) return;
    if (bytes + part.length > LINE_BYTES) {
      if (bytes < FIRST_BYTES) line.set(part.subarray(0, FIRST_BYTES - bytes), bytes);
      bytes = TOO_LONG;
      return;
    }
    if (bytes + part.length > line.length) line = grown(line, bytes + part.length);
    line.set(part, bytes);
    bytes += part.length;
  };
  const take = (): readonly AgentEvent[] => {
    const length = bytes;
    bytes = 0;
    if (unread !== undefined && length >= unread.length && startsWith(line, unread)) return [];
    return length === TOO_LONG ? [tooLong] : eventsOf(Buffer.from(line.buffer, 0, length).toString("utf8"), readLine);
  };
  const capped = (events: readonly AgentEvent[]): readonly AgentEvent[] => {
    const room = MOST_EVENTS - 1 - told;
    told += events.length;
    if (events.length <= room) return events;
    return room < 0 ? [] : [...events.slice(0, room), tooMany];
  };

  return {
    read(chunk) {
      const events: AgentEvent[] = [];
      let from = 0;
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
        keep(chunk.subarray(from, at));
        events.push(...capped(take()));
        from = at + 1;
      }
      keep(chunk.subarray(from));
      return events;
    },
    end: () => (bytes === 0 ? [] : capped(take())),
  };
}

function startsWith(line: Uint8Array, ascii: string): boolean {
  return Buffer.from(line.buffer, 0, ascii.length).toString("latin1") === ascii;
}

const FIRST_BYTES = 4096;
const TOO_LONG = Number.POSITIVE_INFINITY;

/** A larger place for the line, at least twice as large, so that growing stays cheap. */
function grown(line: Uint8Array, needed: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.min(LINE_BYTES, Math.max(needed, 2 * line.length)));
  larger.set(line);
  return larger;
}

const tooLong: AgentEvent = { type: "error", message: `A line of more than ${LINE_BYTES} bytes was left out.` };
const tooMany: AgentEvent = { type: "error", message: `What came after ${MOST_EVENTS} events was left out.` };

function eventsOf(line: string, readLine: ReadLine): readonly AgentEvent[] {
  const value = parse(line);
  return isData(value) ? readLine(value) : [];
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null; // a CLI's warning between its events
  }
}
