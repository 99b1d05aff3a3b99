// A page of another site whose name leads to this machine: a browser would let it read what the forge answers.
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { expect, onTestFinished, test } from "vitest";
import { pages } from "../../src/forge/pages/pages.ts";
import { aForge } from "./local-forge.ts";

/** What the server on this port answers a browser that was led to it under the name. */
function asked(port: number, host: string, path = "/acme/demo"): Promise<{ status: number; text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
  const headers = { ...(host === "" ? {} : { host }), accept: "text/html", connection: "close" };
  const sent = request({ port, path, headers, setHost: false }, (response) => {
    let text = "";
    response.on("data", (chunk) => {
      text += chunk;
    });
    response.once("end", () => resolve({ status: response.statusCode ?? 0, text }));
  });
  sent.once("error", reject).end();
  return promise;
}

const portOf = ({ url }: { readonly url: string }) => Number(new URL(url).port);

const foreign = [
  "evil.example",
  "evil.example:PORT",
  "127.0.0.1.evil.example:PORT",
  "localhost.evil.example:PORT",
  "localhost:1",
  "127.0.0.1:99999",
  "[::1].evil.example",
  "2130706433:PORT",
  "localhost@evil.example",
  "localhost,evil.example",
];

test("pages, API, git and logs are answered under the forge's own name only", async () => {
  const port = portOf(await aForge());
  for (const host of foreign) {
    for (const path of ["/acme/demo", "/api/v3/repos/acme/demo", "/acme/demo.git/info/refs?service=git-upload-pack"]) {
      const { status, text } = await asked(port, host.replace("PORT", String(port)), path);
      expect({ host, path, status }).toEqual({ host, path, status: 421 });
      expect(text).toBe("This forge answers under its own address only.\n");
    }
  }
  for (const target of ["http://evil.example/acme/demo", `http://evil.example:${port}/acme/demo`])
    expect((await asked(port, `localhost:${port}`, target)).status).toBe(421);
  expect((await asked(port, "")).status).toBe(400);
});

test.each(["127.0.0.1:PORT", "localhost:PORT", "LOCALHOST:PORT", "localhost", "[::1]:PORT"])(
  "its own name is %s",
  async (host) => {
    const port = portOf(await aForge());
    const { status, text } = await asked(port, host.replace("PORT", String(port)));
    expect(status).toBe(200);
    expect(text).toContain("README.md");
  },
);

test("control: without its guard it works: the same pages are read under a foreign name", async () => {
  const forge = await aForge();
  const server: Server = createServer(getRequestListener(pages(forge.world).fetch));
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { status, text } = await asked((server.address() as AddressInfo).port, "evil.example");
  expect(status).toBe(200);
  expect(text).toContain("README.md");
});
