import type { Command } from 'commander';
import type { Token } from '../../token.js';
import { isRecord } from '../../validate.js';
import type { Io } from '../io.js';
import { jwtIn } from '../jwt.js';
import { addCommonOptions, addSourceOptions, type SourceOptions } from '../options.js';
import { withSession } from '../session.js';
import { shown } from '../shown.js';
import { sourceOf } from '../source.js';
import type { Terminal } from '../terminal.js';

export interface TokenOptions extends SourceOptions {
  json?: boolean;
  withToken?: boolean;
}

export function describeTokenCommand(command: Command): Command {
  command
    .summary('print an access token')
    .description(
      'Asks for an access token and prints it, and nothing else, on stdout. With --json it prints everything about the token in its place, so that it can be shown to others: endpoint, times, scope, the claims if it is a JWT, and the rest of the answer. Neither the token nor any secret is in it; --with-token adds the token.',
    )
    .optionsGroup('What is printed:')
    .option('--json', 'everything about the token but what is secret')
    .option('--with-token', 'with --json: the token, too (`accessToken`)');
  return addCommonOptions(addSourceOptions(command)).addHelpText(
    'after',
    `
Examples:
  $ export CLIENT_SECRET=…
  $ curl -H "Authorization: Bearer $(npx axios-client-credentials token \\
      --token-url https://auth.example.com/oauth2/token --client-id my-service)" https://api.example.com/things
  $ npx axios-client-credentials token --preset auth0 --set domain=acme.eu.auth0.com --client-id my-service \\
      --audience https://api.example.com --json`,
  );
}

/** `token`: nothing but the token, or everything but it. */
export async function printToken(options: TokenOptions, io: Io, terminal: Terminal): Promise<void> {
  const source = await sourceOf(options, io, terminal);
  const attach = { allowedOrigins: () => false };
  await withSession(source, attach, options, terminal, async ({ handle, seen }) => {
    const token = await handle.getToken({ signal: io.signal });
    if (options.json !== true) {
      terminal.write(token.accessToken);
      return;
    }
    const facts = { endpoint: seen.endpoint, clientId: options.clientId ?? io.env.CLIENT_ID, ...factsOf(token) };
    if (options.withToken !== true) terminal.hide(token.accessToken);
    const { accessToken } = token;
    terminal.result(JSON.stringify(options.withToken === true ? { accessToken, ...facts } : facts, null, 2));
  });
}

function factsOf({ accessToken, issuedAt, expiresAt, response }: Token): Record<string, unknown> {
  const show = (value: unknown): unknown => shown(value, [accessToken]);
  const answer = isRecord(response) ? response : {};
  const { header, claims } = jwtIn(accessToken) ?? {};
  return {
    tokenType: show(answer.token_type ?? null),
    scope: show(answer.scope ?? null),
    issuedAt: new Date(issuedAt).toISOString(),
    expiresAt: expiresAt === undefined ? null : new Date(expiresAt).toISOString(),
    lifetimeSeconds: expiresAt === undefined ? null : Math.round((expiresAt - issuedAt) / 1000),
    jwt: claims ? { header: show(header), claims: show(claims) } : null,
    answer: typeof response === 'object' ? show(response) : null, // a text may be the token itself
  };
}
