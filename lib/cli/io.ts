/** What the command line needs of the process that it runs in: tests give their own. */
export interface Io {
  stdin: AsyncIterable<Uint8Array | string> & { isTTY?: boolean | undefined };
  stdout: Output;
  stderr: Output;
  env: Readonly<Record<string, string | undefined>>;
  /** Of the package. */
  version: string;
  /** Rejects when something fails outside of every call: a timer in a user's module. */
  crash: Promise<never>;
  /** Aborts at Ctrl+C. */
  signal: AbortSignal;
  /** Asks a person at a terminal; what they type is not shown. */
  prompt: (message: string) => Promise<string>;
  /** Loads a module of the user's. */
  load: (url: string) => Promise<unknown>;
}

export interface Output {
  write(text: string): unknown;
  isTTY?: boolean | undefined;
  columns?: number | undefined;
}
