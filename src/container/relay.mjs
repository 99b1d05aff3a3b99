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

/** Resolves once each port takes connections on loopback, to whether all did within `ms`. */
async function probePorts(ports, ms) {
  const until = performance.now() + ms;
  for (const port of ports)
    while (!(await takesConnections(port))) {
      if (performance.now() > until) return false;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  return true;
}

function takesConnections(port) {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1", timeout: 1_000 });
    for (const event of ["error", "timeout", "connect"])
      socket.once(event, () => {
        socket.destroy();
        resolve(event === "connect");
      });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.on("SIGTERM", () => process.exit(0));
  const [port, socket, ...more] = process.argv.slice(2);
  if (port === "probe") process.exit((await probePorts(more.map(Number), Number(socket))) ? 0 : 1);
  if (port === "hold") {
    setInterval(() => {}, 1 << 30);
    process.stdout.write("ready\n");
  } else await carry(port, socket);
}

async function carry(port, socket) {
  const server = await startRelay({ port: Number(port), socket });
  process.stdout.write(`ready\n${server.address().port}\n`);
}
