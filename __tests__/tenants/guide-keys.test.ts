import { AsyncLocalStorage } from 'node:async_hooks';
import axios, { type AxiosInstance } from 'axios';
import { tokenExchange } from '../../lib/grants/index.js';
import { clientCredentials, type TokenParams } from '../../lib/index.js';
import { shown } from '../security/shown.js';
import { attach, protectedApi, record } from '../support/world.js';
import { authorizationServer, guide, SECRETS } from './guide-world.js';

// What docs/tenants.md says of keys, and warns of.

const client = { clientId: 'my-service', clientSecret: SECRETS['my-service']! };

describe('what the guide warns of is so', () => {
  const session = new AsyncLocalStorage<string>();

  async function twoUsers(attachTo: (api: AxiosInstance, tokenUrl: string) => void): Promise<(string | undefined)[]> {
    const server = await authorizationServer();
    for (const user of ['ada', 'bob']) server.users.set(`session-token-of-${user}`, user);
    const upstream = await protectedApi({ accepts: server });
    const api = axios.create({ baseURL: upstream.url });
    attachTo(api, server.url);
    for (const user of ['ada', 'bob']) await session.run(`session-token-of-${user}`, () => api.get('/me'));
    await api.get('/me'); // outside of any session
    return upstream.requests.map(({ token }) => server.owners.get(token!));
  }

  test('the option `subjectToken`, asked who is calling, gives all users the token of the first', async () => {
    const owners = await twoUsers((api, tokenUrl) => {
      attach(api, tokenExchange({ tokenUrl, ...client, subjectToken: () => session.getStore() }));
    });
    expect(owners).toEqual(['ada', 'ada', 'ada']);
  });

  test('one instance with the service’s token as the fallback: a call whose user got lost has the rights of the service', async () => {
    const owners = await twoUsers((api, tokenUrl) => {
      const [own, exchanged] = [clientCredentials({ tokenUrl, ...client }), tokenExchange({ tokenUrl, ...client })];
      attach(api, async (request) => (request.subjectToken ? exchanged : own).fetchToken(request), {
        tokenParams: () => ({ subjectToken: session.getStore() }),
      });
    });
    expect(owners).toEqual(['ada', 'bob', 'my-service']);
  });
});

describe('what makes two tokens two', () => {
  const asked: Record<keyof TokenParams, [TokenParams, TokenParams]> = {
    tenant: [{ tenant: 'value-1' }, { tenant: 'value-2' }],
    scope: [{ scope: 'value-1' }, { scope: 'value-2' }],
    extraScope: [{ extraScope: 'value-1' }, { extraScope: 'value-2' }],
    audience: [{ audience: 'value-1' }, { audience: 'value-2' }],
    resource: [{ resource: 'https://value-1.test' }, { resource: 'https://value-2.test' }],
    params: [{ params: { account: 'value-1' } }, { params: { account: 'value-2' } }],
    subjectToken: [{ subjectToken: 'value-1' }, { subjectToken: 'value-2' }],
  };
  const rows = guide
    .table('## What makes two tokens two')
    .flatMap((row) =>
      [...row.field!.matchAll(/`(\w+)`/g)].map(([, field]): [keyof TokenParams, typeof row] => [
        field as keyof TokenParams,
        row,
      ]),
    );

  test('the table knows every field', () => {
    expect(rows.map(([field]) => field).sort()).toEqual(Object.keys(asked).sort());
  });

  test.each(rows)('%s', async (field, row) => {
    const server = await authorizationServer();
    server.users.set('value-1', 'ada').set('value-2', 'bob');
    const options = { tokenUrl: server.url, ...client };
    const source = field === 'subjectToken' ? tokenExchange(options) : clientCredentials(options);
    const auth = attach(axios.create({ baseURL: 'https://api.example.com' }), source);
    const events = record(auth);
    const tokens = [];
    for (const params of [...asked[field], ...asked[field]]) tokens.push((await auth.getToken(params)).accessToken);
    const told = shown([events.all, auth.inspect()]);
    const yes = (holds: boolean): string => (holds ? 'yes' : 'no');
    expect([tokens[0] === tokens[2], tokens[1] === tokens[3], tokens[0] === tokens[1]]).toEqual([true, true, false]);
    expect({
      sent: yes(server.requests.some(({ body }) => body.includes('value-1'))),
      told: yes(told.includes('value-1')),
    }).toEqual({
      sent: row['sent to the token endpoint']!.replace('by `tokenExchange`', 'yes'),
      told: row['in events and `inspect()`'],
    });
  });
});
