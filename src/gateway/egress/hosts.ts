// Which hosts a run may reach: whether a CONNECT's target is one that policy lists, and never an address.
import { type AllowedHost, isPort, nameOf } from "../../policy/hosts.ts";

export interface Destination {
  readonly name: string;
  readonly port: number;
}

/** The target of a CONNECT request; null for anything but a name and a port. Addresses are refused in every spelling. */
export function readDestination(target: string): Destination | null {
  const [, host = "", port = ""] = /^([^:]+):(\d{1,5})$/.exec(target) ?? [];
  const name = nameOf(host);
  return name === null || !isPort(Number(port)) ? null : { name, port: Number(port) };
}

/** Whether the list allows it. An empty list allows nothing. */
export function isAllowed(allowed: readonly AllowedHost[], { name, port }: Destination): boolean {
  return allowed.some((one) => one.port === port && (one.below ? name.endsWith(`.${one.name}`) : name === one.name));
}
