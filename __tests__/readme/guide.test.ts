import { createHmac } from 'node:crypto';
import * as tokenBinding from '../../lib/dpop/index.js';
import * as ours from '../../lib/index.js';
import { expectHidden } from '../security/shown.js';
import type { Answer } from '../support/fake-server.js';
import { rejection } from '../support/world.js';
import { compile } from './compile.js';
import { GUIDE, isPlayed, nameIn, readDocument } from './markdown.js';
import { play, type Script, SECRET, type Stage } from './provider.js';
import { execute } from './run.js';

// The guide's descriptions, each against a strict fake of the provider whose HTTP stands above it.

const guide = readDocument(GUIDE);
const readme = readDocument('README.md');

/** What the prose says of a provider, and its HTTP alone does not show. */
interface Facts extends Pick<Script, 'computed'> {
  /** How long a token lives; `undefined`: until it is refused. */
  lifeMs: number | undefined;
  reissue?: ours.Reissue;
  /** Of the answer that is shown as an error. */
  error?: { error: string; errorDescription?: string; permanent: boolean };
  /** An error that may pass. */
  passing?: Answer;
  /** Answers of the API to a live token that are no refusal of it, besides a plain 403. */
  lookAlikes?: Answer[];
}

const hmac = (text: string): string => createHmac('sha256', SECRET).update(text).digest('hex');

const facts: Record<string, Facts> = {
  '1. A plain form': { lifeMs: 3_600_000 },
  '2. HTTP Basic, and a life in minutes': {
    lifeMs: 20 * 60_000,
    lookAlikes: [{ status: 403, body: { errors: [{ code: 'MISSING_RIGHT' }] } }],
  },
  '3. JSON, names of its own, an end as a date': { lifeMs: 8 * 3_600_000 },
  '4. GET, and everything inside HTTP 200': {
    lifeMs: 7_200_000,
    reissue: 'replaces',
    error: { error: '40125', errorDescription: 'invalid appsecret', permanent: true },
    passing: { body: { errcode: -1, errmsg: 'system busy' } },
    lookAlikes: [{ body: { errcode: 48001, errmsg: 'no right' } }],
  },
  '5. A signature, a fresh header, the token in a header': {
    lifeMs: 1_800_000,
    computed: {
      signature({ body }) {
        const parameters = new URLSearchParams(body);
        return hmac(['region', 'timestamp'].map((name) => `${name}=${parameters.get(name)}`).join('&'));
      },
    },
  },
  '6. XML, and an address that comes with the token': {
    lifeMs: undefined,
    error: { error: 'BAD_PASSWORD', permanent: true },
    lookAlikes: [{ headers: { 'content-type': 'text/xml' }, body: '<fault><code>NO_RIGHT</code></fault>' }],
  },
  'When no description fits': {
    lifeMs: 900_000,
    error: { error: 'proof_wrong', permanent: true },
    computed: { 'HMAC-SHA256 of the challenge': (_request, given) => hmac(given.get('challenge') ?? '') },
  },
};

const blocksOf = (section: string) => guide.blocks.filter((block) => block.section === section);
const played = guide.blocks.filter((block) => isPlayed(block, guide.blocks));

/** A section of the guide, by its heading or by the number of its example. */
function start(heading: string, script: Script = {}): Promise<Stage> {
  const section = Object.keys(facts).find((one) => one.startsWith(heading))!;
  return play(blocksOf(section), { computed: facts[section]!.computed ?? {}, ...script });
}

test('six worked examples and a function are played, each with all that a provider shows', () => {
  expect([...new Set(played.map(({ section }) => section))]).toEqual(Object.keys(facts));
  for (const [section, { error }] of Object.entries(facts)) {
    const kinds = blocksOf(section).map(({ language, info }) => `${language} ${info}`.trim());
    const exchange = ['http request', 'http answer'];
    const exchanges = section.startsWith('When') ? [...exchange, ...exchange] : exchange;
    const expected = [...exchanges, ...(error ? ['http error'] : []), 'http call', 'http refusal', 'ts'];
    expect([section, kinds]).toEqual([section, expected]);
  }
});

