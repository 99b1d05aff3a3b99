// Where things of runs are kept below the data folder.
import { join } from "node:path";
import { socketFolder } from "./sockets.ts";

export function rooms({ dataDir }: { readonly dataDir: string }) {
  return {
    objects: join(dataDir, "objects"),
    quarantines: join(dataDir, "quarantine"),
    environments: join(dataDir, "environments"),
    checks: join(dataDir, "checks"),
    registries: join(dataDir, "registries"),
    provenance: (id: string) => join(dataDir, "provenance", id),
    runs: join(dataDir, "runs"),
    run: (id: string) => join(dataDir, "runs", id),
    without: (id: string) => join(dataDir, "runs", id, "without"), // a folder for each run without a part of the change
    asked: (id: string) => join(dataDir, "runs", id, "asked"), // the room of a check that its agent asked for
    server: (id: string, name: string) => join(dataDir, "runs", id, "servers", name), // the room of a tool server beside it
    agreed: (id: string) => join(dataDir, "runs", id, "agreed.json"), // the tools that its servers offered when it began
    pictures: (id: string) => join(dataDir, "runs", id, "pictures"), // that its tools answered with, and that it attached
    answers: (id: string) => join(dataDir, "runs", id, "loop", "out"), // what its agent leaves beside its commits
    lease: (id: string) => join(dataDir, "runs", id, "lease.json"),
    quiet: (id: string) => join(dataDir, "runs", id, "quiet.json"),
    spending: (id: string) => join(dataDir, "runs", id, "spent.json"),
    told: (id: string) => join(dataDir, "runs", id, "told.json"),
    issue: (id: string) => join(dataDir, "runs", id, "issue.md"),
    end: (id: string) => join(dataDir, "runs", id, "end.json"),
    socket: (id: string) => socketFolder(dataDir, id),
  };
}
