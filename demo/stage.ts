import axios, { type AxiosInstance } from 'axios';
import { attachToken, type AttachTokenOptions, clientCredentials, type TokenHandle } from '../lib/index.js';
import {
  type ProtectedApi,
  startProtectedApi,
  startTokenServer,
  type TokenServer,
  type TokenServerOptions,
} from '../lib/testing/index.js';

/** Two servers on loopback and one axios: what a service has, in small. */
export interface Stage {
  /** The authorization server. */
  server: TokenServer;
  /** The API; it asks the server about each token. */
  upstream: ProtectedApi;
  api: AxiosInstance;
  auth: TokenHandle;
}

/** Sets up a stage, plays on it, and clears it away. */
export async function onStage<Result>(
  options: { server?: TokenServerOptions; attach?: AttachTokenOptions },
  play: (stage: Stage) => Promise<Result>,
): Promise<Result> {
  const server = await startTokenServer(options.server);
  const upstream = await startProtectedApi({ accepts: server });
  const api = axios.create({ baseURL: upstream.url, timeout: 20_000 });

  const { tokenUrl, clientId, clientSecret } = server;
  const auth = attachToken(api, clientCredentials({ tokenUrl, clientId, clientSecret }), options.attach);

  try {
    return await play({ server, upstream, api, auth });
  } finally {
    await auth.close();
    await upstream.close();
    await server.close();
  }
}
