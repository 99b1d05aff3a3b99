// The guards that other spellings were tried on, each with the few words of the source without which it is not there.
import { assert } from "../../src/base/assert.ts";
import type { Guard } from "./weakened.ts";

type Edit = Guard["edits"][number];

interface Front {
  readonly of: string;
  readonly file: string;
}

/** Guards of one file of the source, in front of one kind. */
function guardsIn(
  front: Front,
  source: string,
  each: Readonly<Record<string, readonly [from: string, to: string]>>,
): Guard[] {
  return Object.entries(each).map(([name, [from, to]]) => ({ ...front, name, edits: [[source, from, to]] }));
}

/** For what several of them hold, each by itself. */
function together(guards: readonly Guard[], ...names: readonly string[]): Guard {
  const found = names.flatMap((name) => guards.filter((guard) => guard.name === name));
  const [first] = found;
  assert(first && found.length === names.length, `there are guards of these names: ${names.join(", ")}`);
  return { ...first, name: names.join(", and "), edits: found.flatMap(({ edits }) => edits) };
}

const gate = { of: "a word at the gate", file: "gates.ts" };
const gates: readonly Guard[] = [
  ...guardsIn(gate, "src/verify/gate.ts", {
    "bots do not count": ['if (author.bot) return { of: "bot" };', ""],
    "the requester does not count": ['if (!anyone && author.id === requester) return { of: "requester" };', ""],
    "authors do not count": ['if (!anyone && authors.ids.has(author.id)) return { of: "author" };', ""],
    "who may not write does not count": ["if (!canPush || isNobody(author))", "if (isNobody(author))"],
    "an account that is gone does not count": ["if (!canPush || isNobody(author))", "if (!canPush)"],
    "only the head's approvals count": [
      'return head === pull.head ? null : { of: "other_head", head, now: pull.head };',
      "return null;",
    ],
    "a request for changes counts": [
      'if (state !== "changes_requested" || !canPush || author.bot) return false;',
      "return false;",
    ],
    "a request of an earlier commit counts": [
      "return head === pull.head || (heard !== null && !heard.includes(id));",
      "return head === pull.head;",
    ],
    "what was not read to its end counts": ["unread: pull.unread ?? unread,", "unread: null,"],
    "a comment is no word": [
      'review.state !== "commented" && review.state !== "pending"',
      'review.state !== "pending"',
    ],
  }),
  {
    ...gate,
    name: "only an approval is one",
    edits: [
      ["src/verify/gate.ts", 'review.state !== "commented" && review.state !== "pending"', "review.submittedAt >= 0"],
      [
        "src/verify/gate.ts",
        'words.filter((review) => review.state === "approved")',
        'words.filter((review) => review.state !== "changes_requested")',
      ],
    ],
  },
  {
    ...gate,
    name: "the last word counts, be it a no",
    edits: [
      [
        "src/verify/gate.ts",
        "return [...new Map(spoken.map((review) => [review.author.id, review])).values()];",
        "return spoken;",
      ],
      [
        "src/verify/gate.ts",
        'if (state !== "changes_requested" || !canPush || author.bot) return false;',
        "return false;",
      ],
    ],
  },
  ...guardsIn(gate, "src/verify/authors.ts", {
    "who pushed is an author": ["ids: new Set([...pushers, ...named]),", "ids: new Set(named),"],
    "whom others' commits name is an author": ["ids: new Set([...pushers, ...named]),", "ids: new Set(pushers),"],
    "commits of no push count": [
      "unknown: foreign.length - pushers.length + unclaimed.length,",
      "unknown: foreign.length - pushers.length,",
    ],
    "pushes of nobody that is known count": [
      "unknown: foreign.length - pushers.length + unclaimed.length,",
      "unknown: unclaimed.length,",
    ],
  }),
];

