// Resolving a name for one connection: to public addresses alone, and the connection is made to the very ones that were looked at.
import { lookup } from "node:dns/promises";
import type { LookupFunction } from "node:net";
import { networkInterfaces } from "node:os";
import { addressProblem } from "./addresses.ts";

/** Every address of a name. */
export type Resolve = (name: string) => Promise<readonly { readonly address: string; readonly family: number }[]>;

const resolveName: Resolve = (name) => lookup(name, { all: true });

/** For `lookup` of a request. `refused`: the error for a name that leads elsewhere, of which `problem` says where to. */
export function publicOnly(refused: (problem: string) => Error, resolve: Resolve = resolveName): LookupFunction {
  return (name, options, done) => {
    resolve(name).then(
      (found) => {
        const addresses = found.map(({ address }) => address);
        const problem = addressProblem(addresses, ownAddresses());
        if (problem !== null) return done(refused(problem), "", 0);
        const [first] = found;
        if (options.all) done(null, [...found]);
        else done(null, first?.address ?? "", first?.family ?? 0);
      },
      (error: Error) => done(error, "", 0),
    );
  };
}

/** Of this machine. */
export function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((found) => (found ?? []).map(({ address }) => address));
}
