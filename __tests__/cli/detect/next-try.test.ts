import fc from 'fast-check';
import { type Dialect, STANDARD } from '../../../lib/cli/detect/dialect.js';
import { nextTry } from '../../../lib/cli/detect/next-try.js';
import {
  type Given,
  keyOf,
  MOST_REQUESTS,
  type Refused,
  type Seen,
  type Step,
  type Stop,
  type Try,
} from '../../../lib/cli/detect/step.js';

const given: Given = { first: STANDARD, twoWays: false, parameters: [], known: false, replaces: false };

/** Answers in their order, as far as they are asked for: the tries, and why there were no more. */
function play(answers: readonly Seen[], facts: Partial<Given> = {}): { steps: Step[]; end: Stop | undefined } {
  const steps: Step[] = [];
  for (const seen of answers) {
    const tried = nextTry(steps, { ...given, ...facts });
    if (tried.do === 'stop') return { steps, end: tried };
    steps.push({ tried, seen });
  }
  const tried = nextTry(steps, { ...given, ...facts });
  return { steps, end: tried.do === 'stop' ? tried : undefined };
}

function after(...answers: Seen[]): Try | Stop {
  const steps: Step[] = [];
  for (const seen of answers) {
    const tried = nextTry(steps, given);
    if (tried.do === 'stop') throw new Error(`stopped before ${JSON.stringify(seen)}`);
    steps.push({ tried, seen });
  }
  return nextTry(steps, given);
}

const refused = (more: Partial<Refused> = {}): Refused => ({ kind: 'refused', status: 400, said: '400', ...more });
const invalidClient = refused({ status: 401, client: 'invalid_client' });
const unauthorized = refused({ status: 401, client: 'unauthorized' });
const token: Seen = { kind: 'token' };
const asks = (change: Partial<Dialect>): Try => ({ do: 'ask', dialect: { ...STANDARD, ...change } });

describe('what the last answer says is tried next', () => {
  const names = { clientId: 'appKey', clientSecret: 'appSecret' };
  test.each<[string, Seen[], Partial<Dialect>]>([
    ['nothing seen yet: the default of the package', [], {}],
    ['invalid_client: the other way of authenticating', [invalidClient], { auth: 'basic' }],
    ['a bare 401: the same', [unauthorized], { auth: 'basic' }],
    [
      'a bare 401 that names another scheme: not Basic',
      [refused({ status: 401, client: 'unauthorized', schemes: ['bearer'] })],
      { format: 'json' },
    ],
    ['a content type that is not taken: the other one', [refused({ status: 415, format: 'json' })], { format: 'json' }],
    ['unsupported_grant_type without a hint: a body that it reads', [refused({ grants: [] })], { format: 'json' }],
    [
      'in JSON, too: the grant in the singular',
      [refused({ grants: [] }), refused({ grants: [] })],
      { format: 'json', grantType: 'client_credential' },
    ],
    [
      'a grant that it names: that one',
      [refused({ grants: ['account_credentials'] })],
      { grantType: 'account_credentials' },
    ],
    [
      '405: GET, with the secret in the header first',
      [refused({ status: 405, method: true })],
      { method: 'GET', format: 'query', auth: 'basic' },
    ],
    [
      'GET with Basic refused: GET with parameters',
      [refused({ status: 405, method: true }), invalidClient],
      { method: 'GET', format: 'query' },
    ],
    [
      'names of its own: those, and no grant for a login',
      [refused({ names, missing: ['appKey'] })],
      { names, grantType: false },
    ],
    ['what was sent is missed: a body that it reads', [refused({ missing: ['client_id'] })], { format: 'json' }],
    [
      'in JSON, too: the header',
      [refused({ missing: ['client_id'] }), refused({ missing: ['client_id'] })],
      { format: 'json', auth: 'basic' },
    ],
    [
      'the grant is missed in form and JSON: the URL, never with the secret first',
      [refused({ missing: ['grant_type'] }), refused({ missing: ['grant_type'] })],
      { format: 'query', auth: 'basic' },
    ],
    [
      'a grant_type that it does not know as a field: none',
      [refused({ unknown: ['grant_type'] })],
      { grantType: false },
    ],
    [
      'the body was read, whatever came of the other way: not the same names in another body',
      [invalidClient, refused()],
      { format: 'json', grantType: false, names: { clientId: 'clientId', clientSecret: 'clientSecret' } },
    ],
    ['no hint at all: JSON', [refused()], { format: 'json' }],
    ['no hint again: Basic', [refused(), refused()], { auth: 'basic' }],
    ['one 500 may be a body that it could not read: JSON', [refused({ status: 500 })], { format: 'json' }],
  ])('%s', (_name, answers, change) => {
    expect(after(...answers)).toEqual(asks(change));
  });

  test('a method that was refused is not used again', () => {
    const { steps } = play([refused({ status: 405, method: true }), unauthorized, unauthorized]);
    expect(steps.map(({ tried }) => tried.do === 'ask' && tried.dialect.method)).toEqual(['POST', 'GET', 'GET']);
    expect(nextTry(steps, given)).toEqual({ do: 'look up' });
  });

  test('nor a content type', () => {
    expect(after(refused({ status: 415, format: 'json' }), refused())).toEqual(
      asks({ format: 'json', grantType: false, names: { clientId: 'clientId', clientSecret: 'clientSecret' } }),
    );
  });

  test('with a secret that Basic can write in two ways, both are tried', () => {
    const { steps } = play([invalidClient, invalidClient, invalidClient], { twoWays: true });
    const ways = steps.map(({ tried }) => tried.do === 'ask' && tried.dialect.auth);
    expect(ways).toEqual(['post', 'basic-raw', 'basic']);
  });

  test('a known provider is asked in its own dialect first, and then only as it says itself', () => {
    const first: Dialect = { ...STANDARD, auth: 'basic-raw' };
    const known = { first, known: true };
    expect(nextTry([], { ...given, ...known })).toEqual({ do: 'ask', dialect: first });
    expect(play([refused()], known).steps).toHaveLength(1);
    const { steps } = play([refused({ format: 'json' }), refused()], known);
    expect(steps.map(({ tried }) => tried.do === 'ask' && tried.dialect.format)).toEqual(['form', 'json']);
  });
});

