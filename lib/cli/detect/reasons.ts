import { printableUrl } from '../../redact.js';
import { unreachable } from '../unreachable.js';
import { inWords, type Wishes } from './dialect.js';
import type { KnownPreset } from './known-preset.js';
import type { Ending, Refused, Seen, Step } from './step.js';

// Why the search ended without a token: one paragraph, with what to do about it.

export type Environment = Readonly<Record<string, string | undefined>>;

export type Exit = 'ok' | 'usage' | 'refused' | 'unreachable' | 'unusable';

/** The same as when a token is asked for. */
export function exitOf(ending: Ending): Exit {
  if (ending === 'found') return 'ok';
  if (ending === 'unreachable') return 'unreachable';
  return ending === 'page' || ending === 'no token' ? 'unusable' : 'refused';
}

export function reasonFor(
  ending: Ending,
  history: readonly Step[],
  wishes: Wishes,
  preset: KnownPreset | undefined,
  env: Environment = {},
): string {
  const endpoint = printableUrl(wishes.tokenUrl);
  const last = history.findLast(({ tried }) => tried.do !== 'look up');
  const said = last && 'said' in last.seen ? last.seen.said : '';
  const tried = last?.tried.do === 'ask' ? inWords(last.tried.dialect, wishes) : '';
  const looked = history.find(({ seen }) => seen.kind === 'metadata')?.seen;
  return [
    WORDS[ending]({ endpoint, said, tried, seen: last?.seen, history, wishes, env }),
    metadataWords(ending, looked, wishes),
    preset && `The preset ${preset.preset}() is made for this endpoint, and says what it wants.`,
  ]
    .filter(Boolean)
    .join(' ');
}

interface Told {
  endpoint: string;
  said: string;
  /** The last request in words. */
  tried: string;
  seen: Seen | undefined;
  history: readonly Step[];
  wishes: Wishes;
  env: Environment;
}

const WORDS: Record<Ending, (told: Told) => string> = {
  found: () => '',
  'lock-out': ({ endpoint, said }) =>
    `${endpoint} answered ${said}. That is a sign that more tries could lock the client out, or are being turned away, so this was the last one. Wait before you try again, and ask whoever runs the server how it wants to be asked.`,
  secret: ({ endpoint, said }) =>
    `${endpoint} reads the request and does not take the credentials: ${said}. More tries would be more wrong passwords, so there are none. Check the client id and the secret: are both from this server, of this environment, and still valid?`,
  client: ({ endpoint, said, tried }) =>
    `${endpoint} reads the request (${tried}) and knows the client, but does not give it a token: ${said}. Is the client credentials grant enabled for this client?`,
  scope: ({ endpoint, said, tried }) =>
    `${endpoint} reads the request (${tried}), but not for this scope, audience or resource: ${said}. Ask for what the client is registered for.`,
  missing: ({ endpoint, said, seen }) =>
    `${endpoint} wants ${missingWords(seen as Refused)}: ${said}. Give it (--scope, --audience, --resource or --param name=value) and try again.`,
  redirect: ({ endpoint, said }) =>
    `${endpoint} redirects to ${said}. Redirects are not followed, they would carry the credentials away. If that is the token endpoint, give its address.`,
  page: ({ endpoint, said }) => `${endpoint} answered ${said}: this is not a token endpoint. Check the address.`,
  absent: ({ endpoint, said }) => `There is no token endpoint at ${endpoint}: it answered ${said}. Check the address.`,
  'no token': ({ endpoint, said }) =>
    said.startsWith(endpoint)
      ? said.replace('`tokenUrl`', 'the address')
      : `${endpoint} answered, but no token was recognised in it: ${said}. If there is one, say where with \`response.token\`.`,
  unreachable: ({ endpoint, said, seen, env }) => {
    const code = seen?.kind === 'unreachable' ? seen.code : undefined;
    return unreachable(code, endpoint, env, `${said} Check the address, the network and the proxy.`);
  },
  server: ({ endpoint, said }) =>
    `${endpoint} has trouble of its own: ${said}. Nothing can be learnt from that. Try again later.`,
  exhausted: ({ endpoint, said, history }) =>
    `No dialect was found in ${history.length} requests; the last answer of ${endpoint} was ${said}. Its documentation has to say how a token is asked for: docs/token-endpoints.md shows how to write that down.`,
};

function missingWords({ missing = [] }: Refused): string {
  return missing.length === 0 ? 'more' : `the parameter ${missing.map((name) => `\`${name}\``).join(', ')}`;
}

function metadataWords(ending: Ending, looked: Seen | undefined, { tokenUrl }: Wishes): string {
  if (looked?.kind !== 'metadata' || looked.tokenUrl === undefined) return '';
  const other =
    looked.tokenUrl === printableUrl(tokenUrl)
      ? ''
      : `The server's metadata name the token endpoint ${looked.tokenUrl}.`;
  const { methods = [] } = looked;
  if (ending === 'page' || ending === 'absent' || methods.length === 0) return other;
  const usable = methods.some((method) => /^client_secret_(basic|post)$/.test(method));
  const how = usable
    ? `By the server's metadata a client may authenticate with ${methods.join(', ')}.`
    : `By the server's metadata a client authenticates with ${methods.join(', ')}, not with a secret in the request: see axios-client-credentials/client-auth.`;
  return [other, how].filter(Boolean).join(' ');
}
