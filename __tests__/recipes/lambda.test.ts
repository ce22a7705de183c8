import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import * as ours from '../../lib/index.js';
import type { AttachTokenOptions, TokenHandle } from '../../lib/index.js';
import { execute } from '../readme/run.js';
import { FakeClock } from '../support/fake-clock.js';
import { attach, protectedApi, tokenServer } from '../support/world.js';
import type { TokenServer } from '../../lib/testing/index.js';
import { localized, SECRET } from './project.js';

const HOUR = 3_600_000;

interface Instance {
  server: TokenServer;
  clock: FakeClock;
  auth: TokenHandle;
  invoke(): Promise<APIGatewayProxyStructuredResultV2>;
}

/** An instance of the function, on a clock that the test moves. */
async function startInstance(changed: AttachTokenOptions = {}): Promise<Instance> {
  const clock = new FakeClock();
  const server = await tokenServer({ clients: [{ clientId: 'my-service', clientSecret: SECRET }], now: clock.now });
  const upstream = await protectedApi({ accepts: server });
  const handles: TokenHandle[] = [];
  const attachToken: typeof ours.attachToken = (api, source, options) => {
    const handle = attach(api as never, source, { ...options, clock, random: () => 0, ...changed });
    handles.push(handle);
    return handle;
  };
  const exported: { handler?: (event: object) => Promise<APIGatewayProxyStructuredResultV2> } = {};
  const given = { exports: exported, process: { env: { CLIENT_SECRET: SECRET } } };
  const code = localized(server, upstream)['lambda.ts']!;
  await execute(code, given, { 'axios-client-credentials': { ...ours, attachToken } });
  return { server, clock, auth: handles[0]!, invoke: () => exported.handler!({ pathParameters: { id: '1' } }) };
}

test('a token is there before the first invocation, and serves all of them', async () => {
  const { server, clock, invoke } = await startInstance();
  const before = server.stats().requests;
  for (let invocation = 0; invocation < 5; invocation++) {
    const { statusCode, body } = await invoke();
    expect([statusCode, JSON.parse(body!)]).toEqual([200, expect.objectContaining({ path: '/orders/1' })]);
    clock.suspend(HOUR / 10);
  }
  expect([before, server.stats().requests]).toEqual([1, 1]);
});

test.each([
  ['both clocks go on', (clock: FakeClock): void => clock.leap(2 * HOUR)],
  ['only the wall clock goes on', (clock: FakeClock): void => clock.suspend(2 * HOUR)],
])(
  'frozen beyond the end of its token, while %s, it asks for a new one and no call is refused',
  async (_how, freeze) => {
    const { server, clock, invoke } = await startInstance();
    await invoke();
    freeze(clock);
    const answers = await Promise.all([invoke(), invoke()]);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200]);
    expect(server.stats().requests).toBe(2);
  },
);

test.each([
  { title: 'nothing is under way', changed: {}, left: { refreshing: false, requests: 1 } },
  {
    title: 'with the default of refreshAheadMs a renewal is',
    changed: { refreshAheadMs: undefined },
    left: { refreshing: true, requests: 2 },
  },
])('when the answer is out, near the end of a token, $title', async ({ changed, left }) => {
  const { server, clock, auth, invoke } = await startInstance(changed);
  clock.leap(0.999 * HOUR - 100_000);
  const hold = server.hold();
  await invoke();
  const [{ refreshing }] = auth.inspect() as [ours.TokenStatus];
  if (left.refreshing) await hold.arrived();
  hold.release();
  if (left.refreshing) await auth.warmUp();
  expect({ refreshing, requests: server.stats().requests }).toEqual(left);
});

test('without a token it answers 503, and serves again when there is one', async () => {
  const { server, clock, invoke } = await startInstance();
  clock.leap(2 * HOUR);
  server.fail({ status: 400, error: 'invalid_client' });
  const refused = await invoke();
  clock.leap(60_000);
  expect([refused.statusCode, (await invoke()).statusCode]).toEqual([503, 200]);
});

test('what the API did wrong is a 502', async () => {
  const { server, invoke } = await startInstance();
  server.revokeAll();
  server.fail({ status: 400, error: 'invalid_client' });
  expect((await invoke()).statusCode).toBe(502);
});
