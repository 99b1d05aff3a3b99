// A browser beside an agent's run: a server from the package registry drives Chromium in a container of its own, and its picture is in the thread.
import { existsSync } from "node:fs";
import { PNG } from "pngjs";
import { expect, test } from "vitest";
import type { Engine } from "../../src/container/docker/engine.ts";
import type { ImageChoice } from "../../src/container/run.ts";
import { readPicture } from "../../src/verify/pictures/png.ts";
import { describeWithDocker } from "../docker/engine.ts";
import { makeImage } from "../docker/images.ts";
import { kinds, WITHOUT_MCP } from "./errand.ts";
import { installBrowserServer } from "./install.ts";
import type { Step } from "./script.ts";
import { wholeLoop } from "./whole.ts";

const chromium = "/usr/lib/chromium/chromium";

/** The repository's app: a page of one colour with a headline. */
const shop = `const page = "<!doctype html><body style='margin:0;background:rgb(10,200,30)'><h1>The shop is open</h1>";
require("node:http").createServer((_, response) => response.setHeader("content-type", "text/html").end(page)).listen(8080, "127.0.0.1");
`;

const image = "loopgate-test-browser:1";

/** Debian's Chromium, node, and the server with what it stands on: nothing of the machine's own folders is mounted into it. */
async function makeBrowserImage(engine: Engine, packages: string): Promise<void> {
  await makeImage(engine.docker, image, {
    programs: ["/bin/sh", "/usr/bin/git", "/usr/bin/mkdir", chromium, ...loadedLater.filter(existsSync)],
    files: [{ from: process.execPath, to: "usr/bin/node" }], // its own folder may be one that a container has anew
    folders: [
      ...["/usr/lib/chromium", "/usr/share/fonts", "/etc/fonts"].filter(existsSync).map((from) => ({ from, to: from })),
      { from: packages, to: "/server/node_modules" },
    ],
  });
}

/** Libraries that Chromium opens as it begins without being linked with them, and the one that node alone is linked with. */
const loadedLater = ["libsoftokn3.so", "libfreebl3.so", "libfreeblpriv3.so", "libdl.so.2"].map(
  (name) => `/usr/lib/${process.arch === "x64" ? "x86_64" : "aarch64"}-linux-gnu/${name}`,
);

const policy = `artifacts: branch
environment:
  memory: 2 GiB
  processes: 512
tools:
  servers:
    browser:
      image: ${image}
      command: exec /usr/bin/node /server/node_modules/@playwright/mcp/cli.js --headless --isolated --no-sandbox --executable-path ${chromium} --output-dir /tmp/out
      tools: { browser_navigate: { use: allow, arguments: { url: ["http://127.0.0.1:*"] } }, browser_take_screenshot: allow }
`;

const steps: readonly Step[] = [
  { kind: "run", command: "setsid node shop.js >shop.log 2>&1 & sleep 2; cat shop.log; rm shop.log" },
  { kind: "call", tool: "browser-browser_navigate", given: { url: "https://example.org/" } },
  { kind: "call", tool: "browser-browser_navigate", given: { url: "http://127.0.0.1:8080/" } },
  { kind: "call", tool: "browser-browser_take_screenshot", given: { type: "png" } },
  { kind: "call", tool: "attach_artifact", given: { picture: "picture-1", caption: "The front page" } },
  { kind: "write", path: "hello.txt", content: "hello\n" },
  { kind: "say", text: "It looks right." },
];

if (!existsSync(chromium)) {
  if (process.env.CI) throw new Error("Chromium is needed, and CI is set.");
  console.warn("SKIPPED: a browser beside a run needs Debian's Chromium.");
  test.skip("a browser beside a run");
} else
  describeWithDocker("a browser beside a run", (engine) => {
    test.each(kinds.filter((kind) => !WITHOUT_MCP.has(kind)).slice(0, 1))(
      "%s starts the repository's app, has it opened on the run's own loopback, and shows the picture in the thread",
      async (kind) => {
        await makeBrowserImage(engine(), await installBrowserServer());
        const named = (reference: string): ImageChoice =>
          reference === image ? { kind: "named", reference } : { kind: "toolchain" };
        const loop = await wholeLoop(engine(), kind, { steps, policy, image: named, files: { "shop.js": shop } });
        const state = await loop.state();
        expect(state.phase, loop.log.join("\n")).toBe("awaiting_gate");
        const [executor] = state.attempts[0]?.runs ?? [];
        expect(executor?.toolCalls?.map(({ tool, calls, refused, failed }) => [tool, calls, refused, failed])).toEqual([
          ["browser-browser_navigate", 2, 1, 0],
          ["browser-browser_take_screenshot", 1, 0, 0],
          ["attach_artifact", 1, 0, 0],
        ]);
        expect(executor?.isolation).toMatchObject({ network: "none", capabilities: [], readOnlyRoot: true });
        const attempt = loop.issue.comments.map(({ body }) => body).find((body) => body.startsWith("### Attempt 1"));
        expect(attempt).toContain("- `picture-1`: attached by the agent, with the words `The front page`");
        const [, url = ""] = /<img src="(\S+)" alt="picture"/.exec(attempt ?? "") ?? [];
        const picture = readPicture(await (await fetch(url)).bytes());
        if ("why" in picture) throw new Error(picture.why);
        expect(picture.width).toBeGreaterThan(600);
        const { data } = PNG.sync.read(Buffer.from(picture.bytes));
        expect([...data.subarray(data.length - 4)]).toEqual([10, 200, 30, 255]);
      },
      300_000,
    );
  });
