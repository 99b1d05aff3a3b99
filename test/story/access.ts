// Who may do what in a story's repository, as its owner changes it.
import type { Access } from "../../src/forge/model.ts";
import type { Story } from "./world.ts";

/** Gives the person this access to the repository, or takes it away. */
export function giveAccess({ forge, repository }: Story, login: string, access: Access): void {
  forge.world.addCollaborator({ user: repository.owner, app: null }, repository, forge.as(login).user, access);
}
