/** Exit codes: which kind of thing went wrong, for scripts. The help and the documentation show this table. */
export const exits = {
  ok: [0, 'it worked'],
  unexpected: [1, 'a mistake of this program (--debug shows where)'],
  usage: [2, 'the command line, a file or a variable is wrong; no token was asked for'],
  refused: [3, 'the token endpoint refused the request, or failed'],
  unreachable: [4, 'a server could not be reached: name, network, certificate, timeout'],
  unusable: [5, 'the token endpoint (or a source file) answered without a usable token'],
  apiRefused: [6, 'the API refused the token, or what it allows'],
  apiFailed: [7, 'the API failed in a way that is not about the token'],
  interrupted: [130, 'interrupted by Ctrl+C'],
} as const satisfies Record<string, readonly [code: number, meaning: string]>;

export type Exit = keyof typeof exits;

/** What a person typed cannot be used; the message is a paragraph for them. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Ctrl+C. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** Something failed, and this is what there is to say about it. */
export class Failure extends Error {
  override readonly name = 'Failure';

  constructor(
    message: string,
    readonly exit: Exit,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}
