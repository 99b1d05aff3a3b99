// What the forge declines, with the status and words in which GitHub declines it.

export interface RefusalDetail {
  readonly resource: string;
  readonly field?: string;
  readonly code: string;
  readonly message?: string;
}

/** A request understood and declined. REST answers it as `{message, documentation_url, errors?}`; GraphQL as an error. */
export class Refusal extends Error {
  readonly status: number;
  readonly errors: readonly (RefusalDetail | string)[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    message: string,
    errors: readonly (RefusalDetail | string)[] = [],
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = "Refusal";
    this.status = status;
    this.errors = errors;
    this.headers = headers;
  }
}

export const notFound = () => new Refusal(404, "Not Found");

/** GitHub's answer to a body that parses but does not hold together. */
export const unprocessable = (...errors: (RefusalDetail | string)[]) => new Refusal(422, "Validation Failed", errors);
