// Why a registry gateway gives a package to nobody: a status for the client, a sentence for whoever reads its output.

/** 403: policy forbids it. 404: it is not there. 422: what the registry sent cannot be relied on. 502, 504: it could not be asked. */
export type RefusedStatus = 400 | 403 | 404 | 405 | 413 | 422 | 429 | 502 | 504;

/** Thrown within this room only; its door answers with it. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly status: RefusedStatus;
  /** The package that a person is to be asked about before it is given; null: that would change nothing. */
  readonly asks: string | null;

  /** `sentence` is shown in the run: it names no credential and nothing of the operator's network. */
  constructor(status: RefusedStatus, sentence: string, asks: string | null = null) {
    super(sentence);
    this.status = status;
    this.asks = asks;
  }
}
