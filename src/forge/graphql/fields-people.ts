// Accounts: users, bots, organisations and Apps.
import type { App, User } from "../model.ts";
import { userShape } from "../shapes/user.ts";
import { type Fields, fieldsOf } from "./source.ts";

const account = fieldsOf<User>({
  id: (user) => user.nodeId,
  databaseId: (user) => user.id,
  login: (user) => user.login,
  name: (user) => user.name,
  url: (user, _args, { world }) => userShape(world, user).html_url,
  avatarUrl: (user, _args, { world }) => userShape(world, user).avatar_url,
});

export const peopleFields: Readonly<Record<string, Fields>> = {
  User: account,
  Organization: account,
  // Without the suffix that REST gives a bot: https://github.com/palantir/policy-bot/pull/44
  Bot: { ...account, ...fieldsOf<User>({ login: (user) => user.login.replace(/\[bot\]$/, "") }) },
  App: fieldsOf<App>({
    id: (app) => app.nodeId,
    databaseId: (app) => app.id,
    clientId: (app) => app.clientId,
    slug: (app) => app.slug,
    name: (app) => app.name,
  }),
};