describe('the search ends', () => {
  const basicChallenge = refused({ status: 401, client: 'unauthorized', schemes: ['basic'] });
  test.each<[string, Seen[], string]>([
    ['at a sign of a lock-out', [{ kind: 'lock-out', said: '429' }], 'lock-out'],
    ['at a redirect', [{ kind: 'redirect', said: 'https://b.example' }], 'redirect'],
    ['at a success without a token', [{ kind: 'no token', said: '200' }], 'no token'],
    ['where nothing answers', [{ kind: 'unreachable', said: 'ECONNREFUSED' }], 'unreachable'],
    ['at a 503', [refused({ status: 503 })], 'server'],
    ['at a second 500', [refused({ status: 500 }), refused({ status: 500 })], 'server'],
    ['when a parameter is missing that only the caller can give', [refused({ missing: ['audience'] })], 'missing'],
    ['when the scope is refused: the rest was right', [refused({ understood: 'scope' })], 'scope'],
    ['when the client may not', [refused({ status: 403, understood: 'client' })], 'client'],
  ])('%s', (_name, answers, because) => {
    expect(play(answers).end).toEqual({ do: 'stop', because });
  });

  test.each<[string, Seen[]]>([
    ['invalid_client by both ways', [invalidClient, invalidClient]],
    ['Basic refused by a server that names Basic', [unauthorized, basicChallenge]],
    ['a secret that is said to have ended', [refused({ status: 401, understood: 'secret' })]],
    [
      'the names are missed where they were left out: where they stood they were read',
      [unauthorized, refused({ missing: ['client_id'] })],
    ],
  ])('at a wrong secret, after a look at the metadata: %s', (_name, answers) => {
    const { steps, end } = play([...answers, { kind: 'metadata', said: 'none there' }]);
    const isLookedUp = steps.at(-1)!.tried.do === 'look up';
    expect([steps.length - (isLookedUp ? 1 : 0), end]).toEqual([answers.length, { do: 'stop', because: 'secret' }]);
  });

  test.each(['page', 'absent'] as const)('at %s, after a look at the metadata, which show no secret', (kind) => {
    const { steps, end } = play([
      { kind, said: '404' },
      { kind: 'metadata', said: 'none there' },
    ]);
    expect(steps.map(({ tried }) => tried.do)).toEqual(['ask', 'look up']);
    expect(end).toEqual({ do: 'stop', because: kind });
  });
});

describe('a token is there: the endpoint is asked again', () => {
  const repeats = (end: 'moved' | 'stays' | 'unclear'): Seen => ({ kind: 'token', repeated: true, end });
  test.each<[string, Seen[], number]>([
    ['once for another token', [token, { kind: 'token', repeated: false }], 2],
    ['once for the same one whose end is seen to stay', [token, repeats('stays')], 2],
    ['twice where the end does not tell yet', [token, repeats('unclear'), repeats('moved')], 3],
    ['never a third time', [token, repeats('unclear'), repeats('unclear')], 3],
    ['not after a sign of a lock-out', [token, { kind: 'lock-out', said: '429' }], 2],
    ['not after an error', [token, refused({ status: 500 })], 2],
  ])('%s', (_name, answers, count) => {
    const { steps, end } = play(answers);
    expect([steps.length, end]).toEqual([count, { do: 'stop', because: 'found' }]);
    expect(steps.slice(1).every(({ tried }) => tried.do === 'ask again')).toBe(true);
  });

  test('after a pause in which whole seconds go by, and not at all where that is known to end the token', () => {
    expect(after(token, repeats('unclear'))).toEqual({ do: 'ask again', dialect: STANDARD, afterMs: 2100 });
    expect(play([token], { replaces: true }).end).toEqual({ do: 'stop', because: 'found' });
  });
});

