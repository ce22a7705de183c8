import axios, { type AxiosInstance } from 'axios';
import * as ours from '../../lib/index.js';
import { type Answer, fakeServer, type FakeServer, type Received } from '../support/fake-server.js';
import type { ManualClock } from '../support/manual-clock.js';
import { attach, manualClock, record, type RecordedEvents } from '../support/world.js';
import {
  answerIn,
  difference,
  filled,
  type Matches,
  matcher,
  requestIn,
  type ShownAnswer,
  type ShownRequest,
} from './http-blocks.js';
import type { Block } from './markdown.js';
import { execute } from './run.js';

// A provider as a section of the guide shows it, made a strict fake, and the description of that section at work against it.

export const SECRET = `s&c <r/e=t%2B"'é`;

export interface Script {
  /** In place of the secret; `null`: not set. */
  secret?: string | null;
  attach?: ours.AttachTokenOptions;
  /** In place of the answer to the last token request. */
  tokenAnswer?: Answer | 'error';
  /** In place of the API's answers. */
  apiAnswer?: Answer;
  /** What a name in braces stands for, where it depends on the request or on what was answered before. */
  computed?: Record<string, (request: Received, given: ReadonlyMap<string, string>) => string>;
}

export interface Stage {
  /** Calls the API as the guide shows it. */
  call: (headers?: Record<string, string>) => Promise<{ status: number; data: unknown }>;
  auth: ours.TokenHandle;
  source: ours.TokenSource;
  clock: ManualClock;
  events: RecordedEvents;
  /** What was wrong with the requests, in words. */
  faults: string[];
  /** How many requests the API got, and how many rounds of requests the token endpoint. */
  counts: () => { tokens: number; calls: number };
  /** Ends every token. */
  endAll: () => void;
}

export async function play(section: readonly Block[], script: Script = {}): Promise<Stage> {
  const provider = providerIn(section);
  const fake = new Fake(provider, script);
  const local = await fake.start();
  const { source, api } = await described(local(provider.code), script.secret);
  const instance = api ?? axios.create({ baseURL: local(`https://${provider.call.host}`) });
  const clock = manualClock();
  const auth = attach(instance, source, { clock, random: () => 0, ...script.attach });
  const { method, path } = provider.call;
  return {
    call: (headers = {}) => instance.request({ method, url: path, headers }),
    auth,
    source,
    clock,
    events: record(auth),
    faults: fake.faults,
    counts: () => fake.counts(),
    endAll: () => {
      fake.live.clear();
    },
  };
}

interface Provider {
  exchanges: { request: ShownRequest; answer: ShownAnswer }[];
  error: ShownAnswer | undefined;
  call: ShownRequest;
  refusal: ShownAnswer;
  code: string;
}

function providerIn(section: readonly Block[]): Provider {
  const http = (kind: string): Block[] => section.filter(({ language, info }) => language === 'http' && info === kind);
  const [answers, requests] = [http('answer'), http('request')];
  const [[call], [refusal], [error]] = [http('call'), http('refusal'), http('error')];
  return {
    exchanges: requests.map((block, index) => ({ request: requestIn(block), answer: answerIn(answers[index]!) })),
    error: error && answerIn(error),
    call: requestIn(call!),
    refusal: answerIn(refusal!),
    code: section.find(({ language }) => language === 'ts')!.code,
  };
}

/** One server for each host. What is not exactly as shown is refused. */
class Fake {
  readonly faults: string[] = [];
  /** Tokens that the API takes. */
  readonly live = new Set<string>();
  readonly #given = new Map<string, string>();
  readonly #uuids = new Set<string>();
  readonly #servers = new Map<string, FakeServer>();
  #tokenRequests = 0;
  #calls = 0;

  constructor(
    readonly provider: Provider,
    readonly script: Script,
  ) {}

  async start(): Promise<(text: string) => string> {
    const shown = [this.provider.call, ...this.provider.exchanges.map(({ request }) => request)];
    for (const { host } of shown)
      if (!this.#servers.has(host)) this.#servers.set(host, await fakeServer((request) => this.#serve(host, request)));
    return this.#local;
  }

  counts(): { tokens: number; calls: number } {
    return { tokens: this.#tokenRequests / this.provider.exchanges.length, calls: this.#calls };
  }

  /** Text with the addresses of these servers in place of those that are shown. */
  readonly #local = (text: string): string =>
    text.replace(/https:\/\/([\w.-]+\.example\.com)/g, (_url, host: string) => this.#servers.get(host)!.url);

  #serve(host: string, request: Received): Answer {
    const { exchanges, call, refusal } = this.provider;
    const exchange = exchanges.find(({ request: shown }) => shown.host === host && shown.path === request.path);
    if (exchange) {
      this.#tokenRequests++;
      return this.#strictly(exchange.request, request, () =>
        this.#issue(exchange.answer, exchange === exchanges.at(-1)),
      );
    }
    if (call.host !== host) this.faults.push(`there is no ${request.path}`);
    this.#calls++;
    const accept = (): Answer => (this.live.has(this.#given.get('carried')!) ? { body: { ok: true } } : refusal);
    return this.#strictly(call, request, () => this.script.apiAnswer ?? accept());
  }

  #strictly(shown: ShownRequest, request: Received, answer: () => Answer): Answer {
    const fault = difference(shown, request, this.#matcherOf(request));
    if (fault === '') return answer();
    this.faults.push(fault);
    return { status: 400, body: { error: 'not_as_shown', error_description: fault } };
  }

  #issue(answer: ShownAnswer, isLast: boolean): Answer {
    const { tokenAnswer } = this.script;
    if (isLast && tokenAnswer !== undefined) return tokenAnswer === 'error' ? this.provider.error! : tokenAnswer;
    const values = { token: `token-${this.#tokenRequests}`, challenge: `challenge-${this.#tokenRequests}` };
    if (isLast) this.live.add(values.token);
    this.#given.set('challenge', values.challenge);
    const { body, ...rest } = filled(answer, values);
    return { ...rest, body: this.#local(body) };
  }

  #matcherOf(request: Received): Matches {
    const computed = Object.entries(this.script.computed ?? {});
    return matcher({
      secret: (text) => text === SECRET,
      'base64 of id:secret': (text) => text === Buffer.from(`my-service:${SECRET}`).toString('base64'),
      'unix time': (text) => /^\d{10}$/.test(text),
      uuid: (text) => UUID.test(text) && !this.#uuids.has(text) && Boolean(this.#uuids.add(text)),
      token: (text) => /^token-\d+$/.test(text) && Boolean(this.#given.set('carried', text)),
      ...Object.fromEntries(computed.map(([name, of]) => [name, (text: string) => text === of(request, this.#given)])),
    });
  }
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** The source that a block describes, and the instance that it is attached to, where the block makes one. */
async function described(
  code: string,
  secret: string | null = SECRET,
): Promise<{ source: ours.TokenSource; api?: AxiosInstance }> {
  const found: { source?: ours.TokenSource; api?: AxiosInstance } = {};
  const packages = {
    axios: { __esModule: true, default: axios },
    'axios-client-credentials': {
      ...ours,
      clientCredentials: (options: ours.ClientCredentialsOptions) => (found.source = ours.clientCredentials(options)),
      attachToken: (api: AxiosInstance | undefined, source: ours.TokenSource) =>
        Object.assign(found, { source }, api && { api }),
    },
  };
  const env = secret === null ? {} : { CLIENT_SECRET: secret };
  await execute(code, { process: { env }, api: undefined }, packages);
  return { ...found, source: found.source! };
}