const bytes = { of: "a commit's bytes", file: "commits.ts" };
const raw = "src/gateway/git/raw-commit.ts";
const header: Edit = [raw, "if (other !== undefined) return", "if (other === head) return"];
const order: Edit = [raw, "if (!asGitWrites.test(head))", "if (head === '')"];
const author: Edit = [
  "src/gateway/git/problems.ts",
  "return commit.authorEmail === email && commit.committerEmail === email;",
  "return email !== '';",
];
const plainText: Edit = [raw, "if (!isPlainText(bytes))", "if (head === '')"];
const acts: Edit = [
  raw,
  'return acting.test(message) ? "has characters in its message that move or hide others" : null;',
  "return message === '!' ? '' : null;",
];
const commits: readonly Guard[] = [
  { ...bytes, name: "people are written as git writes them", edits: [order] },
  { ...bytes, name: "text is plain UTF-8", edits: [plainText] },
  { ...bytes, name: "a message moves and hides nothing", edits: [acts] },
  { ...bytes, name: "commits are by the run's own author", edits: [author] },
  { ...bytes, name: "headers are those that git writes, in its order", edits: [header, order] },
  { ...bytes, name: "headers are those that git writes, and by the run's own author", edits: [header, order, author] },
  { ...bytes, name: "text is plain UTF-8, and a message moves and hides nothing", edits: [plainText, acts] },
  {
    ...bytes,
    name: "neither the raw bytes nor what git reads of them hold a secret",
    edits: [
      [
        raw,
        'const secrets = await findSecrets([{ where, text: bytes.toString("utf8") }]);',
        "const secrets = await findSecrets([{ where, text: '' }]);",
      ],
      ["src/gateway/git/problems.ts", "...commits.map(messageText)]);", "...commits.map(messageText).slice(999)]);"],
    ],
  },
];

const wide: readonly Guard[] = guardsIn(bytes, "src/gateway/git/secrets.ts", {
  "wide letters are read as well": ["of [text, wideIn(text)])", "of [text])"],
});

const message = { of: "a message", file: "commits.ts" };
const closing = "src/policy/closing.ts";
const messages: readonly Guard[] = guardsIn(message, closing, {
  "closing words close no other issue": [
    'sign !== "#" || Number(number) !== issue);',
    "sign === number && number === String(issue));",
  ],
  "no words skip CI": ["return skipping.exec(text)?.[0] ?? null;", "return skipping.exec('')?.[0] ?? null;"],
});

const command = { of: "a command", file: "commands.ts" };
const commands: readonly Guard[] = guardsIn(command, "src/github/deliveries/command.ts", {
  "it begins the comment's first line": [
    'const line = shown.trimEnd().replace(/^[ \\t]+/, "");',
    'const line = /[/@]lo[^]*?stop/i.exec(body)?.[0] ?? "";',
  ],
  "it is written in plain letters": [
    'const line = shown.trimEnd().replace(/^[ \\t]+/, "");',
    'const line = body.normalize("NFKC").replace(/[\\u200b\\u2060\\u202e\\ufeff]/g, "").replaceAll("\\u043e", "o").replaceAll("&#47;", "/").replace(/^[^]*(?=\\/)/, "").trim();',
  ],
});

const policy = { of: "a policy", file: "policies.ts" };
const parse = "src/policy/parse.ts";
const alone: readonly Guard[] = guardsIn(policy, parse, {
  "a key stands once": ["uniqueKeys: true,", "uniqueKeys: false,"],
  "an error of the reader of YAML is one": [
    "const problem = document.errors[0] ?? document.warnings[0];",
    "const problem = [...document.errors, ...document.warnings].at(99);",
  ],
  "no anchors": ["[anchors[0], ", "[anchors[999], "],
  "numbers stand in plain digits": ['!plainNumber.test(node.source ?? "")', "node.source === undefined"],
  "nothing stands there that cannot be seen": [
    "const hidden = unseenIn(text);",
    "const hidden = text === '' ? unseenIn(text) : null;",
  ],
  "no escape stands for what cannot be seen": ["if (isUnseen(node.value)) hidden", "if (isUnseen(1)) hidden"],
  "options and their values are those of the schema": ["Policy.safeParse(value)", "Policy.safeParse(value && {})"],
});
const seen = ["nothing stands there that cannot be seen", "no escape stands for what cannot be seen"] as const;
const policies: readonly Guard[] = [
  ...alone,
  ...[
    "numbers stand in plain digits",
    "an error of the reader of YAML is one",
    "nothing stands there that cannot be seen",
  ].map((one) => together(alone, one, "options and their values are those of the schema")),
  together(alone, ...seen),
  together(alone, ...seen, "options and their values are those of the schema"),
  together(alone, ...seen, "an error of the reader of YAML is one", "options and their values are those of the schema"),
];

