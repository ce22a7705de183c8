import * as estree from 'prettier/plugins/estree';
import * as typescript from 'prettier/plugins/typescript';
import { format } from 'prettier/standalone';
import { codeFor, type Findings } from '../../../lib/cli/detect/code.js';
import { STANDARD, type Wishes } from '../../../lib/cli/detect/dialect.js';
import { pasted } from './detecting.js';

const wishes: Wishes = {
  tokenUrl: new URL('https://auth.example.com/oauth2/token'),
  clientId: 'my-service',
  clientSecret: 's3cr3t',
};
const findings: Findings = {
  dialect: STANDARD,
  place: { path: 'access_token' },
  life: { ms: 3_600_000, isStandard: true },
  answer: { status: 200, headers: {}, body: {}, text: '' },
};

test('only what differs from the defaults is said', () => {
  expect(codeFor(wishes, findings)).toBe(`import { clientCredentials } from 'axios-client-credentials';

const source = clientCredentials({
  tokenUrl: 'https://auth.example.com/oauth2/token',
  clientId: 'my-service',
  clientSecret: process.env.CLIENT_SECRET,
});
`);
});

test.each<[string, Partial<Wishes>, Partial<Findings>]>([
  ['nothing special', {}, {}],
  [
    'everything at once',
    {
      scope: 'read write',
      audience: 'https://api.example.com',
      resource: 'urn:things',
      params: { account_id: 'A-1', 'x-odd name': '1', apiKey: 'k' },
    },
    {
      dialect: {
        method: 'GET',
        format: 'query',
        auth: 'basic-raw',
        grantType: false,
        names: { clientId: 'app-id', clientSecret: 'secret', grantType: 'grantType' },
      },
      place: { header: 'x-auth-token' },
      life: {
        ms: 60_000,
        isStandard: false,
        field: { path: 'data.life', helper: 'expiresIn', unit: 'ms', presumed: true },
      },
      answer: { status: 200, headers: {}, body: { code: 200, msg: 'fine' }, text: '' },
      reissue: 'extends',
    },
  ],
  ['a scheme before the token in a header', {}, { place: { header: 'authorization', scheme: 'Bearer' } }],
  ['a scheme before it in a header with a dash', {}, { place: { header: 'x-auth-token', scheme: 'Bearer' } }],
  ['the whole body', {}, { place: 'whole body' }],
  ['an address longer than a line', { tokenUrl: new URL(`https://auth.example.com/${'tenant/'.repeat(10)}token`) }, {}],
  ['quotes and backslashes', { clientId: `it's "the" \\ client`, scope: `it's`, audience: 'say "yes"' }, {}],
])('it is laid out as prettier would, and runs: %s', async (_name, wanted, found) => {
  const code = codeFor({ ...wishes, ...wanted }, { ...findings, ...found });
  const options = { parser: 'typescript', plugins: [estree, typescript], singleQuote: true };
  expect(code).toBe(await format(code, options as Parameters<typeof format>[1]));
  const { id } = pasted(code, { API_KEY: 'k' });
  expect(id).toContain(JSON.stringify(wanted.clientId ?? 'my-service'));
  expect(code).not.toContain('s3cr3t');
});