describe.each(Object.entries(facts))('%s', (section, { lifeMs, reissue, error, passing, lookAlikes = [] }) => {
  test('the requests are exactly those that are shown, and the token lives as long as is said', async () => {
    const { call, auth, clock, faults, counts, source } = await start(section);
    const sentAt = clock.now();
    const { status } = await call();
    expect(faults).toEqual([]);
    expect({ status, ...counts() }).toEqual({ status: 200, tokens: 1, calls: 1 });
    expect((await auth.getToken()).expiresAt).toBe(lifeMs === undefined ? undefined : sentAt + lifeMs);
    expect(source.reissue).toBe(reissue);
  });

  test('ten calls at once: one token request', async () => {
    const { call, faults, counts } = await start(section);
    const answers = await Promise.all(Array.from({ length: 10 }, () => call()));
    expect(faults).toEqual([]);
    expect(answers.map(({ status, data }) => [status, data])).toEqual(Array(10).fill([200, { ok: true }]));
    expect(counts()).toEqual({ tokens: 1, calls: 10 });
  });

  test('a refusal as it is shown: one new token, and the call is sent again', async () => {
    const { call, faults, counts, endAll } = await start(section);
    await call();
    endAll();
    const { data } = await call();
    expect(faults).toEqual([]);
    expect({ data, ...counts() }).toEqual({ data: { ok: true }, tokens: 2, calls: 3 });
  });

  test('when its life is over the endpoint is asked again, at half of it not yet', async () => {
    const { call, faults, counts, clock } = await start(section);
    const half = (lifeMs ?? 365 * 86_400_000) / 2;
    await call();
    await clock.advance(half);
    await call();
    expect(counts()).toEqual({ tokens: 1, calls: 2 });
    await clock.advance(half);
    await call();
    expect(faults).toEqual([]);
    expect(counts()).toEqual({ tokens: lifeMs === undefined ? 1 : 2, calls: 3 });
  });

  test.each([{ status: 403 }, ...lookAlikes])('what is no refusal of the token surfaces: %j', async (apiAnswer) => {
    const { call, counts, events } = await start(section, { apiAnswer });
    const answer = await call().catch((reason: unknown) => (reason as { response: { status: number } }).response);
    expect({ status: answer.status, ...counts() }).toEqual({ status: apiAnswer.status ?? 200, tokens: 1, calls: 1 });
    expect(events.of('token:rejected')).toEqual([]);
  });

  const OTHER = 'not+the=secret';

  test.each<[string, Script]>([
    ['another secret', { secret: OTHER }],
    ['one header more', { attach: { http: { headers: { 'X-Surplus': '1' } } } }],
    ['one parameter more', { attach: { http: { params: { surplus: '1' } } } }],
  ])('the provider is strict: it refuses %s, and the error shows no secret', async (_title, script) => {
    const { call, faults, counts } = await start(section, script);
    const refused = await rejection(call());
    expect(refused).toMatchObject({ name: 'TokenEndpointError', error: 'not_as_shown' });
    expect({ faults: faults.length, calls: counts().calls }).toEqual({ faults: 1, calls: 0 });
    expectHidden(refused, [SECRET, OTHER]);
  });

  test('a secret that is not set is an error before anything is sent', async () => {
    await expect(start(section, { secret: null })).rejects.toThrow(/secret/i);
  });

  if (error) {
    test('the error that is shown is told with its code; nothing is sent to the API', async () => {
      const { call, faults, counts } = await start(section, { tokenAnswer: 'error' });
      expect(await rejection(call())).toMatchObject({ name: 'TokenEndpointError', ...error });
      expect({ faults, ...counts() }).toEqual({ faults: [], tokens: 1, calls: 0 });
    });
  }

  if (passing) {
    test('an error that may pass is known as one', async () => {
      // Shorter than the pause before the next attempt.
      const { call } = await start(section, { tokenAnswer: passing, attach: { tokenTimeoutMs: 100 } });
      expect(await rejection(call())).toMatchObject({ name: 'TokenEndpointError', permanent: false });
    });
  }
});

