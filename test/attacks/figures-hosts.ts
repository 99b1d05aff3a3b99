// Names under which a page of another site, opened on this machine, could read the App's figures.
import { connect } from "node:net";
import { Registry } from "prom-client";
import { openOperatorDoor } from "../../src/cockpit/door.ts";
import { kindOf } from "./spelling.ts";

interface Asked {
  /** Where the door is. */
  readonly at: "127.0.0.1" | "0.0.0.0";
  /** The head of a request; PORT stands for the door's own. */
  readonly head: readonly string[];
}

/** Whether the door tells figures; anything else, such as a closed connection, is a no. */
async function takes({ at, head }: Asked): Promise<boolean> {
  const readiness = async () => ({ ready: true, lines: [] });
  const door = await openOperatorDoor({ host: at, port: 0, registry: new Registry(), readiness, onError: () => {} });
  const { port } = new URL(door.url);
  const lines = [...head, "connection: close", "", ""].join("\r\n").replaceAll("PORT", port);
  const said = await new Promise<string>((resolve) => {
    let got = "";
    const socket = connect(Number(port), "127.0.0.1", () => socket.write(Buffer.from(lines, "latin1")));
    socket.on("data", (chunk) => {
      got += chunk.toString("latin1");
    });
    socket.once("error", () => resolve(got));
    socket.once("close", () => resolve(got));
  });
  await door.close();
  return /^HTTP\/1\.1 200 /.test(said);
}

const figures = "GET /metrics HTTP/1.1";
const under = (host: string, at: Asked["at"] = "127.0.0.1"): Asked => ({ at, head: [figures, `host: ${host}`] });
const anywhere = (host: string) => under(host, "0.0.0.0");
const own = under("localhost:PORT");

export const figuresHosts = kindOf("a name of the figures", "T6", takes, [
  ["another name", under("evil.example:PORT"), own],
  ["another name that begins with its address", under("127.0.0.1.evil.example:PORT"), under("127.0.0.1:PORT")],
  ["another name that begins with its name", under("localhost.evil.example:PORT"), own],
  ["a name below its own", under("evil.localhost:PORT"), own],
  ["its name with the root's dot", under("localhost.:PORT"), own],
  ["another address of this machine", under("127.0.0.2:PORT"), under("127.0.0.1:PORT")],
  ["all addresses", under("0.0.0.0:PORT"), own],
  ["its address cut short", under("127.1:PORT"), under("127.0.0.1:PORT")],
  ["a name without a dot, where it is at loopback", under("loopgate:PORT"), anywhere("loopgate:PORT")],
  ["an address of a network, where it is at loopback", under("10.0.0.7:PORT"), anywhere("10.0.0.7:PORT")],
  ["a name with a user", under("localhost:PORT@evil.example"), own],
  ["its name after another", under("evil.example, localhost:PORT"), own],
  [
    "another name in the target",
    { at: "127.0.0.1", head: ["GET http://evil.example/metrics HTTP/1.1", "host: localhost:PORT"] },
    { at: "127.0.0.1", head: ["GET http://localhost:PORT/metrics HTTP/1.1", "host: localhost:PORT"] },
  ],
  [
    "its name in the target alone",
    { at: "127.0.0.1", head: ["GET http://localhost:PORT/metrics HTTP/1.1", "host: evil.example"] },
    own,
  ],
  [
    "readiness under another name",
    { at: "127.0.0.1", head: ["GET /readyz HTTP/1.1", "host: evil.example"] },
    { at: "127.0.0.1", head: ["GET /readyz HTTP/1.1", "host: localhost"] },
  ],
  ["another name, where it is at every address", anywhere("evil.example:PORT"), anywhere("localhost:PORT")],
  [
    "another name that begins with an address, there",
    anywhere("10.0.0.7.evil.example:PORT"),
    anywhere("10.0.0.7:PORT"),
  ],
  ["an address of five numbers, there", anywhere("10.0.0.7.1:PORT"), anywhere("10.0.0.7:PORT")],
  [
    "another name in the target, there",
    { at: "0.0.0.0", head: ["GET http://evil.example/metrics HTTP/1.1", "host: 10.0.0.7:PORT"] },
    { at: "0.0.0.0", head: ["GET http://10.0.0.7:PORT/metrics HTTP/1.1", "host: 10.0.0.7:PORT"] },
  ],
]);
