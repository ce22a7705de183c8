import type { Dialect } from '../../../lib/cli/detect/dialect.js';
import { STANDARD } from '../../../lib/cli/detect/dialect.js';
import { knownPreset } from '../../../lib/cli/detect/known-preset.js';
import type { Provider } from '../../presets/provider.js';
import { providers } from '../../presets/providers.js';
import { detecting } from './detecting.js';

// The table of addresses against the providers' own rows.

/** Servers that people run themselves, at addresses of their own, which say nothing. */
const ANYWHERE = ['dadi', 'duende', 'hydra', 'wso2'];

test.each(providers.map((row) => [row.preset, row] as const))(
  '%s is known by its address, or is at none of its own',
  (preset, row) => {
    const known = knownPreset(new URL(row.request.url));
    expect(known?.preset).toBe(ANYWHERE.includes(preset) ? undefined : preset);
  },
);

/** The dialect in which the provider's documents ask for a token, where it is one that can be tried. */
function documented({ request }: Provider): Dialect | undefined {
  const { method = 'POST', query = {}, form, json, basic, headers } = request;
  if (headers !== undefined || method === 'PUT') return undefined;
  const sent = { ...query, ...form, ...(json as Record<string, string> | undefined) };
  const byValue = (value: string): string | undefined => Object.keys(sent).find((name) => sent[name] === value);
  const clientId = byValue('{clientId}');
  const clientSecret = byValue('{clientSecret}');
  if (basic === undefined && (clientId === undefined || clientSecret === undefined)) return undefined;
  const isStandard = clientId === 'client_id' && clientSecret === 'client_secret';
  return {
    method,
    format: json === undefined ? (form === undefined ? 'query' : 'form') : 'json',
    auth: basic === undefined ? 'post' : basic === 'raw' ? 'basic-raw' : 'basic',
    grantType: sent.grant_type ?? false,
    ...(basic === undefined && !isStandard && { names: { clientId: clientId!, clientSecret: clientSecret! } }),
  };
}

/** They want a refresh token, a key, or no client at all: nothing is tried there. */
const OTHERS = [
  'amazonSpApi',
  'azureAppService',
  'azureImds',
  'googleMetadata',
  'googleServiceAccount',
  'ibmCloud',
  'zoho',
];
const spoken = providers.filter(
  (row) => !ANYWHERE.includes(row.preset) && !OTHERS.includes(row.preset) && documented(row) !== undefined,
);

test('where an id and a secret are of no use, that is known, and nothing is sent', async () => {
  const others = providers.filter(({ request }) => knownPreset(new URL(request.url))?.dialect === false);
  expect(others.map(({ preset }) => preset).sort()).toEqual(OTHERS);
  const { outcome, reason, said } = await detecting('https://accounts.zoho.eu/oauth/v2/token');
  expect([outcome, said.length]).toEqual(['stopped', 1]);
  expect(reason).toContain('nothing was sent. The preset zoho() is made for it');
});

test.each(spoken.map((row) => [row.preset, row] as const))('%s is asked in its own dialect at once', (_preset, row) => {
  const { dialect, reissue } = knownPreset(new URL(row.request.url))!;
  expect({ ...STANDARD, ...dialect }).toEqual(documented(row));
  expect(reissue).toBe(row.reissue);
});

test('most providers are among them', () => {
  expect(spoken.length).toBeGreaterThan(50);
});

test.each([
  'https://auth.example.com/oauth2/token',
  'https://evil.example/x.auth0.com/oauth/token',
  'https://api.paypal.com.evil.example/v1/oauth2/token',
  'https://notzoom.us/oauth/token',
])('%s is no known one', (address) => {
  expect(knownPreset(new URL(address))).toBeUndefined();
});
