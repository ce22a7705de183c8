import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { exitCodeOf, judge, type Report } from '../demo/judge.js';
import { colored, paintFor, plain } from '../demo/paint.js';
import { coldStart } from '../demo/scenarios/cold-start.js';
import { outage } from '../demo/scenarios/outage.js';
import { revocationStorm } from '../demo/scenarios/revocation-storm.js';
import { rollover } from '../demo/scenarios/rollover.js';
import { table } from '../demo/table.js';

const ESCAPE = String.fromCharCode(27);

interface Run {
  exitCode: number | string;
  stdout: string;
  stderr: string;
}

/** As a person runs it, but into a pipe. */
function runDemo(): Promise<Run> {
  const env = { ...process.env };
  delete env.FORCE_COLOR;
  delete env.NO_COLOR;
  const options = { cwd: join(__dirname, '..'), env, shell: process.platform === 'win32' };
  return new Promise((resolve) => {
    execFile('npm', ['run', '--silent', 'demo'], options, (error, stdout, stderr) => {
      resolve({ exitCode: error?.code ?? 0, stdout, stderr });
    });
  });
}

test('npm run demo ends by itself with 0, a timeline and a table, without colours in a pipe, and shows no token', async () => {
  const { exitCode, stdout, stderr } = await runDemo();
  expect({ exitCode, stderr: stderr.match(/.*(Error|Warning):.*/g) ?? [] }).toEqual({ exitCode: 0, stderr: [] });

  expect(stdout).not.toContain(ESCAPE);
  for (const secret of ['tok_', 'test-secret', 'Bearer']) expect(stdout + stderr).not.toContain(secret);

  const rows = stdout.slice(stdout.indexOf('\nscenario ')).split('\n');
  expect(rows.filter((row) => / {2}(pass|FAIL)$/.test(row)).map((row) => row.split(/ {2,}/))).toEqual([
    ['Cold start', '1000', '0', '1', 'failed 0, token requests 1', 'pass'],
    ['Rollover', expect.stringMatching(/^\d{3,}$/), '0', '4', 'failed 0, token requests 4', 'pass'],
    ['Revocation storm', '500', '0', '1', 'failed 0, token requests 1', 'pass'],
    ['Endpoint outage', expect.stringMatching(/^\d{3,}$/), '0', '3', 'failed 0, token requests 3', 'pass'],
  ]);
  expect(stdout.trimEnd().split('\n').at(-1)).toBe('Every figure is the expected one.');

  const timeline = stdout.match(/^ *\+\d+\.\d\d s {2}\S.*$/gm) ?? [];
  expect(timeline.length).toBeGreaterThanOrEqual(12);
  expect(timeline.length).toBeLessThanOrEqual(25);
  expect(Math.max(...stdout.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(120);
}, 90_000);

test('the scenarios promise what the plugin promises', () => {
  const promises = [coldStart, rollover, revocationStorm, outage].map(({ expected }) => expected);
  expect(promises).toEqual([
    { calls: 1000, failed: 0, 'token requests': 1 },
    { calls: { atLeast: 100 }, failed: 0, 'token requests': 4, 'calls waited': 0, 'expired tokens sent': 0 },
    { calls: 500, failed: 0, 'token requests': 1, 'sends per call': { atMost: 2 } },
    { calls: { atLeast: 100 }, failed: 0, 'token requests': 3, 'calls waited': 0, recoveries: 1 },
  ]);
});

const good: Report = {
  scenario: 'Some scenario',
  figures: { calls: 500, failed: 0, 'token requests': 1, 'sends per call': 2 },
  expected: { calls: { atLeast: 100 }, failed: 0, 'token requests': 1, 'sends per call': { atMost: 2 } },
};
const having = (figures: Record<string, number | undefined>): Report => ({
  ...good,
  figures: { ...good.figures, ...figures } as Report['figures'],
});

describe('the judge', () => {
  test('passes figures that are all as expected', () => {
    expect(judge(good)).toEqual({ passed: true, complaints: [] });
    expect(judge(having({ calls: 100, 'sends per call': 1 })).passed).toBe(true);
    expect(exitCodeOf([good, good])).toBe(0);
  });

  test.each([
    [{ failed: 1 }, 'failed: 1 instead of 0'],
    [{ 'token requests': 2 }, 'token requests: 2 instead of 1'],
    [{ 'token requests': 0 }, 'token requests: 0 instead of 1'],
    [{ calls: 99 }, 'calls: 99 instead of at least 100'],
    [{ 'sends per call': 3 }, 'sends per call: 3 instead of at most 2'],
    [{ 'sends per call': NaN }, 'sends per call: NaN instead of at most 2'],
    [{ 'sends per call': undefined }, 'sends per call: not counted instead of at most 2'],
  ])('fails %j, and the exit code is 1', (figures, complaint) => {
    const report = having(figures);
    expect(judge(report)).toEqual({ passed: false, complaints: [complaint] });
    expect(exitCodeOf([good, report, good])).toBe(1);
  });

  test('fails a scenario that promises nothing about its calls, failures and token requests', () => {
    expect(judge({ ...good, expected: { failed: 0 } })).toEqual({
      passed: false,
      complaints: ['calls: nothing expected', 'token requests: nothing expected'],
    });
  });

  test('fails a demo without scenarios', () => {
    expect(exitCodeOf([])).toBe(1);
  });
});

test('the table names every figure that is not the expected one', () => {
  expect(table([good, having({ failed: 7 })], plain)).toBe(
    [
      'scenario       calls  failed  token requests  expected                    verdict',
      '-------------  -----  ------  --------------  --------------------------  -------',
      'Some scenario    500       0               1  failed 0, token requests 1  pass',
      '                                              sends per call at most 2',
      'Some scenario    500       7               1  failed 0, token requests 1  FAIL',
      '                                              sends per call at most 2',
      '  failed: 7 instead of 0',
    ].join('\n'),
  );
});

test('colours change nothing but the colours', () => {
  const painted = table([good, having({ failed: 7 })], colored);
  expect(painted).toContain(`${ESCAPE}[32mpass`);
  expect(painted.replaceAll(new RegExp(`${ESCAPE}\\[\\d+m`, 'g'), '')).toBe(
    table([good, having({ failed: 7 })], plain),
  );
});

test.each([
  ['a terminal', {}, true, colored],
  ['a pipe', {}, false, plain],
  ['a terminal, NO_COLOR=1', { NO_COLOR: '1' }, true, plain],
  ['a terminal, NO_COLOR empty', { NO_COLOR: '' }, true, colored],
  ['a terminal that can do nothing', { TERM: 'dumb' }, true, plain],
  ['a pipe, FORCE_COLOR=1', { FORCE_COLOR: '1' }, false, colored],
  ['a pipe, FORCE_COLOR=1 and NO_COLOR=1', { FORCE_COLOR: '1', NO_COLOR: '1' }, false, colored],
  ['a terminal, FORCE_COLOR=0', { FORCE_COLOR: '0' }, true, plain],
])('%s has the colours it wants', (_where, env, isTerminal, paint) => {
  expect(paintFor(env, isTerminal)).toBe(paint);
});