const setting = { of: "a setting", file: "settings.ts" };
const environment = "src/environment.ts";
const shapes: readonly Guard[] = [
  ...guardsIn(setting, environment, {
    "what stands there can be seen": [
      String.raw`/^[^\p{Cc}\u00ad\u061c\u115f\u1160\u180e\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e0fff}]*$/u`,
      "/^/",
    ],
    "no blank begins or ends it": [String.raw`.regex(/^(?!\s).*(?<!\s)$/s,`, ".regex(/^/,"],
    "a label shows something": [String.raw`.regex(/[\p{L}\p{N}\p{P}\p{S}]/u,`, ".regex(/^/,"],
    "a number is in plain digits": [String.raw`.regex(/^\d{1,12}$/,`, ".regex(/^/,"],
    "a yes is on": [
      'z.enum(["on", "off"], "must be on or off").transform((value) => value === "on")',
      "z.string().transform((value) => /^(on|true|yes)$/i.test(value))",
    ],
    "a place to listen is an address or a name": ["return isIP(value) !== 0 ||", "return value !== '' ||"],
    "an address is written as programs read it": [".refine(isPlainAddress,", ".refine((one) => one !== '',"],
    "an address is of http(s), and nothing else in it": [".refine(isAddress,", ".refine((one) => one !== '',"],
    "an address without encryption is this machine's": [".refine(isSafeAddress,", ".refine((one) => one !== '',"],
    "user ids are two numbers with a hyphen": [
      String.raw`(/^(\d{1,10})-(\d{1,10})$/.exec(text) ?? [])`,
      "['', ...text.replace('\\u0662', '2').split(/[-\\u2013]/)]",
    ],
    "prices are numbers": [".refine((text) => pricesIn(text) !== null,", ".refine((text) => text !== '',"],
    "prices have each name once": ["if (hasNameTwice(text)) return null;", ""],
    "every setting is one that there is": [
      "export const Environment = z.strictObject({",
      "export const Environment = z.object({",
    ],
  }),
  ...guardsIn(setting, "src/settings.ts", {
    "the seal's secret is no webhook's, however it is spelled": [
      'if (seal === "") return [];',
      "if (hooks.length > 0) return [];",
    ],
    "the data folder is for us alone": [
      "const ofData = data.success ? dataFolderProblem(data.data) : null;",
      "const ofData = data.success ? null : dataFolderProblem('');",
    ],
    "tools are no folder of the machine's own": [
      "const ofTools = tools.data ? toolsFolderProblem(tools.data, secret) : null;",
      "const ofTools = tools.data ? null : toolsFolderProblem('', secret);",
    ],
    "a value does not stand in quotes": ["if (!isText && ", "if (isText && "],
  }),
];
const settings: readonly Guard[] = [
  ...shapes,
  together(shapes, "a value does not stand in quotes", "the seal's secret is no webhook's, however it is spelled"),
  together(shapes, "an address is written as programs read it", "an address without encryption is this machine's"),
  together(shapes, "the data folder is for us alone", "what stands there can be seen"),
  together(shapes, "an address is written as programs read it", "what stands there can be seen"),
  {
    ...setting,
    name: "a number is in plain digits, of whatever script",
    edits: [
      [environment, String.raw`.regex(/^\d{1,12}$/,`, ".regex(/^/,"],
      [
        environment,
        ".transform(Number)",
        ".transform((text) => Number(text.replace(/[\\u0660-\\u0669]/g, (digit) => String(digit.charCodeAt(0) - 0x660))))",
      ],
    ],
  },
];

