#!/usr/bin/env bash
# unzipper 0.12.5, extract-zip 2.0.1, jszip 3.10.2 and adm-zip 0.6.1 (npm), with a script that may be executed and a link to it.
# Expected: what was packed comes out again: the script with its mode, the link as a link.
# Happens: unzipper makes the script 644 where extract-zip makes it 755; jszip, given `unixPermissions: 0o755`, writes no mode at all unless `platform: "UNIX"`
# is given as well; adm-zip's `addLocalFolder` packs the link as a second copy of the script.
# Matters: the tool that was unpacked "cannot be executed" in one job and can in the next, and a change to the script does not reach what had been its link.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent unzipper@0.12.5 extract-zip@2.0.1 jszip@3.10.2 adm-zip@0.6.1
umask 022
mkdir from
printf '#!/bin/sh\n' >from/run.sh
chmod 755 from/run.sh
ln -s run.sh from/link
cat >ask.cjs <<'J'
const { lstatSync, writeFileSync } = require("node:fs");
const AdmZip = require("adm-zip");
const extract = require("extract-zip");
const JSZip = require("jszip");
const unzipper = require("unzipper");
const seen = (path) => (lstatSync(path).isSymbolicLink() ? "a link" : (lstatSync(path).mode & 0o777).toString(8));
const packed = (file) => (new AdmZip(file).getEntry("run.sh").header.attr >>> 16 & 0o777).toString(8);
(async () => {
  const zip = new AdmZip();
  zip.addLocalFolder("from");
  zip.writeZip("a.zip");
  await (await unzipper.Open.file("a.zip")).extract({ path: "one" });
  await extract("a.zip", { dir: `${process.cwd()}/two` });
  console.log(packed("a.zip"), seen("one/run.sh"), seen("two/run.sh"));
  console.log(seen("from/link"), seen("two/link"));
  const made = new JSZip();
  made.file("run.sh", "#!/bin/sh\n", { unixPermissions: 0o755 });
  writeFileSync("b.zip", await made.generateAsync({ type: "nodebuffer" }));
  writeFileSync("c.zip", await made.generateAsync({ type: "nodebuffer", platform: "UNIX" }));
  console.log(packed("b.zip"), packed("c.zip"));
})();
J
mapfile -t saw < <(node ask.cjs)
is "in the archive, by unzipper, by extract-zip" "${saw[0]}" "755 644 755"
is "the link, before and after" "${saw[1]}" "a link 755"
is "jszip, without and with the platform" "${saw[2]}" "0 755"
