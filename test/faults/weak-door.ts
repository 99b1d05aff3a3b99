// The App's door without its guard: bodies that nobody verified are held whole, on as many connections as come. For controls.
import { readSigned } from "../../src/github/deliveries/body.ts";
import { createHolding } from "../../src/github/deliveries/holding.ts";
import { startListener } from "../../src/github/deliveries/listener.ts";

const holding = createHolding(Number.POSITIVE_INFINITY);
const { url } = await startListener({
  host: "127.0.0.1",
  port: 0,
  webhookPath: "/api/github/webhooks",
  deliveries: async (request, response) => {
    const signature = `sha256=${"0".repeat(64)}`;
    const limit = Number.POSITIVE_INFINITY;
    const body = await readSigned(request, { secrets: ["a secret of the control"], signature, limit, holding });
    response.writeHead(body === "not signed" ? 401 : 400).end();
  },
  onError: () => {},
});
process.stdout.write(`${url}/api/github/webhooks\n`);
