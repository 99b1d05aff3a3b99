// A server that listens at an address, and ends in order.
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Fault } from "./fault.ts";

export interface Listening {
  readonly url: string;
  /** Takes no more requests, and resolves when those under way are answered. */
  close(): Promise<void>;
}

/** Port 0 takes a free one. Throws Fault when it cannot listen there. */
export function listen(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<Listening> {
  return new Promise((done, fail) => {
    server.once("error", (cause) =>
      fail(
        new Fault(`Could not listen on ${host}:${port}: ${cause.message}`, { kind: "engine", retry: "never", cause }),
      ),
    );
    server.listen(port, host, () => {
      const address = server.address() as AddressInfo;
      const shown = host.includes(":") ? `[${host}]` : host;
      done({ url: `http://${shown}:${address.port}`, close: () => closed(server) });
    });
  });
}

async function closed(server: Server): Promise<void> {
  server.closeIdleConnections();
  await new Promise((done) => server.close(done));
}
