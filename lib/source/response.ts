import { at } from '../answer.js';
import type { EndpointAnswer } from '../contract.js';
import { TokenResponseError } from '../errors.js';
import { describeType } from '../token.js';
import type { ErrorReader, TokenReader } from './readers.js';
import { type Exchange, refusal, whatIsThere } from './refusal.js';

/**
 * The token in an answer.
 *
 * @throws TokenEndpointError when the answer is a refusal; TokenResponseError when it is a success without a usable token
 */
export function readToken(
  answer: EndpointAnswer,
  exchange: Exchange,
  reader: TokenReader = 'access_token',
  readError?: ErrorReader,
): string {
  const success = answer.status >= 200 && answer.status < 300;
  const told = readError?.(answer);
  if (told || !success) throw refusal(answer, exchange, told);
  const token: unknown = typeof reader === 'function' ? reader(answer) : at(answer.body, reader);
  if (typeof token === 'string' && token !== '') return token;
  if (token === undefined && typeof at(answer.body, 'error') === 'string') throw refusal(answer, exchange, undefined);
  const looked = typeof reader === 'function' ? 'by response.token' : `at \`${reader}\``;
  const found =
    token === undefined ? `nothing there; ${whatIsThere(answer, exchange.secrets)}` : `found ${describeType(token)}`;
  throw new TokenResponseError(
    `${exchange.endpoint} answered ${answer.status}, but there is no token in it: looked ${looked} for a non-empty string, ${found}. ` +
      hint(answer),
  );
}

function hint({ headers, text, body }: EndpointAnswer): string {
  const isPage = /html/i.test(headers['content-type'] ?? '') || /^\s*<(!doctype|html)/i.test(text);
  if (isPage) return 'A web page came, not a token: check `tokenUrl`.';
  if (typeof body === 'string' || (body === undefined && /^\s*[^\s<{[]+\s*$/.test(text)))
    return 'If the whole body is the token, set `response.token: wholeBody()`.';
  return 'If the token is elsewhere, say where with `response.token`; if this is an error, say so with `response.error`.';
}
