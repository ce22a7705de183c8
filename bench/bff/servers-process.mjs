/** What the example BFF calls: its authorization server, the company's API, and the partner's service. */
import { startServers } from '../../examples/bff/servers.js';
import { answering } from '../support/answering.mjs';

const tenant = 'acme';
const user = 'Ada';
let servers;

answering({
  /** A new set; resolves with all that a BFF must know of it. */
  async start(options) {
    await servers?.close();
    servers = await startServers(options);
    return {
      credentials: servers.credentials,
      userToken: servers.signIn(tenant, user),
      lasting: servers.lasting(tenant, user),
    };
  },
  revokeAll: () => servers.revokeAll(),
  /** Whether the token endpoints answer. */
  power({ on }) {
    servers.power.on = on;
  },
});
