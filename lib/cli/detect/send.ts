import { type Clock, unlessAborted } from '../../clock.js';
import type { EndpointAnswer } from '../../contract.js';
import { isTokenError, type TokenError, TokenResponseError } from '../../errors.js';
import { printableText } from '../../redact.js';
import { checkDescription } from '../../source/description.js';
import { endpointRequest } from '../../source/request.js';
import { exchange } from '../../source/token-endpoint.js';
import { describe, type Wishes } from './dialect.js';
import { endBetween, type Life, lifeIn } from './life.js';
import { isLockOut } from './lock-out.js';
import { lookUp } from './look-up.js';
import { type Exchange, type Road, within } from './road.js';
import { seenIn } from './seen.js';
import type { Seen, Try } from './step.js';
import { type FoundToken, tokenIn } from './token-place.js';

// One request is sent, and its answer read.

/** @throws the reason of the signal; TokenConfigError for what nobody could send */
export function carryOut(next: Try, before: readonly Exchange[], wishes: Wishes, road: Road): Promise<Exchange> {
  if (next.do === 'look up') return lookUp(next, wishes, road);
  return ask(next, before, wishes, road);
}

async function ask(
  tried: Exclude<Try, { do: 'look up' }>,
  before: readonly Exchange[],
  wishes: Wishes,
  road: Road,
): Promise<Exchange> {
  const { clock, signal } = road;
  if (tried.do === 'ask again' && tried.afterMs > 0) await pause(clock, tried.afterMs, signal);
  const options = describe(tried.dialect, wishes);
  checkDescription('detect', options);
  const held = before.find(({ found }) => found !== undefined);
  const secrets = [
    wishes.clientSecret,
    ...Object.values(wishes.params ?? {}),
    ...(held?.found ? [held.found.token] : []),
  ];
  const { tokenUrl, clientSecret } = wishes;
  const sentAt = clock.now();
  const went = await within(road, async (request) => {
    const asked = await endpointRequest(options, { tokenUrl: new URL(tokenUrl) }, clientSecret, request);
    secrets.push(...asked.secrets);
    return exchange(asked, request);
  });
  const receivedAt = clock.now();
  if (isTokenError(went)) return { tried, seen: failure(went, secrets), sentAt, receivedAt };
  const token = isLockOut(went) ? undefined : tokenIn(went);
  const found = token && { ...token, life: lifeIn(went, token.token, receivedAt) };
  const exchanged = { tried, answer: went, found, sentAt, receivedAt };
  return {
    ...exchanged,
    seen: found ? compared({ ...exchanged, found }, held) : seenIn(went, tried.dialect, tokenUrl, secrets),
  };
}

/** Keeps the process alive: nothing else does meanwhile. */
async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  let timer: unknown;
  const over = new Promise<void>((resolve) => {
    timer = clock.setTimeout(resolve, ms);
  });
  await unlessAborted(over, signal).finally(() => {
    clock.clearTimeout(timer);
  });
}

type Issued = Omit<Exchange, 'seen'> & { answer: EndpointAnswer; found: FoundToken & { life: Life } };

/** A token beside the one that came before, if one did. */
function compared(later: Issued, first: Exchange | undefined): Seen {
  if (!first?.found || !first.answer) return { kind: 'token' };
  const repeated = first.found.token === later.found.token;
  if (!repeated) return { kind: 'token', repeated };
  const issue = ({ answer, found, sentAt }: Issued) => ({ answer, life: found.life, sentAt });
  return {
    kind: 'token',
    repeated,
    end: endBetween(issue({ ...first, answer: first.answer, found: first.found }), issue(later)),
  };
}

function failure(error: TokenError, secrets: readonly string[]): Seen {
  const said = printableText(error.message, secrets);
  if (error instanceof TokenResponseError) return { kind: 'no token', said };
  const { code } = (error.cause ?? {}) as { code?: unknown };
  return { kind: 'unreachable', said, ...(typeof code === 'string' && { code }) };
}
