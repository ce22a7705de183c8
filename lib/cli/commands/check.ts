import type { Command } from 'commander';
import { printableText } from '../../redact.js';
import type { Token } from '../../token.js';
import { isRecord } from '../../validate.js';
import { callApi } from '../api-call.js';
import { Failure, UsageError } from '../exit.js';
import type { Io } from '../io.js';
import { audiencesOf, jwtIn, timeOf } from '../jwt.js';
import { addCommonOptions, addSourceOptions, type SourceOptions, url } from '../options.js';
import { type Session, withSession } from '../session.js';
import { sourceOf } from '../source.js';
import type { Terminal } from '../terminal.js';
import { skewSentence, span } from '../time.js';
import { statusText, verdictOf } from '../verdict.js';

export interface CheckOptions extends SourceOptions {
  url?: URL;
}

export function describeCheckCommand(command: Command): Command {
  command
    .summary('try the whole path: a token, one API call')
    .description(
      'Asks for a token, makes one GET request to the API with it, as `attachToken` would, and says what came of it. What was found goes to stdout, what is wrong and what to change to stderr. The token is never printed.',
    )
    .optionsGroup('The call:')
    .option('--url <url>', 'required: an address of the API that answers to GET', url('--url'));
  return addCommonOptions(addSourceOptions(command)).addHelpText(
    'after',
    `
Example:
  $ npx axios-client-credentials check --token-url https://auth.example.com/oauth2/token \\
      --client-id my-service --scope read --url https://api.example.com/things`,
  );
}

/** `check`: the token, the call, and what they mean. */
export async function check(options: CheckOptions, io: Io, terminal: Terminal): Promise<void> {
  const { url: target } = options;
  if (!target) throw new UsageError('Say what to call: `--url`, an address of the API that answers to GET.');
  const source = await sourceOf(options, io, terminal);
  const attach = { baseURL: target.origin };
  await withSession(source, attach, options, terminal, async (session) => {
    const token = await session.handle.getToken({ signal: io.signal });
    terminal.hide(token.accessToken);
    report(tokenLines(token, session), terminal);
    const called = await callApi(target, session, token, source, options, io, terminal);
    const { exit, paragraph } = verdictOf(called);
    report([['call', `GET ${called.url}: ${statusText(called.answer.status)}`]], terminal);
    if (exit !== 'ok') throw new Failure(paragraph, exit);
    report([['verdict', paragraph]], terminal);
  });
}

type Line = readonly [label: string, text: string];

function report(lines: readonly Line[], terminal: Terminal): void {
  for (const [label, text] of lines) terminal.result(`${label.padEnd(8)} ${text}`);
}

function tokenLines({ accessToken, issuedAt, expiresAt, response }: Token, { seen }: Session): Line[] {
  const from = seen.endpoint === undefined ? '' : `from ${seen.endpoint}, `;
  const life = expiresAt === undefined ? 'of an unknown life' : `lives ${span((expiresAt - issuedAt) / 1000)}`;
  const scope =
    isRecord(response) && typeof response.scope === 'string' && response.scope !== ''
      ? `, scope ${printableText(response.scope)}`
      : '';
  const lines: Line[] = [['token', `${from}${life}${scope}`]];
  const jwt = jwtIn(accessToken);
  if (jwt) {
    const { iss, sub, scope: claimed, scp = claimed, exp } = jwt.claims;
    const claims = { iss, sub, aud: audiencesOf(jwt), scope: scp, exp: timeOf(exp) };
    for (const [name, value] of Object.entries(claims)) {
      const text = [value]
        .flat()
        .filter((one) => typeof one === 'string')
        .join(' ');
      if (text !== '') lines.push([`  ${name}`, printableText(text)]);
    }
  }
  const skew = skewSentence(seen.skewS, 'the token endpoint');
  return skew === '' ? lines : [...lines, ['clock', skew]];
}
