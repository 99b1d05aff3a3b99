// Tries the gateway from inside: other leases, odd paths, large headers, the gateway as a proxy. Arguments: own lease, another's, a host port.
import { connect } from "node:net";
import { attempt, sh } from "./attempt.mjs";

const [own, other, hostPort, phase = "alive"] = process.argv.slice(2);

/** One raw request; the status line and the first bytes of the answer. */
function send(head, token = own, more = "") {
  const login = Buffer.from(`run:${token}`).toString("base64");
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port: 8417, timeout: 10_000 });
    let said = "";
    socket.write(`${head}\r\nHost: gateway\r\nConnection: close\r\n${token ? `Authorization: Basic ${login}\r\n` : ""}\r\n${more}`);
    socket.on("data", (data) => (said += data.toString("latin1")));
    const done = () => resolve(said.split("\r\n")[0] + (/canary|\[core\]|ref: |pack-/.test(said) ? " LEAKED" : ""));
    socket.on("end", done).on("error", (error) => (said ? done() : reject(error))).on("timeout", () => reject(new Error("silent")));
  });
}

const refs = "GET /repo.git/info/refs?service=git-upload-pack HTTP/1.1";
if (phase === "revoked") {
  await attempt("revoked-lease", () => send(refs));
  await attempt("revoked-push", () => sh(`cd /workspace && git push http://run:${own}@127.0.0.1:8417/repo.git HEAD:refs/heads/loop/7-abc`));
} else {
  await attempt("own-lease", () => send(refs));
  await attempt("no-lease", () => send(refs, ""));
  await attempt("other-lease", () => send(refs, other));
  await attempt("half-lease", () => send(refs, own.slice(0, -1)));
  for (const path of ["/repo.git/../secret", "/repo.git/%2e%2e/secret", "/repo.git/..%2fsecret", "//secret", "/secret",
    "/repo.git/config", "/repo.git/HEAD", "/repo.git/objects/info/packs", "/other.git/info/refs?service=git-upload-pack",
    "/repo.git/info/refs?service=git-upload-archive"])
    await attempt(`path ${path}`, () => send(`GET ${path} HTTP/1.1`));
  await attempt("absolute-url", () => send(`GET http://127.0.0.1:${hostPort}/ HTTP/1.1`));
  await attempt("connect", () => send(`CONNECT 127.0.0.1:${hostPort} HTTP/1.1`, own, "GET / HTTP/1.0\r\n\r\n"));
  await attempt("huge-headers", () => send(`GET /repo.git/HEAD HTTP/1.1\r\nX-Large: ${"x".repeat(64_000)}`));
}
