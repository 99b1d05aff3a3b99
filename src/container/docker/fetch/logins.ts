// The operator's own logins at image registries, as `docker login` leaves them: read on the host each time, and given to the engine alone.
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { Fault } from "../../../base/fault.ts";
import { parseJson } from "../../../base/parse-json.ts";

/** As the engine takes it: https://docs.docker.com/reference/api/engine/#section/Authentication. */
export type Login =
  | { readonly username: string; readonly password: string; readonly serveraddress: string }
  | { readonly identitytoken: string; readonly serveraddress: string };

/** The login at a registry; null: there is none, and whoever asks is nobody. Throws `Fault` where it cannot be read. */
export type Logins = (registry: string) => Promise<Login | null>;

/** https://docs.docker.com/reference/cli/docker/login: the file that `docker login` writes. */
const Configuration = z.looseObject({
  auths: z
    .record(z.string(), z.looseObject({ auth: z.string().optional(), identitytoken: z.string().optional() }))
    .default({}),
  credsStore: z.string().optional(),
  credHelpers: z.record(z.string(), z.string()).default({}),
});

/** https://github.com/docker/docker-credential-helpers: what a helper answers to `get`. */
const Answer = z.looseObject({ Username: z.string(), Secret: z.string() });

const helperMs = 20_000;

/** Logins out of the Docker configuration that this environment names: `DOCKER_CONFIG`, else `.docker` in the home. */
export function dockerLogins(env: Readonly<Record<string, string | undefined>>): Logins {
  const file = join(env.DOCKER_CONFIG || join(env.HOME ?? "/", ".docker"), "config.json");
  return async (registry) => {
    const text = await readFile(file, "utf8").catch((error) => {
      if (error.code === "ENOENT") return "{}";
      throw unread(file, "it cannot be read");
    });
    const read = Configuration.safeParse(parseJson(text));
    if (!read.success) throw unread(file, "it is no configuration of Docker's");
    const { auths, credsStore, credHelpers } = read.data;
    const names = namesOf(registry);
    const helper = names.flatMap((name) => (Object.hasOwn(credHelpers, name) ? (credHelpers[name] ?? []) : []))[0];
    const program = helper ?? credsStore;
    const told = program === undefined ? null : await askHelper(program, names[0] ?? registry, env);
    if (told !== null) return told;
    const kept = Object.entries(auths).find(([name]) => names.includes(hostIn(name)) || names.includes(name))?.[1];
    return kept === undefined ? null : loginIn(kept, names[0] ?? registry);
  };
}

/** Under which names a registry's login may be kept; Docker's own has an old one. */
function namesOf(registry: string): readonly string[] {
  return registry === "docker.io"
    ? ["https://index.docker.io/v1/", "index.docker.io", "docker.io", "registry-1.docker.io"]
    : [registry];
}

/** Older versions kept whole addresses. */
function hostIn(name: string): string {
  return name.replace(/^https?:\/\//, "").split("/")[0] ?? "";
}

function loginIn(kept: { auth?: string | undefined; identitytoken?: string | undefined }, at: string): Login | null {
  if (kept.identitytoken) return { identitytoken: kept.identitytoken, serveraddress: at };
  const [username, ...password] = Buffer.from(kept.auth ?? "", "base64")
    .toString("utf8")
    .split(":");
  if (!username || password.length === 0) return null;
  return { username, password: password.join(":").replace(/\0+$/, ""), serveraddress: at };
}

/** Asks a credential helper; null: it has none for this registry. Its words are not shown: they may hold anything. */
async function askHelper(
  name: string,
  at: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Login | null> {
  const program = `docker-credential-${name}`;
  if (!/^[\w.-]{1,100}$/.test(name)) throw unread(program, "that is no helper's name");
  const { code, said } = await spoken(program, at, env);
  const answer = code === 0 ? (Answer.safeParse(parseJson(said)).data ?? null) : null;
  if (code === 0 && answer === null) throw unread(program, "its answer cannot be read");
  if (answer === null) {
    if (/credentials not found/i.test(said)) return null;
    throw unread(program, `it ended with exit code ${code}`);
  }
  const { Username: username, Secret } = answer;
  if (username === "<token>") return { identitytoken: Secret, serveraddress: at };
  return username === "" ? null : { username, password: Secret, serveraddress: at };
}

function spoken(program: string, words: string, env: Readonly<Record<string, string | undefined>>) {
  const { promise, resolve, reject } = Promise.withResolvers<{ code: number | null; said: string }>();
  const child = spawn(program, ["get"], { env, stdio: ["pipe", "pipe", "ignore"], timeout: helperMs });
  let said = "";
  child.stdout.on("data", (chunk) => {
    if (said.length < 65_536) said += chunk;
  });
  child.on("error", () => reject(unread(program, "it could not be started")));
  child.on("close", (code) => resolve({ code, said }));
  child.stdin.on("error", () => {});
  child.stdin.end(words);
  return promise;
}

function unread(what: string, why: string): Fault {
  return new Fault(
    `The login for an image's registry was looked for in ${what}, but ${why}. The image is not pulled.`,
    {
      kind: "engine",
      retry: "later",
    },
  );
}
