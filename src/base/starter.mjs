// The starter: a small process that starts programs for a large one. Plain JavaScript, so that it stays small.
//
// Its argument is the path where it listens. Each request on its channel takes the next three connections, in the order of
// both, as standard input, output and error of what it starts. It ends when the process that made it does.
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { createServer } from "node:net";
import { dirname } from "node:path";

const path = process.argv[2];
const requests = [];
const connections = [];

// Ctrl-C in a terminal reaches every process there; when this one ends is for its maker to say.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {});
process.on("disconnect", () => {
  rmSync(dirname(path), { recursive: true, force: true });
  process.exit();
});
process.on("message", (request) => {
  requests.push(request);
  serve();
});
createServer({ pauseOnConnect: true, allowHalfOpen: true }, (connection) => {
  connection.on("error", () => {}); // the other end tells its own story
  connections.push(connection);
  serve();
}).listen(path, () => tell({ kind: "ready" }));

/** To a process that is gone nothing can be told; that it is gone is told by the end of the channel. */
function tell(what) {
  process.send(what, () => {});
}

function serve() {
  while (requests.length > 0 && connections.length >= 3) start(requests.shift(), connections.splice(0, 3));
}

function start({ id, file, args, options: { withoutInput, ...options } }, pipes) {
  const stdio = withoutInput ? ["ignore", ...pipes.slice(1)] : pipes;
  try {
    const child = spawn(file, args, { ...options, stdio });
    child.on("spawn", () => tell({ kind: "began", id, pid: child.pid }));
    child.on("error", ({ code, message }) => tell({ kind: "failed", id, code, message }));
    child.on("exit", (code, signal) => tell({ kind: "exited", id, code, signal }));
  } catch ({ code, message }) {
    tell({ kind: "failed", id, code, message });
  }
  for (const connection of pipes) connection.destroy();
}
