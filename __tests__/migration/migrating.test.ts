import { guide, play, type Section, sections, type Side, startServers } from './sides.js';
import { scenarios } from './scenarios.js';

// docs/migrating.md: what was and what comes in its place do the same, and differ as the tables say.

const titled = (some: Section[]): [string, Section][] => some.map((section) => [section.title, section]);

test('each section shows what was, and what comes in its place', () => {
  expect(sections.map(({ title }) => title)).toEqual([
    'From an interceptor of your own',
    'From axios-auth-refresh 5',
    'From axios-oauth-client 2.2 and axios-token-interceptor 0.2',
    'From simple-oauth2 5',
    'From openid-client 6',
  ]);
});

describe.each(titled(sections))('%s', (title, { before, after }) => {
  test('both sides send the same token request, and get the same answers', async () => {
    const servers = await startServers();
    const [was, is] = [await seen(await play(before, { servers })), await seen(await play(after, { servers }))];
    expect(was.answers).toMatchObject([{ headers: { authorization: 'Bearer [redacted]' } }, { body: '{"a":1}' }]);
    expect(is.answers).toEqual(was.answers);
    expect(is.tokenRequest).toEqual(was.tokenRequest);
  });

  const rows = guide.table(`## ${title}`).map((row): [string, Record<string, string>] => [row['']!, row]);

  test.each(rows)('%s', async (what, row) => {
    const scenario = scenarios[what]!;
    expect(await scenario(await play(before))).toBe(row.before);
    jest.restoreAllMocks(); // the time is what it was
    expect(await scenario(await play(after))).toBe(row.after);
  });
});

test('every scenario stands in a table', () => {
  const told = sections.flatMap(({ title }) => guide.table(`## ${title}`).map((row) => row['']!));
  expect(Object.keys(scenarios).filter((what) => !told.includes(what))).toEqual([]);
});

async function seen({ api, server }: Side): Promise<{ answers: unknown[]; tokenRequest: unknown }> {
  server.resetStats();
  const answers = [await api.get('/things?page=2'), await api.post('/things', { a: 1 })];
  const [{ parameters, headers, method, path }] = server.requests as [(typeof server.requests)[0]];
  return {
    answers: answers.map(({ data }) => data as unknown),
    tokenRequest: { method, path, parameters, authorization: headers.authorization },
  };
}
