import axios from 'axios';
import { attachToken, clientCredentials, noAuthentication, TokenConfigError } from '../../lib/index.js';
import { pokitdok } from '../../lib/presets/index.js';

const withSecret = { tokenUrl: 'https://auth.example.com/t', clientId: 'id', clientSecret: 'secret' };

/** Runs something as if it were in a browser page: a window with a document, and no Node. */
function inPage<T>(run: () => T): T {
  const saved = Object.getOwnPropertyDescriptor(globalThis, 'process')!;
  const globals = globalThis as { window?: unknown };
  Object.defineProperty(globalThis, 'process', { value: undefined, configurable: true, writable: true });
  globals.window = { document: {} };
  try {
    return run();
  } finally {
    delete globals.window;
    Object.defineProperty(globalThis, 'process', saved);
  }
}

/** The error of a run, made outside of it: Jest's matchers want their `process`. */
function faultInPage(run: () => unknown): unknown {
  return inPage(() => {
    try {
      run();
      return undefined;
    } catch (error) {
      return error;
    }
  });
}

test.each([
  ['clientCredentials', () => clientCredentials(withSecret)],
  ['with a secret function', () => clientCredentials({ ...withSecret, clientSecret: () => 'secret' })],
  ['a preset', () => pokitdok({ clientId: 'id', clientSecret: 'secret' })],
])('%s: a source that holds a client secret is refused in a page, and told what to do', (_what, make) => {
  const error = faultInPage(make);
  expect(error).toBeInstanceOf(TokenConfigError);
  expect(error).toMatchObject({
    option: 'clientSecret',
    message: expect.stringMatching(/browser page.*`dangerouslyAllowBrowser: true`/s),
  });
});

test.each([
  ['dangerouslyAllowBrowser', () => clientCredentials({ ...withSecret, dangerouslyAllowBrowser: true })],
  [
    'a preset with dangerouslyAllowBrowser',
    () => pokitdok({ clientId: 'id', clientSecret: 's', dangerouslyAllowBrowser: true }),
  ],
  [
    'a public client',
    () => clientCredentials({ ...withSecret, clientSecret: undefined, clientAuth: noAuthentication() }),
  ],
  [
    'a function source',
    () =>
      attachToken(axios.create({ baseURL: 'https://api.example.com' }), () => Promise.reject(new Error('x'))).detach(),
  ],
])('%s is fine in a page', (_what, make) => {
  expect(faultInPage(make)).toBeUndefined();
});

test('dangerouslyAllowBrowser: false is no permission', () => {
  expect(faultInPage(() => clientCredentials({ ...withSecret, dangerouslyAllowBrowser: false }))).toBeInstanceOf(
    TokenConfigError,
  );
});

test('jsdom on Node is no page: a window with a document beside a Node process', () => {
  const globals = globalThis as { window?: unknown };
  globals.window = { document: {} };
  try {
    expect(() => clientCredentials(withSecret)).not.toThrow();
  } finally {
    delete globals.window;
  }
});

test('a worker has no document: fine', () => {
  const saved = Object.getOwnPropertyDescriptor(globalThis, 'process')!;
  Object.defineProperty(globalThis, 'process', { value: undefined, configurable: true, writable: true });
  let source: unknown;
  try {
    source = clientCredentials(withSecret);
  } finally {
    Object.defineProperty(globalThis, 'process', saved);
  }
  expect(source).toBeDefined();
});
