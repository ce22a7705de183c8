import type { InternalAxiosRequestConfig } from 'axios';
import { InsecureTransportError } from '../../lib/errors.js';
import { type AllowedOrigins, originOf, type Target, Targets } from '../../lib/interceptor/target.js';

const HOME = 'https://api.example.com/v1';

interface Setting {
  home?: string | undefined;
  allowedOrigins?: AllowedOrigins;
  allowInsecureHttp?: boolean;
}

function targets(
  setting: Setting = {},
): { of(config: object, granted?: string): Target; move(home: string): void } & Targets {
  const { allowedOrigins, allowInsecureHttp = false } = setting;
  const axios = { defaults: { baseURL: 'home' in setting ? setting.home : HOME, headers: {} } };
  const instance = new Targets({ axios: axios as never, allowedOrigins, allowInsecureHttp });
  return Object.assign(instance, {
    of: (config: object, granted?: string) =>
      Targets.prototype.of.call(instance, config as InternalAxiosRequestConfig, granted),
    move: (home: string) => {
      axios.defaults.baseURL = home;
    },
  });
}

describe('by default the origin of the instance is allowed', () => {
  test.each([
    ['/things'],
    ['things'],
    [''],
    [undefined],
    ['?page=2'],
    ['https://api.example.com/other'],
    ['HTTPS://API.Example.COM/other'],
    ['https://api.example.com:443/other'],
  ])('%p goes with a token', (url) => {
    expect(targets().of({ url, baseURL: HOME })).toEqual({ origin: 'https://api.example.com', allowed: true });
  });

  test.each([
    ['another host', 'https://evil.example/things'],
    ['a subdomain', 'https://deep.api.example.com/things'],
    ['a name that begins alike', 'https://api.example.com.evil.example/things'],
    ['another port', 'https://api.example.com:8443/things'],
    ['a trailing dot', 'https://api.example.com./things'],
    ['another scheme', 'ftp://api.example.com/things'],
    ['protocol-relative', '//evil.example/things'],
    ['three slashes', '///evil.example/things'],
    ['userinfo that looks like the host', 'https://api.example.com@evil.example/things'],
    ['userinfo with a password', 'https://api.example.com:443@evil.example/things'],
    ['a backslash after the host', 'https://evil.example\\@api.example.com/things'],
    ['backslashes for slashes', '/\\evil.example/things', true],
    ['two backslashes', '\\\\evil.example/things', true],
    ['a scheme and backslashes', 'https:\\\\evil.example/things', true],
    ['a tab inside the scheme', 'ht\ttps://evil.example/things', true],
    ['a line break inside the scheme', 'https:\n//evil.example/things', true],
    ['white space in front', '  https://evil.example/things', true],
    ['a control character in front', '\u0001https://evil.example/things', true],
    ['a tab between slashes', '/\t/evil.example/things', true],
  ])('%s is judged as what it is', (_what, url, staysAtHome = false) => {
    const judged = targets().of({ url, baseURL: HOME });
    // Relative for axios: joined with one slash in between, so it stays on the host of the base URL.
    if (staysAtHome) expect(judged).toEqual({ origin: 'https://api.example.com', allowed: true });
    else expect(judged.allowed).toBe(false);
  });

  test.each([
    'https://evil.example/x',
    ' https://evil.example/x',
    'ht\ntps://evil.example/x',
    '\\\\evil.example/x',
    '/\\evil.example/x',
    'https:evil.example/x',
    'https:/evil.example/x',
    '/x',
    '',
  ])('without any base URL in the call, %j is no allowed origin', (url) => {
    expect(targets().of({ url, baseURL: '' }).allowed).toBe(false);
  });

  test('a URL that cannot be read is not allowed', () => {
    expect(targets().of({ url: 'https://[broken/', baseURL: HOME })).toEqual({ origin: 'null', allowed: false });
  });

  test('a base URL given for one request does not widen what is allowed', () => {
    const all = targets();
    expect(all.of({ url: '/x', baseURL: 'https://evil.example' }).allowed).toBe(false);
    expect(all.of({ url: '/x', baseURL: HOME }).allowed).toBe(true);
    expect(all.of({ url: '/x', baseURL: 'https://evil.example' }).allowed).toBe(false);
    expect(all.of({ url: '/x', baseURL: 'https://api.example.com/v2' }).allowed).toBe(true);
  });

  test('the base URL of the instance is read at every call', () => {
    const all = targets();
    expect(all.of({ url: '/x', baseURL: HOME }).allowed).toBe(true);
    all.move('https://api.example.org');
    expect(all.of({ url: '/x', baseURL: HOME }).allowed).toBe(false);
    expect(all.of({ url: '/x', baseURL: 'https://api.example.org' }).allowed).toBe(true);
  });

  test('what a base URL without a host allowed once says nothing of the next host', () => {
    const all = targets({ home: undefined, allowedOrigins: ['https://api.example.com'] });
    expect(all.of({ url: 'api.example.com/x', baseURL: 'https://' }).allowed).toBe(true);
    expect(all.of({ url: 'evil.example/x', baseURL: 'https://' }).allowed).toBe(false);
  });
});

