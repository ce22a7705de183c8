import { at } from '../answer.js';
import type { EndpointAnswer } from '../contract.js';
import type { ErrorReader, TokenReader } from './readers.js';
import type { Exchange } from './refusal.js';

/**
 * The token in an answer.
 *
 * @throws TokenEndpointError when the answer is a refusal; TokenResponseError when it is a success without a usable token
 */
export async function readToken(
  answer: EndpointAnswer,
  exchange: Exchange,
  reader: TokenReader = 'access_token',
  readError?: ErrorReader,
): Promise<string> {
  const success = answer.status >= 200 && answer.status < 300;
  const told = readError?.(answer);
  const refused = told !== undefined || !success;
  const token: unknown = refused ? undefined : typeof reader === 'function' ? reader(answer) : at(answer.body, reader);
  if (typeof token === 'string' && token !== '') return token;
  const { noToken, refusal } = await import('./refusal.js'); // most applications never need these words
  const saysError = token === undefined && typeof at(answer.body, 'error') === 'string';
  throw refused || saysError ? refusal(answer, exchange, told) : noToken(answer, exchange, reader, token);
}
