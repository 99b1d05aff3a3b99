#!/usr/bin/env bash
# @modelcontextprotocol/sdk 1.32.2 with zod 4.6.7 (npm), resources whose address has variables (RFC 6570).
# Expected: an address that the template makes is found again, with the values that it was made of: `{?a,b}` without b too, `{/path*}` as a/b, `{name}` decoded.
# Happens: of `{?a,b}` both must be there, in that order; `{/path*}` finds `/a,b` and not `/a/b`; `{name}` takes a query in, and a blank stays %20.
# Matters: a client that leaves out what is optional is told "not found"; a name with a blank is looked up with %20 in it.
set -euo pipefail

command -v npm >/dev/null || { echo "npm is missing: it is needed to install the library"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
is() { if [ "$2" = "$3" ]; then echo "seen: $1: $2"; else echo "NO LONGER SO: $1: saw <$2>, stated <$3>"; exit 1; fi; }

npm install --no-audit --no-fund --silent @modelcontextprotocol/sdk@1.32.2 zod@4.6.7
cat >ask.mjs <<'J'
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer, ResourceTemplate } from "@modelcontextprotocol/sdk/server/mcp.js";
const [template, uri] = process.argv.slice(2);
const server = new McpServer({ name: "s", version: "1.0.0" });
server.registerResource("r", new ResourceTemplate(template, { list: undefined }), {}, async ({ href }, values) => ({
  contents: [{ uri: href, text: JSON.stringify(values) }],
}));
const [one, other] = InMemoryTransport.createLinkedPair();
const client = new Client({ name: "c", version: "1.0.0" });
await Promise.all([server.connect(one), client.connect(other)]);
console.log(await client.readResource({ uri }).then(({ contents }) => contents[0].text, ({ code }) => code));
J
ask() { node ask.mjs "$@"; }
is "log{?from,to} with both" "$(ask 'app://log{?from,to}' 'app://log?from=1&to=2')" '{"from":"1","to":"2"}'
is "log{?from,to} with from alone" "$(ask 'app://log{?from,to}' 'app://log?from=1')" "-32602"
is "log{?from,to} with to first" "$(ask 'app://log{?from,to}' 'app://log?to=2&from=1')" "-32602"
is "app://f{/path*} and /a/b" "$(ask 'app://f{/path*}' 'app://f/a/b')" "-32602"
is "app://f{/path*} and /a,b" "$(ask 'app://f{/path*}' 'app://f/a,b')" '{"path":["a","b"]}'
is "app://f/{name} and a%20b" "$(ask 'app://f/{name}' 'app://f/a%20b')" '{"name":"a%20b"}'
is "app://f/{name} and a?x=1" "$(ask 'app://f/{name}' 'app://f/a?x=1')" '{"name":"a?x=1"}'
