// Signed deliveries over connections that stay open: as fast as they are answered, each body another one.
import { createHmac, randomUUID } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { Fault } from "../base/fault.ts";

export interface Load {
  readonly url: string;
  readonly secret: string;
  readonly connections: number;
  readonly forMs: number;
  /** How long each connection rests after an answer. Absent: not at all. */
  readonly pauseMs?: number;
  readonly signal: AbortSignal;
}

export interface Answered {
  readonly count: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** What each took, the shortest first. */
  readonly tookMs: readonly number[];
}

/** GitHub's deliveries are some 12 KB: most of that are addresses that nobody reads. */
const bodyBytes = 12 * 1024;

/**
 * Sends until the time is over, and measures from the first byte of a request to the first of its answer. Throws Fault
 * when an answer is anything but 2xx.
 */
export async function load({ url, secret, connections, forMs, pauseMs, signal }: Load): Promise<Answered> {
  const { hostname, port, pathname } = new URL(url);
  const took: number[] = [];
  const began = performance.now();
  const isOver = () => signal.aborted || performance.now() - began >= forMs;
  const work = async () => {
    const socket = connect(Number(port), hostname);
    socket.setNoDelay(true);
    await once(socket, "connect");
    try {
      while (!isOver()) {
        const sent = aDelivery(pathname, secret);
        const at = performance.now();
        await exchange(socket, sent);
        took.push(performance.now() - at);
        if (pauseMs !== undefined) await delay(pauseMs);
      }
    } finally {
      socket.destroy();
    }
  };
  await Promise.all(Array.from({ length: connections }, work));
  signal.throwIfAborted();
  const seconds = (performance.now() - began) / 1000;
  took.sort((a, b) => a - b);
  const at = (share: number) => took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? Number.NaN;
  return { count: took.length, perSecond: took.length / seconds, p50Ms: at(0.5), p99Ms: at(0.99), tookMs: took };
}

/** Waits for one answer; both servers say its length, or send none. */
function exchange(socket: Socket, sent: Buffer): Promise<void> {
  return new Promise((done, fail) => {
    let heard = "";
    const over = (error?: Error) => {
      socket.off("data", hear).off("close", broke).off("error", over);
      if (error === undefined) done();
      else fail(error);
    };
    const broke = () => over(new Fault("The server hung up.", { kind: "engine", retry: "never" }));
    const hear = (chunk: Buffer) => {
      heard += chunk.toString("latin1");
      const end = heard.indexOf("\r\n\r\n");
      if (end < 0) return;
      const isChunked = /^transfer-encoding: *chunked/im.test(heard);
      const length = Number(/^content-length: *(\d+)/im.exec(heard)?.[1] ?? 0);
      if (isChunked ? !heard.endsWith("0\r\n\r\n") : heard.length < end + 4 + length) return;
      if (/^HTTP\/1\.1 2/.test(heard)) over();
      else over(new Fault(`The server answered: ${heard.split("\r\n", 1)[0]}`, { kind: "engine", retry: "never" }));
    };
    socket.on("data", hear).once("close", broke).once("error", over);
    socket.write(sent);
  });
}

const repository = {
  id: 4711,
  name: "site",
  full_name: "acme/site",
  owner: { login: "acme", id: 9, type: "Organization" },
};
const sender = { id: 5, login: "alice", type: "User" };
const shared = { repository, sender, installation: { id: 7 } };
const placeholder = "123456789012";
let number = 0;

/** What a busy organisation sends: talk, CI, pushes and labels, of which no loop is concerned; a number makes each another. */
const kinds = [
  {
    event: "issue_comment",
    body: {
      action: "created",
      issue: { number: 7, title: "Broken" },
      comment: { id: 7, body: `Thanks, I had a look: ${placeholder}`, user: sender },
      ...shared,
    },
  },
  {
    event: "check_run",
    body: {
      action: "completed",
      check_run: { id: 7, head_sha: `${placeholder}${"a".repeat(28)}`, name: "test", app: { id: 99 } },
      ...shared,
    },
  },
  {
    event: "push",
    body: {
      ref: "refs/heads/main",
      after: `${placeholder}${"b".repeat(28)}`,
      deleted: false,
      commits: [{ id: "c".repeat(40), message: "Mend it" }],
      ...shared,
    },
  },
  {
    event: "issues",
    body: {
      action: "labeled",
      issue: { number: 8, title: `Broken ${placeholder}`, state: "open", labels: [{ name: "bug" }] },
      label: { name: "bug" },
      ...shared,
    },
  },
] as const;

const templates = new Map<string, readonly [Buffer, Buffer]>();

/** The body is another one each time and costs little to make, so that the server is measured and not the sender. */
function aDelivery(path: string, secret: string): Buffer {
  number += 1;
  const { event, body } = kinds[number % kinds.length] ?? kinds[0];
  const text = Buffer.concat(around(event, body).toSpliced(1, 0, Buffer.from(String(number).padStart(12, "0"))));
  const signature = createHmac("sha256", secret).update(text).digest("hex");
  const head = `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\nx-github-event: ${event}\r\nx-github-delivery: ${randomUUID()}\r\nx-hub-signature-256: sha256=${signature}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), text]);
}

/** What comes before and after the number. */
function around(event: string, body: object): readonly [Buffer, Buffer] {
  const known = templates.get(event);
  if (known !== undefined) return known;
  const plain = JSON.stringify(body);
  const count = Math.ceil((bodyBytes - plain.length) / 105);
  const links = Array.from({ length: count }, (_, index) => {
    const name = `link_${String(index).padStart(3, "0")}_url`;
    return [name, `https://api.github.com/repos/acme/site/${name}{/number}`.padEnd(80, "x")];
  });
  const whole = JSON.stringify({ ...body, links: Object.fromEntries(links) });
  const made = whole.split(placeholder).map((part) => Buffer.from(part)) as [Buffer, Buffer];
  templates.set(event, made);
  return made;
}
