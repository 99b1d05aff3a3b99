// Tries to reach anything but the gateway. Arguments: the host's canary port, its address, how the names of wanted attacks begin.
import { Resolver, lookup } from "node:dns/promises";
import { createSocket } from "node:dgram";
import { connect } from "node:net";
import { attempt as tryOut, sh, syscall } from "./attempt.mjs";

const [port, hostAddress, only = ""] = process.argv.slice(2);
const attempt = (attack, act) => (attack.startsWith(only) ? tryOut(attack, act) : null);

/** Connects, says a request line, and returns the first line of the answer. */
function talk(where) {
  return new Promise((resolve, reject) => {
    const socket = connect({ timeout: 3_000, ...where }, () => socket.write("GET /latest/meta-data/ HTTP/1.0\r\n\r\n"));
    socket.on("data", (data) => resolve(`heard ${data}`) ?? socket.destroy());
    socket.on("error", reject).on("timeout", () => reject(new Error("silent")));
    socket.on("end", () => reject(new Error("closed")));
  });
}

/** Connects and returns what is said unasked. */
function listen(where) {
  return new Promise((resolve, reject) => {
    const socket = connect(where);
    socket.on("data", (data) => resolve(`heard ${data}`)).on("error", reject);
  });
}

function ask(server) {
  const resolver = new Resolver({ timeout: 1_000, tries: 1 });
  resolver.setServers([server]);
  return resolver.resolve4("exfil.example.com").then((found) => `heard ${found}`);
}

function broadcast(address) {
  return new Promise((resolve, reject) => {
    const socket = createSocket("udp4");
    socket.bind(0, () => {
      socket.setBroadcast(true);
      socket.send("anyone?", 5353, address, (error) => (error ? reject(error) : resolve("heard, sent")) ?? socket.close());
    });
  });
}

await attempt("gateway", () => talk({ host: "127.0.0.1", port: 8417 }));
await attempt("host-loopback", () => talk({ host: "127.0.0.1", port }));
await attempt("host-address", () => talk({ host: hostAddress, port }));
await attempt("host-abstract", () => listen({ path: "\0loopgate-canary" }));
for (const address of ["172.17.0.1", "10.0.0.1", "172.16.0.1", "192.168.0.1", "100.64.0.1", "169.254.169.254", "1.1.1.1"])
  await attempt(address, () => talk({ host: address, port: 80 }));
await attempt("ipv6", () => talk({ host: "fd00:ec2::254", port: 80 }));
await attempt("neighbour", () => talk({ host: "127.0.0.1", port: 7001 }));
await attempt("dns-libc", () => lookup("exfil.example.com").then(({ address }) => `heard ${address}`));
await attempt("dns-udp", () => ask("8.8.8.8"));
await attempt("dns-engine", () => ask("127.0.0.11"));
await attempt("dns-tcp", () => talk({ host: "8.8.8.8", port: 53 }));
await attempt("dns-https", () => talk({ host: "8.8.8.8", port: 443 }));
await attempt("broadcast", () => broadcast("255.255.255.255"));
await attempt("multicast", () => broadcast("224.0.0.251"));
await attempt("vsock", () => syscall({ x64: 41, arm64: 198 }, 40, 1, 0));
await attempt("new-interface", () => sh("ip link add canary0 type dummy && echo added; ip addr add 10.9.9.9/32 dev lo && echo added"));
process.exit(); // a socket may be left waiting
