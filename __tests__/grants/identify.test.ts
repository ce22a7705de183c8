import {
  jwtBearer,
  type JwtBearerOptions,
  refreshToken,
  type RefreshTokenOptions,
  type SignedAssertion,
  tokenExchange,
  type TokenExchangeOptions,
} from '../../lib/grants/index.js';
import { dpop } from '../../lib/dpop/index.js';
import { clientCredentials, type TokenSource } from '../../lib/index.js';
import { unshareable } from '../../lib/source/client-credentials.js';
import { newPair, pairFor, pemOf } from '../client-auth/keys.js';
import { expectHidden } from '../security/shown.js';
import { client } from '../source/asking.js';
import { identityOf } from '../source/identifying.js';
import { manualClock, rejection } from '../support/world.js';

// Every grant where tokens are shared: who asks, and for whom.

const tokenUrl = 'https://auth.example.com/t';

async function expectSteady(make: () => TokenSource): Promise<void> {
  const [source, clock] = [make(), manualClock()];
  const one = await identityOf(source, { clock });
  await clock.advance(3_600_000);
  expect([await identityOf(source, { clock }), await identityOf(make())]).toEqual([one, one]);
}

async function expectApart(one: TokenSource, other: TokenSource, request: object = {}): Promise<void> {
  expect(await identityOf(one, request)).not.toBe(await identityOf(other, request));
}

test('grants with the same parameters are told apart', async () => {
  const params = { grant_type: 'x', assertion: 'a' };
  await expectApart(
    clientCredentials({ tokenUrl, ...client, params }),
    jwtBearer({ tokenUrl, ...client, assertion: 'a' }),
  );
});

describe('jwtBearer', () => {
  const key = pemOf(pairFor('ES256').privateKey);
  const assertion: SignedAssertion = { key, algorithm: 'ES256', issuer: 'reports' };
  const make = (over: Partial<SignedAssertion> = {}, options: Partial<JwtBearerOptions> = {}) =>
    jwtBearer({ tokenUrl, assertion: { ...assertion, ...over }, ...options });

  test('signed here: the same in another process and an hour later', async () => {
    await expectSteady(make);
    await expectSteady(() => make({}, client));
  });

  test.each<[string, Partial<SignedAssertion>]>([
    ['key', { key: pemOf(newPair('ES256').privateKey) }],
    ['issuer', { issuer: 'invoices' }],
    ['issuer by a function', { issuer: () => 'invoices' }],
    ['subject', { subject: 'ada' }],
    ['subject by a function', { subject: () => 'ada' }],
    ['no subject', { subject: false }],
    ['audience', { audience: 'https://auth.example.com' }],
    ['claim', { claims: { tenant: 'acme' } }],
    ['keyId', { keyId: 'key-2' }],
  ])('signed here: another %s is another identity, with an id too', async (_what, over) => {
    await expectApart(make(over), make());
    await expectApart(make(over, { id: 'reports' }), make({}, { id: 'reports' }));
  });

  test('signed here: the client who asks counts beside it', async () => {
    await expectApart(make({}, client), make({}, { ...client, clientSecret: 'another' }));
    const [one, other] = ['one', 'two'].map((secret) =>
      make({}, { clientId: 'c', clientAuth: ({ headers }) => void (headers['X-Key'] = secret) }),
    );
    await expectApart(one!, other!);
  });

  test('a key that is rotated makes another one of the same source', async () => {
    let current = key;
    const source = make({ key: () => current });
    const before = await identityOf(source);
    current = pemOf(newPair('ES256').privateKey);
    expect(await identityOf(source)).not.toBe(before);
  });

  test('a signer of which nothing is known is refused by its whole name', async () => {
    const error = await rejection(identityOf(make({ key: { sign: () => new Uint8Array(64) } })));
    expect(error).toMatchObject({ name: 'TokenConfigError', option: 'assertion.key' });
  });

  test('a text counts, with an id too', async () => {
    for (const id of [undefined, 'reports']) {
      const of = (assertion: string) => jwtBearer({ tokenUrl, assertion, id });
      await expectSteady(() => of('one'));
      await expectApart(of('one'), of('two'));
    }
  });

  test('a function that returns another one each time is named; it does not count with an id', async () => {
    const of = (id?: string) => jwtBearer({ tokenUrl, assertion: () => crypto.randomUUID(), id });
    expect(await rejection(identityOf(of()))).toMatchObject({ name: 'TokenConfigError', option: 'params.assertion' });
    await expectSteady(() => of('reports'));
  });
});

