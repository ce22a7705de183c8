import { jwtBearer, tokenExchange } from '../../lib/grants/index.js';
import { type ClientCredentialsOptions, clientCredentials, type TokenSource } from '../../lib/index.js';
import { expectHidden } from '../security/shown.js';
import { client } from '../source/asking.js';
import { fakeServer, form, granted } from '../support/fake-server.js';
import axios from 'axios';
import { attach, manualClock, protectedApi, record } from '../support/world.js';

// Some servers put a refresh token beside the token, where nobody has a use for one (RFC 6749 §4.4.3: should not).

const STRAY = 'a-stray-refresh-token';
const subjectToken = 'a-subject-token';

test.each<[string, string, (common: ClientCredentialsOptions) => TokenSource]>([
  ['clientCredentials', 'client_credentials', clientCredentials],
  [
    'tokenExchange',
    'urn:ietf:params:oauth:grant-type:token-exchange',
    (common) => tokenExchange({ ...common, subjectToken }),
  ],
  [
    'jwtBearer',
    'urn:ietf:params:oauth:grant-type:jwt-bearer',
    (common) => jwtBearer({ ...common, assertion: 'an-assertion' }),
  ],
])('%s has no use for a refresh token in the answer: it is never sent anywhere', async (_grant, grantType, make) => {
  const endpoint = await fakeServer(() => ({
    body: { ...granted(`token-${endpoint.requests.length}`), expires_in: 600, refresh_token: STRAY },
  }));
  const upstream = await protectedApi({ accepts: () => true });
  const clock = manualClock();
  const api = axios.create({ baseURL: upstream.url });
  const source = make({ tokenUrl: endpoint.url, ...client });
  const auth = attach(api, source, { clock, random: () => 0 });
  const events = record(auth);

  await api.get('/first');
  upstream.rejectNext();
  await api.get('/rejected');
  await clock.advance(600_000);
  await api.get('/expired');
  await auth.refresh();

  const forms = endpoint.requests.map(({ body }) => form(body));
  expect(forms).toHaveLength(4);
  for (const sent of forms) {
    expect(sent.grant_type).toBe(grantType);
    expect(sent).not.toHaveProperty('refresh_token');
  }
  expect(JSON.stringify([endpoint.requests, upstream.requests])).not.toContain(STRAY);
  for (const one of [source, auth.inspect(), events.all, await auth.getToken()]) expectHidden(one, [STRAY]);
});