describe('allowAbsoluteUrls: false', () => {
  test.each([
    ['/things', true],
    ['https://evil.example/things', false],
    ['//evil.example/things', false],
    ['https://api.example.com/things', true],
  ])('%s: allowed only if both readings of it are (%p)', (url, allowed) => {
    expect(targets().of({ url, baseURL: HOME, allowAbsoluteUrls: false }).allowed).toBe(allowed);
  });
});

describe('allowedOrigins', () => {
  const listed = (): ReturnType<typeof targets> =>
    targets({ allowedOrigins: ['https://one.example/ignored/path', new URL('https://two.example:8443')] });

  test.each([
    ['https://one.example/x', true],
    ['https://one.example:443/x', true],
    ['https://two.example:8443/x', true],
    ['https://two.example/x', false],
    ['https://api.example.com/x', false],
  ])("an array: %s is allowed: %p (the instance's own origin only if listed)", (url, allowed) => {
    expect(listed().of({ url, baseURL: HOME }).allowed).toBe(allowed);
  });

  test('a function is asked with the full URL of every call, also of relative ones', () => {
    const asked: string[] = [];
    const all = targets({
      allowedOrigins: (url) => {
        asked.push(url.href);
        return url.pathname.startsWith('/v1/private');
      },
    });
    expect(all.of({ url: '/private/a', baseURL: HOME }).allowed).toBe(true);
    expect(all.of({ url: '/public', baseURL: HOME }).allowed).toBe(false);
    expect(all.of({ url: '/private/b?q=1', baseURL: HOME }).allowed).toBe(true);
    expect(asked).toEqual([
      'https://api.example.com/v1/private/a',
      'https://api.example.com/v1/public',
      'https://api.example.com/v1/private/b?q=1',
    ]);
  });

  test('a function is not asked about anything but http and https', () => {
    expect(targets({ allowedOrigins: () => true }).of({ url: 'ftp://api.example.com/x' }).allowed).toBe(false);
  });

  test('a list wins over the origin that came with a token', () => {
    expect(listed().of({ url: '/x', baseURL: 'https://pod.example' }, 'https://pod.example').allowed).toBe(false);
  });
});

describe('a base URL that came with the token', () => {
  test('allows its origin, for that token only', () => {
    const all = targets();
    const config = { url: '/x', baseURL: 'https://pod-1.example' };
    expect(all.of(config, 'https://pod-1.example').allowed).toBe(true);
    expect(all.of(config, 'https://pod-2.example').allowed).toBe(false);
    expect(all.of(config).allowed).toBe(false);
  });
});

describe('plain http', () => {
  test.each([
    ['http://localhost:8080', true],
    ['http://LOCALHOST', true],
    ['http://sub.localhost', true],
    ['http://127.0.0.1:3000', true],
    ['http://127.9.8.7', true],
    ['http://127.1', true],
    ['http://2130706433', true],
    ['http://[::1]:3000', true],
    ['http://128.0.0.1', false],
    ['http://0.0.0.0', false],
    ['http://localhost.evil.example', false],
    ['http://notlocalhost', false],
    ['http://127.0.0.1.evil.example', false],
    ['http://10.0.0.1', false],
    ['http://api.example.com', false],
  ])('%s may carry a token: %p', (home, may) => {
    const ask = (): Target => targets({ home }).of({ url: '/x', baseURL: home });
    if (may) expect(ask().allowed).toBe(true);
    else expect(ask).toThrow(InsecureTransportError);
  });

  test('the error names the origin and the way out', () => {
    const home = 'http://api.example.com/v1?x=1';
    expect(() => targets({ home }).of({ url: '/x', baseURL: home })).toThrow(
      /^The request to http:\/\/api\.example\.com would .* allowInsecureHttp: true/,
    );
  });

  test('allowInsecureHttp lets it go', () => {
    const home = 'http://api.example.com';
    expect(targets({ home, allowInsecureHttp: true }).of({ url: '/x', baseURL: home }).allowed).toBe(true);
  });

  test('a foreign origin over plain http is nothing to refuse: it gets no token', () => {
    expect(targets().of({ url: 'http://evil.example/x', baseURL: HOME }).allowed).toBe(false);
  });
});

describe('redirects', () => {
  test.each([
    ['https://api.example.com/elsewhere', true],
    ['https://deep.api.example.com/', false],
    ['https://evil.example/', false],
    ['http://api.example.com/', false],
    ['not a URL', false],
    [undefined, false],
  ])('a token may follow to %s: %p', (href, may) => {
    expect(targets().mayFollow(href, undefined)).toBe(may);
  });

  test('down to plain http only with allowInsecureHttp', () => {
    const setting = { allowedOrigins: ['http://api.example.com'] };
    expect(targets(setting).mayFollow('http://api.example.com/', undefined)).toBe(false);
    expect(targets({ ...setting, allowInsecureHttp: true }).mayFollow('http://api.example.com/', undefined)).toBe(true);
  });
});

test.each([
  ['https://api.example.com/v1/', 'https://api.example.com'],
  ['https://api.example.com:443', 'https://api.example.com'],
  ['', undefined],
  [undefined, undefined],
  ['https://[', undefined],
])('originOf(%p) is %p', (baseURL, origin) => {
  expect(originOf(baseURL)).toBe(origin);
});
