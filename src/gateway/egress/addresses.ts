// Which addresses a listed name may resolve to: public ones, and none of this machine's own.
import { BlockList, isIPv4, isIPv6 } from "node:net";

/** IANA's special-purpose IPv4 blocks, multicast and reserved space, and the host agent of one large cloud. */
const closed4: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["168.63.129.16", 32],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
];

/** Within the global unicast block: what carries an IPv4 address inside, and what is for protocols and examples. */
const closed6: readonly (readonly [string, number])[] = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
];

const special4 = blockList(closed4, "ipv4");
const special6 = blockList(closed6, "ipv6");
/** All that is given out of IPv6; loopback, mapped, unique local, link-local and multicast addresses lie outside. */
const global6 = blockList([["2000::", 3]], "ipv6");

/** Whether an address is on the public internet. Text that is no plain address is not. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !special4.check(address, "ipv4");
  if (isIPv6(address) && !address.includes("%"))
    return global6.check(address, "ipv6") && !special6.check(address, "ipv6");
  return false;
}

/** Why a name must not be dialled, or null. One bad address among good ones is enough: they are one answer. */
export function addressProblem(addresses: readonly string[], own: readonly string[]): string | null {
  if (addresses.length === 0) return "the name has no address";
  const closed = addresses.find((address) => !isPublicAddress(address));
  if (closed !== undefined) return `the name leads to ${closed}, which is not on the public internet`;
  const here = addresses.find((address) => own.includes(address));
  return here === undefined ? null : `the name leads to ${here}, which is this machine`;
}

function blockList(blocks: readonly (readonly [string, number])[], family: "ipv4" | "ipv6"): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of blocks) list.addSubnet(network, prefix, family);
  return list;
}
