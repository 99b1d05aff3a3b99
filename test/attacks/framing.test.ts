// Requests that two readers would end at different places: no door of ours hears a second one in what belongs to the first.
import { createServer, type ServerOptions } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type Doors, openDoors } from "../fuzz/doors.ts";
import { type Door, exchange } from "../fuzz/throw.ts";

let opened: Doors;
beforeAll(async () => {
  opened = await openDoors();
}, 60_000);
afterAll(() => opened.close());

/** So long a door may wait for more before it is told that there is none. */
const waitMs = 400;

/** A request whose end is told in two ways, or in none, and behind that end another. */
type Shape = (hidden: string) => string;

const post = (headers: readonly string[], body: string) =>
  ["POST /nothing HTTP/1.1", "host: localhost", ...headers, "", body].join("\r\n");
const chunked = "transfer-encoding: chunked";
/** A body of nothing by its chunks, with the hidden request behind it. */
const afterChunks =
  (headers: readonly string[]): Shape =>
  (hidden) =>
    post(headers, `0\r\n\r\n${hidden}`);

const shapes: Readonly<Record<string, Shape>> = {
  "a length and chunks": (hidden) => {
    const body = `0\r\n\r\n${hidden}`;
    return post([`content-length: ${body.length}`, chunked], body);
  },
  "chunks and a length": (hidden) => post([chunked, "content-length: 4"], `0\r\n\r\n${hidden}`),
  "chunks, with a blank before the colon": afterChunks(["transfer-encoding : chunked", "content-length: 5"]),
  "chunks, with a tab before the colon": afterChunks(["transfer-encoding\t: chunked", "content-length: 5"]),
  "chunks on a folded line": afterChunks(["transfer-encoding:", " chunked", "content-length: 5"]),
  "chunks behind a vertical tab": afterChunks(["transfer-encoding: \x0bchunked", "content-length: 5"]),
  "chunks of another name": afterChunks(["transfer-encoding: xchunked", "content-length: 5"]),
  "chunks that are not the last coding": afterChunks(["transfer-encoding: chunked, identity", "content-length: 5"]),
  "chunks twice": afterChunks([chunked, chunked, "content-length: 5"]),
  "chunks in quotes": afterChunks(['transfer-encoding: "chunked"', "content-length: 5"]),
  "chunks behind a character zero": afterChunks(["transfer-encoding: chunked\0", "content-length: 5"]),
  "chunks behind a bare line feed": (hidden) =>
    post(["x: y\ntransfer-encoding: chunked", "content-length: 5"], `0\r\n\r\n${hidden}`),
  "chunks behind a bare carriage return": (hidden) =>
    post(["x: y\rtransfer-encoding: chunked", "content-length: 5"], `0\r\n\r\n${hidden}`),
  "two lengths": (hidden) => post(["content-length: 0", `content-length: ${hidden.length}`], hidden),
  "two lengths on one line": (hidden) => post([`content-length: 0, ${hidden.length}`], hidden),
  "a length with a sign": (hidden) => post(["content-length: +0"], hidden),
  "a length below nothing": (hidden) => post(["content-length: -1"], hidden),
  "a length in hexadecimal": (hidden) => post(["content-length: 0x0"], hidden),
  "a length of two words": (hidden) => post([`content-length: 0 ${hidden.length}`], hidden),
  "a length that no number holds": (hidden) => post(["content-length: 18446744073709551616"], hidden),
  "a length with a blank before the colon": (hidden) => post(["content-length : 0"], hidden),
  "a chunk larger than any number": (hidden) => post([chunked], `fffffffffffffffff\r\n${hidden}`),
  "a chunk with a sign": (hidden) => post([chunked], `-1\r\n${hidden}`),
  "a chunk in another notation": (hidden) => post([chunked], `0x0\r\n\r\n${hidden}`),
  "a chunk that is longer than it says": (hidden) => post([chunked], `1\r\nab\r\n0\r\n\r\n${hidden}`),
  "a chunk whose line ends in a bare line feed": (hidden) => post([chunked], `0\n\r\n${hidden}`),
  "a chunk whose extension has a line's end": (hidden) => post([chunked], `0;a\nb\r\n\r\n${hidden}`),
  "a chunk's end in bare line feeds": (hidden) => post([chunked], `1\r\na\n0\n\n${hidden}`),
  "an extension without end": (hidden) => post([chunked], `1;${"a".repeat(40_000)}\r\nb\r\n0\r\n\r\n${hidden}`),
  "trailers that are headers with a bare line feed": (hidden) => post([chunked], `0\r\nx: y\n\n${hidden}`),
  "a line of the head that is no header": (hidden) => post(["content-length 0"], hidden),
  "a head that begins with a blank": (hidden) => post([" x: y", "content-length: 0"], hidden),
  "a version that there is not": (hidden) => `POST /nothing HTTP/1.10\r\nhost: localhost\r\n\r\n${hidden}`,
  "no version": (hidden) => `GET /nothing\r\n\r\n${hidden}`,
  "a method with a line's end": (hidden) => `PO\nST /nothing HTTP/1.1\r\nhost: localhost\r\n\r\n${hidden}`,
  "a target with a blank": (hidden) => `GET /no thing HTTP/1.1\r\nhost: localhost\r\n\r\n${hidden}`,
  "no host": (hidden) => `GET /nothing HTTP/1.1\r\n\r\n${hidden}`,
};

