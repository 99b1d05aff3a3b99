// Ends what a killed App leaves running where its runs are plain processes: nobody is left to end them.
import { readdir, readFile } from "node:fs/promises";

/** Kills every process whose run lives below the folder, as its own environment says; does nothing where there is no /proc. */
export async function endOrphans(dir: string): Promise<void> {
  const names = await readdir("/proc").catch(() => []);
  for (const name of names.filter((one) => /^\d+$/.test(one))) {
    const environment = await readFile(`/proc/${name}/environ`, "utf8").catch(() => "");
    if (environment.split("\0").some((one) => one.startsWith(`LOOP_WORKSPACE=${dir}/`))) end(Number(name));
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // it ended by itself meanwhile
  }
}
