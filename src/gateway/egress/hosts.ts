// Which hosts a run may reach: names as policy lists them, and never an address.

/** One allowed destination: a name, or `*.` and a name for everything below it, and a port. */
export interface AllowedHost {
  readonly name: string;
  readonly below: boolean;
  readonly port: number;
}

export interface Destination {
  readonly name: string;
  readonly port: number;
}

const label = "[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?";
const dnsName = new RegExp(`^(?:${label}\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$`);

/** A host as policy writes it, `example.com`, `*.example.com` or `example.com:8443`; null when it is none. */
export function readAllowedHost(text: string): AllowedHost | null {
  const [, star = "", host = "", port = "443"] = /^(\*\.)?([^:*]+)(?::(\d{1,5}))?$/.exec(text.trim()) ?? [];
  const name = nameOf(host);
  if (name === null || !isPort(Number(port))) return null;
  return { name, below: star !== "", port: Number(port) };
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

/** Lower case, without the root's dot. The last label begins with a letter, so that no spelling of an address fits. */
function nameOf(host: string): string | null {
  const name = host.toLowerCase().replace(/\.$/, "");
  return name.length <= 253 && dnsName.test(name) ? name : null;
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65_535;
}
