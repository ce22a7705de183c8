import type { TokenEvents } from 'axios-client-credentials';

/** What has happened, in words. `count` is how many times in a row. */
export type Sentence = (count: number) => string;

export function issuedWords({ reason, waiting, durationMs }: TokenEvents['token:issued']): string {
  const waited = waiting === 0 ? 'no call waited' : `${calls(waiting)} had waited for it`;
  const took = `${Math.round(durationMs)} ms, ${waited}`;
  if (reason === 'expiring') return `Token renewed ahead of its end: ${took}.`;
  if (reason === 'rejected') return `New token after the rejection: ${took}.`;
  return `Token fetched: ${took}.`;
}

/** Of an acquisition that has failed for now; what it tries on the way is {@link askingWords}. */
export function failedWords({ permanent, retryAt, ...event }: TokenEvents['token:failed']): string {
  const next = retryAt === undefined ? '' : ` Next try in ${seconds(retryAt - Date.now())}.`;
  return `No token: ${why(event)}.${permanent ? ' That will not pass by itself.' : next}`;
}

export function askingWords(event: TokenEvents['token:failed']): Sentence {
  return (count) => (count === 1 ? `No answer: ${why(event)}. Asking again.` : `${count} tries: ${why(event)}.`);
}

function why({ code, status, error }: Pick<TokenEvents['token:failed'], 'code' | 'status' | 'error'>): string {
  if (code === 'ERR_TOKEN_NETWORK') return 'the token endpoint cannot be reached';
  if (code === 'ERR_TOKEN_TIMEOUT') return 'the token endpoint did not answer in time';
  return `the token endpoint refused (${error ?? status ?? code})`;
}

export const rejectedWords: Sentence = (count) => `The API refused the token of ${calls(count)}.`;

export function retriedWords({ accepted }: TokenEvents['request:retried']): Sentence {
  return (count) => `${calls(count)} sent again with the new token, and ${accepted ? 'accepted' : 'refused again'}.`;
}

export const skippedWords: Sentence = (count) => `${calls(count)} could not be sent again.`;

export const failedCallWords: Sentence = (count) => `${calls(count)} failed.`;

function calls(count: number): string {
  return count === 1 ? '1 call' : `${count} calls`;
}

function seconds(ms: number): string {
  return `${(Math.max(0, ms) / 1000).toFixed(1)} s`;
}
