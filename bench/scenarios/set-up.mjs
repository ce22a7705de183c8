import http from 'node:http';
import axios from 'axios';

/** A fresh world, an axios instance and a contender attached to it; `warm` makes one call, so that a token is there. */
export async function setUp(contender, server, { faults, settings, warm = false } = {}) {
  const world = await server.world(faults);
  const httpAgent = new http.Agent({ keepAlive: true });
  const api = axios.create({ baseURL: world.baseURL, httpAgent, proxy: false });
  const close = contender.attach(api, world.endpoint, settings);
  if (warm) await api.get('/warm-up');
  const before = structuredClone(await world.counts());
  return {
    api,
    world,
    /** What happened since the warm-up. */
    async counts() {
      const now = await world.counts();
      return {
        tokenRequests: now.tokenRequests - before.tokenRequests,
        apiCalls: now.apiCalls - before.apiCalls,
        foreignTokens: now.foreignTokens,
        authorizations: now.authorizations.slice(before.authorizations.length),
        bodySizes: now.bodySizes.slice(before.bodySizes.length),
      };
    },
    async tearDown() {
      await close();
      httpAgent.destroy();
    },
  };
}
