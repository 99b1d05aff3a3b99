// The hostile client of `bench hostile`, as a process: it has no secret, and sends the App's door whatever a client can send.
// It runs at the lowest priority: measured is what it costs the App, and not what it takes of the processors.
import { connect, type Socket } from "node:net";
import { setPriority } from "node:os";
import { setTimeout as delay } from "node:timers/promises";

const MiB = 1024 * 1024;
const { BENCH_DOOR: door = "" } = process.env;
const { port, pathname } = new URL(door);
const targets = ["http://[", "//[", "*", "\\\\", "http://localhost:99999/", "/%", `/${"x".repeat(8_000)}`];
const blanks = Buffer.alloc(MiB, 0x20);
const brackets = Buffer.alloc(MiB, 0x5b);

function head(length: number): string {
  const lines = [`POST ${pathname} HTTP/1.1`, "host: x", "content-type: application/json", `content-length: ${length}`];
  lines.push("x-github-event: push", "x-github-delivery: a", `x-hub-signature-256: sha256=${"0".repeat(64)}`);
  return `${lines.join("\r\n")}\r\n\r\n`;
}

/** One connection until the door has answered or hung up; never rejects. */
function visit(talk: (socket: Socket) => Promise<unknown>): Promise<void> {
  return new Promise((done) => {
    const socket = connect(Number(port), "127.0.0.1");
    socket.once("data", () => socket.destroy());
    socket.on("error", () => {}).once("close", () => done());
    void talk(socket).catch(() => socket.destroy());
  });
}

/** As fast as it is taken. */
function send(socket: Socket, bytes: Buffer | string): Promise<void> {
  return new Promise((done, fail) => {
    socket.once("close", fail);
    socket.write(bytes, () => {
      socket.off("close", fail);
      done();
    });
  });
}

/** A body of 20 MB that nobody signed. */
const unsigned = (piece: Buffer) => async (socket: Socket) => {
  await send(socket, head(20 * MiB));
  for (let sent = 0; sent < 20; sent++) await send(socket, piece);
};

/** A body that comes byte by byte. */
async function slow(socket: Socket): Promise<void> {
  await send(socket, head(20 * MiB));
  for (;;) {
    await send(socket, "x");
    await delay(100);
  }
}

async function odd(socket: Socket): Promise<void> {
  const target = targets[Math.floor(Math.random() * targets.length)];
  await send(socket, `POST ${target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
}

const attacks: readonly { readonly at: number; readonly talk: (socket: Socket) => Promise<unknown> }[] = [
  { at: 8, talk: unsigned(blanks) },
  { at: 8, talk: unsigned(brackets) },
  { at: 32, talk: slow },
  { at: 4, talk: odd },
];

let visits = 0;

setPriority(19);
for (const { at, talk } of attacks)
  for (let n = 0; n < at; n++)
    void (async () => {
      for (;;) {
        await visit(talk);
        visits += 1;
      }
    })();
process.on("message", () => process.send?.({ visits }));
process.once("disconnect", () => process.exit(0));
process.send?.({ url: door });
