// A suite's list of its indexes, signed in itself or by the file beside it. Whether its signature holds, apt sees.

/** The SHA-256 of an index by its name below the suite, such as `main/binary-amd64/Packages.xz`; null: none is stated. */
export function sumInRelease(text: string, name: string): string | null {
  let isSums = false;
  for (const line of text.split("\n")) {
    if (!/^\s/.test(line)) isSums = /^SHA256:\s*$/.test(line);
    else if (isSums) {
      const [sum = "", , file] = line.trim().split(/\s+/);
      if (file === name && /^[0-9a-f]{64}$/.test(sum)) return sum;
    }
  }
  return null;
}

const beginnings: Readonly<Record<string, RegExp>> = {
  InRelease: /^-----BEGIN PGP SIGNED MESSAGE-----\r?\n/,
  "Release.gpg": /^-----BEGIN PGP SIGNATURE-----\r?\n/,
  Release: /^(?:[A-Za-z][\w-]*:|-----BEGIN PGP)/,
};

/** Whether a document begins as the one of this name does. */
export function isRelease(path: string, text: string): boolean {
  return beginnings[path.split("/").at(-1) ?? ""]?.test(text) === true;
}
