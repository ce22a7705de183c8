import axios, { type AxiosInstance } from 'axios';
import { detect, type Detection, type DetectRequest } from '../../../lib/cli/detect/index.js';
import * as ours from '../../../lib/index.js';
import { fakeServer, type Received } from '../../support/fake-server.js';
import { ManualClock } from '../../support/manual-clock.js';
import { attach } from '../../support/world.js';

// A search against a server of the test's own, and the proof that what it prints works there.

export const CLIENT = { clientId: 'the-client', clientSecret: 's3cr3t-of-the-client' };

export interface Detected extends Detection {
  said: string[];
  /** The rows of the report by their label. */
  rows: Record<string, string>;
}

/** Searches; whatever comes out, the secret is not in it. */
export async function detecting(tokenUrl: string, options: Partial<DetectRequest> = {}): Promise<Detected> {
  const said: string[] = [];
  const request: DetectRequest = {
    tokenUrl: new URL(tokenUrl),
    ...CLIENT,
    say: (line) => said.push(line),
    signal: new AbortController().signal,
    clock: quickClock(),
    ...options,
  };
  const detection = await detect(request);
  const { clientSecret } = request;
  for (const form of [clientSecret, encodeURIComponent(clientSecret), btoa(`${request.clientId}:${clientSecret}`)])
    expect([...said, JSON.stringify(detection)].join('\n')).not.toContain(form);
  return { ...detection, said, rows: Object.fromEntries(detection.report.map(({ label, value }) => [label, value])) };
}

/** A clock on which a pause is over at once, and has taken its time all the same. */
export function quickClock(clock = new ManualClock()): ManualClock {
  const quick = Object.create(clock) as ManualClock;
  return Object.assign(quick, {
    setTimeout: (run: () => void, ms: number): number => {
      const timer = clock.setTimeout(run, ms);
      if (ms < 5000) void clock.advance(ms);
      return timer;
    },
  });
}

/** Runs code as it was printed, with the secret where it says. */
export function pasted(code: string, env: Record<string, string> = {}): ours.TokenSource {
  const body = code.replace(/import \{([^}]*)\} from 'axios-client-credentials';/, 'const {$1} = ours;');
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- running the text that was printed is what this is for
  const run = new Function('ours', 'process', `${body}\nreturn source;`) as (...given: unknown[]) => ours.TokenSource;
  return run(ours, { env: { CLIENT_SECRET: CLIENT.clientSecret, ...env } });
}

/** What an API is sent by an axios that the printed code is attached to, and how long the token lives, in ms. */
export async function attached(
  { code }: Detection,
  env?: Record<string, string>,
  http?: AxiosInstance,
): Promise<{ authorization: string | undefined; lifeMs: number | undefined }> {
  const upstream = await fakeServer();
  const api = axios.create({ baseURL: upstream.url, proxy: false });
  const auth = attach(api, pasted(code ?? '', env), http && { http });
  await api.get('/things');
  const { issuedAt, expiresAt } = await auth.getToken();
  const { authorization } = upstream.requests[0]!.headers;
  return { authorization, lifeMs: expiresAt === undefined ? undefined : expiresAt - issuedAt };
}

/** `id:secret` of HTTP Basic, as it was written. */
export function basicOf({ headers }: Received): string | undefined {
  const encoded = /^Basic (.+)$/.exec(headers.authorization ?? '')?.[1];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString();
}

export function formOf({ headers, body }: Received): Record<string, string> {
  return headers['content-type'] === 'application/x-www-form-urlencoded'
    ? Object.fromEntries(new URLSearchParams(body))
    : {};
}

export function jsonOf({ headers, body }: Received): Record<string, unknown> {
  return headers['content-type'] === 'application/json' ? (JSON.parse(body) as Record<string, unknown>) : {};
}

/** A JWT that nobody has signed. */
export function jwt(claims: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part(claims)}.c2ln`;
}
