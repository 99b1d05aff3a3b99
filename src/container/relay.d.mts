// The types of relay.mjs, which is plain JavaScript.
import type { Server } from "node:net";

export function startRelay(options: { readonly port: number; readonly socket: string }): Promise<Server>;
