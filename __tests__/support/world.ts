import axios, { type AxiosInstance, type CreateAxiosDefaults } from 'axios';
import { EVENT_NAMES, type TokenEventName, type TokenEvents } from '../../lib/events.js';
import {
  attachToken,
  type AttachTokenOptions,
  clientCredentials,
  type ClientCredentialsOptions,
  type FetchToken,
  type TokenHandle,
  type TokenSource,
} from '../../lib/index.js';
import {
  type ApiEcho,
  type ApiRequest,
  type ProtectedApi,
  type ProtectedApiOptions,
  startProtectedApi,
  startTokenServer,
  type TokenServer,
  type TokenServerOptions,
} from '../../lib/testing/index.js';
import { ManualClock } from './manual-clock.js';
import { turn } from './turn.js';

// A token server, an API that wants its tokens, an attached axios. Everything that is made here is closed after the test.

export interface WorldOptions {
  server?: TokenServerOptions;
  upstream?: Partial<ProtectedApiOptions>;
  axios?: CreateAxiosDefaults;
  source?: Partial<ClientCredentialsOptions>;
  attach?: AttachTokenOptions;
  /** Works on the bare instance, before the plugin is attached. */
  before?: (api: AxiosInstance) => void;
}

export interface World {
  server: TokenServer;
  upstream: ProtectedApi;
  api: AxiosInstance;
  auth: TokenHandle;
  events: RecordedEvents;
}

type Recorded = { [Name in TokenEventName]: { name: Name } & TokenEvents[Name] }[TokenEventName];

export interface RecordedEvents {
  readonly all: Recorded[];
  /** In their order; who begins to wait is left out, which may be a thousand calls. */
  names(): TokenEventName[];
  of<Name extends TokenEventName>(name: Name): TokenEvents[Name][];
}

const handles: TokenHandle[] = [];
const servers: { close(): Promise<void> }[] = [];
const clocks: ManualClock[] = [];

afterEach(async () => {
  const open = handles.splice(0);
  await Promise.all(open.map((handle) => handle.close({ timeoutMs: 0 })));
  await Promise.all(servers.splice(0).map((server) => server.close()));
  await turn(); // an unhandled rejection, if there is one, shows now: Jest fails the test for it
  await turn();
  for (const handle of open)
    for (const status of handle.inspect()) expect(status).toMatchObject({ refreshing: false, waiting: 0 });
  for (const clock of clocks.splice(0)) expect({ timersLeft: clock.pending }).toEqual({ timersLeft: 0 });
});

export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const server = await tokenServer(options.server);
  const upstream = await protectedApi({ accepts: server, ...options.upstream });
  const api = axios.create({ baseURL: upstream.url, ...options.axios });
  options.before?.(api);
  const auth = attach(api, sourceOf(server, options.source), options.attach);
  return { server, upstream, api, auth, events: record(auth) };
}

/** The same with a clock that only the test moves; the token server lives by it, too. */
export async function startTimedWorld(options: WorldOptions = {}): Promise<World & { clock: ManualClock }> {
  const clock = manualClock();
  const world = await startWorld({
    ...options,
    server: { now: clock.now, ...options.server },
    attach: { clock, random: () => 0, ...options.attach },
  });
  return { ...world, clock };
}

export function manualClock(): ManualClock {
  const clock = new ManualClock();
  clocks.push(clock);
  return clock;
}

export async function tokenServer(options?: TokenServerOptions): Promise<TokenServer> {
  const server = await startTokenServer(options);
  servers.push(server);
  return server;
}

export async function protectedApi(options: ProtectedApiOptions): Promise<ProtectedApi> {
  const upstream = await startProtectedApi(options);
  servers.push(upstream);
  return upstream;
}

/** `attachToken`, closed after the test. */
export function attach(
  api: AxiosInstance,
  source: TokenSource | FetchToken | TokenHandle,
  options?: AttachTokenOptions,
): TokenHandle {
  const handle = attachToken(api, source, options);
  handles.push(handle);
  return handle;
}

export function sourceOf(server: TokenServer, options: Partial<ClientCredentialsOptions> = {}): TokenSource {
  const { tokenUrl, clientId, clientSecret } = server;
  return clientCredentials({ tokenUrl, clientId, clientSecret, ...options });
}

export function record(handle: TokenHandle): RecordedEvents {
  const all: Recorded[] = [];
  for (const name of EVENT_NAMES) handle.on(name, (event) => all.push({ name, ...event } as Recorded));
  return {
    all,
    names: () => all.map(({ name }) => name).filter((name) => name !== 'token:awaited'),
    of: <Name extends TokenEventName>(name: Name) =>
      all.filter((event) => event.name === name) as unknown as TokenEvents[Name][],
  };
}

/** Makes a number of calls at once. */
export function callsOf(
  api: AxiosInstance,
  count: number,
  path = '/things',
): Promise<{ status: number; data: ApiEcho }[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => api.get<ApiEcho>(`${path}/${index}`)));
}

/** How often each path was asked for. */
export function sendsByPath(requests: readonly ApiRequest[]): Map<string, number> {
  const sends = new Map<string, number>();
  for (const { path } of requests) sends.set(path, (sends.get(path) ?? 0) + 1);
  return sends;
}

/** What a promise is rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('was expected to be rejected');
}
