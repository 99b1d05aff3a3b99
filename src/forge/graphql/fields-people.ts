// Accounts: users, bots, organisations and Apps.

import { nodeId } from "../core.ts";
import type { App, User } from "../model.ts";
import { type Fields, fieldsOf } from "./source.ts";

const account = fieldsOf<User>({
  id: (user) => user.nodeId,
  databaseId: (user) => user.id,
  // GraphQL shows a bot without the suffix that REST gives it: github.com/orgs/community/discussions/24683
  login: (user) => (user.type === "Bot" ? user.login.replace(/\[bot\]$/, "") : user.login),
  name: (user) => user.name,
  url: (user, _args, { world }) => `${world.origin}/${user.login}`,
});

export const peopleFields: Readonly<Record<string, Fields>> = {
  User: account,
  Bot: account,
  Organization: account,
  App: fieldsOf<App>({
    id: (app) => nodeId("A", app.id),
    databaseId: (app) => app.id,
    slug: (app) => app.slug,
    name: (app) => app.name,
  }),
};
