/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';

// Jest runs in CommonJS mode (no flags needed); these packages ship ES modules only, so they are transformed too.
const esmOnly = ['p-queue', 'p-timeout', 'jose', 'dpop', 'openid-client', 'oauth4webapi'].join('|');

const config: Config = {
  testEnvironment: 'node',
  roots: ['<rootDir>/__tests__'],
  testMatch: ['**/*.test.ts'],
  testTimeout: 30_000, // a busy machine is no failure; what hangs still ends
  // p-queue schedules with queueMicrotask; faked, it never runs. The published bundle binds the real one itself.
  fakeTimers: { doNotFake: ['nextTick', 'queueMicrotask'] },
  moduleNameMapper: {
    '^axios-client-credentials$': '<rootDir>/lib/index.ts',
    '^axios-client-credentials/(.+)$': '<rootDir>/lib/$1/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  transform: {
    '^.+\\.[jt]s$': [
      'ts-jest',
      {
        tsconfig: {
          module: 'commonjs',
          moduleResolution: 'bundler',
          target: 'es2022',
          esModuleInterop: true,
          isolatedModules: true,
          allowJs: true,
          sourceMap: true,
          rootDir: '/',
        },
      },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(?:${esmOnly})/)`],
};
export default config;
