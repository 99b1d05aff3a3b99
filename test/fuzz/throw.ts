// Throws inputs at a door and hears what it says: every answer is one that a bad request deserves, and the door stays open.
import { connect } from "node:net";
import { anInput, type Chance, type Known } from "./inputs.ts";

export interface Door extends Known {
  readonly name: string;
  /** A port of loopback, or the path of a Unix socket. */
  readonly at: { readonly port: number } | { readonly path: string };
  /** A request that must still be answered with this status at the end. */
  readonly good: { readonly request: string; readonly status: number };
}

export interface Thrown {
  readonly name: string;
  readonly inputs: number;
  /** How often each status was answered; 0: the door hung up, or waited for more. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Inputs with an answer that is no 1xx to 4xx, nor 501, nor 505, nor 503. */
  readonly wrong: readonly { readonly status: number; readonly input: string }[];
  readonly isAlive: boolean;
}

/** What a door may say of a bad request. 501 and 505 are HTTP's own words for methods and versions that a server lacks. */
const isRight = (status: number) => status < 500 || status === 501 || status === 503 || status === 505;

/** So many inputs are under way at a time. */
const sideBySide = 16;
/** A door that waits for the rest of a request is not waited for longer. */
const patienceMs = 150;
const longestMs = 10_000;

/** What is said is said whole after so long a silence. */
const quietMs = 20;

export async function throwAt(
  door: Door,
  inputs: number,
  chance: Chance,
  tell: (done: number) => void,
): Promise<Thrown> {
  const statuses: Record<string, number> = {};
  const wrong: { status: number; input: string }[] = [];
  let left = inputs;
  const work = async () => {
    while (left > 0) {
      left -= 1;
      if (left % 1_000 === 0) tell(inputs - left);
      const input = anInput(chance, door);
      const said = await exchange(door, input);
      for (const status of said.length === 0 ? [0] : said) {
        statuses[status] = (statuses[status] ?? 0) + 1;
        if (!isRight(status)) wrong.push({ status, input: input.toString("latin1").slice(0, 2_000) });
      }
    }
  };
  await Promise.all(Array.from({ length: sideBySide }, work));
  const [status] = await exchange(door, Buffer.from(door.good.request), 10_000);
  return { name: door.name, inputs, statuses, wrong, isAlive: status === door.good.status };
}

/** The statuses of the answers, in order, until none came for `restMs`. The connection is half closed late: servers take that for a client that left. */
export function exchange(
  { at }: Pick<Door, "at">,
  input: Buffer,
  waitMs = patienceMs,
  restMs = quietMs,
): Promise<number[]> {
  return new Promise((done) => {
    const socket = connect(at as { path: string });
    let heard = "";
    const end = () => {
      clearTimeout(timer);
      socket.destroy();
      const statuses = [...heard.matchAll(/HTTP\/1\.[01] (\d{3}) /g)].map(([, status]) => Number(status));
      done(statuses.filter((one) => one >= 200));
    };
    // One that waits for the rest of a request hears that there is none; a busy one is waited for.
    let timer = setTimeout(() => {
      socket.end();
      timer = setTimeout(end, longestMs);
    }, waitMs);
    socket.on("data", (chunk) => {
      heard += chunk.toString("latin1");
      clearTimeout(timer);
      timer = setTimeout(end, restMs);
    });
    socket.once("error", end).once("close", end);
    socket.write(input);
  });
}
