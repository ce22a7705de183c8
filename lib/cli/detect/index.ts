import type { AxiosInstance } from 'axios';
import { type Clock, systemClock } from '../../clock.js';
import { printableUrl } from '../../redact.js';
import { endpointFault } from '../../source/description.js';
import { isInsecure } from '../../transport.js';
import { fault } from '../../validate.js';
import { codeFor } from './code.js';
import { inWords, isWrittenInTwoWays, STANDARD, type Wishes } from './dialect.js';
import { type KnownPreset, knownPreset } from './known-preset.js';
import { nextTry } from './next-try.js';
import { type Environment, type Exit, exitOf, reasonFor } from './reasons.js';
import { metadataUrl } from './look-up.js';
import type { Exchange } from './road.js';
import { askingAgain, commonRows, foundRows, type Row } from './report.js';
import { carryOut } from './send.js';
import { type Ending, type Given, MOST_REQUESTS, type Seen, type Try } from './step.js';

export interface DetectRequest extends Wishes {
  allowInsecureHttp?: boolean | undefined;
  /** Told of each try as it happens, before and after; never a secret or a token. */
  say: (line: string) => void;
  signal: AbortSignal;
  /** What sends. Default: a token client of its own, apart from the global axios defaults. */
  http?: AxiosInstance | undefined;
  /** Says whether a proxy stands between. */
  env?: Environment | undefined;
  /** Default: the system's. */
  clock?: Clock | undefined;
}

export interface Detection {
  outcome: 'found' | 'stopped' | 'nothing';
  /** One paragraph; missing where a dialect was found. */
  reason?: string | undefined;
  exit: Exit;
  report: Row[];
  /** What to paste. */
  code?: string | undefined;
}

/**
 * Finds out how a token endpoint wants to be asked: with six requests at most, and none after a sign that the client could be locked
 * out. Each answer says what to try next.
 *
 * @throws the reason of `signal` when it aborts; TokenConfigError for what no token request can be made of
 */
export async function detect(request: DetectRequest): Promise<Detection> {
  const { tokenUrl, say, signal, http, clock = systemClock, allowInsecureHttp = false } = request;
  const must = endpointFault(tokenUrl);
  if (must !== undefined) throw fault('detect', 'tokenUrl', must, tokenUrl);
  if (isInsecure(tokenUrl) && !allowInsecureHttp) return plainHttp(tokenUrl);
  const preset = knownPreset(tokenUrl);
  if (preset) say(`This is an endpoint of the preset ${preset.preset}(), which knows its dialect.`);
  if (preset?.dialect === false) return otherCredentials(tokenUrl, preset.preset);
  const given = givenBy(request, preset);
  const history: Exchange[] = [];
  for (;;) {
    const next = nextTry(history, given);
    if (next.do === 'stop') return conclusion(next.because, history, request, preset);
    say(`${history.length + 1}/${MOST_REQUESTS}  ${tryWords(next, request)}`);
    const exchange = await carryOut(next, history, request, { http, allowInsecureHttp, clock, signal });
    history.push(exchange);
    say(`     ${seenWords(exchange.seen)}`);
  }
}

/** With a known provider the search begins with what is known of it. */
function givenBy(wishes: Wishes, preset: KnownPreset | undefined): Given {
  const { scope, audience, resource, params = {} } = wishes;
  const standard = Object.entries({ scope, audience, resource }).filter(([, value]) => value !== undefined);
  return {
    first: { ...STANDARD, ...preset?.dialect },
    twoWays: isWrittenInTwoWays(wishes),
    parameters: [...standard.map(([name]) => name), ...Object.keys(params)],
    known: preset !== undefined,
    replaces: preset?.reissue === 'replaces',
  };
}

function conclusion(
  ending: Ending,
  history: readonly Exchange[],
  request: DetectRequest,
  preset: KnownPreset | undefined,
): Detection {
  const first = history.find(({ found }) => found !== undefined);
  const common = commonRows(history, preset);
  if (first?.found && first.answer && first.tried.do !== 'look up') {
    const { reissue } = askingAgain(history, preset);
    const { place, life } = first.found;
    const code = codeFor(request, { dialect: first.tried.dialect, place, life, answer: first.answer, reissue });
    return { outcome: 'found', exit: 'ok', report: [...foundRows(history, request, preset), ...common], code };
  }
  const outcome = ending === 'exhausted' ? 'nothing' : 'stopped';
  const reason = reasonFor(ending, history, request, preset, request.env);
  return { outcome, exit: exitOf(ending), reason, report: common };
}

function plainHttp(tokenUrl: URL): Detection {
  const reason = `The secret would travel to ${printableUrl(tokenUrl)} over plain http, where others can read it; nothing was sent. Use https, or allow plain http if that network is trusted.`;
  return { outcome: 'stopped', exit: 'usage', reason, report: [] };
}

function otherCredentials(tokenUrl: URL, preset: string): Detection {
  const reason = `${printableUrl(tokenUrl)} takes something else than an id and a secret, so nothing was sent. The preset ${preset}() is made for it, and says what it wants.`;
  return { outcome: 'stopped', exit: 'usage', reason, report: [] };
}

function tryWords(next: Try, wishes: Wishes): string {
  if (next.do === 'look up') return `GET ${printableUrl(metadataUrl(wishes.tokenUrl))}, without credentials`;
  if (next.do === 'ask') return inWords(next.dialect, wishes);
  return next.afterMs === 0
    ? 'the same once more: is the token another one?'
    : 'the same once more, after a pause: does its end move?';
}

function seenWords(seen: Seen): string {
  if (seen.kind === 'token')
    return seen.repeated === undefined ? 'a token' : seen.repeated ? 'the same token' : 'another token';
  return seen.kind === 'redirect' ? `a redirect to ${seen.said}` : seen.said;
}
