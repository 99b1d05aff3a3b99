// Stands for everything a network could offer: takes the addresses in its own namespace and answers on all of them.
import { execFileSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { createServer } from "node:net";

const addresses = process.argv.slice(2);
for (const address of addresses) {
  try {
    execFileSync("/usr/sbin/ip", ["addr", "add", `${address}/${address.includes(":") ? 128 : 32}`, "dev", "lo"]);
  } catch {
    // this kernel has no such family
  }
}
execFileSync("/usr/sbin/ip", ["route", "add", "default", "dev", "lo"]);
const listening = [80, 443, 53, 853, 7001].map(
  (port) => new Promise((resolve) => createServer((socket) => socket.on("error", () => socket.destroy()).end("canary\n")).listen(port, "::", resolve)),
);
/** Any question is answered with 192.0.2.53. */
const dns = createSocket("udp4", (question, from) => {
  const answer = Buffer.from([0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 53]);
  const end = question.indexOf(0, 12) + 5;
  const isV4 = question.readUInt16BE(end - 4) === 1;
  const head = Buffer.from(question.subarray(0, end));
  head.writeUInt16BE(0x8180, 2);
  head.writeUInt32BE(isV4 ? 0x00010000 >>> 0 : 0, 6);
  head.writeUInt16BE(isV4 ? 1 : 0, 6);
  head.writeUInt16BE(0, 8);
  head.writeUInt16BE(0, 10);
  dns.send(isV4 ? Buffer.concat([head, answer]) : head, from.port, from.address);
});
await Promise.all([...listening, new Promise((resolve) => dns.bind(53, "0.0.0.0", resolve))]);
console.log("ready");
