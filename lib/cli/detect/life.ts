import { at } from '../../answer.js';
import type { EndpointAnswer } from '../../contract.js';
import { expiresAt, expiresIn, type ExpiryUnit, jwtExpiry, lifeOf } from '../../source/expiry.js';
import { leaves } from './token-place.js';

// How long a token lives: which field says so, and in which unit.

export interface Life {
  /** From when the answer was written; `undefined`: nothing says. */
  ms: number | undefined;
  field?: Field | undefined;
  /** Read without being told to. */
  isStandard: boolean;
}

interface Field {
  path: string;
  helper: 'expiresIn' | 'expiresAt';
  /** Of `expiresIn`. */
  unit: ExpiryUnit;
  /** Whether the unit is a guess. */
  presumed: boolean;
}

/** @param now ms since the epoch */
export function lifeIn(answer: EndpointAnswer, token: string, now: number): Life {
  const fields = fieldsOf(answer);
  const absolute = fields.flatMap((path) => absoluteLife(answer, path, now));
  const byToken = lifeOf(answer, token, now, jwtExpiry());
  const relative = fields.flatMap((path) => relativeLife(answer, path, byToken ?? absolute[0]?.ms));
  const [life] = [...relative, ...absolute];
  if (life === undefined) return { ms: byToken, isStandard: true };
  return { ...life, isStandard: lifeOf(answer, token, now) === life.ms };
}

/** Standard names first, then those nearest to the top. */
function fieldsOf({ body }: EndpointAnswer): string[] {
  const rank = (path: string): number => {
    const place = ['expires_in', 'expires_at', 'expires_on'].indexOf(path);
    return place < 0 ? 3 + path.split('.').length : place;
  };
  return leaves(body)
    .map(([path]) => path)
    .filter((path) => LIFE.test(path) && !OTHER_LIFE.test(path) && at(body, path) !== undefined)
    .sort((a, b) => rank(a) - rank(b));
}

const LIFE = /expir|ttl|life_?time|valid|lease|time_?out|max_?age/i;
const OTHER_LIFE = /refresh|ext_expires|not[-_]?before|validator|is_?valid|^valid$|consent|password/i;

type Found = Required<Pick<Life, 'field'>> & { ms: number };

/** @param known the token's life in ms, where something else in the answer says it */
function relativeLife(answer: EndpointAnswer, path: string, known: number | undefined): Found[] {
  const value = at(answer.body, path);
  const isBare = typeof value === 'number' || (typeof value === 'string' && /^\s*\d+(\.\d+)?\s*$/.test(value));
  if (isBare && Number(value) >= SMALLEST_EPOCH) return [];
  const { unit, presumed } = isBare ? unitOf(path, Number(value), known) : unitIn(value);
  const ms = lifeOf(answer, '', 0, expiresIn(path, { unit }));
  return ms === undefined ? [] : [{ ms, field: { path, helper: 'expiresIn', unit, presumed } }];
}

function absoluteLife(answer: EndpointAnswer, path: string, now: number): Found[] {
  const ms = lifeOf(answer, '', now, expiresAt(path));
  return ms === undefined ? [] : [{ ms, field: { path, helper: 'expiresAt', unit: 's', presumed: false } }];
}

/** As seconds since 1970 this is 2001; as a number of seconds to live it is absurd. */
const SMALLEST_EPOCH = 1e9;
const UNIT_MS = { s: 1000, min: 60_000, ms: 1 } as const;

function unitOf(path: string, value: number, known: number | undefined): { unit: ExpiryUnit; presumed: boolean } {
  const proven = (['s', 'ms', 'min'] as const).find(
    (unit) => known !== undefined && isNear(value * UNIT_MS[unit], known),
  );
  if (proven) return { unit: proven, presumed: false };
  if (/(_|[a-z])(ms|millis|milli_?seconds)$/i.test(path)) return { unit: 'ms', presumed: false };
  if (/min(ute)?s$/i.test(path)) return { unit: 'min', presumed: false };
  // As seconds it would be a week and more, and an odd part of a day; as milliseconds it is whole minutes.
  const isMs = value >= 600_000 && value % 60_000 === 0;
  return { unit: isMs ? 'ms' : 's', presumed: isMs };
}

/** A few seconds go by on the way, and some count from an earlier moment. */
function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) <= Math.max(5000, b * 0.02);
}

/** A text with words or colons in it; the words say the unit themselves. */
function unitIn(value: unknown): { unit: ExpiryUnit; presumed: boolean } {
  return { unit: typeof value === 'string' && value.includes(':') ? 'h:m:s' : 's', presumed: false };
}

/** One moment at which a token was given out. */
export interface Issue {
  answer: EndpointAnswer;
  life: Life;
  sentAt: number;
}

/** Of a token that came twice: did its end move? By seconds it takes two of them to see. */
export function endBetween(first: Issue, later: Issue): 'moved' | 'stays' | 'unclear' {
  const { field, ms } = first.life;
  if (field === undefined || ms === undefined || later.life.ms === undefined) return 'stays'; // nothing could move
  if (field.helper === 'expiresAt') {
    const same = at(first.answer.body, field.path) === at(later.answer.body, field.path);
    return same ? 'stays' : 'moved';
  }
  const [elapsed, lost] = [later.sentAt - first.sentAt, ms - later.life.ms];
  if (lost > 0) return lost >= elapsed / 2 ? 'stays' : 'moved';
  if (lost < 0) return 'moved';
  return elapsed < 2000 || field.unit === 'min' ? 'unclear' : 'moved';
}
