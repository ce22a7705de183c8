import type { Command } from 'commander';
import { clientSecret } from '../client-secret.js';
import { type Exit, Failure, UsageError } from '../exit.js';
import type { Io } from '../io.js';
import { addClientOptions, addCommonOptions, type ClientOptions, url } from '../options.js';
import { clientIn, NOBODY } from '../source.js';
import type { Terminal } from '../terminal.js';
import { isInsecure } from '../../transport.js';

export function describeDetectCommand(command: Command): Command {
  command
    .summary('find out how a token endpoint wants to be asked')
    .description(
      'Tries ways to authenticate and formats, one after the other, with the client that you give: at most six requests, and none after a sign that the client may be locked out. Each try is said on stderr; then what was found there, and on stdout the code to paste.',
    )
    .argument('<token-url>', 'the token endpoint', url('token-url'));
  return addCommonOptions(addClientOptions(command)).addHelpText(
    'after',
    `
Example:
  $ npx axios-client-credentials detect https://auth.example.com/oauth2/token --client-id my-service > source.js`,
  );
}

/** `detect`: the tries, the report, and the code. */
export async function detectDialect(tokenUrl: URL, options: ClientOptions, io: Io, terminal: Terminal): Promise<void> {
  const { clientId = io.env.CLIENT_ID, scope, audience, resource, params } = clientIn(options, io, terminal);
  if (clientId === undefined || clientId === '') throw new UsageError(NOBODY);
  if (Array.isArray(resource)) throw new UsageError('`--resource` can be given once here.');
  if (isInsecure(tokenUrl) && options.allowInsecureHttp !== true) {
    throw new UsageError(
      'The secret would travel over plain http. Use https, or give `--allow-insecure-http` if that network is trusted.',
    );
  }
  const secret = await clientSecret(options, io);
  terminal.hide(secret);
  const { detect } = await import('../detect/index.js'); // the rules of the search, and how it is sent
  const { outcome, reason, exit, report, code } = await detect({
    tokenUrl,
    clientId,
    clientSecret: secret,
    scope,
    audience,
    resource,
    params,
    variables: options.paramEnv,
    allowInsecureHttp: options.allowInsecureHttp,
    say: (line) => terminal.say(line),
    signal: io.signal,
    env: io.env,
  });
  const width = Math.max(0, ...report.map(({ label }) => label.length));
  for (const { label, value } of report) terminal.say(`${label.padEnd(width)}  ${value}`);
  if (code !== undefined) {
    terminal.say('');
    terminal.result(code.trimEnd());
  }
  if (outcome !== 'found' || exit !== 'ok')
    throw new Failure(reason ?? 'Nothing was found.', exit === 'ok' ? 'unusable' : (exit satisfies Exit));
}
