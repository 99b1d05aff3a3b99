// GitHub's own bad days, as faults for `failNext("POST /graphql", …)` and for REST: in its words, statuses and shapes.
import type { RequestFault } from "./faults.ts";

const json = (data: unknown, errors: readonly object[]): RequestFault => ({ status: 200, body: { data, errors } });

/** GraphQL gives up after ten seconds, and says so inside a 200. */
const graphqlTimeout: RequestFault = json(null, [
  {
    message:
      "Something went wrong while executing your query. This may be the result of a timeout, or it could be a GitHub bug. Please include `FORGE:1:2:3` when reporting this issue.",
  },
]);

/** The same without a word of time-outs: https://github.com/cli/cli/issues/4037 */
const graphqlBug: RequestFault = json(null, [
  {
    message: "Something went wrong while executing your query. Please include `FORGE:1:2:3` when reporting this issue.",
  },
]);

/** The hour is used up, inside a 200: https://github.com/github/docs/issues/22607 */
const graphqlRateLimited: RequestFault = {
  status: 200,
  body: { errors: [{ type: "RATE_LIMITED", message: "API rate limit exceeded for installation ID 1." }] },
};

const graphqlTooCostly: RequestFault = json(null, [
  { type: "RESOURCE_LIMITS_EXCEEDED", message: "Resource limits for this query exceeded." },
]);

/** A page of the proxy's in place of an answer: https://github.com/turbot/steampipe-plugin-github/issues/518 */
const badGateway: RequestFault = {
  status: 502,
  headers: { "content-type": "text/html" },
  text: "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n",
};

/** Too much at once; `retryAfter` in seconds, or none, which GitHub leaves out too. */
function secondaryLimit(retryAfter: number | null, status: 403 | 429 = 403): RequestFault {
  return {
    status,
    headers: retryAfter === null ? {} : { "retry-after": String(retryAfter) },
    body: {
      documentation_url:
        "https://docs.github.com/graphql/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits",
      message:
        "You have exceeded a secondary rate limit. Please wait a few minutes before you try again. If you reach out to GitHub Support for help, please include the request ID FORGE:1:2:3.",
    },
  };
}

/** Every kind, for a test to choose from. */
export const outages = {
  graphqlTimeout,
  graphqlBug,
  graphqlRateLimited,
  graphqlTooCostly,
  badGateway,
  secondaryLimit,
} as const;
