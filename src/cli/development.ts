// What a clone of the project has and an installation for production has not: the demo, the local GitHub, and their packages.
import { Fault } from "../base/fault.ts";

/** The module that `load` imports. Where it, or a package that it needs, is not installed: a `Fault` that says so. */
export async function developmentOnly<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new Fault(
      "This is not part of this installation: the demo, and what else needs the local GitHub, are left out of production. Run it in a clone of the project.",
      { kind: "not_found", retry: "never", cause: error },
    );
  }
}
