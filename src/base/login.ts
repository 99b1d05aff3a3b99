// What a login of GitHub's looks like, of a person or an organisation.

/** That of an account which a company manages ends in `_` and its short code. */
export const loginForm = /^[A-Za-z0-9][A-Za-z0-9_-]{0,38}$/;
