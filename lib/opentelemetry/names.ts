// What is written into metrics and spans. OpenTelemetry has no conventions for OAuth clients: what is ours stands in a namespace of its
// own, so that it can never mean something else than a name that is agreed on later. What is agreed on has its own name.

/** The instrumentation scope: name and version of the package. */
export const SCOPE = { name: 'axios-client-credentials', version: '0.1.0' } as const;

export const PREFIX = 'axios_client_credentials';

/** Which handle: `InstrumentOptions.name`. */
export const NAME = `${PREFIX}.name`;
export const REASON = `${PREFIX}.reason`;
export const OUTCOME = `${PREFIX}.outcome`;
export const STATE = `${PREFIX}.state`;
export const OPERATION = `${PREFIX}.operation`;

export const ERROR_TYPE = 'error.type';
export const STATUS_CODE = 'http.response.status_code';
export const SERVER_ADDRESS = 'server.address';
export const SERVER_PORT = 'server.port';
