// An archive for apt on loopback, of packages that are made up, signed where a test says so; and the one that this machine installs from.
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { onTestFinished } from "vitest";
import { scratch } from "../git/world.ts";
import type { ScriptedUpstream } from "./scripted.ts";

/** Whether packages can be made and signed here, and apt run. */
export const hasApt =
  spawnSync("sh", [
    "-c",
    "apt-get --version && dpkg-deb --version && gpg --version && gpg-agent --version && xz --version",
  ]).status === 0;

export const sha256 = (content: string | Buffer) => createHash("sha256").update(content).digest("hex");
export const pathOf = (name: string, version = "1.0") => `pool/main/${name[0]}/${name}/${name}_${version}_all.deb`;
export const folder = "dists/stable/main/binary-amd64";

export interface Packed {
  readonly name: string;
  readonly content: string | Buffer;
  readonly version?: string;
  /** As the index states it, where that is not its own. */
  readonly sum?: string;
  /** Further fields, each with the end of its line. */
  readonly more?: string;
}

/** Puts a suite into an archive: its packages, their index in each way of packing, and the list that names the index. */
export function publish(
  archive: ScriptedUpstream,
  packages: readonly Packed[],
  base = "",
): { readonly byHash: string } {
  const index = packages
    .map(({ name, content, version = "1.0", sum = sha256(content), more = "" }) => {
      archive.served.set(`${base}/${pathOf(name, version)}`, { type: "", body: content, modified: old });
      return `Package: ${name}\nVersion: ${version}\nArchitecture: all\nMaintainer: nobody <a@example.com>\nDescription: made up\nFilename: ${pathOf(name, version)}\nSize: ${content.length}\nSHA256: ${sum}\n${more}`;
    })
    .join("\n");
  const packed = { Packages: Buffer.from(index), "Packages.gz": gzipSync(index), "Packages.xz": xz(index) };
  const sums = Object.entries(packed).map(([name, body]) => {
    archive.served.set(`${base}/${folder}/${name}`, { type: "", body });
    archive.served.set(`${base}/${folder}/by-hash/SHA256/${sha256(body)}`, { type: "", body });
    return ` ${sha256(body)} ${body.length} main/binary-amd64/${name}`;
  });
  const fields = [
    "Suite: stable",
    "Codename: stable",
    "Architectures: amd64",
    "Components: main",
    "Acquire-By-Hash: yes",
  ];
  const release = `${fields.join("\n")}\nDate: ${new Date(Date.now() - 60_000).toUTCString().replace("GMT", "UTC")}\nSHA256:\n${sums.join("\n")}\n`;
  archive.served.set(`${base}/dists/stable/Release`, { type: "", body: release });
  archive.served.set(`${base}/dists/stable/InRelease`, {
    type: "",
    body: `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n${release}-----BEGIN PGP SIGNATURE-----\n\xff\n`,
  });
  return { byHash: `${folder}/by-hash/SHA256/${sha256(packed["Packages.xz"])}` };
}

export const old = "Wed, 01 Jan 2020 00:00:00 GMT";
export const xz = (text: string) => execFileSync("xz", ["-c"], { input: text });

/** A package of one file that says its name. */
export function aPackage(name: string, depends = ""): Packed {
  const stage = join(scratch(), name);
  mkdirSync(join(stage, "DEBIAN"), { recursive: true });
  mkdirSync(join(stage, "usr/share", name), { recursive: true });
  writeFileSync(join(stage, "usr/share", name, "said"), `${name}\n`);
  writeFileSync(
    join(stage, "DEBIAN/control"),
    `Package: ${name}\nVersion: 1.0\nArchitecture: all\nMaintainer: nobody <a@example.com>\n${depends}Description: made up\n`,
  );
  execFileSync("dpkg-deb", ["--build", stage, `${stage}.deb`]);
  return { name, content: readFileSync(`${stage}.deb`), more: depends };
}

/** A key of its own, and the list of the suite signed with it. */
export function sign(archive: ScriptedUpstream): string {
  const home = scratch();
  const gpg = (args: readonly string[], input = "") =>
    execFileSync("gpg", ["--homedir", home, "--batch", "--pinentry-mode", "loopback", "--passphrase", "", ...args], {
      input,
      stdio: ["pipe", "pipe", "ignore"],
    });
  onTestFinished(() => void spawnSync("gpgconf", ["--homedir", home, "--kill", "all"]));
  gpg(["--quick-generate-key", "a@example.com", "ed25519", "sign", "1d"]);
  writeFileSync(join(home, "archive.gpg"), gpg(["--export"]));
  const release = String(archive.served.get("/dists/stable/Release")?.body);
  archive.served.set("/dists/stable/InRelease", { type: "", body: gpg(["--clearsign"], release) });
  return join(home, "archive.gpg");
}

/** The archives that the machine itself installs from, by HTTP, as its own lists of sources have them; null: none is known. */
export function ownArchive(): { readonly url: string; readonly suite: string; readonly key: string } | null {
  const listed =
    spawnSync("sh", ["-c", "cat /etc/apt/sources.list /etc/apt/sources.list.d/*.sources"], { encoding: "utf8" })
      .stdout ?? "";
  for (const stanza of listed.split(/\n\s*\n/)) {
    const field = (name: string) => new RegExp(`^${name}:\\s*(\\S+)`, "m").exec(stanza)?.[1] ?? "";
    const [url, suite, key] = [field("URIs"), field("Suites"), field("Signed-By")];
    if (/^http:\/\/\S+\/debian\/?$/.test(url) && suite !== "" && key !== "")
      return { url: url.replace(/\/$/, ""), suite, key };
  }
  return null;
}
