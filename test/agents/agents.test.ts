// The agent CLIs themselves, in real containers through the real gateways, against a scripted model. Judged by what was
// pushed, by what the gateway settled, and by the events; never by what a CLI says of its own success.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { describeWithDocker } from "../docker/engine.ts";
import { cost, kinds, steps, total } from "./errand.ts";
import { hostileFiles, STARTED } from "./hostile.ts";
import type { Installed } from "./install.ts";
import type { Step } from "./script.ts";
import { KEY, MODEL, stage } from "./stage.ts";

/** How somebody would start the CLI who does not think of repositories that lie. */
const plainly: Readonly<Record<Installed, string>> = {
  codex: `codex exec --json --trust --dangerously-bypass-approvals-and-sandbox --dangerously-bypass-hook-trust --model ${MODEL} - </loop/brief.md`,
  gemini: `mkdir -p ~/.gemini && echo '{"security":{"auth":{"selectedType":"gemini-api-key"}}}' >~/.gemini/settings.json
gemini --prompt "" --yolo --model ${MODEL} </loop/brief.md`,
  "claude-code": `claude --print --permission-mode bypassPermissions --model ${MODEL} </loop/brief.md`,
  opencode: `opencode run --model loopgate/${MODEL} </loop/brief.md`,
  pi: `mkdir -p ~/.pi/agent
cat >~/.pi/agent/models.json <<END
{"providers":{"own":{"baseUrl":"$LOOP_MODEL_URL","api":"openai-completions","apiKey":"$OPENAI_API_KEY","models":[{"id":"${MODEL}"}]}}}
END
pi --print --approve --provider own --model ${MODEL} </loop/brief.md`,
  qwen: `qwen --yolo --auth-type openai --model ${MODEL} </loop/brief.md`,
};

/** What the trap then does: the proof that it is one. */
const fallen: Readonly<Record<Installed, { started?: boolean; ledElsewhere: boolean }>> = {
  codex: { started: true, ledElsewhere: true },
  gemini: { started: true, ledElsewhere: true },
  "claude-code": { started: true, ledElsewhere: true },
  opencode: { ledElsewhere: true }, // what it starts, it starts however it is told; see above
  pi: { started: true, ledElsewhere: false },
  qwen: { started: true, ledElsewhere: true },
};

const recorded = (kind: Installed) =>
  readFileSync(new URL(`../../fixtures/agents/events/${kind}-works.events`, import.meta.url), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

describeWithDocker("in a container without network", (engine) => {
  describe.each(kinds)("%s", (kind) => {
    test("works on a brief: its file is pushed, its calls are paid as the model billed them, its events are read", async () => {
      const run = await stage(engine(), kind, { steps });
      expect(run.outcome).toMatchObject({ status: "finished", exitCode: 0 });
      expect(run.pushed).toEqual(["hello.txt"]);
      expect(run.file("hello.txt")).toBe("hello");
      expect(run.calls.map(({ outcome, model }) => [outcome, model])).toEqual(steps.map(() => ["complete", MODEL]));
      const settled = (field: "inputTokens" | "outputTokens" | "cacheReadTokens" | "costUsd") =>
        run.calls.reduce((sum, call) => sum + call[field], 0);
      expect(settled("inputTokens")).toBe(total("input"));
      expect(settled("outputTokens")).toBe(total("output"));
      expect(settled("cacheReadTokens")).toBe(total("cached"));
      expect(Math.round(settled("costUsd") * 1e9)).toBe(Math.round(cost * 1e9));
      expect(run.events).toEqual(recorded(kind));
    });

    test("never holds the provider's key, and the provider never sees the lease", async () => {
      const showing: readonly Step[] = [
        { kind: "run", command: "(env; cat /proc/*/environ | tr '\\0' '\\n') >/loop/out/env.txt 2>/dev/null; true" },
        { kind: "say", text: "That is all." },
      ];
      const run = await stage(engine(), kind, { steps: showing });
      expect(run.model.calls.map(({ credential }) => credential)).toEqual([KEY, KEY]);
      expect(run.pushed).toBe(null);
      expect(run.readOut("env.txt")).toContain(run.lease);
      expect(run.readOut("env.txt")).not.toContain(KEY);
    });

    test("is led nowhere else by the repository's own configuration, and starts nothing of it", async () => {
      const run = await stage(engine(), kind, { steps, files: hostileFiles });
      const started = run.out.filter((name) => name.startsWith(STARTED)).sort();
      if (kind === "gemini" && process.getuid?.() !== 0) {
        expect(run.outcome).toMatchObject({ status: "failed", exitCode: 78 }); // its tools' settings are not root's
        return;
      }
      expect(started).toEqual(kind === "opencode" ? [`${STARTED}opencode-plugin`, `${STARTED}opencode-plugins`] : []);
      expect(run.calls.map(({ outcome }) => outcome)).toEqual(steps.map(() => "complete"));
      expect(run.pushed).toEqual(["hello.txt"]);
    });

    test("started plainly, falls into the same trap", async () => {
      const trap = { steps, files: hostileFiles, command: plainly[kind] };
      const run = await stage(engine(), kind, { ...trap, deadlineMs: 30_000 }); // some try in vain for ever
      const started = run.out.some((name) => name.startsWith(STARTED));
      expect({ started, ledElsewhere: run.calls.length === 0 }).toMatchObject(fallen[kind]);
    });
  });

  test.each(kinds.filter((kind) => kind === "gemini"))(
    "%s works on no repository that would set its environment, which it would take over",
    async (kind) => {
      const files = { ".gemini/.env": "TAKEN_OVER=yes\n" };
      const showing: readonly Step[] = [{ kind: "run", command: "env >/loop/out/env.txt" }];
      const run = await stage(engine(), kind, { steps: showing, files });
      expect(run.outcome).toMatchObject({ status: "failed", exitCode: 78 });
      expect([run.out, run.calls]).toEqual([[], []]);
      const fallen = await stage(engine(), kind, { steps: showing, files, command: plainly[kind] });
      expect(fallen.readOut("env.txt")).toContain("TAKEN_OVER=yes");
    },
  );

  test.each(kinds.filter((kind) => kind === "opencode"))(
    "%s reviews no repository whose code it would run",
    async (kind) => {
      const run = await stage(engine(), kind, { steps, files: hostileFiles, role: "reviewer" });
      expect(run.outcome).toMatchObject({ status: "failed", exitCode: 78 });
      expect([run.out, run.calls]).toEqual([[], []]);
    },
  );
});
