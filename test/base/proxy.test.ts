// One proxy for all that leaves: git, GitHub's clients and model providers, with a real proxy on this machine.

// One proxy for all that leaves: git, GitHub's clients and model providers, with a real proxy on this machine.
import http, { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { obeyProxies, proxiesOf, proxyProblem } from "../../src/base/proxy.ts";
import { tryGit } from "../../src/gateway/git/git.ts";
import { createInFlight } from "../../src/gateway/in-flight.ts";
import { readWhole, sendUpstream } from "../../src/gateway/model/upstream.ts";
import { githubClients } from "../../src/github/client/octokit.ts";

async function listening(answer: (asked: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { server, port: (server.address() as AddressInfo).port };
}

/** A proxy, and behind it one server that answers for every name; `asked` is whom the proxy was asked for. */
async function aProxy() {
  const asked: string[] = [];
  const behind = await listening((_, response) => {
    response.writeHead(200, { "content-type": "application/json" }).end('{"answer":"behind the proxy"}');
  });
  const proxy = await listening((request, response) => {
    asked.push(new URL(request.url ?? "").hostname);
    response.writeHead(200, { "content-type": "application/json" }).end('{"answer":"behind the proxy"}');
  });
  proxy.server.on("connect", (request, client: Socket, head: Buffer) => {
    asked.push(request.url?.split(":")[0] ?? "");
    const through = connect(behind.port, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      through.write(head);
      client.pipe(through).pipe(client);
    });
    for (const one of [client, through]) one.on("error", () => {});
  });
  return { url: `http://127.0.0.1:${proxy.port}`, behind, asked };
}

function behindProxy(env: Record<string, string>): void {
  for (const name of ["http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"]) {
    vi.stubEnv(name, env[name]);
  }
  const restore = http.setGlobalProxyFromEnv({});
  onTestFinished(restore);
  obeyProxies(process.env);
}

afterEach(() => vi.unstubAllEnvs());

const client = (baseUrl: string) =>
  githubClients({ appId: 1, privateKey: "", baseUrl, throttle: false, timeoutMs: 5_000 }).withToken("t");

async function callModel(url: string): Promise<string> {
  const signal = AbortSignal.timeout(5_000);
  const sent = await sendUpstream({
    url: new URL(url),
    headers: {},
    body: [Buffer.from("{}")],
    silenceMs: 5_000,
    signal,
  });
  return sent.kind === "answer"
    ? (await readWhole(sent.answer, 1_000, createInFlight(10_000).holder())).text
    : `failed, reached ${sent.reached}`;
}

async function lsRemote(url: string): Promise<void> {
  await tryGit({ args: ["ls-remote", url], transport: "http" }, { timeoutMs: 10_000 });
}

describe.each(["HTTP_PROXY", "http_proxy"])("with %s set", (name) => {
  test("git, GitHub's clients and model calls all go through the proxy", async () => {
    const { url, asked } = await aProxy();
    behindProxy({ [name]: url });
    await client("http://api.example.test").request("GET /zen");
    expect(await callModel("http://models.example.test/v1/chat")).toContain("behind the proxy");
    await lsRemote("http://git.example.test/acme/shop.git");
    expect([...new Set(asked)]).toEqual(["api.example.test", "models.example.test", "git.example.test"]);
  });

  test("what NO_PROXY names is asked straight, with all below it", async () => {
    const { url, asked } = await aProxy();
    behindProxy({ [name]: url, NO_PROXY: "example.test, *.other.test .third.test" });
    for (const host of ["api.example.test", "example.test", "a.other.test", "b.third.test"]) {
      await expect(client(`http://${host}`).request("GET /zen")).rejects.toThrow();
      expect(await callModel(`http://${host}/v1/chat`)).toBe("failed, reached false");
      await lsRemote(`http://${host}/shop.git`);
    }
    expect(asked).toEqual([]);
  });

  test("this machine is never asked through a proxy", async () => {
    const { url, asked, behind } = await aProxy();
    behindProxy({ [name]: url });
    for (const host of ["127.0.0.1", "localhost"]) {
      const here = `http://${host}:${behind.port}`;
      await client(here).request("GET /zen");
      expect(await callModel(`${here}/v1/chat`)).toContain("behind");
      await lsRemote(`${here}/shop.git`);
    }
    expect(asked).toEqual([]);
  });
});

test("a proxy that is not there fails the call, and nothing can have been billed", async () => {
  behindProxy({ http_proxy: "http://127.0.0.1:9" });
  expect(await callModel("http://models.example.test/v1/chat")).toBe("failed, reached false");
});

test("a provider behind a proxy's tunnel may have been reached, whatever became of it", async () => {
  const { server, port } = await listening(() => {});
  server.on("connect", (_asked, tunnel: Socket) => {
    tunnel.write("HTTP/1.1 200 Connection established\r\n\r\n");
    tunnel.once("data", () => tunnel.destroy());
    tunnel.on("error", () => {});
  });
  behindProxy({ https_proxy: `http://127.0.0.1:${port}` });
  expect(await callModel("https://models.example.test/v1/chat")).toMatch(/^failed/);
});

describe("what the environment says", () => {
  test("nothing, and nothing is changed", () => {
    expect(proxiesOf({ NO_PROXY: "x", HTTP_PROXY: " " })).toBe(null);
  });

  test("the lower-case name wins, and an address without a scheme is one", () => {
    expect(proxiesOf({ http_proxy: "a:1", HTTP_PROXY: "http://b:2", HTTPS_PROXY: "http://c:3" })).toMatchObject({
      http_proxy: "http://a:1",
      https_proxy: "http://c:3",
    });
  });

  test("what is no address of a proxy is said in a sentence before anything starts, and never shown", () => {
    expect(proxyProblem({ HTTPS_PROXY: "http://proxy:3128" })).toBe(null);
    const said = proxyProblem({ HTTPS_PROXY: "socks5://user:secret@proxy:1080" });
    expect(said).toContain("HTTPS_PROXY is not the address of a proxy");
    expect(said).not.toContain("secret");
    expect(proxyProblem({ http_proxy: "http://" })).toContain("HTTP_PROXY");
  });
});