const listed = { of: "a listed host", file: "settings.ts" };
const hosts = "src/policy/hosts.ts";
const name = "return name.length <= 253 && dnsName.test(name) ? name : null;";
const inList: readonly Guard[] = guardsIn(listed, hosts, {
  "no entry allows nearly all": ["  if (/^\\*", "  if (/^\\*\\*\\*"],
  "it is a name as DNS has them": [name, "return name;"],
  "nothing stands beside it": ["([^:*]+)(?::", "(.*?)(?::"],
  "its domain is somebody's own": [
    "if (host.below && (soldByCountries.test(host.name) || givenToAnybody.has(host.name)))",
    "if (host.below && host.name === '!')",
  ],
  "its port is one": ["return Number.isInteger(port) && port >= 1 && port <= 65_535;", "return port >= 0;"],
});
const listedHosts: readonly Guard[] = [
  ...inList,
  together(inList, "no entry allows nearly all", "it is a name as DNS has them", "nothing stands beside it"),
];

const tunnel = { of: "a tunnel", file: "settings.ts" };
const ways: readonly Guard[] = [
  ...guardsIn(tunnel, "src/gateway/egress/hosts.ts", {
    "it leads to what is below a listed name": ["? name.endsWith(", "? name.includes(one.name) || name.endsWith("],
    "it leads to a listed port": ["one.port === port && (", "("],
    "it is a name and a port": [
      String.raw`/^([^:]+):(\d{1,5})$/.exec(target) ?? []`,
      String.raw`/^[^]*?([^:@\s]+?)(?::(\d{1,5})[^]*)?$/.exec(target)?.map((part) => part ?? "443") ?? []`,
    ],
  }),
  ...guardsIn(tunnel, hosts, { "its name is one as DNS has them": [name, "return decodeURIComponent(name);"] }),
];
const tunnels: readonly Guard[] = [
  ...ways,
  together(ways, "it leads to what is below a listed name", "its name is one as DNS has them"),
];

const address = { of: "an address", file: "settings.ts" };
const publicAddress = "src/gateway/egress/addresses.ts";
const addresses: readonly Guard[] = guardsIn(address, publicAddress, {
  "of IPv4, none is closed": ['return !special4.check(address, "ipv4");', "return true;"],
  "of IPv6, it is one that is given out": ['return global6.check(address, "ipv6") && ', "return "],
  "of IPv6, it carries no other": [' && !special6.check(address, "ipv6");', ";"],
  "it has no zone": [' && !address.includes("%"))', ")"],
  "it is written as an address": ["  return false;\n}", "  return true;\n}"],
});

