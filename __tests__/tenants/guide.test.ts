import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import axios from 'axios';
import { compile } from '../readme/compile.js';
import { expectHidden } from '../security/shown.js';
import { form } from '../support/fake-server.js';
import { turn, until } from '../support/turn.js';
import { record, rejection } from '../support/world.js';
import { type Guide, guide, playGuide, program, SECRETS } from './guide-world.js';

// The program of docs/tenants.md, and the server in it.

describe('the program of the guide', () => {
  test('type-checks', () => {
    const block = { ...guide.blocks[0]!, code: program };
    expect(compile([block]).faults(block)).toEqual([]);
  }, 60_000);

  test('runs, and prints what is said', async () => {
    const { printed } = await playGuide();
    expect(printed).toBe(guide.blocks.flatMap(({ output }) => output ?? []).join('\n'));
  });
});

describe('its server', () => {
  const USERS = Array.from({ length: 60 }, (_, index) => `user${index}`);
  let playing: Guide & { url: string };
  let listening: Server;

  beforeEach(async () => {
    const played = await playGuide();
    listening = played.app.listen(0, '127.0.0.1');
    await once(listening, 'listening');
    playing = { ...played, url: `http://127.0.0.1:${(listening.address() as AddressInfo).port}` };
    for (const user of USERS) signIn(user, `session-token-of-${user}`);
    played.upstream.resetStats();
    played.server.requests.length = 0;
  });

  afterEach(async () => {
    listening.close();
    listening.closeAllConnections();
    await once(listening, 'close');
  });

  function signIn(user: string, userToken: string): void {
    playing.server.users.set(userToken, user);
    playing.sessions.set(`session=${user}`, { tenant: 'acme', userToken });
  }

  const orderOf = (user: string) =>
    axios.get(`${playing.url}/orders/${user}`, { headers: { cookie: `session=${user}` }, validateStatus: null });

  /** Whose token each call of the API carried, by what it asked for. */
  const owners = () =>
    playing.upstream.requests.map(({ path, token }) => [path, playing.server.owners.get(token!)] as const);

  const exchanges = () => playing.server.requests.filter(({ body }) => form(body).subject_token !== undefined);

  test('120 calls of 60 users at once, all tokens revoked between: each order with its own user’s token, the stock with the service’s', async () => {
    const round = async (): Promise<void> => {
      let answers = 0;
      playing.server.delay = async () => {
        for (let turns = (answers++ * 7) % 11; turns > 0; turns -= 1) await turn(); // nobody comes in order
      };
      const statuses = await Promise.all([...USERS, ...USERS].map(async (user) => (await orderOf(user)).status));
      expect(new Set(statuses)).toEqual(new Set([200]));
    };
    await round();
    playing.server.revokeAll();
    await round();
    for (const [path, owner] of owners()) expect(owner).toBe(/orders\/(.*)/.exec(path)?.[1] ?? 'my-service');
    expect(exchanges()).toHaveLength(2 * USERS.length);
    expect(playing.server.requests).toHaveLength(2 * USERS.length + 2); // two for the service
  });

  test('a user whose exchange hangs is overtaken, and gets what is his', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    playing.server.delay = (owner) => (owner === 'user0' ? held : turn());
    const slow = orderOf('user0');
    await until(() => exchanges().length === 1);
    await Promise.all(USERS.slice(1).map(orderOf));
    release();
    expect((await slow).status).toBe(200);
    expect(owners().filter(([path]) => path === '/orders/user0')).toEqual([['/orders/user0', 'user0']]);
  });

  test('a user whose session the server has ended is sent to sign in, and nobody else', async () => {
    playing.server.users.delete('session-token-of-user1');
    const [ended, other] = await Promise.all([orderOf('user1'), orderOf('user2')]);
    expect([ended.status, other.status]).toEqual([401, 200]);
    expect(owners().map(([path]) => path)).not.toContain('/orders/user1');
  });

  test('what was exchanged is used after the user’s own token has ended; refused then, it means to sign in again', async () => {
    await orderOf('user1');
    playing.server.users.delete('session-token-of-user1');
    expect((await orderOf('user1')).status).toBe(200);
    expect(exchanges()).toHaveLength(1);
    playing.server.revokeAll();
    expect((await orderOf('user1')).status).toBe(401);
  });

  test('a user’s new token is exchanged anew, and the earlier exchange is not used again', async () => {
    await orderOf('user1');
    signIn('user1', 'a-newer-session-token-of-user1');
    await orderOf('user1');
    const [first, second] = playing.upstream.requests.filter(({ path }) => path === '/orders/user1');
    expect(exchanges().map(({ body }) => form(body).subject_token)).toEqual([
      'session-token-of-user1',
      'a-newer-session-token-of-user1',
    ]);
    expect(first!.token).not.toBe(second!.token);
  });

  test('a token endpoint that knows the service no more is no reason to sign in: 503, and when to come again', async () => {
    playing.userAuth.invalidate();
    jest.replaceProperty(SECRETS, 'my-service', 'another');
    const { status, headers } = await orderOf('user1');
    jest.restoreAllMocks();
    expect({ status, retryAfter: Number(headers['retry-after']) > 0 }).toEqual({ status: 503, retryAfter: true });
  });

  test('who has no session gets 401, and a caller who got lost sends nothing', async () => {
    expect((await orderOf('nobody')).status).toBe(401);
    const { asUser, actingFor } = playing;
    expect(await rejection(asUser.get('/orders/1'))).toMatchObject({ message: /nobody is calling/ });
    const anonymous = actingFor({ tenant: 'acme' }, () => asUser.get('/orders/1'));
    expect(await rejection(anonymous)).toMatchObject({ message: /nobody is signed in/ });
    expect(playing.upstream.requests).toEqual([]);
  });

  test('no user’s token is in errors, events or inspect()', async () => {
    const events = record(playing.userAuth);
    const subjectToken = 'session-token-of-user1';
    const failed = await rejection(
      playing.actingFor({ tenant: 'acme', userToken: subjectToken }, () => playing.asUser.get('/status/500')),
    );
    expect(events.names()).toContain('token:issued');
    expectHidden([events.all, playing.userAuth.inspect()], [subjectToken]);
    expect(JSON.stringify(failed)).not.toContain(subjectToken);
    const inRequest = await rejection(
      playing.actingFor({ tenant: 'acme', userToken: 'x' }, () =>
        playing.asUser.get('/status/500', { token: { subjectToken } }),
      ),
    );
    expect(JSON.stringify(inRequest)).toContain(subjectToken); // why it is not given so
  });
});
