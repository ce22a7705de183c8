import axios from 'axios';
import { parseText, plainHeaders } from '../answer.js';
import type { TokenSource } from '../contract.js';
import { unauthorized } from '../interceptor/rejection.js';
import { printableUrl } from '../redact.js';
import type { Token } from '../token.js';
import { Failure } from './exit.js';
import { systemCode } from './explain.js';
import type { Io } from './io.js';
import { jwtIn } from './jwt.js';
import type { SourceOptions } from './options.js';
import type { Session } from './session.js';
import type { Terminal } from './terminal.js';
import { unreachable } from './unreachable.js';
import type { Called } from './verdict.js';

/** One GET request as the package sends it, and what there is to know about the answer. @throws Failure where there is none */
export async function callApi(
  target: URL,
  { api, handle }: Session,
  token: Token,
  source: unknown,
  options: SourceOptions,
  io: Io,
  terminal: Terminal,
): Promise<Called> {
  const where = printableUrl(target);
  terminal.busy(`Calling ${where} …`);
  const { rejectedWhen = unauthorized(), baseURL } = source as Partial<TokenSource>;
  const home = [target.href, baseURL?.call(source, token) ?? target.href].map((one) => new URL(one).origin);
  let [wasResent, strayedTo] = [false, undefined as string | undefined];
  let asked = where;
  const limit = AbortSignal.timeout(options.timeout * 1000); // axios' own `timeout` begins anew with each part of an answer
  handle.on('request:retried', ({ reason }) => (wasResent ||= reason === 'rejected'));
  try {
    const response = await api.get<string>(target.href, {
      signal: AbortSignal.any([io.signal, limit]),
      responseType: 'text',
      transformResponse: (data: unknown) => data,
      validateStatus: () => true,
      maxContentLength: LARGEST,
      beforeRedirect: ({ href }: { href?: string }) => {
        const to = new URL(href ?? target);
        asked = printableUrl(to);
        if (!home.includes(to.origin)) strayedTo = asked;
      },
    });
    const headers = plainHeaders(response.headers);
    const text = response.data;
    const answer = { status: response.status, headers, text, body: parseText(text, headers['content-type'] ?? '') };
    return {
      answer,
      url: where,
      isRejected: rejectedWhen.call(source, answer),
      wasResent,
      strayedTo,
      jwt: jwtIn(token.accessToken),
      asked: options,
      secrets: [token.accessToken],
      now: Date.now(),
    };
  } catch (error) {
    if (!axios.isAxiosError(error) || io.signal.aborted) throw error;
    throw limit.aborted ? tooSlow(asked, options.timeout, error) : callFailure(error, asked, io);
  }
}

function tooSlow(where: string, seconds: number, error: Error): Failure {
  return new Failure(
    `The token is there, but no complete answer of ${where} came within ${seconds} s. Is it up, may this machine speak to it (firewall, proxy), and does its answer end? \`--timeout\` allows more.`,
    'unreachable',
    error,
  );
}

/** An answer is read as a whole: more than that is a download. */
const LARGEST = 10 * 1024 * 1024;

function callFailure(error: Error, where: string, { env }: Io): Failure {
  if (error.message.startsWith('maxContentLength'))
    return new Failure(
      `The API answers with more than 10 MiB. Choose a smaller thing for \`--url\`.`,
      'apiFailed',
      error,
    );
  const code = systemCode(error);
  if (code === 'ERR_FR_TOO_MANY_REDIRECTS')
    return new Failure(
      `${where} redirects again and again. Choose its final address for \`--url\`.`,
      'apiFailed',
      error,
    );
  return new Failure(`The token is there, but not the API: ${unreachable(code, where, env)}`, 'unreachable', error);
}
