import axios from 'axios';
import { type TokenError, TokenNetworkError, TokenResponseError, TokenTimeoutError } from '../errors.js';
import { printableText } from '../redact.js';
import { LARGEST_ANSWER } from './token-client.js';

/** What an axios without an answer threw, without its config: that holds the secret. */
export function transportFault(error: unknown, endpoint: string, secrets: readonly string[]): TokenError {
  const { code, message, cause: inner } = (error ?? {}) as { code?: unknown; message?: unknown; cause?: unknown };
  const deeper = (inner as { code?: unknown } | undefined)?.code; // fetch keeps the system's word there
  const name = [deeper, code].find((one) => typeof one === 'string');
  const said = typeof message === 'string' ? printableText(message, secrets) : '';
  if (axios.isAxiosError(error) && said.startsWith('maxContentLength')) return tooLarge(endpoint);
  const text = [said, name !== undefined && !said.includes(name) ? `(${name})` : ''].filter(Boolean).join(' ');
  const cause = Object.assign(new Error(text), name === undefined ? {} : { code: name });
  if (name === 'ECONNABORTED' || name === 'ETIMEDOUT')
    return new TokenTimeoutError(`${endpoint} did not answer in time: ${text}.`, { cause });
  return new TokenNetworkError(`No complete answer from ${endpoint}: ${text}.`, { cause });
}

export function tooLarge(endpoint: string): TokenResponseError {
  return new TokenResponseError(
    `${endpoint} answered with more than ${LARGEST_ANSWER} bytes: that is not a token. Check \`tokenUrl\`.`,
  );
}
