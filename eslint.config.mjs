import js from '@eslint/js';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import { importX } from 'eslint-plugin-import-x';
import { defineConfig } from 'eslint/config';
import { readdirSync } from 'node:fs';
import ts from 'typescript-eslint';

/** The rooms of lib/, from top to bottom: a room imports only its own files and those of the rooms below it. */
const rooms = [
  ['cli/'],
  ['index.ts', 'presets/'],
  ['grants/', 'dpop/', 'redis/', 'opentelemetry/'],
  ['attach.ts'],
  ['attach/'],
  ['interceptor/'],
  ['token/'],
  ['source/', 'client-auth/'],
];
/** What lies beside the rooms is the ground, which all of them stand on. */
const ground = readdirSync(`${import.meta.dirname}/lib`).filter(
  (name) => /\.ts$/.test(name) && !rooms.flat().includes(name),
);
const floors = [...rooms, ground];
const paths = (names) => names.map((name) => `./lib/${name}`);

const arrowsPointDown = floors.slice(1).map((floor, above) => ({
  target: paths(floor),
  from: paths(floors.slice(0, above + 1).flat()),
  message: 'Arrows point down only.',
}));

const noDoorBetween = [
  { target: './lib/token/', from: paths(['source/', 'client-auth/']), message: 'The heart knows no concrete source.' },
  {
    target: './lib/presets/',
    from: paths(['attach.ts', 'attach/', 'token/']),
    message: 'A preset is a description: it needs sources, not the machine.',
  },
  {
    target: paths(floors.flat()),
    from: paths([
      'client-auth/index.ts',
      'dpop/index.ts',
      'grants/index.ts',
      'redis/index.ts',
      'opentelemetry/index.ts',
    ]),
    message: 'An entry: import the function itself, so that nobody pays for the others.',
  },
  {
    target: paths(['grants/', 'dpop/']),
    from: paths(['attach.ts', 'attach/', 'token/']),
    message: 'It describes: it needs sources and what an API request looks like, not the machine.',
  },
  {
    target: './lib/redis/',
    from: paths(['attach.ts', 'attach/', 'interceptor/', 'token/', 'source/', 'client-auth/']),
    message: 'A store knows nothing of OAuth, nor of axios.',
  },
  {
    target: './lib/testing/',
    from: './lib',
    except: ['./testing', './store.ts'],
    message: 'The testing entry stands on its own.',
  },
  { target: paths(floors.flat()), from: './lib/testing', message: 'Nothing needs the testing entry.' },
];

const banned = {
  node: { regex: '^node:', message: 'The core runs on edge workers too: look it up at run time.' },
  axios: { regex: '^axios($|/)', message: 'This room knows no axios.' },
  axiosValue: { regex: '^axios($|/)', allowTypeImports: true, message: 'This room knows no axios but its types.' },
  indexValue: {
    regex: '/index\\.js$',
    allowTypeImports: true,
    message: 'Importing the index pulls in the whole core.',
  },
};
const restrict = (files, ...patterns) => ({
  files,
  rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] },
});

const focused = ['describe', 'it', 'test'].map((object) => ({
  object,
  property: 'only',
  message: 'A focused test hides the others.',
}));

export default defineConfig(
  { ignores: ['dist/', 'coverage/', 'reference/', 'bench/node_modules/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [ts.configs.strictTypeChecked, ts.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { 'import-x': importX },
    settings: {
      'import-x/extensions': ['.ts'],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
      'import-x/resolver-next': [createTypeScriptImportResolver()],
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreVoidReturningFunctions: true }],
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true } }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // What a caller or a signal gives as the reason is passed on as it is.
      '@typescript-eslint/prefer-promise-reject-errors': [
        'error',
        { allowThrowingAny: true, allowThrowingUnknown: true },
      ],
      '@typescript-eslint/only-throw-error': ['error', { allowThrowingAny: true, allowThrowingUnknown: true }],
      // A function that answers or does nothing is written `T | void`.
      '@typescript-eslint/no-invalid-void-type': 'off',
      // It asks for the `!` that the strict set forbids.
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      'prefer-const': ['error', { ignoreReadBeforeAssign: true }],
      'import-x/no-cycle': 'error',
      'no-restricted-properties': ['error', ...focused],
      'no-restricted-globals': ['error', 'fdescribe', 'fit', 'ftest'],
    },
  },
  {
    files: ['lib/**/*.ts'],
    rules: {
      'import-x/no-restricted-paths': ['error', { zones: [...arrowsPointDown, ...noDoorBetween] }],
    },
  },
  restrict(['lib/**/*.ts'], banned.node),
  restrict(['lib/cli/**/*.ts']), // it runs on Node alone
  restrict(['lib/testing/**/*.ts'], banned.axiosValue),
  restrict(['lib/presets/**/*.ts'], banned.node, banned.indexValue),
  restrict(['lib/token/**/*.ts'], banned.node, banned.axios),
  restrict(
    ['lib/errors.ts', 'lib/errors/**/*.ts', 'lib/{contract,redact,clock,events,runtime,token}.ts'],
    banned.node,
    banned.axiosValue,
  ),
  {
    // Its objects are made of closures, which need no `this`.
    files: ['lib/testing/**/*.ts'],
    rules: { '@typescript-eslint/unbound-method': 'off' },
  },
  {
    // What a test hands over is often wrong on purpose, empty, or untyped.
    files: ['__tests__/**/*.ts', 'demo/**/*.ts'],
    rules: {
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/only-throw-error': 'off',
      '@typescript-eslint/prefer-promise-reject-errors': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['examples/**/public/*.js'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          'document',
          'window',
          'fetch',
          'EventSource',
          'matchMedia',
          'requestAnimationFrame',
          'setTimeout',
          'clearTimeout',
        ].map((name) => [name, 'readonly']),
      ),
    },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          'AbortController',
          'AbortSignal',
          'Buffer',
          'URL',
          'URLSearchParams',
          'clearInterval',
          'clearTimeout',
          'console',
          'fetch',
          'performance',
          'process',
          'queueMicrotask',
          'setImmediate',
          'setInterval',
          'setTimeout',
          'structuredClone',
        ].map((name) => [name, 'readonly']),
      ),
    },
  },
);
