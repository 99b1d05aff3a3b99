// A service that a policy names in a Compose file of the repository.
import { composeService } from "./container.ts";
import { type FoundService, isGroup, named } from "./found.ts";
import { valueIn } from "./yaml.ts";

export type Named =
  | { readonly ok: true; readonly service: FoundService }
  | { readonly ok: false; readonly message: string };

/** The service of this name; the message is part of a sentence, for the thread. `text` is null where there is no such file. */
export function serviceInCompose(text: string | null, path: string, name: string): Named {
  const file = `\`${path}\``;
  if (text === null) return { ok: false, message: `${file} is not there, or no text that can be read whole` };
  const value = valueIn(text);
  const services = isGroup(value) ? value.services : undefined;
  if (!isGroup(services)) return { ok: false, message: `${file} is no Compose file with \`services\`` };
  const given = services[name];
  if (!isGroup(given)) {
    const known = Object.keys(services).slice(0, 10).map(named);
    return { ok: false, message: `${file} has no service ${named(name)}; it has ${known.join(", ")}` };
  }
  const read = composeService(given);
  if (read.ok) return read;
  return {
    ok: false,
    message: `${file} asks for ${read.why.join(", ")} there, which no service beside a run can have`,
  };
}
