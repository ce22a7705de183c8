import axios from 'axios';
import { attachToken, clientCredentials } from '../../lib/index.js';
import { startProtectedApi, startTokenServer } from '../../lib/testing/index.js';

test('a thousand calls on a cold cache: one token request', async () => {
  const server = await startTokenServer();
  const upstream = await startProtectedApi({ accepts: server });
  const api = axios.create({ baseURL: upstream.url });
  const auth = attachToken(api, clientCredentials({ tokenUrl: server.tokenUrl, clientId: server.clientId, clientSecret: server.clientSecret }));
  const answers = await Promise.all(Array.from({ length: 1000 }, (_, i) => api.get(`/things/${i}`)));
  expect(answers.every((a) => a.status === 200)).toBe(true);
  expect(server.stats().requests).toBe(1);
  server.revokeAll();
  server.resetStats();
  upstream.resetStats();
  await Promise.all(Array.from({ length: 500 }, (_, i) => api.get(`/things/${i}`)));
  expect(server.stats().requests).toBe(1);
  expect(upstream.stats().requests).toBeLessThanOrEqual(1000);
  await auth.close();
  await upstream.close();
  await server.close();
}, 30000);
