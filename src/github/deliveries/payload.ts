// The parts that most webhook payloads share, reduced to the few fields that are used, and who is behind them.
import { z } from "zod";
import type { IssueRef, Person } from "../../loop/state.ts";
import { ignored, type Self, type Translate, type Translated } from "./translated.ts";

const Id = z.number().int().nonnegative();

/** As GitHub lets people call them; both become part of paths. */
const RepositoryName = z.string().regex(/^(?!\.{1,2}$)[\w.-]{1,100}$/);
const AccountName = z.string().regex(/^[\w-]{1,100}$/);

export const Sender = z.object({ id: Id, login: z.string().min(1), type: z.string() });
export type Sender = z.infer<typeof Sender>;

/** A whole commit id as GitHub writes it: one that is cut short or in capitals is equal to none that we know. */
export const CommitId = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/);

/** What every event about a repository carries. */
export const Envelope = z.object({
  action: z.string(),
  repository: z.object({ id: Id, name: RepositoryName, owner: z.object({ login: AccountName }) }),
  installation: z.object({ id: Id }),
  sender: Sender,
});
export type Envelope = z.infer<typeof Envelope>;

export const AppStamp = z.object({ id: Id }).nullish();

/** A translation that sees only payloads of the given shape; any other is ignored with what is wrong with it. */
export function reading<Shape extends z.ZodType>(
  shape: Shape,
  translate: (payload: z.infer<Shape>, self: Self) => Translated,
): Translate {
  return (payload, self) => {
    const read = shape.safeParse(payload);
    return read.success ? translate(read.data, self) : ignored(`the payload is malformed at ${places(read.error)}`);
  };
}

function places(error: z.ZodError): string {
  const paths = error.issues.map((issue) => issue.path.map(String).join(".") || "its top");
  return [...new Set(paths)].slice(0, 3).join(", ");
}

/** Everything that is no ordinary user account counts as a bot: Bot, Organization, Mannequin. */
export function personOf(sender: Sender): Person {
  return { id: sender.id, login: sender.login, bot: sender.type !== "User" };
}

export function isBot(sender: Sender): boolean {
  return sender.type !== "User";
}

/** Whether the account is the one under which our App acts. */
export function isOurs(sender: { readonly login: string }, self: Self): boolean {
  return sender.login.toLowerCase() === `${self.slug}[bot]`.toLowerCase();
}

export function issueRef(payload: Pick<Envelope, "installation" | "repository">, number: number): IssueRef {
  return {
    installationId: payload.installation.id,
    repositoryId: payload.repository.id,
    owner: payload.repository.owner.login,
    name: payload.repository.name,
    number,
  };
}

/** GitHub keeps label names unique without regard to case. */
export function isTrigger(label: string, self: Self): boolean {
  return self.triggerLabels.some((trigger) => trigger.toLowerCase() === label.toLowerCase());
}