const delivery = { of: "a delivery", file: "webhooks.ts" };
const payload = "src/github/deliveries/payload.ts";
const issues = "src/github/deliveries/webhooks/issues.ts";
const comments = "src/github/deliveries/webhooks/issue-comment.ts";
const pushes = "src/github/deliveries/webhooks/push.ts";
const read: Edit = [
  payload,
  "const read = shape.safeParse(payload);",
  "const read = { success: true, data: payload as never, error: undefined as never };",
];
const webhooks: readonly Guard[] = [
  { ...delivery, name: "it has the shape of its event", edits: [read] },
  ...guardsIn(delivery, "src/github/deliveries/webhook.ts", {
    "its event is one by its very name": [
      "const event = handled.get(name);",
      'const event = handled.get(name.trim().toLowerCase()) ?? handled.get("issues");',
    ],
    "it has its event's subjects": ["if (!hasSubjects(payload, event.subjects))", "if (payload === undefined)"],
  }),
  ...guardsIn(delivery, payload, {
    "the label is the one that starts loops": [
      "trigger.toLowerCase() === label.toLowerCase()",
      'label.replace(/[\\s\\u200b]/g, "").replaceAll("\\u043e", "o") === trigger',
    ],
    "whoever is no user is a bot": [
      'export function isBot(sender: Sender): boolean {\n  return sender.type !== "User";',
      'export function isBot(sender: Sender): boolean {\n  return sender.type === "Bot";',
    ],
    "our own name is known in any case": ["return sender.login.toLowerCase() === ", "return sender.login === "],
  }),
  ...guardsIn(delivery, issues, {
    "an action is one by its very name": [
      'switch (payload.action) {\n    case "labeled":',
      'switch (payload.action.trim().toLowerCase()) {\n    case "labeled":',
    ],
    "the event names its label": ["const label = payload.label?.name;", 'const label = payload.label?.name ?? "loop";'],
    "a pull request is no issue": ["if (payload.issue.pull_request)", "if (payload.issue.number < 0)"],
  }),
  {
    ...delivery,
    name: "it has the shape of its event, and an action is one by its very name",
    edits: [
      read,
      [
        issues,
        'switch (payload.action) {\n    case "labeled":',
        'switch (String(payload.action)) {\n    case "labeled":',
      ],
    ],
  },
  {
    ...delivery,
    name: "it has the shape of its event, and a user is one by its very name",
    edits: [
      read,
      [
        payload,
        'export function isBot(sender: Sender): boolean {\n  return sender.type !== "User";',
        'export function isBot(sender: Sender): boolean {\n  return sender.type === "Bot";',
      ],
    ],
  },
  ...guardsIn(delivery, comments, {
    "an App's words are no person's command": [
      "if (isOfAnotherApp(payload, self)) return",
      "if (payload.comment.id < 0) return",
    ],
    "a command is given in a new comment": ['case "created":', 'case "created":\n    case "edited":'],
    "the text of our comment is another": [
      "if (payload.changes?.body === undefined || payload.changes.body.from === comment.body)",
      "if (payload.issue.number < 0)",
    ],
  }),
  {
    ...delivery,
    name: "it has the shape of its event, and a command is text",
    edits: [
      read,
      [
        comments,
        'parseCommand(payload.comment.body ?? "", self.slug)',
        "parseCommand(String(payload.comment.body), self.slug)",
      ],
    ],
  },
  {
    ...delivery,
    name: "it has the shape of its event, and the text of our comment is another",
    edits: [
      read,
      [
        comments,
        "if (payload.changes?.body === undefined || payload.changes.body.from === comment.body)",
        "if (payload.issue.number < 0)",
      ],
    ],
  },
  {
    ...delivery,
    name: "it has the shape of its event, and is to an installation",
    edits: [
      read,
      [payload, "installationId: payload.installation.id,", "installationId: payload.installation?.id ?? 0,"],
    ],
  },
  {
    ...delivery,
    name: "the push is to a branch",
    edits: [
      [pushes, "if (!payload.ref.startsWith(branchPrefix))", "if (payload.ref === '')"],
      [
        pushes,
        "const branch = payload.ref.slice(branchPrefix.length);",
        'const branch = payload.ref.split("/").slice(2).join("/");',
      ],
    ],
  },
  ...guardsIn(delivery, pushes, {
    "the branch is a loop's": ['return branch.startsWith("loop/");', 'return branch.toLowerCase().includes("loop/");'],
  }),
];

const ofForge = { of: "a name of the forge", file: "forge-hosts.ts" };
const server = "src/forge/server.ts";
const forgeHosts: readonly Guard[] = guardsIn(ofForge, server, {
  "it is asked for under this machine's own name": [
    "return [host, authority].every((one) => {",
    "return [host, authority].every((one) => {\n    if (socket) return true;",
  ],
});

const ofFigures = { of: "a name of the figures", file: "figures-hosts.ts" };
const figuresHosts: readonly Guard[] = guardsIn(ofFigures, "src/cockpit/page/guard.ts", {
  "figures are asked for under names that may": [
    "  if (isUnder(thisMachine, request)) return true;\n  if (isOwnAlone) return false;",
    "  if (isOwnAlone || isUnder(thisMachine, request)) return true;",
  ],
  "elsewhere a name with a dot is none": ['!name.includes(".")', "true"],
});

