// Signed deliveries over connections that stay open: as fast as they are answered, each body another one.
import { createHmac, randomUUID } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { Fault } from "../base/fault.ts";

export interface Load {
  readonly url: string;
  readonly secret: string;
  readonly connections: number;
  readonly forMs: number;
  readonly signal: AbortSignal;
}

export interface Answered {
  readonly count: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** GitHub's deliveries are some 12 KB: most of that are addresses that nobody reads. */
const bodyBytes = 12 * 1024;

/**
 * Sends until the time is over, and measures from the first byte of a request to the first of its answer. Throws Fault
 * when an answer is anything but 2xx.
 */
export async function load({ url, secret, connections, forMs, signal }: Load): Promise<Answered> {
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
  return { count: took.length, perSecond: took.length / seconds, p50Ms: at(0.5), p99Ms: at(0.99) };
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
let number = 0;

/** What a busy organisation sends: talk, CI and pushes, of which no loop is concerned. Each is another one. */
function payload(): { readonly event: string; readonly body: object } {
  number += 1;
  const sha = number.toString(16).padStart(40, "0");
  switch (number % 4) {
    case 0: {
      const comment = { id: number, body: "Thanks, I had a look and will try that tomorrow.", user: sender };
      return {
        event: "issue_comment",
        body: { action: "created", issue: { number: number % 900, title: "Broken" }, comment, ...shared },
      };
    }
    case 1: {
      const run = {
        id: number,
        head_sha: sha,
        name: "test",
        status: "completed",
        conclusion: "success",
        app: { id: 99 },
      };
      return { event: "check_run", body: { action: "completed", check_run: run, ...shared } };
    }
    case 2:
      return { event: "push", body: { ref: "refs/heads/main", before: sha, after: sha, deleted: false, ...shared } };
    default: {
      const issue = { number: number % 900, title: "Broken", state: "open", labels: [{ name: "bug" }] };
      return { event: "issues", body: { action: "labeled", issue, label: { name: "bug" }, ...shared } };
    }
  }
}

function aDelivery(path: string, secret: string): Buffer {
  const { event, body } = payload();
  const plain = JSON.stringify({ ...body, number });
  const links = Object.fromEntries(addresses(bodyBytes - plain.length));
  const text = Buffer.from(JSON.stringify({ ...body, number, links }));
  const signature = createHmac("sha256", secret).update(text).digest("hex");
  const head = [
    `POST ${path} HTTP/1.1`,
    "host: 127.0.0.1",
    "content-type: application/json",
    `content-length: ${text.length}`,
    `x-github-event: ${event}`,
    `x-github-delivery: ${randomUUID()}`,
    `x-hub-signature-256: sha256=${signature}`,
  ];
  return Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`), text]);
}

let known: { readonly size: number; readonly links: readonly (readonly [string, string])[] } | null = null;

function addresses(bytes: number): readonly (readonly [string, string])[] {
  const size = Math.round(bytes / 100);
  if (known?.size === size) return known.links;
  const links = Array.from({ length: size }, (_, index) => {
    const name = `link_${String(index).padStart(3, "0")}_url`;
    return [name, `https://api.github.com/repos/acme/site/${name}{/number}`.padEnd(80, "x")] as const;
  });
  known = { size, links };
  return links;
}
