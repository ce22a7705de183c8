import { endPrograms, makeProject, Program, recipes, removeProjects } from './project.js';

afterAll(async () => {
  await endPrograms();
  removeProjects();
});

test('every recipe type-checks against the built package, strictly', async () => {
  const compilerOptions = {
    target: 'es2022',
    lib: ['es2023', 'dom', 'esnext.disposable'],
    module: 'esnext',
    moduleResolution: 'bundler',
    types: ['node'],
    strict: true,
    noUncheckedIndexedAccess: true,
    noUnusedLocals: true,
    noUnusedParameters: true,
    verbatimModuleSyntax: true,
    experimentalDecorators: true, // Nest's
    skipLibCheck: true, // of the frameworks
    noEmit: true,
  };
  const settings = JSON.stringify({ compilerOptions, include: ['**/*.ts'] });
  const dir = makeProject({ ...recipes, 'tsconfig.json': settings });
  const tsc = new Program(dir, ['node_modules/typescript/bin/tsc', '-p', '.', '--pretty', 'false']);
  expect(await tsc.output()).toBe('');
}, 60_000);
