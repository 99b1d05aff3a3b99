// Writes a file so that it is there whole or not at all, whenever the App is killed.
import { rename, writeFile } from "node:fs/promises";

/** Only the App's own user may read it. Rejects as the file system does; what was there before then stays. */
export async function writeWhole(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text, { mode: 0o600 });
  await rename(`${path}.new`, path);
}