/** Statuses of the answers on one connection. */
function answers(at: Pick<Door, "at">, shape: Shape, hidden: string): Promise<number[]> {
  return exchange(at, Buffer.from(shape(hidden), "latin1"), waitMs);
}

/** A server that reads as leniently as Node can. */
async function lenient(options: ServerOptions): Promise<Pick<Door, "at">> {
  const server = createServer(options, (request, response) => request.resume().on("end", () => response.end("ok")));
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { at: { port: (server.address() as AddressInfo).port } };
}

const good = "GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";

test("control: a reader that forgives hears two requests in most of these", async () => {
  const at = await lenient({ insecureHTTPParser: true, requireHostHeader: false });
  const all = Object.entries(shapes);
  const heard = await Promise.all(all.map(async ([name, shape]) => [name, (await answers(at, shape, good)).length]));
  const twice = heard.filter(([, times]) => times === 2).map(([name]) => name);
  expect(twice).toMatchInlineSnapshot(`
    [
      "a length and chunks",
      "chunks and a length",
      "chunks, with a blank before the colon",
      "chunks on a folded line",
      "chunks twice",
      "chunks behind a bare line feed",
      "a length with a blank before the colon",
      "a chunk whose line ends in a bare line feed",
      "trailers that are headers with a bare line feed",
      "a head that begins with a blank",
      "no host",
    ]
  `);
});

/** What is refused there ends its connection. */
const hangsUp = ["a run's registries", "a run's gateways", "a run's relay", "a run's way out"];

describe.each([0, 1, 2, 3, 4, 5, 6, 7, 8])("door %i", (index) => {
  const door = () => opened.doors[index]!;

  test("control: two plain requests on one connection are both answered, unless it hangs up after the first", async () => {
    const one = door();
    const { request, status } = one.good;
    const plain = `${request.replace("connection: close\r\n", "")}${request}`;
    const said = await exchange(one, Buffer.from(plain), 10_000);
    expect(said).toEqual(hangsUp.includes(one.name) ? [status] : [status, status]);
  });

  test("T8: hears one request at most where two could be read, refuses it, and lives", async () => {
    const one = door();
    const heard = await Promise.all(
      Object.entries(shapes).map(async ([name, shape]) => [name, await answers(one, shape, one.good.request)] as const),
    );
    // What is answered before its body is read may be followed by a word on that, and by nothing that asks for more.
    const isRight = ([first = 400, ...rest]: readonly number[]) =>
      first >= 400 && first < 506 && rest.every((status) => status === 400) && rest.length < 2;
    const wrong = heard.filter(([, said]) => !isRight(said));
    expect(wrong).toEqual([]);
    expect(await exchange(one, Buffer.from(one.good.request), 5_000)).toEqual([one.good.status]);
  });
});
