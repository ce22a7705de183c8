import type { ClientCredentialsOptions } from '../../lib/index.js';
import { directoryOf } from '../../lib/source/directory.js';
import { expectHidden } from '../security/shown.js';
import { fakeServer } from '../support/fake-server.js';
import { rejection } from '../support/world.js';
import { ask, client, SECRET } from './asking.js';
import { requestOf } from './discovering.js';

// What a function returns must be what a value must be.

const wrong: [string, (url: string) => unknown, RegExp][] = [
  ['credentials', (url) => url.replace('//', `//user:${SECRET}@`), /must not hold credentials/],
  ['a name', (url) => url.replace('//', '//user@'), /must not hold credentials/],
  ['a fragment', (url) => `${url}#part`, /must not hold a fragment/],
  ['a fragment in a URL object', (url) => new URL(`${url}#part`), /must not hold a fragment/],
  ['another scheme', (url) => url.replace('http:', 'ftp:'), /must be an absolute http\(s\) URL/],
  ['a path', () => '/token', /must be an absolute http\(s\) URL/],
  ['nothing', () => undefined, /must be an absolute http\(s\) URL/],
];

test.each(wrong)('tokenUrl: %s out of a function is refused before anything is sent', async (_what, of, message) => {
  const endpoint = await fakeServer();
  const tokenUrl = (): never => of(`${endpoint.url}/token`) as never;
  const error = await rejection(ask({ tokenUrl }, endpoint));
  expect(error).toMatchObject({ name: 'TokenConfigError', option: 'tokenUrl', permanent: true });
  expect(error).toMatchObject({ message: expect.stringMatching(message) });
  expectHidden(error, [SECRET]);
  expect(endpoint.requests).toEqual([]);
});

test.each(wrong)('revocationUrl: %s out of a function is refused', async (_what, of, message) => {
  const tokenUrl = 'https://auth.example.com/token';
  const revocationUrl = (): never => of('http://auth.example.com/revoke') as never;
  const options: ClientCredentialsOptions = { ...client, tokenUrl, revocationUrl };
  const endpoints = await directoryOf(options).find(requestOf());
  const error = await rejection(endpoints.revocationUrl());
  expect(error).toMatchObject({ option: 'revocationUrl', message: expect.stringMatching(message) });
  expectHidden(error, [SECRET]);
});