describe('tokenExchange', () => {
  const make = (options: Partial<TokenExchangeOptions> = {}) => tokenExchange({ tokenUrl, ...client, ...options });

  test('of a request: another subject is another identity', async () => {
    const source = make();
    const [ada, bob] = [
      await identityOf(source, { subjectToken: 'ada' }),
      await identityOf(source, { subjectToken: 'bob' }),
    ];
    expect(ada).not.toBe(bob);
    expect(await identityOf(make(), { subjectToken: 'ada' })).toBe(ada);
  });

  test.each<[string, TokenExchangeOptions['subjectToken'], TokenExchangeOptions['subjectToken']]>([
    ['subjectToken', 'ada', 'bob'],
    ['subjectToken by a function', () => 'ada', () => 'bob'],
  ])('of the source: another %s is another identity', async (_what, ada, bob) => {
    await expectSteady(() => make({ subjectToken: ada }));
    await expectApart(make({ subjectToken: ada }), make({ subjectToken: bob }));
  });

  test.each<[string, Partial<TokenExchangeOptions>]>([
    ['subjectToken', { subjectToken: 'bob' }],
    ['actorToken', { actorToken: 'another' }],
    ['subjectTokenType', { subjectTokenType: 'jwt' }],
    ['actorTokenType', { actorTokenType: 'jwt' }],
    ['requestedTokenType', { requestedTokenType: 'id_token' }],
    ['clientSecret', { clientSecret: 'another' }],
  ])('another %s is another identity, with an id too', async (_what, options) => {
    for (const id of [undefined, 'reports']) {
      const given = { subjectToken: 'ada', actorToken: 'actor', id };
      await expectApart(make({ ...given, ...options }), make(given));
    }
  });

  test('a function that says another one in each process does not count with an id', async () => {
    const subjectToken = (): string => crypto.randomUUID();
    const actorToken = subjectToken;
    const error = await rejection(identityOf(make({ subjectToken })));
    expect(error).toMatchObject({ name: 'TokenConfigError', option: 'params.subject_token' });
    await expectSteady(() => make({ subjectToken, actorToken, id: 'reports' }));
  });

  test('without a subject there is nobody to tell', async () => {
    expect(await rejection(identityOf(make()))).toMatchObject({ name: 'TokenConfigError', option: 'subjectToken' });
  });
});

describe('refreshToken', () => {
  const read = (): string => 'refresh-token-of-ada';
  const save = (): void => undefined;
  const make = (options: Partial<RefreshTokenOptions> = {}) =>
    refreshToken({ tokenUrl, ...client, refreshToken: read, save, ...options });

  test('one that changes does not say whose login it is: an id has to', async () => {
    expect(unshareable(make())).toMatchObject({ option: 'id' });
    const error = await rejection(identityOf(make()));
    expect(error).toMatchObject({ name: 'TokenConfigError', option: 'id' });
    expectHidden(error, [read()]);
    expect(unshareable(make({ id: 'reports' }))).toBeUndefined();
  });

  test('with an id: the same whatever the refresh token is by now, and not asked for', async () => {
    const asked = jest.fn(() => 'refresh-token');
    await expectSteady(() => make({ id: 'reports', refreshToken: asked }));
    expect(asked).not.toHaveBeenCalled();
    await expectApart(make({ id: 'reports' }), make({ id: 'invoices' }));
    await expectApart(make({ id: 'reports' }), make({ id: 'reports', clientSecret: 'another' }));
  });

  test('a text that another process may spend is refused, whatever the id', () => {
    for (const id of [undefined, 'reports'])
      expect(unshareable(make({ refreshToken: 'text', id }))).toMatchObject({ option: 'refreshToken' });
  });

  test('one that never changes says it by itself, with an id too', async () => {
    for (const id of [undefined, 'reports']) {
      const of = (refreshToken: RefreshTokenOptions['refreshToken']) => make({ save: false, refreshToken, id });
      expect(unshareable(of('one'))).toBeUndefined();
      await expectSteady(() => of('one'));
      await expectApart(of('one'), of('two'));
      await expectApart(
        of(() => 'one'),
        of(() => 'two'),
      );
    }
  });

  test('to be bound to a key of its own in each process speaks against it as well', () => {
    expect(unshareable(make({ id: 'reports', dpop: dpop() }))).toMatchObject({ option: 'dpop' });
    expect(unshareable(make({ save: false, dpop: dpop() }))).toMatchObject({ option: 'dpop' });
  });
});
