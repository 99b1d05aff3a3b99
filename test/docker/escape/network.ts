// Attacks on the network: the host, its neighbours, the metadata address, names in any form (T6, T7).
import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import type Docker from "dockerode";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "../../../src/container/docker/engine.ts";
import { host, makeArena, runGuarded, runWeakened } from "./arena.ts";
import { type Attack, attacksFail, type Evidence, readEvidence } from "./attack.ts";

const noRoute = /^refused ENETUNREACH$/;
const heard = /^heard canary/;

/** What a container on the host's own network reaches. */
const onTheHost: readonly Attack[] = [
  {
    title: "T6: a port on the host's loopback cannot be reached",
    name: "host-loopback",
    fails: /ECONNREFUSED/,
    works: heard,
  },
  {
    title: "T6: of all ports on loopback none answers but the gateway's",
    name: "host-ports",
    fails: /^open: 8417$/,
    works: /^open: (?!8417$)\d/,
  },
  {
    title: "T6: none of the host's own addresses can be reached",
    name: "host-addresses",
    fails: /^refused E(NETUNREACH|ADDRNOTAVAIL)( ENETUNREACH| EADDRNOTAVAIL)*$/,
    works: /heard canary/,
  },
  {
    title: "T6: an abstract Unix socket of the host cannot be reached",
    name: "host-abstract",
    fails: /ECONNREFUSED/,
    works: heard,
  },
];

const addresses: readonly [address: string, what: string][] = [
  ["172.17.0.1", "Docker's bridge"],
  ["10.0.0.1", "the private range 10/8"],
  ["172.16.0.1", "the private range 172.16/12"],
  ["192.168.0.1", "the private range 192.168/16"],
  ["100.64.0.1", "the carriers' range 100.64/10"],
  ["169.254.169.254", "the cloud's metadata address"],
  ["169.254.170.2", "the metadata address of a cloud's containers"],
  ["100.100.100.200", "another cloud's metadata address"],
  ["1.1.1.1", "a public address"],
];

/** What a container in a network with all of this reaches. */
const inTheNeighbourhood: readonly Attack[] = [
  ...addresses.map(([name, what]) => ({
    title: `T6: ${what} cannot be reached (${name})`,
    name,
    fails: noRoute,
    works: heard,
  })),
  {
    title: "T6: the metadata address of IPv6 cannot be reached",
    name: "ipv6",
    fails: /EADDRNOTAVAIL|ENETUNREACH/,
    works: heard,
  },
  {
    title: "T7: a port in another container cannot be reached",
    name: "neighbour",
    fails: /ECONNREFUSED/,
    works: heard,
  },
  {
    title: "T6: a name cannot be looked up through libc",
    name: "dns-libc",
    fails: /EAI_AGAIN|ENOTFOUND/,
    works: /192\.0\.2\.53/,
  },
  {
    title: "T6: a name server cannot be asked over UDP",
    name: "dns-udp",
    fails: /ECONNREFUSED|ETIMEOUT/,
    works: /192\.0\.2\.53/,
  },
  {
    title: "T6: the engine's own name server cannot be asked",
    name: "dns-engine",
    fails: /ECONNREFUSED|ETIMEOUT/,
    works: /192\.0\.2\.53/,
  },
  {
    title: "T6: the host's own name server cannot be asked",
    name: "dns-stub",
    fails: /ECONNREFUSED|ETIMEOUT/,
    works: /192\.0\.2\.53/,
  },
  { title: "T6: a name server cannot be asked over TLS", name: "dns-tls", fails: noRoute, works: heard },
  { title: "T6: a name server cannot be asked over TCP", name: "dns-tcp", fails: noRoute, works: heard },
  { title: "T6: a name server cannot be asked over HTTPS", name: "dns-https", fails: noRoute, works: heard },
  { title: "T6: a broadcast cannot be sent", name: "broadcast", fails: noRoute, works: /^heard/ },
  { title: "T6: a multicast cannot be sent", name: "multicast", fails: noRoute, works: /^heard/ },
  {
    title: "T7: no socket can be opened that a network namespace would not hold back (vsock, the kernel's crypto)",
    name: "other-sockets",
    fails: /^refused E(PERM|ACCES)$/,
    works: /^ok/,
  },
  {
    title: "T7: an interface or address cannot be added",
    name: "new-interface",
    fails: /^(?!.*added).*Operation not permitted/s,
    works: /added/,
  },
];

