import { dpop } from '../../lib/dpop/index.js';
import { bearer } from '../../lib/index.js';
import * as presets from '../../lib/presets/index.js';
import { handleOf } from '../source/asking.js';
import { authority } from '../source/discovering.js';
import { faultOf } from '../support/config-fault.js';
import { CLIENT } from './play.js';

// Options of a source that get in the way of what a preset says.

describe('an `issuer` takes the place of the address that a preset has', () => {
  test('tokens come from where its metadata say', async () => {
    const { issuer, asked } = await authority('/realms/things');
    const source = presets.keycloak({ ...CLIENT, url: 'https://kc.example.com', realm: 'things', issuer });
    expect((await handleOf(source).getToken()).accessToken).toBe('granted-token');
    expect(asked('/token')).toHaveLength(1);
  });

  test('what only the address needs is not asked for', async () => {
    const { issuer, asked } = await authority();
    const source = presets.auth0({ ...CLIENT, domain: undefined, audience: 'https://api.example.com', issuer });
    expect((await handleOf(source).getToken()).accessToken).toBe('granted-token');
    expect(asked('/token')).toHaveLength(1);
  });

  test.each([undefined, 'https://login.acme.test/token'])('next to tokenUrl: %p', (tokenUrl) => {
    const options = { ...CLIENT, issuer: 'https://login.acme.test', tokenUrl };
    if (tokenUrl === undefined) expect(presets.line(options).id).toContain('issuer https://login.acme.test/');
    else expect(faultOf(() => presets.line(options))).toMatchObject({ option: 'issuer' });
  });

  test('one that is undefined leaves the address', () => {
    expect(presets.line({ ...CLIENT, issuer: undefined }).id).toContain('https://api.line.me/oauth2/v3/token');
  });

  test('out of a function, the parts of the address still tell sources apart', () => {
    const [a, b] = ['a', 'b'].map((realm) =>
      presets.keycloak({ ...CLIENT, url: 'https://kc.example.com', realm, issuer: () => 'https://kc.example.com' }),
    );
    expect(a!.id).not.toBe(b!.id);
  });
});

describe('`dpop`', () => {
  test.each([
    ['twitch', () => presets.twitch({ ...CLIENT, dpop: dpop() })],
    ['shopify', () => presets.shopify({ ...CLIENT, shop: 'acme', dpop: dpop() })],
    ['wechat', () => presets.wechat({ ...CLIENT, dpop: dpop() })],
  ])('is refused where the provider has its own way of sending tokens: %s', (name, make) => {
    expect(faultOf(make)).toMatchObject({
      option: 'dpop',
      message: `${name}: this provider has its own way of sending tokens, which does not go with \`dpop\`. Leave \`dpop\` out.`,
    });
  });

  test('next to a `sendAs` of the caller, that is what is refused', () => {
    const make = () => presets.twitch({ ...CLIENT, dpop: dpop(), sendAs: bearer() });
    expect(faultOf(make)).toMatchObject({ option: 'sendAs', message: expect.stringContaining('Leave `sendAs` out') });
  });

  test('is taken by the others', () => {
    const binding = dpop();
    const source = presets.okta({ ...CLIENT, domain: 'acme.okta.com', scope: 'read', dpop: binding });
    expect(source.sendAs).toBe(binding.sendAs);
  });
});
