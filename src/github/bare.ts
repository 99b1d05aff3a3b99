// A bare Probot with an empty handler, as a process of its own: what the App's door is measured against.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createNodeMiddleware, createProbot } from "probot";
import { handledEvents } from "./deliveries/webhook.ts";

if (import.meta.main) await run(process.env);

/** Set up as Probot's own documentation has it, with its own defaults, but quiet. */
async function run({ BENCH_SECRET: secret = "", BENCH_PRIVATE_KEY: privateKey = "" }: NodeJS.ProcessEnv) {
  const probot = createProbot({ overrides: { appId: 1, privateKey, secret, logLevel: "fatal" } });
  const middleware = await createNodeMiddleware(
    (app) => app.on(handledEvents as Parameters<typeof app.on>[0], () => {}),
    { probot, webhooksPath: "/api/github/webhooks" },
  );
  const server = createServer((request, response) => void middleware(request, response));
  server.listen(0, "127.0.0.1", () => {
    const { port } = server.address() as AddressInfo;
    process.send?.({ url: `http://127.0.0.1:${port}/api/github/webhooks` });
  });
  process.once("disconnect", () => process.exit(0));
}