describe('whatever is answered', () => {
  const word = fc.constantFrom('client_id', 'clientId', 'grant_type', 'scope', 'audience', 'appid', 'username');
  const words = fc.option(fc.array(word, { maxLength: 3 }), { nil: undefined });
  const maybe = <T>(...values: T[]): fc.Arbitrary<T | undefined> =>
    fc.constantFrom(undefined, undefined, undefined, ...values);
  const anyRefused: fc.Arbitrary<Seen> = fc.record({
    kind: fc.constant('refused' as const),
    status: fc.constantFrom(200, 400, 401, 405, 415, 422, 500),
    said: fc.constant('no'),
    client: maybe<Refused['client']>('invalid_client', 'unauthorized'),
    schemes: fc.constantFrom([], ['basic'], ['bearer'], ['basic', 'bearer']),
    method: maybe<Refused['method']>(true),
    format: maybe<Dialect['format']>('form', 'json', 'query'),
    grants: maybe<string[]>([], ['account_credentials'], ['client_credential', 'apikey_credentials']),
    missing: words,
    unknown: words,
    names: maybe<Refused['names']>(
      { clientId: 'appid', clientSecret: 'secret' },
      { clientId: 'username', clientSecret: 'password' },
    ),
    understood: maybe<Refused['understood']>(),
  });
  const anySeen: fc.Arbitrary<Seen> = fc.oneof(
    { weight: 12, arbitrary: anyRefused },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('token' as const),
        repeated: fc.boolean(),
        end: fc.constantFrom('moved' as const, 'stays' as const, 'unclear' as const),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom<Seen>(
        { kind: 'lock-out', said: '429' },
        { kind: 'redirect', said: 'x' },
        { kind: 'absent', said: '404' },
        { kind: 'metadata', said: '' },
      ),
    },
  );
  const anyGiven = fc.record({
    first: fc.constantFrom<Dialect>(
      STANDARD,
      { ...STANDARD, auth: 'basic-raw' },
      { ...STANDARD, method: 'GET', format: 'query' },
    ),
    twoWays: fc.boolean(),
    parameters: fc.constantFrom<string[]>([], ['scope'], ['scope', 'audience']),
    known: fc.boolean(),
    replaces: fc.boolean(),
  });

  test('there are at most six requests, no try twice, and none after a sign of a lock-out', () => {
    const lengths = new Set<number>();
    fc.assert(
      fc.property(fc.array(anySeen, { minLength: 8, maxLength: 8 }), anyGiven, (answers, facts) => {
        const { steps, end } = play(answers, facts);
        lengths.add(steps.length);
        expect(end?.do).toBe('stop');
        expect(steps.length).toBeLessThanOrEqual(MOST_REQUESTS);
        const dialects = steps.flatMap(({ tried }) => (tried.do === 'ask' ? [keyOf(tried.dialect)] : []));
        expect(new Set(dialects).size).toBe(dialects.length);
        expect(dialects.length).toBeLessThan(MOST_REQUESTS); // one is kept for asking again
        const locked = steps.findIndex(({ seen }) => seen.kind === 'lock-out');
        if (locked >= 0) expect(locked).toBe(steps.length - 1);
        expect(steps.filter(({ tried }) => tried.do === 'look up').length).toBeLessThanOrEqual(1);
        expect(steps.filter(({ tried }) => tried.do === 'ask again').length).toBeLessThanOrEqual(2);
      }),
      { numRuns: 2000 },
    );
    expect([...lengths].sort()).toEqual([1, 2, 3, 4, 5, 6]); // the answers were of all kinds
  });

  test('a server that says invalid_client hears each way of authenticating once', () => {
    fc.assert(
      fc.property(anyGiven, (facts) => {
        const { steps } = play(
          Array.from({ length: 8 }, () => invalidClient),
          facts,
        );
        const ways = steps.flatMap(({ tried }) => (tried.do === 'ask' ? [tried.dialect.auth] : []));
        expect(new Set(ways).size).toBe(ways.length);
        expect(ways.length).toBeLessThanOrEqual(facts.twoWays ? 3 : 2);
      }),
    );
  });
});
