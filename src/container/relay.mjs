// The relay: carries TCP connections on loopback to the gateway's Unix socket. Plain JavaScript, so that it starts fast anywhere.
import { connect, createServer } from "node:net";
import { fileURLToPath } from "node:url";

/** Listens on 127.0.0.1:`port` (0: any) and pipes each connection to `socket`. Resolves when listening. */
export function startRelay({ port, socket }) {
  const server = createServer({ allowHalfOpen: true }, (inside) => {
    const outside = connect({ path: socket, allowHalfOpen: true });
    const drop = () => {
      inside.destroy();
      outside.destroy();
    };
    inside.on("error", drop);
    outside.on("error", drop);
    inside.pipe(outside);
    outside.pipe(inside);
  });
  server.maxConnections = 256;
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: "127.0.0.1", port }, () => resolve(server));
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.on("SIGTERM", () => process.exit(0));
  const [port, socket] = process.argv.slice(2);
  const server = await startRelay({ port: Number(port), socket });
  process.stdout.write(`ready\n${server.address().port}\n`);
}
