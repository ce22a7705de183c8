import { endPrograms, makeProject, Program, recipes, removeProjects } from './project.js';

// Suites of users, run by their own runners: what they import is the built package.

afterAll(async () => {
  await endPrograms();
  removeProjects();
});

const names = ['orders.ts', 'orders.servers.test.ts', 'orders.mock.test.ts'];
const written = (change = (code: string) => code): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, change(recipes[name]!)]));

test('Vitest runs the suite, without a setting', async () => {
  const dir = makeProject(written());
  const program = new Program(dir, ['node_modules/vitest/vitest.mjs', 'run', '--reporter=json'], { CI: '1' });
  expect(passed(await program.output())).toEqual({ numPassedTests: 2, numTotalTests: 2 });
}, 60_000);

test('Jest runs the suite, with ts-jest as CommonJS', async () => {
  const tsconfig = { module: 'commonjs', target: 'es2022', esModuleInterop: true, isolatedModules: true };
  const settings = JSON.stringify({ transform: { '\\.ts$': ['ts-jest', { tsconfig, diagnostics: false }] } });
  const withoutImport = written((code) => code.replace(/^import .* from 'vitest';\n/m, ''));
  const dir = makeProject({ ...withoutImport, 'package.json': '{}', 'jest.config.json': settings });
  const program = new Program(dir, ['node_modules/jest/bin/jest.js', '--json', '--no-cache'], { CI: '1' });
  expect(passed(await program.output())).toEqual({ numPassedTests: 2, numTotalTests: 2 });
}, 60_000);

function passed(output: string): object {
  const json = output.split('\n').find((line) => line.startsWith('{"'))!;
  const { numPassedTests, numTotalTests } = JSON.parse(json) as Record<string, number>;
  return { numPassedTests, numTotalTests };
}
