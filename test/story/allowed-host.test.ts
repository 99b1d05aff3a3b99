// A host that policy and operator allow is asked for by every kind of tool, not only by those that read one spelling.
import { spawnSync } from "node:child_process";
import { expect, test, vi } from "vitest";
import { aStory, mend } from "./world.ts";

vi.mock("../../src/policy/clamp.ts", async (original) => {
  const real = await original<typeof import("../../src/policy/clamp.ts")>();
  return { ...real, generousBounds: { ...real.generousBounds, hosts: ["one.example.com"] } };
});

const policy = "network:\n  allow: [one.example.com]\n";

const hasJava = spawnSync("sh", ["-c", "command -v java"]).status === 0;
const java = `import java.net.URI; class A { public static void main(String[] a) throws Exception {
  URI.create("https://one.example.com/").toURL().openStream(); } }`;
/** Asks as a JVM does: by its own properties, and without a password. */
const likeJava = `import { connect } from "node:net";
const at = (name) => new RegExp("-Dhttps.proxy" + name + "=(\\\\S+)").exec(process.env.JAVA_TOOL_OPTIONS)[1];
const socket = connect(Number(at("Port")), at("Host"));
socket.end("CONNECT one.example.com:443 HTTP/1.1\\r\\nHost: one.example.com:443\\r\\n\\r\\n").resume();`;

test.each([
  ["that reads HTTPS_PROXY", "env -u https_proxy git ls-remote https://one.example.com/x.git"],
  ["that reads https_proxy", "env -u HTTPS_PROXY git ls-remote https://one.example.com/x.git"],
  ["that is Node's fetch", `node -e 'fetch("https://one.example.com/").catch(() => {})'`],
  ["that asks as a JVM does", `node --input-type=module -e '${likeJava}'`],
  ...(hasJava ? [["that is Java", `printf '%s' '${java}' > ../A.java; java ../A.java`]] : []),
])("a tool %s asks the run's proxy for it, and a run reaches its gateway past the proxy", async (_, command) => {
  const story = await aStory({ policy, executor: `{ ${command}; } >/dev/null 2>&1; ${mend}` });
  const issue = await story.startLoop();
  const asked = story.log.filter(({ fields }) => JSON.stringify(fields).includes("one.example.com:443"));
  expect(asked.length).toBeGreaterThan(0);
  const whys = asked.map(({ fields }) => (fields as { why?: string }).why ?? "opened");
  expect(["opened", "address", "unreachable"]).toEqual(expect.arrayContaining(whys)); // nothing here may resolve its name
  expect(await story.phase(issue)).toBe("awaiting_gate");
});

test("a host that no policy allows is refused, and the thread says which and how often (T6)", async () => {
  const asks = "git ls-remote https://other.example.com/x.git";
  const story = await aStory({ policy, executor: `{ ${asks}; ${asks}; } >/dev/null 2>&1; ${mend}` });
  const issue = await story.startLoop();
  expect(await story.phase(issue)).toBe("awaiting_gate");
  expect(story.comments(issue)[1]).toMatch(
    /- executor: finished, .*, \*\*was refused\*\* `host other\.example\.com:443 ×2`/,
  );
});