const ofCosts = { of: "what costs much", file: "costs.ts" };
const queue = "src/base/thread-queue.ts";
const costs: readonly Guard[] = [
  ...guardsIn(ofCosts, "src/base/blocks.ts", {
    "what comes is held in blocks": [
      "const wanted = Math.max(more, Math.min(Math.max(length, leastBytes), mostBytes));",
      "const wanted = more;",
    ],
  }),
  ...guardsIn(ofCosts, "src/gateway/git/intake.ts", {
    "commands are read again once there is as much again": [
      "due = Math.max(1, 2 * blocks.length)",
      "due = blocks.length + 1",
    ],
  }),
  ...guardsIn(ofCosts, "src/gateway/model/sse.ts", {
    "an event's place grows by doubling": [
      "Buffer.allocUnsafe(Math.max(2 * kept.length, pending + piece.length))",
      "Buffer.allocUnsafe(pending + piece.length)",
    ],
  }),
  ...guardsIn(ofCosts, "src/agents/events/lines.ts", {
    "a line's place grows by doubling": ["Math.max(needed, 2 * line.length)", "needed"],
  }),
  ...guardsIn(ofCosts, "src/base/json-gauge.ts", {
    "what was found far ahead is kept": ["if (found >= from) return found;", ""],
  }),
  ...guardsIn(ofCosts, "src/base/credentials.ts", {
    "blanks beside a name are few": [
      String.raw`session_?token)["']?\s{0,9}[:=]\s{0,9}["']?)`,
      String.raw`session_?token)["']?\s*[:=]\s*["']?)`,
    ],
    "a key ends before the next begins": [
      String.raw`(?:(?!-----BEGIN )[\s\S]){1,20000}?`,
      String.raw`[\s\S]{1,20000}?`,
    ],
  }),
  ...guardsIn(ofCosts, "src/gateway/git/tree-diff.ts", {
    "a message's end is looked for once": [String.raw`(?<!\n)\n+$/`, String.raw`\n+$/`],
  }),
  ...guardsIn(ofCosts, "src/brief/markup.ts", {
    "no line is in more than a hundred lists": ["whole.replace(tooDeep, ", "whole.replace(/(?!)(.)/g, "],
  }),
  ...guardsIn(ofCosts, "src/brief/quote.ts", {
    "a text's end is looked for once": [String.raw`(?<!\n)\n+$/`, String.raw`\n+$/`],
  }),
  ...guardsIn(ofCosts, "src/gateway/git/secrets.ts", { "others have their turns": ["await turn();", "turn.name;"] }),
  ...guardsIn(ofCosts, closing, {
    "an address has an end": [String.raw`https?:\/\/\S{1,300}?`, String.raw`https?:\/\/\S*?`],
  }),
  ...guardsIn(ofCosts, queue, {
    "a thread's end is one request's": [
      "worker = null;\n      settle(null);",
      "worker = null;\n      for (const one of [...lines.values()].flat()) one.answer(null);\n      lines.clear();\n      settle(null);",
    ],
    "runs take turns": [
      "lines.delete(whose);\n  if (line.length > 0) lines.set(whose, line);",
      "if (line.length === 0) lines.delete(whose);",
    ],
  }),
  ...guardsIn(ofCosts, "src/cockpit/people/sessions.ts", {
    "a person has a few sessions": [
      "for (const [key] of own.slice(",
      "for (const [key] of own.slice(own.length).slice(",
    ],
  }),
];

const taken = "const taken = take(";
/** Of one wire's format: which fields, which content and which tools leave. */
function ofWire(of: string, file: string, shape: string, tools: readonly [from: string, to: string]): Guard[] {
  const front = { of, file: "model-bodies.ts" };
  const fields: Edit = [
    file,
    "const { kept, dropped } = keepFields(body, fields);",
    "const { kept, dropped } = { kept: { ...body } as any, dropped: [] as string[] };",
  ];
  const content: Edit = [
    file,
    `${taken}${shape}, kept);`,
    "const taken = { ok: true as true, value: kept as any, sentence: '' };",
  ];
  const hosted: Edit = [file, ...tools];
  const limit: Edit = [file, "if (asked === undefined)", "if (dropped === undefined)"];
  return [
    { ...front, name: "only fields that are known leave", edits: [fields] },
    { ...front, name: "only content of known shapes leaves", edits: [content] },
    { ...front, name: "only tools that the client runs leave", edits: [hosted] },
    { ...front, name: "a limit is a number of tokens", edits: [limit] },
  ];
}