export function networkAttacks(engine: () => Engine): void {
  describe("the network", () => {
    let [guarded, onHost, among]: Evidence[] = [{}, {}, {}];
    const servers: (Server | ChildProcess)[] = [];
    let neighbour: Docker.Container | null = null;
    afterAll(async () => {
      for (const one of servers) "kill" in one ? one.kill() : one.close();
      await neighbour?.remove({ force: true });
    });
    beforeAll(async () => {
      const arena = makeArena();
      const canary = createServer((socket) => void socket.on("error", () => {}).end("canary\n"));
      const port = await new Promise<number>((resolve) => {
        canary.listen(0, "::", () => resolve((canary.address() as { port: number }).port));
      });
      servers.push(canary, await abstractCanary());
      const gateway = createServer((socket) => void socket.on("error", () => {}).end("gateway\n"));
      const gatewaySocket = join(arena.folder, "gateway/gateway.sock");
      await new Promise<void>((resolve) => void gateway.listen(gatewaySocket, resolve));
      servers.push(gateway);
      const command = ["node", "/workspace/probes/network.mjs", String(port), hostAddresses()];
      guarded = readEvidence((await runGuarded(engine(), arena, arena.request({ command, gatewaySocket }))).log);
      const weak = (wanted: string) => arena.request({ command: [...command, wanted, String(port)] });
      onHost = readEvidence((await runWeakened(engine(), arena, weak("host-"), host({ NetworkMode: "host" }))).log);
      neighbour = await aNeighbourhood(engine(), arena.folder);
      among = readEvidence((await runWeakened(engine(), arena, weak(""), intoThe(neighbour, arena.folder))).log);
    });

    test("the gateway itself is reached, so the probe can connect", () =>
      expect(guarded?.gateway).toMatch(/^heard gateway/));
    attacksFail(
      onTheHost,
      () => guarded ?? {},
      () => onHost ?? {},
    );
    attacksFail(
      inTheNeighbourhood,
      () => guarded ?? {},
      () => among ?? {},
    );
  });
}

/** Every address by which the host could be called, link-local ones aside: they name an interface as well. */
function hostAddresses(): string {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const outer = all.filter(({ internal, address }) => !internal && !address.startsWith("fe80:"));
  return outer.map(({ address }) => address).join(",");
}

/** Node cannot listen on an abstract socket in every version; perl can. */
function abstractCanary(): Promise<ChildProcess> {
  const program = `use Socket; socket(my $s, AF_UNIX, SOCK_STREAM, 0); bind($s, pack("Sa*", AF_UNIX, "\\0loopgate-canary"))
    or die; listen($s, 5); $| = 1; print "ready"; while (accept(my $c, $s)) { print $c "canary\\n"; close $c }`;
  const child = spawn("perl", ["-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  return new Promise((resolve) => child.stdout.once("data", () => resolve(child)));
}

/** A container with its own network, in which every address of the attacks answers. */
async function aNeighbourhood({ docker }: Engine, folder: string): Promise<Docker.Container> {
  const images = await docker.listImages({ filters: { reference: ["loopgate-toolchain"] } });
  const taken = [...addresses.map(([address]) => address), "8.8.8.8", "127.0.0.11", "127.0.0.53", "fd00:ec2::254"];
  const container = await docker.createContainer({
    Image: images[0]?.Id ?? "",
    Cmd: ["/opt/loopgate/bin/node", "/probes/neighbourhood.mjs", ...taken],
    HostConfig: {
      NetworkMode: "none",
      CapAdd: ["NET_ADMIN"],
      Sysctls: { "net.ipv6.conf.all.disable_ipv6": "0" },
      Binds: ["/usr:/usr:ro", `${process.execPath}:/opt/loopgate/bin/node:ro`, `${folder}/workspace/probes:/probes:ro`],
    },
  });
  const stream = await container.attach({ stream: true, stdout: true, stderr: true });
  await container.start();
  await new Promise<void>((resolve, reject) => {
    stream.on("data", (data) => (String(data).includes("ready") ? resolve() : console.warn(String(data))));
    stream.on("end", () => reject(new Error("the neighbourhood did not start")));
  });
  return container;
}

function intoThe(neighbour: Docker.Container, folder: string) {
  const names = join(folder, "resolv.conf");
  writeFileSync(names, "nameserver 8.8.8.8\n");
  return (body: { HostConfig: { Mounts: object[] } }) => {
    const mount = { Type: "bind", Source: names, Target: "/etc/resolv.conf", ReadOnly: true };
    const changes = {
      NetworkMode: `container:${neighbour.id}`,
      Mounts: [...body.HostConfig.Mounts, mount],
      CapDrop: [],
      CapAdd: ["NET_ADMIN"],
    };
    return host({ ...changes, SecurityOpt: ["seccomp=unconfined"] }, { User: "0:0", Hostname: "" })(body);
  };
}
