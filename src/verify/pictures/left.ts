// Pictures as a run left them, until the store has them.

/** A picture that is kept until the store has it. */
export interface KeptPicture {
  /** The SHA-256 of the text below, by which the store finds it. */
  readonly id: string;
  /** Its PNG file, as `readPicture` wrote it. */
  readonly base64: string;
}

export interface LeftPicture extends KeptPicture {
  readonly path: string;
  readonly width: number;
  readonly height: number;
}

/** A file that is shown nowhere, and why; `beyond`: it may well be a picture, but more is not read. */
export interface UnreadPicture {
  readonly path: string;
  readonly why: string;
  readonly beyond?: true;
}

export interface LeftPictures {
  readonly pictures: readonly LeftPicture[];
  readonly unread: readonly UnreadPicture[];
}
