// Clients without a secret, as a process: 64 connections, each of which claims 25 MB and sends 20 of them as fast as they are taken.
import { connect } from "node:net";

const MiB = 1024 * 1024;
const { port, pathname } = new URL(process.argv[2] ?? "");
const head = [`POST ${pathname} HTTP/1.1`, "host: x", "content-type: application/json", `content-length: ${25 * MiB}`];
head.push("x-github-event: push", "x-github-delivery: a", `x-hub-signature-256: sha256=${"0".repeat(64)}`, "", "");
const chunk = Buffer.alloc(MiB, 0x20);

/** Resolves once all was taken, or the door has hung up. */
function aClient(): Promise<void> {
  return new Promise((done) => {
    const socket = connect(Number(port), "127.0.0.1");
    let left = 20;
    const more = () => {
      if (left-- > 0) socket.write(chunk, more);
      else done();
    };
    socket.on("error", () => {}).once("close", () => done());
    socket.resume().write(head.join("\r\n"), more);
  });
}

await Promise.all(Array.from({ length: 64 }, aClient));
await new Promise((later) => setTimeout(later, 300)); // what was taken is held: that is looked at from outside
process.exit(0);