const all = "{ ok: true as true, tools: (taken.value.tools ?? []) as any, hosted: [] as string[], sentence: '' };";
const bodies: readonly Guard[] = [
  ...ofWire("Anthropic's Messages", "src/gateway/model/anthropic-messages.ts", "anthropicShape", [
    "const own = ownTools(taken.value.tools ?? [], isClientTool, anthropicTool);",
    `const own = ${all}`,
  ]),
  ...ofWire("Chat Completions", "src/gateway/model/openai-chat.ts", "chatShape", [
    "const own = ownTools(taken.value.tools ?? [], ({ type }) => clientTools.has(String(type)), chatTool);",
    `const own = ${all}`,
  ]),
  ...ofWire("Responses", "src/gateway/model/openai-responses.ts", "responsesShape", [
    "const own = ownTools(taken.value.tools ?? [], isOwn, responsesTool);",
    `const own = ${all}`,
  ]),
];
const bodiesOf = { file: "model-bodies.ts" };
const chat = "src/gateway/model/openai-chat.ts";
const gemini = "src/gateway/model/gemini-content.ts";
const oneFormat: readonly Guard[] = [
  ...bodies,
  {
    ...bodiesOf,
    of: "Chat Completions",
    name: "only fields that are known leave, and the standard price is asked for",
    edits: [
      [
        chat,
        "const { kept, dropped } = keepFields(body, fields);",
        "const { kept, dropped } = { kept: { ...body } as any, dropped: [] as string[] };",
      ],
      [chat, "service_tier: standardTier, //", "//"],
    ],
  },
  {
    ...bodiesOf,
    of: "Responses",
    name: "only fields that are known leave, and nothing names what is kept elsewhere",
    edits: [
      [
        "src/gateway/model/openai-responses.ts",
        'const elsewhere = ["previous_response_id", "conversation", "prompt"];',
        "const elsewhere: string[] = [];",
      ],
    ],
  },
  ...guardsIn({ ...bodiesOf, of: "Gemini's generateContent" }, gemini, {
    "only fields that are known leave": [
      "const { kept, dropped } = keepFields(asking.value, fields);",
      "const { kept, dropped } = { kept: { ...asking.value } as any, dropped: [] as string[] };",
    ],
    "only content of known shapes leaves": [
      "const taken = take(geminiShape, kept);",
      "const taken = { ok: true as true, value: kept as any, sentence: '' };",
    ],
    "only tools that the client runs leave": [
      "const tools = toolsOf(taken.value.tools ?? []);",
      "const tools = { ok: true as true, own: taken.value.tools as any, hosted: [] as string[], sentence: '' };",
    ],
    "only settings that are known leave": [
      "const { kept: config, dropped: unset } = keepFields(taken.value.generationConfig ?? {}, settings);",
      "const { kept: config, dropped: unset } = { kept: taken.value.generationConfig as any, dropped: [] as string[] };",
    ],
    "a limit is a number of tokens": ["if (asked === undefined)", "if (taken === undefined)"],
    "nothing names what is kept elsewhere": [
      "if ((asking.value.cachedContent ?? null) !== null)",
      "if (asking === undefined)",
    ],
    "a name stands in one spelling": [
      "const asking = wholeOf(given, endpoint.kind);",
      "const asking = { ok: true as true, value: given, sentence: '' };",
    ],
  }),
];
const format: readonly Guard[] = oneFormat.filter(({ of }) => of === "Gemini's generateContent");
const formats: readonly Guard[] = [
  ...oneFormat,
  together(format, "only content of known shapes leaves", "only tools that the client runs leave"),
  {
    ...bodiesOf,
    of: "Gemini's generateContent",
    name: "only fields and content that are known leave, whatever they are",
    edits: [
      [
        gemini,
        "const { kept, dropped } = keepFields(asking.value, fields);",
        "const { kept, dropped } = { kept: { ...asking.value } as any, dropped: [] as string[] };",
      ],
      [
        gemini,
        "const taken = take(geminiShape, kept);",
        "const taken = { ok: true as true, value: kept as any, sentence: '' };",
      ],
      [gemini, "contents: contents ?? [],", "...kept,"],
    ],
  },
];

