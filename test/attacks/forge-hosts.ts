// Names under which a page of another site, opened on this machine, could ask the local forge.
import { connect } from "node:net";
import { aForge } from "../forge/local-forge.ts";
import { kindOf } from "./spelling.ts";

/** The head of a request; PORT stands for the forge's own. */
type Head = readonly string[];

/** Whether the forge answers this request with its page; anything else, such as a closed connection, is a no. */
async function takes(head: Head): Promise<boolean> {
  const forge = await aForge();
  const port = Number(new URL(forge.url).port);
  const lines = [...head, "connection: close", "", ""].join("\r\n").replaceAll("PORT", String(port));
  const said = await new Promise<string>((resolve) => {
    let got = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(Buffer.from(lines, "latin1")));
    socket.on("data", (chunk) => {
      got += chunk.toString("latin1");
    });
    socket.once("error", () => resolve(got));
    socket.once("close", () => resolve(got));
  });
  return /^HTTP\/1\.1 200 /.test(said) && said.includes("README.md");
}

const page = "GET /acme/demo HTTP/1.1";
const under = (...hosts: string[]): Head => [page, ...hosts.map((host) => `host: ${host}`)];
const own = under("localhost:PORT");

export const forgeHosts = kindOf("a name of the forge", "T6", takes, [
  ["all addresses", under("0.0.0.0:PORT"), own],
  ["another address of this machine", under("127.0.0.2:PORT"), under("127.0.0.1:PORT")],
  ["its address cut short", under("127.1:PORT"), under("127.0.0.1:PORT")],
  ["its address in hexadecimal", under("0x7f.0.0.1:PORT"), under("127.0.0.1:PORT")],
  ["its address in octal", under("0177.0.0.1:PORT"), under("127.0.0.1:PORT")],
  ["its address within IPv6", under("[::ffff:127.0.0.1]:PORT"), under("[::1]:PORT")],
  ["its address of IPv6 in full", under("[0:0:0:0:0:0:0:1]:PORT"), under("[::1]:PORT")],
  ["its name with the root's dot", under("localhost.:PORT"), own],
  ["a name below its own", under("evil.localhost:PORT"), own],
  ["its name in letters of full width", under("\u00ef\u00bd\u008cocalhost:PORT"), own],
  ["its name with a user", under("localhost:PORT@evil.example"), own],
  ["its name with two ports", under("localhost:PORT:80"), own],
  ["its name with a port and more", under("localhost:PORTx"), own],
  ["its name with a port that wraps around", under("localhost:65536PORT"), own],
  ["its name with a path", under("localhost:PORT/evil"), own],
  ["its name with a fragment", under("localhost#.evil.example"), own],
  ["its name with a question", under("localhost?.evil.example"), own],
  ["its name with a backslash", under("localhost\\.evil.example"), own],
  ["its name after another", under("evil.example, localhost:PORT"), own],
  ["its name with a tab in it", under("local\thost:PORT"), own],
  ["two names, its own last", under("evil.example", "localhost:PORT"), own],
  ["its own name as a proxy's word", [page, "host: evil.example", "x-forwarded-host: localhost:PORT"], own],
  ["its own name as another word of a proxy's", [page, "host: evil.example", "forwarded: host=localhost:PORT"], own],
  [
    "another name in the target",
    ["GET http://evil.example/acme/demo HTTP/1.1", "host: localhost:PORT"],
    ["GET http://localhost:PORT/acme/demo HTTP/1.1", "host: localhost:PORT"],
  ],
  [
    "another name in the target, its scheme in capitals",
    ["GET HTTP://evil.example/acme/demo HTTP/1.1", "host: localhost:PORT"],
    own,
  ],
  ["another scheme in the target", ["GET ftp://evil.example/acme/demo HTTP/1.1", "host: localhost:PORT"], own],
  [
    "another name with a user in the target",
    ["GET http://localhost:PORT@evil.example/acme/demo HTTP/1.1", "host: localhost:PORT"],
    own,
  ],
  ["its name in the target alone", ["GET http://localhost:PORT/acme/demo HTTP/1.1", "host: evil.example"], own],
  ["no name", [page], own],
  ["an empty name", under(""), own],
]);
