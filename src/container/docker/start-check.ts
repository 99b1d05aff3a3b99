// Whether the engine has what the settings name, asked before the first run relies on it: images, and the data folder.
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type Docker from "dockerode";
import type { Found } from "../../base/finding.ts";
import { isGone } from "./errors.ts";
import { tryContainer } from "./try-container.ts";

export interface NamedImage {
  /** The setting that names it. */
  readonly setting: string;
  readonly reference: string;
}

export interface EngineQuestion {
  readonly relay: NamedImage;
  /** The relay's program, as its image has it. */
  readonly program: string;
  /** Those that are not pulled when a run needs them. */
  readonly others: readonly NamedImage[];
  /** Absolute, and there. */
  readonly dataDir: string;
  /** Where the engine looks for a folder of the App's, where that is another place; absent: at the same path. */
  readonly seenByEngine?: (folder: string) => string;
}

/** One sentence for each thing that is wrong. What the engine cannot be asked is no finding. Rejects as the file system does. */
export async function askEngine(docker: Docker, question: EngineQuestion): Promise<readonly Found[]> {
  const named = [question.relay, ...question.others];
  const missing = await Promise.all(named.map((image) => imageProblem(docker, image)));
  const problems = missing.filter((problem) => problem !== null);
  return missing[0] === null ? [...problems, ...(await relayProblems(docker, question))] : problems;
}

async function imageProblem(docker: Docker, { setting, reference }: NamedImage): Promise<Found | null> {
  try {
    await docker.getImage(reference).inspect();
    return null;
  } catch (error) {
    if (!isGone(error)) return null;
    const text = `${setting} names the image ${reference}, which is not on this machine, and which Loopgate does not pull by itself: build or pull it, or correct the name.`;
    return { name: "image-missing", text };
  }
}

const probe = "by-the-app";
const noProgram = 4;
const noFile = 3;

/** Starts the relay's image once, on a folder in the data folder: the engine must find there what the App has put there. */
async function relayProblems(docker: Docker, question: EngineQuestion): Promise<readonly Found[]> {
  const { relay, program, dataDir, seenByEngine = (path) => path } = question;
  const folder = await mkdtemp(join(dataDir, ".seen-"));
  try {
    await writeFile(join(folder, probe), "", { mode: 0o644 });
    await chmod(folder, 0o755);
    const code = await exitOf(docker, relay.reference, program, seenByEngine(folder));
    if (code === noProgram || code === "no program") {
      const text = `${relay.setting} names ${relay.reference}, which is not an image of this App: it has no ${program}.`;
      return [{ name: "relay-image", text }];
    }
    if (code === noFile || code === "no folder") return [elsewhere(dataDir)];
    return [];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function elsewhere(dataDir: string): Found {
  const text = `LOOPGATE_DATA is ${dataDir}, and the container engine finds nothing of it there. Where the App runs in a container, its data folder must have the same path inside and outside: --volume ${dataDir}:${dataDir}.`;
  return { name: "data-elsewhere", text };
}

type Exit = number | "no program" | "no folder" | "unknown";

async function exitOf(docker: Docker, image: string, program: string, folder: string): Promise<Exit> {
  const seen = `/seen/${probe}`;
  const script = `const { existsSync } = require("node:fs"); process.exit(!existsSync(${JSON.stringify(program)}) ? ${noProgram} : existsSync(${JSON.stringify(seen)}) ? 0 : ${noFile})`;
  const tried = await tryContainer(docker, {
    image,
    command: ["node", "-e", script],
    memoryBytes: 256 * 1024 * 1024,
    mounts: [{ Type: "bind", Source: folder, Target: "/seen", ReadOnly: true }],
  }).catch((refusal: Error) => ({ refusal }));
  if ("code" in tried) return tried.code;
  const { message } = tried.refusal;
  if (/bind source path does not exist|no such file or directory.*seen-|statfs /i.test(message)) return "no folder";
  return /executable file .*not found|exec: "?node/i.test(message) ? "no program" : "unknown";
}