const modelServer = "src/gateway/model/server.ts";
const path = { of: "a model's path", file: "model-calls.ts" };
const anyEndpoint: Edit = [
  modelServer,
  'const endpoint = family.endpointOf(incoming.method ?? "", visit.path, visit.query);',
  'const endpoint = family.endpointOf(incoming.method ?? "", visit.path, visit.query) ?? family.endpointOf("POST", family.endpointOf("POST", "/chat/completions", visit.query) ? "/chat/completions" : "/models/m:generateContent", visit.query);',
];
const anyProvider: Edit = [
  modelServer,
  "const provider = session.request.providers.find((one) => one.name === name);",
  'const provider = session.request.providers.find((one) => one.name === name) ?? session.request.providers.find((one) => one.name === "openai");',
];
const paths: readonly Guard[] = [
  { ...path, name: "it is one of a few endpoints", edits: [anyEndpoint] },
  { ...path, name: "it is a provider's by its very name", edits: [anyProvider] },
  {
    ...path,
    name: "it is one of a few endpoints, and a provider's by its very name",
    edits: [anyEndpoint, anyProvider],
  },
  {
    ...path,
    name: "the lease is shown in the provider's own form",
    edits: [[modelServer, "if (given === null || !isLeaseToken(session.request.lease, given))", "if (given === '')"]],
  },
  ...guardsIn(path, "src/gateway/model/ready.ts", {
    "the body is one object of JSON": [
      'toString("utf8"));',
      'toString("utf8").replaceAll("\\0", "").replace(/^[^{]*/, "").replace(/\\}(?:\\{[^]*|\\])$/, "}"));',
    ],
  }),
  ...guardsIn(path, "src/gateway/model/wire.ts", {
    "its model is a name": [
      'if (typeof value !== "string" || ',
      'if (Array.isArray(value)) return true;\n  if (typeof value !== "string" || ',
    ],
  }),
];

const searching = { of: "a model that searches", file: "model-calls.ts" };
const models: readonly Guard[] = [
  ...guardsIn(searching, modelServer, {
    "no model searches by itself": ["if (only.length === 0 && searching.test(model))", "if (only.length > 99)"],
  }),
  ...guardsIn(searching, "src/gateway/model/wire.ts", {
    "a model's name names no settings": [" && !/@preset\\//i.test(value)", ""],
  }),
];

export const guards: readonly Guard[] = [
  ...gates,
  ...commits,
  ...wide,
  ...messages,
  ...commands,
  ...policies,
  ...settings,
  ...listedHosts,
  ...tunnels,
  ...addresses,
  ...webhooks,
  ...forgeHosts,
  ...figuresHosts,
  ...costs,
  ...formats,
  ...paths,
  ...models,
];

/** What would not come through without any guard of ours: something that is not ours, or the attempt itself, stops it as well. */
export const stoppedElsewhere: readonly {
  readonly by: string;
  readonly of: string;
  readonly what: readonly string[];
}[] = [
  {
    by: "@hono/node-server refuses a Host header that is no plain name, and Node one that is missing",
    of: ofForge.of,
    what: [
      "its address within IPv6",
      "its address of IPv6 in full",
      "its name in letters of full width",
      "its name with a user",
      "its name with two ports",
      "its name with a port and more",
      "its name with a port that wraps around",
      "its name with a path",
      "its name with a fragment",
      "its name with a question",
      "its name with a backslash",
      "its name after another",
      "its name with a tab in it",
      "another name in the target, its scheme in capitals",
      "another scheme in the target",
      "no name",
      "an empty name",
    ],
  },
  {
    by: "JSON.parse keeps the last of two fields of one name, and what leaves is made of what it read",
    of: "Anthropic's Messages",
    what: ["a field that is there twice"],
  },
  {
    by: "a body that comes with GET is not sent by the client, so that there is none to read",
    of: path.of,
    what: ["a method with a body that reads"],
  },
];
