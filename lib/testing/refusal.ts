import type { AnswerHeaders } from './send.js';

/** An error answer of the token endpoint (RFC 6749 §5.2). */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly error: string,
    readonly description: string,
    readonly headers: AnswerHeaders = {},
  ) {
    super(description);
    this.name = 'Refusal';
  }

  toJSON(): { error: string; error_description: string } {
    return { error: this.error, error_description: this.description };
  }
}
