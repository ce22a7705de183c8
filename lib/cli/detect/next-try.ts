import type { Dialect } from './dialect.js';
import { isLacking, namesOf, nextDialect } from './next-dialect.js';
import { type Asked, type Ending, type Given, MOST_REQUESTS, type Step, type Stop, type Try } from './step.js';

// What to do next, by what has been seen. Pure: no secret comes in here, so none can leave.

/** One of them is kept for asking again. */
const MOST_SEARCHES = MOST_REQUESTS - 1;
/** After this a life that runs down has lost two whole seconds, whatever is rounded. */
const TELLING_MS = 2100;

/** Begins with the likeliest dialect, then does what the last answer asks for, and guesses only where it says nothing. */
export function nextTry(history: readonly Step[], given: Given): Try | Stop {
  const asked = history.filter(({ tried }) => tried.do !== 'look up');
  const last = asked.at(-1);
  if (last === undefined) return { do: 'ask', dialect: given.first };
  const found = asked.find(({ seen }) => seen.kind === 'token');
  if (found) return afterToken(found, last, history, given);
  const next = searching(asked, given);
  if (typeof next !== 'string') return { do: 'ask', dialect: next };
  const isLookedUp = asked.length < history.length || history.length >= MOST_REQUESTS || !MAY_BE_TOLD.has(next);
  return isLookedUp ? stop(next) : { do: 'look up' };
}

/** Where the server's own metadata may say more. They are asked for without credentials, and last: the two common ways cost less. */
const MAY_BE_TOLD = new Set<Ending>(['secret', 'page', 'absent', 'exhausted']);

function stop(because: Ending): Stop {
  return { do: 'stop', because };
}

/** Once at once; a third time only for a token that came again, where its end does not yet tell whether it moves. */
function afterToken(found: Step, last: Step, history: readonly Step[], given: Given): Try | Stop {
  const again = history.filter(({ tried }) => tried.do === 'ask again').length;
  const { seen } = last;
  if (seen.kind !== 'token' || found.tried.do !== 'ask' || given.replaces || history.length >= MOST_REQUESTS)
    return stop('found');
  const { dialect } = found.tried;
  if (again === 0) return { do: 'ask again', dialect, afterMs: 0 };
  const isOpen = again === 1 && seen.repeated === true && seen.end === 'unclear';
  return isOpen ? { do: 'ask again', dialect, afterMs: TELLING_MS } : stop('found');
}

/** The dialect to try next, or why there is none. */
function searching(steps: readonly Step[], given: Given): Dialect | Ending {
  const { seen } = steps.at(-1) ?? { seen: undefined };
  if (seen === undefined || seen.kind === 'token' || seen.kind === 'metadata') return 'found';
  if (seen.kind !== 'refused') return seen.kind;
  const asked = steps.flatMap(({ tried, seen: one }): Asked[] =>
    tried.do === 'ask' && one.kind === 'refused' ? [{ dialect: tried.dialect, seen: one }] : [],
  );
  const last = asked.at(-1);
  if (last === undefined) return 'exhausted';
  const end = endOf(asked, last, given);
  if (end !== undefined) return end;
  if (asked.length >= MOST_SEARCHES) return 'exhausted';
  return nextDialect(asked, last, given) ?? 'exhausted';
}

function endOf(asked: readonly Asked[], last: Asked, given: Given): Ending | undefined {
  const { seen } = last;
  if (seen.understood !== undefined) return seen.understood;
  const troubles = asked.filter((one) => one.seen.status >= 500).length;
  if (seen.status > 500 || troubles > 1) return 'server'; // one 500 may be a body that it could not read
  if (isSecretWrong(asked, given)) return 'secret';
  return isLacking(last, given) ? 'missing' : undefined;
}

/** The client was refused in a way that the server takes: another try would be another wrong password. */
function isSecretWrong(asked: readonly Asked[], given: Given): boolean {
  const refused = asked.filter(({ seen }) => seen.client !== undefined);
  const basics = refused.filter(({ dialect }) => dialect.auth !== 'post');
  const allBasics = basics.length >= (given.twoWays ? 2 : 1);
  if (allBasics && basics.some(({ seen }) => seen.schemes?.includes('basic'))) return true;
  const said = refused.filter(({ seen }) => seen.client === 'invalid_client');
  const bothWays =
    said.some(({ dialect }) => dialect.auth === 'post') && said.some(({ dialect }) => dialect.auth !== 'post');
  if (allBasics && bothWays) return true;
  // Left out, the same names are missed: so where they stood they were read.
  const last = asked.at(-1);
  return refused.some(
    (one) =>
      one !== last &&
      one.dialect.auth === 'post' &&
      last?.seen.missing?.some((name) => namesOf(one.dialect).includes(name)),
  );
}
