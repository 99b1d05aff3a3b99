// Where a run's entry script asks whether to start its agent once more, to hand over. It has sh and git and nothing else, so it asks by git.
import { refuse } from "../base/caught.ts";
import { basicPassword, isLeaseToken, type Lease } from "./lease.ts";
import type { Route } from "./run.ts";

/** The answer yes: a repository of no refs, in git's smart HTTP. */
const noRefs = "001e# service=git-upload-pack\n00000000";

/**
 * The route to mount in `openRunGateway`, at `/handover`. `begin` says whether to hand over, and gets everything ready for
 * it before it says yes; it is asked only by who holds the lease. Yes is what `git ls-remote` takes for a repository, no is 404.
 */
export function handoverRoute(lease: Lease, begin: () => Promise<boolean>): Route {
  return {
    prefix: "/handover",
    async handle(incoming, response) {
      const given = incoming.headers.authorization;
      if (given === undefined) response.setHeader("www-authenticate", 'Basic realm="loopgate"'); // git shows no password unasked
      if (given === undefined) return refuse(incoming, response, 401, "This needs the run's lease as the password.");
      if (!isLeaseToken(lease, basicPassword(given) ?? ""))
        return refuse(incoming, response, 403, "This is not the lease of this run.");
      const isAsked = incoming.method === "GET" && incoming.url === "/handover/info/refs?service=git-upload-pack";
      if (!isAsked || !(await begin())) return refuse(incoming, response, 404, "There is nothing to hand over.");
      response.writeHead(200, { "content-type": "application/x-git-upload-pack-advertisement" });
      response.end(noRefs);
      incoming.resume();
    },
  };
}
