import { endStages, Program, SECRET, type Stage, startStage } from './project.js';

/** Success, failure, 401, and everything logged whole that leads to a token; `whole` is how that logger is given something. */
const main = (logger: string, whole: string): string => `
import axios from 'axios';
import { log } from './${logger}.js';
import { api, auth } from './orders-api.js';

const whole = ${whole};
const fault = (call) => call.then(() => { throw new Error('was expected to fail'); }, (error) => error);

whole('a success', { response: await api.get('/orders/1') });
whole('a token', { token: await auth.getToken() });

const { accessToken } = await auth.getToken();
const headers = { Authorization: 'Bearer ' + accessToken };
const upstream = axios.create({ baseURL: api.defaults.baseURL, headers });
const faults = [await fault(api.get('/status/500')), await fault(upstream.get('/status/500'))];
await upstream.get('/break');
faults.push(await fault(api.get('/orders/1')), await fault(api.get('/orders/1')));
await upstream.get('/mend');
auth.invalidate();
faults.push(await fault(api.get('/denied')));

for (const error of faults) {
  log.error(error);
  whole('a fault', { err: error });
  whole('under a name of its own', { failure: error });
  whole('its parts', { request: error.request, answer: error.response });
}
`;
const loggers = {
  'pino-log': '(message, details) => log.error(details, message)',
  'winston-log':
    "(message, details) => { log.error(message, details); if (details.err) log.error('last', details.err); }",
};

let { server, upstream, dir } = {} as Stage;

beforeAll(async () => {
  const mains = Object.entries(loggers).map(([name, whole]) => [`main-of-${name}.js`, main(name, whole)]);
  ({ server, upstream, dir } = await startStage(Object.fromEntries(mains) as Record<string, string>));
  upstream.intercept(({ path }, response) => {
    if (path === '/break') {
      server.fail({ status: 401, error: 'invalid_client' }, Infinity);
      server.revokeAll();
    } else if (path === '/mend') server.heal();
    else return false;
    return Boolean(response.end());
  });
});
afterAll(endStages);

type Line = Record<string, unknown>;

/** What a logger has written. Each line is JSON, and none holds a token that was sent, nor the secret. */
async function linesOf(logger: keyof typeof loggers): Promise<Line[]> {
  upstream.resetStats();
  const printed = await new Program(dir, [`main-of-${logger}.js`]).output();
  const tokens = new Set(upstream.requests.flatMap(({ token }) => token ?? []));
  expect(tokens.size).toBeGreaterThan(1);
  for (const secret of [SECRET, ...tokens]) expect(printed).not.toContain(secret);
  const lines = printed.trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Line);
}

test('pino: events have their levels, errors what helps, and no line a token', async () => {
  const lines = await linesOf('pino-log');
  const events = lines.flatMap(({ event, level }) =>
    event === undefined ? [] : [`${event as string} ${level as number}`],
  );
  expect(new Set(events)).toEqual(
    new Set([
      'token:issued 30',
      'token:rejected 40',
      'request:retried 30',
      'token:failed 50',
      'request:retry-skipped 40',
    ]),
  );
  const errors = lines.flatMap(({ err }) => err ?? []);
  expect(errors).toContainEqual(expect.objectContaining({ name: 'AxiosError', status: 500, method: 'get' }));
  const cause = expect.objectContaining({ name: 'TokenEndpointError', error: 'invalid_client' });
  expect(errors).toContainEqual(expect.objectContaining({ name: 'AxiosError', status: 401, cause }));
  expect(errors).toContainEqual(cause);
  expect(JSON.stringify(lines)).toContain('Bearer [redacted]'); // of what was logged whole
});

test('winston: events have their levels, errors what helps, and no line a token', async () => {
  const lines = await linesOf('winston-log');
  const events = lines.map(({ message, level }) => `${message as string} ${level as string}`);
  expect(events).toEqual(
    expect.arrayContaining(['token:issued info', 'token:rejected warn', 'request:retried info', 'token:failed error']),
  );
  const errors = lines.flatMap(({ err }) => err ?? []);
  expect(errors).toContainEqual(expect.objectContaining({ name: 'AxiosError', status: 500, method: 'get' }));
  const cause = expect.objectContaining({ name: 'TokenEndpointError', error: 'invalid_client' });
  expect(errors).toContainEqual(expect.objectContaining({ name: 'AxiosError', status: 401, cause }));
  expect(errors).toContainEqual(cause);
  expect(JSON.stringify(lines)).toContain('Bearer [redacted]');
});
