// Looks for the canary that the host planted, wherever a process can look. Arguments: the canary in two halves, a host process's id.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { connect } from "node:net";
import { attempt, sh, syscall } from "./attempt.mjs";

const [first, second, hostPid] = process.argv.slice(2);
const canary = first + second; // never whole in our own command line

function holding(paths) {
  return paths.filter((path) => {
    try {
      return readFileSync(path).includes(canary);
    } catch {
      return false;
    }
  });
}

const processes = () => readdirSync("/proc").filter((name) => /^\d+$/.test(name));
const found = (places) => (places.length > 0 ? `found in ${places.slice(0, 3).join(" ")}` : "refused: nowhere");

/** Every readable file below, to a bound, without the kernel's own and the host's programs. */
function filesBelow(folder, into = []) {
  for (const entry of readable(folder)) {
    const path = `${folder === "/" ? "" : folder}/${entry.name}`;
    if (/^\/(proc|sys|dev|usr|lib\w*|bin|sbin|opt\/loopgate\/bin)(\/|$)/.test(path) || into.length > 20_000) continue;
    if (entry.isDirectory()) filesBelow(path, into);
    else if (entry.isFile() && statSync(path).size < 1_000_000) into.push(path);
  }
  return into;
}

function readable(folder) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

const sockets = ["/var/run/docker.sock", "/run/docker.sock", "/run/podman/podman.sock", "/run/containerd/containerd.sock",
  "/var/run/crio/crio.sock", "/run/user/0/docker.sock", "/run/buildkit/buildkitd.sock", "/gateway/docker.sock"];

function ping(path) {
  return new Promise((resolve, reject) => {
    const socket = connect({ path }, () => socket.write("GET /_ping HTTP/1.0\r\n\r\n"));
    socket.on("data", (data) => resolve(`answered ${String(data).split("\r\n")[0]}`)).on("error", reject);
  });
}

await attempt("own-environment", () => found(holding(["/proc/self/environ"])));
await attempt("all-environments", () => found(holding(processes().map((id) => `/proc/${id}/environ`))));
await attempt("all-command-lines", () => found(holding(processes().map((id) => `/proc/${id}/cmdline`))));
await attempt("other-processes", () => {
  const others = processes().filter((id) => holding([`/proc/${id}/cmdline`]).length > 0 || Number(id) === Number(hostPid));
  return others.length > 0 ? `sees ${others}` : "refused: none there";
});
await attempt("trace", () => syscall({ x64: 101, arm64: 117 }, 0x4206, hostPid, 0, 0)); // PTRACE_SEIZE stops nothing
await attempt("read-memory", () => sh(`head -c 1 /proc/${hostPid}/maps | grep -q . && echo read`));
await attempt("signal", () => (process.kill(Number(hostPid), 0), "reached"));
await attempt("files", () => found(holding(filesBelow("/"))));
await attempt("host-root", () => found(holding([`/proc/${hostPid}/root${process.argv[5]}`, `/proc/1/root${process.argv[5]}`])));
await attempt("climb", () => found(holding([`/workspace/${"../".repeat(20)}${process.argv[5]}`, process.argv[5], "/workspace/link-out"])));
await attempt("write-out", () => sh(`echo >> "/workspace/${"../".repeat(20)}${process.argv[5]}" && echo >> /workspace/link-out && echo changed`));
await attempt("shared-memory", () => syscall({ x64: 29, arm64: 194 }, Number(process.argv[7]), 0, 0)); // shmget
await attempt("git-config", () => found(holding(["/workspace/.git/config", "/tmp/home/.gitconfig", "/etc/gitconfig"])));
await attempt("brief", () => sh("echo forged >> /loop/brief.md && echo changed"));
await attempt("objects", () => sh(`touch "${process.argv[6]}/planted" && echo changed`));
await attempt("engine-socket", async () => {
  for (const path of sockets) {
    const answer = await ping(path).catch(() => null);
    if (answer) return answer;
  }
  return "refused: none answers";
});
await attempt("relay-folder", () => `sees ${readdirSync("/gateway")}`);
