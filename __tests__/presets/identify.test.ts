import { bearer, type TokenSource } from '../../lib/index.js';
import { type GoogleServiceAccountOptions, googleServiceAccount } from '../../lib/presets/index.js';
import { unshareable } from '../../lib/source/client-credentials.js';
import { newPair, pemOf } from '../client-auth/keys.js';
import { identityOf } from '../source/identifying.js';
import { manualClock } from '../support/world.js';
import { rowOf } from './lenient.js';
import { CLIENT, sourceOf } from './play.js';
import type { PresetName } from './provider.js';
import { providers } from './providers.js';

// Every preset where tokens are shared: known again by its own processes, and never taken for another.

/** Given to the API and not to the token endpoint: tokens do not differ by it. */
const BESIDE: Partial<Record<PresetName, string[]>> = { adobeIms: ['orgId'], sophos: ['tenantId'] };

/** Chosen from a list, with another choice for it. */
const CHOSEN: Record<string, unknown> = {
  hostname: 'production',
  dc: 'in',
  sandbox: true,
  cloud: 'us-2',
  region: 'euw2.pure.cloud',
};

/** Of the machine: only an id tells for whom their tokens are. */
const MACHINE: PresetName[] = ['azureAppService', 'azureImds', 'googleMetadata'];

const rows = providers.map((row) => {
  const id = MACHINE.includes(row.preset) ? { id: 'reports' } : {};
  const make = (more: object = {}): TokenSource => sourceOf(row, { ...id, ...more });
  return [row.preset, row, make] as const;
});

describe.each(rows)('%s', (preset, row, make) => {
  test('is the same in another process, and an hour later', async () => {
    const [source, clock] = [make(), manualClock()];
    const one = await identityOf(source, { clock });
    await clock.advance(3_600_000);
    expect([await identityOf(source, { clock }), await identityOf(make())]).toEqual([one, one]);
  });

  test('is another one with another id', async () => {
    expect(await identityOf(make({ id: 'other' }))).not.toBe(await identityOf(make()));
  });

  const given = Object.entries({ ...row.options }).filter(([name]) => !BESIDE[preset]?.includes(name));
  const credentials = row.credentials ?? 'both';
  const secrets: [string, unknown][] = [
    ...given.map(([name, value]): [string, unknown] => [name, changed(name, value)]),
    ...(credentials === 'both' || credentials === 'clientSecret'
      ? [['clientSecret', 'another'] as [string, unknown]]
      : []),
    ...(credentials === 'both' || credentials === 'clientId' ? [['clientId', 'another'] as [string, unknown]] : []),
  ];

  for (const [name, value] of secrets) {
    test(`is another one with another ${name}, with an id too`, async () => {
      expect(await identityOf(make({ [name]: value }))).not.toBe(await identityOf(make()));
      const id = 'reports';
      expect(await identityOf(make({ id, [name]: value }))).not.toBe(await identityOf(make({ id })));
    });
  }

  test('needs an id only where the machine decides for whom a token is', () => {
    expect(unshareable(sourceOf(row))).toEqual(
      MACHINE.includes(preset) ? expect.objectContaining({ option: 'id' }) : undefined,
    );
  });
});

function changed(name: string, value: unknown): unknown {
  if (name in CHOSEN) return CHOSEN[name] === value ? undefined : CHOSEN[name];
  if (Array.isArray(value)) return [...(value as unknown[]), 'another'];
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (typeof value !== 'string') return { ...(value as object), client_email: 'another@acme.test' };
  return /^https?:/.test(value) ? `${value}/another` : `another-${value}`;
}

test('what is not sent to the token endpoint does not part those who ask alike', async () => {
  for (const [preset, options] of Object.entries(BESIDE)) {
    const row = rowOf(preset as PresetName);
    for (const name of options)
      expect(await identityOf(sourceOf(row, { [name]: 'another' }))).toBe(await identityOf(sourceOf(row)));
  }
});

test.each<[PresetName, string, object]>([
  ['amazonSpApi', 'refreshToken', {}],
  ['azureAppService', 'identityHeader', { id: 'reports' }],
  ['ibmCloud', 'apikey', {}],
  ['mtnMomo', 'subscriptionKey', { sendAs: bearer() }],
  ['zoho', 'refreshToken', {}],
  ['zoom', 'accountId', {}],
])('%s: %s by a function counts, with an id too, and may be rotated', async (preset, name, more) => {
  for (const id of [undefined, 'reports']) {
    let value = 'one';
    const source = sourceOf(rowOf(preset), { [name]: () => value, ...(id && { id }), ...more });
    const before = await identityOf(source);
    value = 'two';
    expect(await identityOf(source)).not.toBe(before);
  }
});

test('a client secret by a function may be rotated with every preset that takes one', async () => {
  for (const [preset, row, make] of rows) {
    if ((row.credentials ?? 'both') !== 'both' && row.credentials !== 'clientSecret') continue;
    let clientSecret = CLIENT.clientSecret;
    const source = make({ clientSecret: () => clientSecret, sendAs: bearer() });
    const before = await identityOf(source);
    clientSecret = 'rotated';
    expect([preset, await identityOf(source)]).not.toEqual([preset, before]);
  }
});

describe('googleServiceAccount', () => {
  const pem = pemOf(newPair('RS256').privateKey);
  const credentials = { client_email: 'reader@acme.test', private_key: pem, private_key_id: 'key-1' };
  const scope = ['one', 'two'];
  const make = (options: Partial<GoogleServiceAccountOptions> = {}) =>
    googleServiceAccount({ credentials, scope, ...options });

  test.each<[string, Partial<GoogleServiceAccountOptions>]>([
    ['account', { credentials: { ...credentials, client_email: 'writer@acme.test' } }],
    ['key', { credentials: { ...credentials, private_key: pemOf(newPair('RS256').privateKey) } }],
    ['name of the key', { credentials: { ...credentials, private_key_id: 'key-2' } }],
    ['scope', { scope: ['one'] }],
    ['subject', { subject: 'ada@acme.test' }],
    ['subject by a function', { subject: () => 'ada@acme.test' }],
  ])('another %s is another identity, with an id too', async (_what, options) => {
    expect(await identityOf(make(options))).not.toBe(await identityOf(make()));
    const id = 'reports';
    expect(await identityOf(make({ id, ...options }))).not.toBe(await identityOf(make({ id })));
  });

  test('a key that is rotated makes another one of the same source', async () => {
    let key = credentials;
    const source = make({ credentials: () => key });
    const before = await identityOf(source);
    expect(await identityOf(source)).toBe(before);
    key = { ...credentials, private_key_id: 'key-2' };
    expect(await identityOf(source)).not.toBe(before);
  });

  test('the scope of a request takes the place of the own one', async () => {
    expect(await identityOf(make(), { scope: 'three' })).toBe(await identityOf(make(), { scope: ['three'] }));
    expect(await identityOf(make(), { scope: 'three' })).not.toBe(await identityOf(make()));
  });
});
