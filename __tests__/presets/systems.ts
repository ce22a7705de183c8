import type { TokenSource } from '../../lib/index.js';
import { actigraph, dadi, healthwise, pokitdok, type PresetOptions, surveysphere } from '../../lib/presets/index.js';
import { type Answer, fakeServer, type FakeServer, form, type Received } from '../support/fake-server.js';

// Strict fakes of five systems, each written from the provider's own document: they refuse whatever that does not show.

export const CLIENT = { clientId: 'client:with+%', clientSecret: 's&c r/e=t%2B' };

const BASIC = `Basic ${Buffer.from(`${CLIENT.clientId}:${CLIENT.clientSecret}`).toString('base64')}`;
const POSTED = { client_id: CLIENT.clientId, client_secret: CLIENT.clientSecret };

export interface System {
  name: string;
  preset: (options: PresetOptions & { tokenUrl: string }) => TokenSource;
  path: string;
  contentType: string;
  authorization: string | undefined;
  /** The parameters, all of them, without what is asked for on top. */
  parameters: Record<string, unknown>;
  answer: Record<string, unknown>;
  token: string;
  lifeMs: number;
}

const FORM = 'application/x-www-form-urlencoded';

export const systems: System[] = [
  {
    name: 'actigraph',
    preset: (options) => actigraph({ scope: 'CentrePoint', ...options }),
    path: '/connect/token',
    contentType: FORM,
    authorization: undefined,
    parameters: { ...POSTED, scope: 'CentrePoint', grant_type: 'client_credentials' },
    answer: { access_token: 'eyJhbGciOiJSUzI1NiJ9.e30.c2ln', expires_in: 3600, token_type: 'Bearer' },
    token: 'eyJhbGciOiJSUzI1NiJ9.e30.c2ln',
    lifeMs: 3_600_000,
  },
  {
    name: 'pokitdok',
    preset: pokitdok,
    path: '/oauth2/token',
    contentType: FORM,
    authorization: BASIC,
    parameters: { grant_type: 'client_credentials' },
    // Lower-case type; `expires` lies in the past.
    answer: { access_token: 's8KYRJGTO0rWMy0zz1CC', token_type: 'bearer', expires: 1_393_350_569, expires_in: 3600 },
    token: 's8KYRJGTO0rWMy0zz1CC',
    lifeMs: 3_600_000,
  },
  {
    name: 'dadi',
    preset: dadi,
    path: '/token',
    contentType: 'application/json',
    authorization: undefined,
    parameters: { clientId: CLIENT.clientId, secret: CLIENT.clientSecret },
    answer: { accessToken: '4172bbf1-0890-41c7-b0db-477095a288b6', tokenType: 'Bearer', expiresIn: 1800 },
    token: '4172bbf1-0890-41c7-b0db-477095a288b6',
    lifeMs: 1_800_000,
  },
  {
    name: 'healthwise',
    preset: healthwise,
    path: '/oauth2/token',
    contentType: FORM,
    authorization: BASIC,
    parameters: { grant_type: 'client_credentials', scope: '*' },
    answer: { access_token: 'healthwise-token', token_type: 'bearer', expires_in: 7200 },
    token: 'healthwise-token',
    lifeMs: 7_200_000,
  },
  {
    name: 'surveysphere',
    preset: surveysphere,
    path: '/connect/token',
    contentType: FORM,
    authorization: undefined,
    parameters: { ...POSTED, grant_type: 'client_credentials' },
    answer: { access_token: 'your_generated_token', token_type: 'Bearer', expires_in: 3600 },
    token: 'your_generated_token',
    lifeMs: 3_600_000,
  },
];

export function system(name: string): System {
  return systems.find((one) => one.name === name)!;
}

/** Says what is wrong with a request, down to the last parameter; `''`: nothing. */
export function fault(
  request: Received,
  { path, contentType, authorization, parameters }: System,
  more: object = {},
): string {
  if (request.method !== 'POST') return `405 ${request.method}`;
  if (request.target !== path) return `404 ${request.target}`;
  if (request.headers['content-type'] !== contentType) return `415 ${String(request.headers['content-type'])}`;
  if (request.headers.authorization !== authorization) return '401 wrong Authorization';
  const sent = contentType === FORM ? form(request.body) : (JSON.parse(request.body) as object);
  const repeated = contentType === FORM && [...new URLSearchParams(request.body)].length !== Object.keys(sent).length;
  const sorted = (record: object): string => JSON.stringify(Object.entries(record).sort());
  return repeated || sorted(sent) !== sorted({ ...parameters, ...more })
    ? `400 parameters ${Object.keys(sent).join()}`
    : '';
}

/** The strict fake. @param more parameters that are wanted besides those of the document */
export function fakeOf(one: System, more: object = {}): Promise<FakeServer> {
  return fakeServer((request): Answer => {
    const wrong = fault(request, one, more);
    return wrong === ''
      ? { body: one.answer }
      : { status: Number(wrong.slice(0, 3)), body: { error: 'refused', error_description: wrong } };
  });
}
