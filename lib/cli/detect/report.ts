import { at } from '../../answer.js';
import { printableText } from '../../redact.js';
import { jwtIn } from '../jwt.js';
import { skewWords } from './clock-skew.js';
import { inWords, type Wishes } from './dialect.js';
import type { KnownPreset } from './known-preset.js';
import type { Life } from './life.js';
import { MOST_REQUESTS } from './step.js';
import type { Exchange } from './road.js';
import type { TokenPlace } from './token-place.js';

// What was learnt, row by row. Names and figures, never the token or the secret.

export interface Row {
  label: string;
  value: string;
}

/** What asking again did. */
export interface Asking {
  reissue: 'same' | 'extends' | 'replaces' | undefined;
  words: string;
}

/** @param history with a token in it */
export function foundRows(history: readonly Exchange[], wishes: Wishes, preset: KnownPreset | undefined): Row[] {
  const first = history.find(({ found }) => found !== undefined);
  if (!first?.found || !first.answer || first.tried.do === 'look up') return [];
  const { found, answer } = first;
  return [
    row('request', inWords(first.tried.dialect, wishes)),
    row('token', `${placeWords(found.place)}; ${kindOf(found.token)}`),
    row('token type', typeOf(answer.body)),
    row('lifetime', lifeWords(found.life)),
    row('asking again', askingAgain(history, preset).words),
    row('scope', scopeWords(answer.body, wishes.scope)),
  ];
}

export function commonRows(history: readonly Exchange[], preset: KnownPreset | undefined): Row[] {
  const moments = history.flatMap(({ answer, sentAt, receivedAt }) =>
    answer ? [{ date: answer.headers.date, sentAt, receivedAt }] : [],
  );
  return [
    ...(preset ? [row('preset', `${preset.preset}() of axios-client-credentials/presets knows this endpoint`)] : []),
    ...(moments.length === 0 ? [] : [row('clock here', skewWords(moments))]),
    row('requests', `${history.length} of at most ${MOST_REQUESTS}`),
  ];
}

/** What asking again does. That a new token ends the one before cannot be seen here: only an API that is called with it would show it. */
export function askingAgain(history: readonly Exchange[], preset: KnownPreset | undefined): Asking {
  if (preset?.reissue === 'replaces')
    return { reissue: 'replaces', words: 'not tried: with this provider a new token ends the one before' };
  const again = history.filter(({ tried }) => tried.do === 'ask again');
  const last = again.at(-1);
  if (last === undefined) return { reissue: undefined, words: 'not tried: the requests were used up' };
  const tokens = again.flatMap(({ seen }) => (seen.kind === 'token' ? [seen] : []));
  const best = tokens.at(-1);
  if (best === undefined)
    return {
      reissue: undefined,
      words: `cannot be told: the second request failed (${'said' in last.seen ? last.seen.said : ''})`,
    };
  if (best.repeated !== true)
    return {
      reissue: undefined,
      words: 'a new token each time; whether it ends the one before cannot be seen from the outside',
    };
  if (best.end === 'moved') return { reissue: 'extends', words: 'the same token, and its end moves' };
  if (best.end === 'stays') return { reissue: 'same', words: 'the same token, with what is left of its life' };
  return { reissue: 'same', words: 'the same token; whether its end moves could not be seen, presumably it does not' };
}

function placeWords(place: TokenPlace): string {
  if (place === 'whole body') return 'the whole body';
  return 'path' in place ? `\`${place.path}\` in the body` : `in the header \`${place.header}\``;
}

function kindOf(token: string): string {
  const claims = jwtIn(token)?.claims;
  if (claims === undefined) return `opaque, ${token.length} characters`;
  const names = Object.keys(claims).slice(0, 30);
  return names.length === 0 ? 'a JWT without claims' : `a JWT (claims: ${printableText(names.join(', '), [token])})`;
}

function typeOf(body: unknown): string {
  const type = ['token_type', 'tokenType'].map((name) => at(body, name)).find((one) => typeof one === 'string');
  if (typeof type !== 'string' || !/^[\w-]{1,40}$/.test(type)) return 'not said; Bearer is presumed';
  if (/^dpop$/i.test(type)) return `${type}: tokens are bound to a key, see axios-client-credentials/dpop`;
  return /^bearer(token)?$/i.test(type)
    ? type
    : `${type}: its documentation says how an API wants it; \`sendAs\` does it`;
}

function lifeWords({ ms, field }: Life): string {
  if (ms === undefined) return 'not said: a token is used until an API rejects it';
  const life = durationOf(ms);
  if (field === undefined) return `${life} (the \`exp\` of the token itself)`;
  const unit =
    field.helper === 'expiresAt'
      ? 'an absolute time'
      : `in ${UNITS[field.unit]}${field.presumed ? ', presumably' : ''}`;
  return `${life} (\`${field.path}\`, ${unit})`;
}

const UNITS = { s: 'seconds', min: 'minutes', ms: 'milliseconds', 'h:m:s': 'hours, minutes and seconds' };

function durationOf(ms: number): string {
  const s = Math.round(ms / 1000);
  if (s < 120) return `${s} s`;
  if (s < 7200) return `${s} s, about ${Math.round(s / 60)} min`;
  return s < 172_800 ? `${s} s, about ${Math.round(s / 3600)} h` : `${s} s, about ${Math.round(s / 86_400)} days`;
}

function scopeWords(body: unknown, asked: string | undefined): string {
  const granted = at(body, 'scope') ?? at(body, 'scopes');
  const text = Array.isArray(granted) ? granted.join(' ') : granted;
  if (typeof text !== 'string' || text === '')
    return asked === undefined
      ? 'none asked for, none named'
      : 'the answer does not name it: as asked, by the standard';
  const words = (list: string): Set<string> => new Set(list.split(/[\s,]+/).filter(Boolean));
  const [given, wanted] = [words(text), words(asked ?? '')];
  const shown = printableText([...given].join(' ').slice(0, 300));
  if (asked === undefined) return `${shown} (none was asked for)`;
  const [less, more] = [[...wanted].filter((one) => !given.has(one)), [...given].filter((one) => !wanted.has(one))];
  if (less.length === 0 && more.length === 0) return 'as asked';
  const parts = [less.length > 0 && `without ${less.join(' ')}`, more.length > 0 && `with ${more.join(' ')} beside it`];
  return `not as asked: ${printableText(parts.filter(Boolean).join(', '))}`;
}

function row(label: string, value: string): Row {
  return { label, value };
}
