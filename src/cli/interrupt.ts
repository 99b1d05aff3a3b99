// Ctrl-C as a signal that work can be ended by, once; the second one ends the process.

/** The first Ctrl-C or SIGTERM aborts the signal, the second ends the process at once. */
export function onInterrupt(): { readonly signal: AbortSignal; forget(): void } {
  const controller = new AbortController();
  const listener = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort(new Error("interrupted"));
  };
  process.on("SIGINT", listener).on("SIGTERM", listener);
  return {
    signal: controller.signal,
    forget: () => void process.off("SIGINT", listener).off("SIGTERM", listener),
  };
}
