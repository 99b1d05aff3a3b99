// Go modules as a scripted proxy has them.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { scratch } from "../git/world.ts";
import type { ScriptedUpstream } from "./scripted.ts";

export const archive = (text: string) => `PK\x03\x04${text}`;

/** A module as proxies have it; its path is escaped by the test where it has capitals. */
export function publish(
  registry: ScriptedUpstream,
  module: string,
  versions: Readonly<Record<string, { at?: string; mod?: string; zip?: string | Buffer; info?: object }>>,
): void {
  const serve = (path: string, body: string | Buffer) => registry.served.set(`/${module}/${path}`, { type: "", body });
  serve(
    "@v/list",
    Object.keys(versions)
      .map((version) => `${version}\n`)
      .join(""),
  );
  for (const [version, { at = "2020-01-01T00:00:00Z", mod, zip, info }] of Object.entries(versions)) {
    const told = JSON.stringify(info ?? { Version: version, Time: at });
    serve(`@v/${version}.info`, told);
    serve("@latest", told);
    serve(`@v/${version}.mod`, mod ?? `module ${module}\n`);
    serve(`@v/${version}.zip`, zip ?? archive(version));
  }
}

const makeZip = `
import sys, zipfile
module, version, requires, path = sys.argv[1:5]
with zipfile.ZipFile(path, "w") as z:
    z.writestr(f"{module}@{version}/go.mod", f"module {module}\\n\\ngo 1.16\\n" + requires)
    z.writestr(f"{module}@{version}/said.go", f"package said\\n\\nconst Said = \\"{module} {version}\\"\\n")
`;

export function aModule(module: string, version: string, requires = "") {
  const path = join(scratch(), "module.zip");
  execFileSync("python3", ["-c", makeZip, module, version, requires, path]);
  return { zip: readFileSync(path), mod: `module ${module}\n\ngo 1.16\n${requires}` };
}
