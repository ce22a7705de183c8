import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { isTokenError } from '../../lib/errors.js';
import type { TokenParams } from '../../lib/token.js';
import { mergeParams, tokenKey } from '../../lib/token/key.js';

describe('requests for the same token share a key', () => {
  it.each<[string, TokenParams | undefined, TokenParams | undefined]>([
    ['nothing special: none, empty, all undefined', undefined, {}],
    ['undefined is left out', {}, { scope: undefined, audience: undefined, tenant: undefined, params: undefined }],
    ['params without a name', {}, { params: {} }],
    ['params that are undefined', {}, { params: { a: undefined } }],
    ['scope order', { scope: ['b', 'a'] }, { scope: ['a', 'b'] }],
    ['scope duplicates', { scope: ['a', 'a', 'b'] }, { scope: ['a', 'b'] }],
    ['scope as a string and as an array', { scope: 'a b' }, { scope: ['b', 'a'] }],
    ['white space around scopes', { scope: ' a  b ' }, { scope: 'a b' }],
    ['one resource as a string and as an array', { resource: 'r' }, { resource: ['r'] }],
    ['order of params', { params: { a: 1, b: 2 } }, { params: { b: 2, a: 1 } }],
    [
      'order inside nested params',
      { params: { o: { a: 1, b: { c: 2, d: 3 } } } },
      { params: { o: { b: { d: 3, c: 2 }, a: 1 } } },
    ],
    ['undefined among params', { params: { a: 1, b: undefined } }, { params: { a: 1 } }],
    ['undefined inside nested params', { params: { o: { a: 1, b: undefined } } }, { params: { o: { a: 1 } } }],
  ])('%s', (_, one, other) => {
    expect(tokenKey(one)).toBe(tokenKey(other));
  });

  it("'' stands for nothing special", () => {
    expect([undefined, {}, { params: {} }].map(tokenKey)).toEqual(['', '', '']);
  });
});

describe('different requests never share a key', () => {
  it.each<[string, TokenParams | undefined, TokenParams | undefined]>([
    ['other scope', { scope: 'a' }, { scope: 'b' }],
    ['one scope more', { scope: 'a' }, { scope: 'a b' }],
    ['scope and audience', { scope: 'a' }, { audience: 'a' }],
    ['audience and tenant', { audience: 'a' }, { tenant: 'a' }],
    ['audience and resource', { audience: 'a' }, { resource: 'a' }],
    ['tenant', { tenant: 'a' }, { tenant: 'b' }],
    ['tenants that look like the rest of a key', { tenant: 'a","b' }, { tenant: 'a', audience: 'b' }],
    ['two resources and one with a comma', { resource: ['a', 'b'] }, { resource: 'a,b' }],
    ['order of resources', { resource: ['a', 'b'] }, { resource: ['b', 'a'] }],
    ['a param and the field of that name', { params: { tenant: 'a' } }, { tenant: 'a' }],
    ['a number and its text', { params: { a: 1 } }, { params: { a: '1' } }],
    ['null and left out', { params: { a: null } }, {}],
    ['empty text and left out', { params: { a: '' } }, {}],
    ['an empty object and an empty array', { params: { a: {} } }, { params: { a: [] } }],
    ['an object and its list of pairs', { params: { a: { b: 1 } } }, { params: { a: [['b', 1]] } }],
    ['nested null and left out', { params: { a: { b: null } } }, { params: { a: {} } }],
    ['order inside an array', { params: { a: [1, 2] } }, { params: { a: [2, 1] } }],
    ['depth', { params: { a: { b: { c: 1 } } } }, { params: { a: { b: 1, c: 1 } } }],
    // What is asked for here takes the place of the source's own; leaving it out does not.
    ['an empty scope', { scope: '' }, {}],
    ['no scopes', { scope: [] }, {}],
    ['no resources', { resource: [] }, {}],
  ])('%s', (_, one, other) => {
    expect(tokenKey(one)).not.toBe(tokenKey(other));
  });

  it('dates tell apart', () => {
    expect(tokenKey({ params: { at: new Date(1) } })).not.toBe(tokenKey({ params: { at: new Date(2) } }));
  });
});