test('example 3: the scope that a request asks for goes out under the name of its own', async () => {
  const { auth, faults } = await start('3.');
  await rejection(auth.getToken({ scope: 'read' }));
  expect(faults).toEqual([expect.stringContaining('"permissions":"read"')]);
});

test("example 6: a caller's own value in the header of the placement wins", async () => {
  const { call, events, counts } = await start('6.');
  await rejection(call({ 'X-Session': 'my own' }));
  expect(events.of('request:skipped')).toEqual([expect.objectContaining({ reason: 'own-credentials' })]);
  expect(counts().tokens).toBe(0);
});

describe('the questions', () => {
  const said = guide.text.slice(guide.text.indexOf('## Eight questions'), guide.text.indexOf('## Worked examples'));
  const helpers = Object.keys(ours).filter((name) => /^[a-z]/.test(name));

  test('are eight', () => {
    const numbers = guide.table('## Eight questions').map(({ question }) => /^\*\*(\d)\./.exec(question!)?.[1]);
    expect(numbers.filter(Boolean)).toEqual(['1', '2', '3', '4', '5', '6', '7', '8']);
  });

  test.each(['request', 'response'])('lead to every option of %s, and to no other', (group) => {
    const known = readme.table(`\`${group}\`:`).map(({ option }) => nameIn(option));
    const named = [...said.matchAll(new RegExp(`\\b${group}\\.(\\w+)`, 'g'))].map(([, name]) => name!);
    expect([...new Set(named)].sort()).toEqual(known.sort());
  });

  test('lead to every option that describes an endpoint', () => {
    const known = readme.table('### `clientCredentials(').map(({ option }) => nameIn(option));
    const missing = known.filter((name) => !new RegExp(`\`${name}\\b`).test(said));
    expect(missing).toEqual(['id', 'dangerouslyAllowBrowser']);
  });

  test('have answers that type-check, and are taken', async () => {
    const options = readme.table('### `clientCredentials(').map(({ option }) => nameIn(option));
    const answers = [...said.matchAll(/`(?:(request|response)\.)?(\w+): ([^`…]+)`/g)]
      .map(([, group, name, value]) => [group, `${name}: ${value}`] as const)
      .filter(([group, option]) => group !== undefined || options.includes(option.split(':')[0]!));
    expect(answers.length).toBeGreaterThan(30);
    const code = [
      `import { ${helpers.join(', ')} } from 'axios-client-credentials';`,
      `import { dpop } from 'axios-client-credentials/dpop';`,
      `import { randomUUID } from 'node:crypto';`,
      `const given = { ...credentials, clientAuth: clientSecretBasic() };`,
      ...answers.map(([group, option]) => (group === undefined ? option : `${group}: { ${option} }`)),
    ].map((line, index) => (index < 4 ? line : `clientCredentials({ ...given, ${line} });`));
    const block = { ...played[0]!, language: 'ts', code: code.join('\n') };
    expect(compile([block]).faults(block)).toEqual([]);
    const credentials = { tokenUrl: 'https://auth.example.com/token', clientId: 'me', clientSecret: 'shhh' };
    await execute(
      block.code,
      { credentials },
      { 'axios-client-credentials': ours, 'axios-client-credentials/dpop': tokenBinding },
    );
  }, 60_000);

  test('lead to every helper', () => {
    const assumed = ['attachToken', 'bearer', 'clientCredentials', 'clientSecretPost', 'isTokenError'];
    const missing = helpers.filter((name) => !new RegExp(`\\b${name}\\(`).test(said));
    expect(missing.filter((name) => !assumed.includes(name))).toEqual([]);
  });

  test('lead to every value of reissue but the default, and to every unit', () => {
    for (const value of ['same', 'extends', 'replaces']) expect(said).toContain(`\`reissue: '${value}'\``);
    for (const unit of ['s', 'min', 'ms', 'h:m:s']) expect(said).toContain(`\`'${unit}'\``);
  });
});
