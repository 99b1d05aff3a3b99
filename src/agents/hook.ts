// What a CLI runs before and after each of its tools, and before it ends: it asks the run's gateway whether a command may be run, and hands over what it is told.

/**
 * JavaScript of a function `ask(event)`, by which hooks reach the gateway; its answer is in the form that Claude Code takes from its hooks.
 * Of the tool's arguments only a command is told: files are long. What cannot be asked about is not run.
 */
export const askGateway = `const ask = async ({ hook_event_name, tool_name, tool_input, stop_hook_active }) => {
  const command = tool_input?.command;
  if (hook_event_name === "PreToolUse" && command === undefined) return {};
  try {
    const answer = await fetch(process.env.LOOP_TOOLS_URL + "/hook", {
      method: "POST",
      headers: { authorization: "Bearer " + process.env.LOOP_TOOLS_TOKEN, "content-type": "application/json" },
      body: JSON.stringify({ hook_event_name, tool_name, stop_hook_active, ...(hook_event_name === "PreToolUse" ? { tool_input: { command } } : {}) }),
    });
    if (!answer.ok) throw new Error(String(answer.status));
    const { hookSpecificOutput, ...said } = await answer.json();
    return { ...said, ...hookSpecificOutput };
  } catch (error) {
    if (hook_event_name !== "PreToolUse") return {};
    return { permissionDecision: "deny", permissionDecisionReason: "The run's gateway did not say whether this command may be run: " + error.message };
  }
};
`;

/** Where the program below stands in the run's home, as a file to be written. */
export const hookFile = {
  path: ".loopgate/hook.mjs",
  text: `${askGateway}let text = "";
for await (const part of process.stdin) text += part;
const said = await ask(JSON.parse(text));
if (said.decision !== undefined) process.stdout.write(JSON.stringify(said));
else if (Object.keys(said).length > 0)
  process.stdout.write(JSON.stringify({ hookSpecificOutput: { hookEventName: JSON.parse(text).hook_event_name, ...said } }));
`,
} as const;

/** The line that starts it, for a CLI that gives its hooks to a shell, with what happens on their standard input. */
export const hookLine = `node "$HOME/${hookFile.path}"`;