describe('params that are not plain data', () => {
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  it.each<[string, () => unknown]>([
    ['a function', () => () => 'x'],
    ['a function inside', () => ({ a: [() => 'x'] })],
    ['a symbol', () => Symbol('x')],
    ['a BigInt', () => 1n],
    ['a cycle', () => cyclic],
    ['a Map, whose content would not be seen', () => new Map([['a', 1]])],
    ['a Set', () => new Set(['a'])],
    ['URLSearchParams', () => new URLSearchParams('a=1')],
  ])('%s: refused with a TokenConfigError that names the option', (_, make) => {
    let thrown: unknown;
    try {
      tokenKey({ params: { bad: make() } });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ name: 'TokenConfigError', option: 'params' });
    expect(isTokenError(thrown)).toBe(true);
  });
});

describe('mergeParams', () => {
  it('takes the specific over the general, field by field, and params by name', () => {
    const general = { scope: 'read', audience: 'api', tenant: 'a', params: { x: 1, y: 1 } };
    expect(mergeParams({ scope: 'admin', params: { y: 2, z: 2 } }, general)).toEqual({
      scope: 'admin',
      audience: 'api',
      resource: undefined,
      tenant: 'a',
      params: { x: 1, y: 2, z: 2 },
    });
  });

  it('is what there is where only one says something', () => {
    const params = { scope: 'read' };
    expect([mergeParams(params, undefined), mergeParams(undefined, params), mergeParams(undefined, undefined)]).toEqual(
      [params, params, undefined],
    );
  });

  it('does not change what it was given', () => {
    const specific = Object.freeze({ params: Object.freeze({ a: 1 }) });
    const general = Object.freeze({ params: Object.freeze({ b: 1 }), tenant: 't' });
    expect(tokenKey(mergeParams(specific, general))).toBe(tokenKey({ tenant: 't', params: { a: 1, b: 1 } }));
  });
});

describe('for any two requests', () => {
  // Few different words, so that near misses are common.
  const word = fc.constantFrom('a', 'b', 'a b', '"', ',', 'null');
  const leaf = fc.oneof(word, fc.constantFrom<unknown>(0, 1, null, true, ''));
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc.array(tie('value'), { maxLength: 2 }),
      fc.dictionary(word, tie('value'), { maxKeys: 2 }),
    ),
  }));
  const field = { requiredKeys: [] as never[] };
  const request = fc.record(
    {
      scope: fc.oneof(word, fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 })),
      audience: word,
      resource: fc.oneof(word, fc.array(word, { minLength: 1, maxLength: 2 })),
      tenant: word,
      params: fc.dictionary(word, value, { maxKeys: 2 }),
    },
    field,
  ) as fc.Arbitrary<TokenParams>;

  it('the keys are equal exactly if the requests are', () => {
    fc.assert(
      fc.property(request, request, (one, other) => {
        expect(tokenKey(one) === tokenKey(other)).toBe(isDeepStrictEqual(asked(one), asked(other)));
      }),
      { numRuns: 1000 },
    );
  });

  it('a change of shape of one param changes the key', () => {
    fc.assert(
      fc.property(value, value, (one, other) => {
        const same = isDeepStrictEqual(plain(one), plain(other));
        expect(tokenKey({ params: { p: one } }) === tokenKey({ params: { p: other } })).toBe(same);
      }),
      { numRuns: 3000 },
    );
  });

  it('order of names, scopes and spelling of a single resource do not matter', () => {
    fc.assert(
      fc.property(request, (one) => {
        const { scope, resource, params } = one;
        const turned: TokenParams = {
          ...(params && { params: Object.fromEntries(Object.entries(params).reverse()) }),
          ...(resource !== undefined && { resource: typeof resource === 'string' ? [resource] : resource }),
          ...(scope !== undefined && { scope: names(scope).reverse().join('  ') }),
          tenant: one.tenant,
          audience: one.audience,
        };
        expect(tokenKey(turned)).toBe(tokenKey(one));
      }),
      { numRuns: 300 },
    );
  });
});

function names(scope: string | string[]): string[] {
  return [scope].flat().flatMap((part) => part.split(' '));
}

/** What a request asks for, in a form in which equal means equal. */
function asked({ scope, audience, resource, tenant, params }: TokenParams): unknown {
  return {
    scope: scope === undefined ? undefined : new Set(names(scope)),
    audience,
    resource: resource === undefined ? undefined : [resource].flat(),
    tenant,
    params: plain(params ?? {}),
  };
}

/** Without prototypes, which tell nothing here. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
