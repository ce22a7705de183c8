import type { KeyObject } from 'node:crypto';
import { decodeProtectedHeader, type JWTPayload, jwtVerify } from 'jose';
import {
  type AttachTokenOptions,
  type ClientAuth,
  clientCredentials,
  type ClientCredentialsOptions,
} from '../../lib/index.js';
import { handleOf } from '../source/asking.js';
import { type FakeServer, fakeServer, form, granted } from '../support/fake-server.js';

export const CLIENT_ID = 'reports service:1/a+b';

export interface Assertion {
  header: ReturnType<typeof decodeProtectedHeader>;
  claims: JWTPayload;
}

/** A token endpoint that fails this often with a 503, and then grants. */
export async function failing(times = 0): Promise<FakeServer> {
  const endpoint = await fakeServer(() =>
    endpoint.requests.length > times ? { body: granted() } : { status: 503, headers: { 'retry-after': '0' } },
  );
  return endpoint;
}

/** Asks for a token once, as a client of that endpoint; answers the forms that it received. */
export async function formsSent(
  clientAuth: ClientAuth,
  endpoint: FakeServer,
  options: Partial<ClientCredentialsOptions> = {},
  attachOptions: AttachTokenOptions = {},
): Promise<Record<string, string>[]> {
  const source = clientCredentials({ tokenUrl: `${endpoint.url}/token`, clientId: CLIENT_ID, clientAuth, ...options });
  await handleOf(source, attachOptions).getToken();
  return endpoint.requests.map(({ body }) => form(body));
}

/** The assertion of a form, its signature checked. */
export async function verified(
  sent: Record<string, string>,
  key: KeyObject | Uint8Array,
  now?: Date,
): Promise<Assertion> {
  const assertion = sent.client_assertion!;
  const { payload } = await jwtVerify(assertion, key, now ? { currentDate: now } : { clockTolerance: 60 }); // a busy machine is no fault of it
  return { header: decodeProtectedHeader(assertion), claims: payload };
}
