import type { Provider } from './provider.js';

// One row for each preset, written from the provider's documents and apart from the presets: names and types of fields are the
// providers' own, values are invented. The table in the README is made of it.

const POSTED = { client_id: '{clientId}', client_secret: '{clientSecret}' };
const GRANT = { grant_type: 'client_credentials' };
const BEARER: Provider['sentAs'] = { headers: { authorization: 'Bearer {token}' } };

export const providers: Provider[] = [
  {
    preset: 'actigraph',
    name: 'ActiGraph CentrePoint',
    facts: 'read',
    source: 'https://github.com/actigraph/CentrePoint3APIDocumentation/blob/HEAD/sections/authorization.md',
    options: { scope: 'CentrePoint' },
    request: {
      url: 'https://auth.actigraphcorp.com/connect/token',
      form: {
        grant_type: 'client_credentials',
        client_id: '{clientId}',
        client_secret: '{clientSecret}',
        scope: 'CentrePoint',
      },
    },
    answer: { body: { access_token: '{jwtToken}', expires_in: 3600, token_type: 'Bearer' } },
    lifeS: 3600,
    sentAs: BEARER,
    rejection: { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } },
    // Not in the document; what servers of this family answer.
    error: {
      status: 400,
      body: { error: 'invalid_client' },
      tells: { error: 'invalid_client', permanent: true },
    },
  },
  {
    preset: 'adobeIms',
    name: 'Adobe IMS (server-to-server)',
    facts: 'read',
    source: 'https://developer.adobe.com/audio-video-firefly-services/guides',
    options: { scope: ['openid', 'AdobeID', 'firefly_api'], orgId: 'A1B2C3D4E5F60708@AdobeOrg' },
    request: {
      url: 'https://ims-na1.adobelogin.com/ims/token/v3',
      form: { ...GRANT, ...POSTED, scope: 'openid,AdobeID,firefly_api' },
    },
    answer: { body: { access_token: '{token}', token_type: 'bearer', expires_in: 86_399 } },
    lifeS: 86_399,
    sentAs: {
      headers: {
        authorization: 'Bearer {token}',
        'x-api-key': '{clientId}',
        'x-gw-ims-org-id': 'A1B2C3D4E5F60708@AdobeOrg',
      },
    },
    rejection: { status: 401, body: { error_code: '401013', message: 'Oauth token is not valid' } },
    lookAlikes: [{ status: 403, body: { error_code: '403003', message: 'Api Key is invalid' } }],
    error: {
      status: 400,
      body: { error: 'invalid_client', error_description: 'invalid client_secret parameter' },
      tells: { error: 'invalid_client', errorDescription: 'invalid client_secret parameter', permanent: true },
    },
  },
  {
    preset: 'amadeus',
    name: 'Amadeus for Developers',
    facts: 'unverified',
    source: 'https://developers.amadeus.com',
    options: {},
    request: { url: 'https://test.api.amadeus.com/v1/security/oauth2/token', form: { ...GRANT, ...POSTED } },
    answer: {
      body: {
        type: 'amadeusOAuth2Token',
        username: 'dev@acme.test',
        application_name: 'acme-travel',
        client_id: '{clientId}',
        token_type: 'Bearer',
        access_token: '{token}',
        expires_in: 1799,
        state: 'approved',
        scope: '',
      },
    },
    lifeS: 1799,
    sentAs: BEARER,
    rejection: {
      status: 401,
      body: {
        errors: [
          {
            code: 38_192,
            title: 'Access token expired',
            detail: 'The access token provided in the Authorization header has expired',
            status: 401,
          },
        ],
      },
    },
    error: {
      status: 401,
      body: {
        error: 'invalid_client',
        error_description: 'Client credentials are invalid',
        code: 38_187,
        title: 'Invalid parameters',
      },
      tells: { error: 'invalid_client', errorDescription: 'Client credentials are invalid', permanent: true },
    },
  },
  {
    preset: 'amazonSpApi',
    name: 'Amazon Selling Partner API',
    facts: 'read',
    source: 'https://developer-docs.amazon.com/sp-api/docs/connecting-to-the-selling-partner-api',
    options: { refreshToken: '{clientSecret}' },
    request: {
      url: 'https://api.amazon.com/auth/o2/token',
      form: { grant_type: 'refresh_token', refresh_token: '{clientSecret}', ...POSTED },
    },
    answer: {
      body: { access_token: '{token}', refresh_token: 'placeholder', token_type: 'bearer', expires_in: 3600 },
    },
    lifeS: 3600,
    sentAs: { headers: { 'x-amz-access-token': '{token}' } },
    rejection: {
      status: 403,
      body: {
        errors: [
          {
            message: 'Access to requested resource is denied.',
            code: 'Unauthorized',
            details: 'The access token you provided has expired.',
          },
        ],
      },
    },
    lookAlikes: [
      {
        status: 403,
        body: {
          errors: [{ message: 'Access to requested resource is denied.', code: 'MissingAuthenticationToken' }],
        },
      },
      { status: 400, body: { errors: [{ message: 'Invalid marketplaceIds', code: 'InvalidInput', details: '' }] } },
    ],
    error: {
      status: 401,
      body: { error_description: 'Client authentication failed', error: 'invalid_client' },
      tells: { error: 'invalid_client', errorDescription: 'Client authentication failed', permanent: true },
    },
  },
  {
    preset: 'apigee',
    name: 'Apigee',
    facts: 'partly read',
    source: 'http://apigee.com/docs/api/api_methods/109-get-an-access-token',
    options: { tokenUrl: 'https://acme-prod.apigee.net/oauth/client_credential/accesstoken' },
    request: {
      url: 'https://acme-prod.apigee.net/oauth/client_credential/accesstoken',
      query: { grant_type: 'client_credentials' },
      basic: 'raw',
    },
    answer: {
      body: {
        issued_at: '{text:nowMs}',
        application_name: 'a-1',
        scope: 'READ',
        status: 'approved',
        api_product_list: '[Things]',
        expires_in: '3599',
        'developer.email': 'jo@acme.test',
        organization_id: '0',
        token_type: 'BearerToken',
        client_id: '{clientId}',
        access_token: '{token}',
        organization_name: 'acme',
        refresh_token_expires_in: '0',
        refresh_count: '0',
      },
    },
    lifeS: 3599,
    sentAs: BEARER,
    rejection: {
      status: 401,
      body: {
        fault: {
          faultstring: 'Access Token expired',
          detail: { errorcode: 'keymanagement.service.access_token_expired' },
        },
      },
    },
    error: {
      status: 401,
      body: { ErrorCode: 'invalid_client', Error: 'ClientId is Invalid' },
      tells: { error: 'invalid_client', errorDescription: 'ClientId is Invalid', permanent: true },
    },
  },
  {
    preset: 'atlassian',
    name: 'Atlassian service accounts',
    facts: 'unverified',
    source: 'https://developer.atlassian.com',
    options: {},
    request: {
      url: 'https://auth.atlassian.com/oauth/token',
      json: { grant_type: 'client_credentials', client_id: '{clientId}', client_secret: '{clientSecret}' },
    },
    answer: {
      body: { access_token: '{jwtToken}', scope: 'read:jira-work', expires_in: 3600, token_type: 'Bearer' },
    },
    lifeS: 3600,
    sentAs: BEARER,
    rejection: { status: 401, body: { code: 401, message: 'Unauthorized' } },
    error: {
      status: 401,
      body: { error: 'access_denied', error_description: 'Unauthorized' },
      tells: { error: 'access_denied', errorDescription: 'Unauthorized', permanent: true },
    },
  },
  {
    preset: 'auth0',
    name: 'Auth0',
    facts: 'read',
    source: 'https://support.auth0.com/center/s/article/reduce-m2m-token-usage-in-auth0-by-reusing-access-tokens',
    options: { domain: 'acme.eu.auth0.com', audience: 'https://api.acme.test/' },
    request: {
      url: 'https://acme.eu.auth0.com/oauth/token',
      json: {
        grant_type: 'client_credentials',
        client_id: '{clientId}',
        client_secret: '{clientSecret}',
        audience: 'https://api.acme.test/',
      },
    },
    answer: { body: { access_token: '{token}', scope: 'read:things', expires_in: 86_400, token_type: 'Bearer' } },
    lifeS: 86_400,
    sentAs: BEARER,
    rejection: { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } },
    error: {
      status: 401,
      body: { error: 'access_denied', error_description: 'Unauthorized' },
      tells: { error: 'access_denied', errorDescription: 'Unauthorized', permanent: true },
    },
  },
  {
    preset: 'azureAppService',
    name: 'Azure managed identity (App Service)',
    facts: 'read',
    source: 'https://github.com/Azure/azure-sdk-for-python/issues/5952',
    // Plain http to an address that is not this machine's own, as platforms have it. The header's value is a secret.
    options: {
      identityEndpoint: 'http://169.254.129.4:8081/msi/token',
      identityHeader: '{clientSecret}',
      resource: 'https://vault.azure.net',
    },
    credentials: 'clientId',
    request: {
      method: 'GET',
      url: 'http://169.254.129.4:8081/msi/token',
      query: { 'api-version': '2019-08-01', resource: 'https://vault.azure.net', client_id: '{clientId}' },
      headers: { 'x-identity-header': '{clientSecret}' },
    },
    // No `expires_in`.
    answer: {
      body: {
        access_token: '{token}',
        expires_on: '{text:now+86399}',
        resource: 'https://vault.azure.net',
        token_type: 'Bearer',
        client_id: '{clientId}',
      },
    },
    lifeS: 86_399,
    reissue: 'same',
    sentAs: BEARER,
    rejection: {
      status: 401,
      headers: {
        'www-authenticate':
          'Bearer authorization="https://login.microsoftonline.com/acme", resource="https://vault.azure.net"',
      },
      body: { error: { code: 'Unauthorized', message: '[TokenExpired] Error validating token.' } },
    },
    error: {
      status: 400,
      body: {
        statusCode: 400,
        message: 'No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.',
        correlationId: 'c-1',
      },
      tells: {
        error: '400',
        errorDescription:
          'No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.',
        permanent: true,
      },
    },
  },
  {
    preset: 'azureImds',
    name: 'Azure managed identity (IMDS)',
    facts: 'read',
    source: 'https://learn.microsoft.com/en-us/entra/identity/managed-identities-azure-resources/how-to-use-vm-token',
    options: { resource: 'https://management.azure.com/' },
    credentials: 'none',
    request: {
      method: 'GET',
      url: 'http://169.254.169.254/metadata/identity/oauth2/token',
      query: { 'api-version': '2018-02-01', resource: 'https://management.azure.com/' },
      headers: { metadata: 'true' },
    },
    answer: {
      body: {
        access_token: '{token}',
        refresh_token: '',
        expires_in: '3599',
        expires_on: '{text:now+3599}',
        not_before: '{text:now+0}',
        resource: 'https://management.azure.com/',
        token_type: 'Bearer',
      },
    },
    lifeS: 3599,
    reissue: 'same',
    sentAs: BEARER,
    rejection: { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } },
    error: {
      status: 400,
      body: { error: 'invalid_resource', error_description: 'AADSTS50001' },
      tells: { error: 'invalid_resource', permanent: true },
    },
  },
  {
    preset: 'baidu',
    name: 'Baidu AI',
    facts: 'read',
    source: 'https://www.free-api.com/doc/1',
    options: {},
    request: {
      url: 'https://aip.baidubce.com/oauth/2.0/token',
      query: { grant_type: 'client_credentials', client_id: '{clientId}', client_secret: '{clientSecret}' },
    },
    answer: {
      body: {
        refresh_token: 'not-to-be-used',
        expires_in: 2_592_000,
        session_key: 'a-session-key',
        access_token: '{token}',
        scope: 'public brain_all_scope',
        session_secret: 'a-session-secret',
      },
    },
    lifeS: 2_592_000,
    sentAs: { query: { access_token: '{token}' } },
    rejection: { body: { error_code: 110, error_msg: 'Access token invalid or no longer valid' } },
    lookAlikes: [
      { body: { error_code: 6, error_msg: 'No permission to access data' } },
      { body: { error_code: 17, error_msg: 'Open api daily request limit reached' } },
    ],
    error: {
      status: 401,
      body: { error: 'invalid_client', error_description: 'unknown client id' },
      tells: { error: 'invalid_client', errorDescription: 'unknown client id', permanent: true },
    },
  },
  {
    preset: 'battleNet',
    name: 'Battle.net',
    facts: 'unverified',
    source: 'https://develop.battle.net',
    options: {},
    request: {
      url: 'https://oauth.battle.net/token',
      basic: 'raw',
      form: { grant_type: 'client_credentials' },
    },
    answer: { body: { access_token: '{token}', token_type: 'bearer', expires_in: 86_399, sub: 'acme-client' } },
    lifeS: 86_399,
    reissue: 'same',
    sentAs: BEARER,
    rejection: { status: 401, body: { code: 401, type: 'BLZWEBAPI00000401', detail: 'Unauthorized' } },
    lookAlikes: [{ status: 404, body: { code: 404, type: 'BLZWEBAPI00000404', detail: 'Not Found' } }],
    error: {
      status: 401,
      body: { error: 'unauthorized', error_description: 'Bad credentials' },
      tells: { error: 'unauthorized', errorDescription: 'Bad credentials', permanent: true },
    },
  },
  {
    preset: 'bitbucket',
    name: 'Bitbucket Cloud',
    facts: 'read',
    source: 'https://docs.unified.to/skills/bitbucket-oauth-app/SKILL.md',
    options: {},
    request: {
      url: 'https://bitbucket.org/site/oauth2/access_token',
      basic: 'raw',
      form: { grant_type: 'client_credentials' },
    },
    // The refresh token is of no use here.
    answer: {
      body: {
        scopes: 'pipeline repository:write account',
        access_token: '{token}',
        expires_in: 7200,
        token_type: 'bearer',
        state: 'client_credentials',
        refresh_token: 'refresh-1',
      },
    },
    lifeS: 7200,
    sentAs: BEARER,
    rejection: {
      status: 401,
      body: {
        type: 'error',
        error: { message: 'Access token expired. Use your refresh token to obtain a new access token.' },
      },
    },
    lookAlikes: [
      {
        status: 403,
        body: {
          type: 'error',
          error: { message: 'Your credentials lack one or more required privilege scopes.' },
        },
      },
    ],
    error: {
      status: 400,
      body: { error_description: 'Invalid OAuth client credentials', error: 'unauthorized_client' },
      tells: {
        error: 'unauthorized_client',
        errorDescription: 'Invalid OAuth client credentials',
        permanent: true,
      },
    },
  },
  {
    preset: 'bolCom',
    name: 'bol.com',
    facts: 'read',
    source: 'https://api.bol.com/retailer/public/Retailer-API/authentication.html',
    options: {},
    request: { url: 'https://login.bol.com/token', query: GRANT, basic: 'raw' },
    answer: { body: { access_token: '{token}', token_type: 'Bearer', expires_in: 299, scope: 'RETAILER' } },
    lifeS: 299,
    sentAs: BEARER,
    rejection: {
      status: 401,
      body: {
        type: 'https://api.bol.com/problems',
        title: 'Expired JWT',
        status: 401,
        detail: 'JWT expired at 2030-01-01T00:04:59Z. Current time: 2030-01-01T00:05:40Z.',
      },
    },
    error: {
      status: 401,
      body: { error: 'invalid_client', error_description: 'Invalid client or client credentials.' },
      tells: { error: 'invalid_client', errorDescription: 'Invalid client or client credentials.', permanent: true },
    },
  },
  {
    preset: 'box',
    name: 'Box',
    facts: 'read',
    source: 'https://developer.box.com/guides/authentication/client-credentials/index',
    options: { boxSubjectType: 'enterprise', boxSubjectId: '123456' },
    request: {
      url: 'https://api.box.com/oauth2/token',
      form: {
        grant_type: 'client_credentials',
        client_id: '{clientId}',
        client_secret: '{clientSecret}',
        box_subject_type: 'enterprise',
        box_subject_id: '123456',
      },
    },
    // No `token_type`; the type stands in a field that means something else.
    answer: {
      body: { access_token: '{token}', expires_in: 3992, restricted_to: [], issued_token_type: 'bearer' },
    },
    lifeS: 3992,
    sentAs: BEARER,
    rejection: {
      status: 401,
      headers: {
        'www-authenticate':
          'Bearer realm="Service", error="invalid_token", error_description="The access token provided is invalid."',
      },
    },
    lookAlikes: [
      {
        status: 403,
        headers: { 'www-authenticate': 'Bearer realm="Service", error="insufficient_scope"' },
        body: { type: 'error', status: 403, code: 'access_denied_insufficient_permissions' },
      },
    ],
    error: {
      status: 400,
      body: {
        error: 'unauthorized_client',
        error_description: 'The "box_subject_type" value is unauthorized for this client_id',
      },
      tells: {
        error: 'unauthorized_client',
        errorDescription: 'The "box_subject_type" value is unauthorized for this client_id',
        permanent: true,
      },
    },
  },
  {
    preset: 'cloudFoundryUaa',
    name: 'Cloud Foundry UAA',
    facts: 'unverified',
    source: 'https://docs.cloudfoundry.org/api/uaa',
    options: { url: 'https://uaa.cf.acme.test' },
    request: {
      url: 'https://uaa.cf.acme.test/oauth/token',
      form: { ...GRANT, ...POSTED, response_type: 'token' },
    },
    answer: {
      body: {
        access_token: '{jwtToken}',
        token_type: 'bearer',
        expires_in: 43_199,
        scope: 'clients.read things.read',
        jti: 'f1b2c3',
      },
    },
    lifeS: 43_199,
    sentAs: BEARER,
    rejection: {
      status: 401,
      headers: {
        'www-authenticate': 'Bearer realm="oauth", error="invalid_token", error_description="Access token expired"',
      },
      body: { error: 'invalid_token', error_description: 'Access token expired' },
    },
    lookAlikes: [
      {
        status: 403,
        headers: { 'www-authenticate': 'Bearer error="insufficient_scope", scope="things.write"' },
        body: { error: 'insufficient_scope', error_description: 'Insufficient scope for this resource' },
      },
    ],
    error: {
      status: 401,
      body: { error: 'unauthorized', error_description: 'Bad credentials' },
      tells: { error: 'unauthorized', errorDescription: 'Bad credentials', permanent: true },
    },
  },
  {
    preset: 'cognito',
    name: 'Amazon Cognito',
    facts: 'read',
    source: 'https://docs.aws.amazon.com/cognito/latest/developerguide/token-endpoint.html',
    options: { domain: 'acme', region: 'eu-west-1', scope: 'things/read' },
    request: {
      url: 'https://acme.auth.eu-west-1.amazoncognito.com/oauth2/token',
      basic: 'raw',
      form: { grant_type: 'client_credentials', scope: 'things/read' },
    },
    answer: { body: { access_token: '{jwtToken}', token_type: 'Bearer', expires_in: 3600 } },
    lifeS: 3600,
    sentAs: BEARER,
    // No commas between the parameters: so it comes from the gateway before the API.
    rejection: {
      status: 401,
      headers: {
        'www-authenticate': 'Bearer scope="" error="invalid_token" error_description="the token has expired"',
      },
      body: { message: 'Unauthorized' },
    },
    lookAlikes: [
      {
        status: 403,
        headers: { 'www-authenticate': 'Bearer scope="things/write" error="insufficient_scope"' },
        body: { message: 'Forbidden' },
      },
    ],
    error: {
      status: 400,
      body: { error: 'invalid_client' },
      tells: { error: 'invalid_client', permanent: true },
    },
  },
  {
    preset: 'commercetools',
    name: 'commercetools',
    facts: 'read',
    source: 'https://dev.commercetools.com/http-api-authorization.html',
    options: { region: 'europe-west1.gcp', scope: 'manage_project:acme' },
    request: {
      url: 'https://auth.europe-west1.gcp.commercetools.com/oauth/token',
      basic: 'raw',
      form: { ...GRANT, scope: 'manage_project:acme' },
    },
    answer: {
      body: { access_token: '{token}', token_type: 'Bearer', expires_in: 172_800, scope: 'manage_project:acme' },
    },
    lifeS: 172_800,
    sentAs: BEARER,
    rejection: {
      status: 401,
      body: {
        statusCode: 401,
        message: 'invalid_token',
        errors: [{ code: 'invalid_token', message: 'invalid_token' }],
        error: 'invalid_token',
      },
    },
    error: {
      status: 401,
      body: {
        statusCode: 401,
        message: 'Please provide valid client credentials using HTTP Basic Authentication.',
        errors: [
          {
            code: 'invalid_client',
            message: 'Please provide valid client credentials using HTTP Basic Authentication.',
          },
        ],
        error: 'invalid_client',
        error_description: 'Please provide valid client credentials using HTTP Basic Authentication.',
      },
      tells: {
        error: 'invalid_client',
        errorDescription: 'Please provide valid client credentials using HTTP Basic Authentication.',
        permanent: true,
      },
    },
  },
  {
    preset: 'crowdStrike',
    name: 'CrowdStrike Falcon',
    facts: 'read',
    source: 'https://developer.crowdstrike.com/api-reference/collections/oauth2/',
    options: { cloud: 'eu-1' },
    request: {
      url: 'https://api.eu-1.crowdstrike.com/oauth2/token',
      form: { grant_type: 'client_credentials', client_id: '{clientId}', client_secret: '{clientSecret}' },
    },
    answer: { status: 201, body: { access_token: '{token}', token_type: 'bearer', expires_in: 1799 } },
    lifeS: 1799,
    sentAs: BEARER,
    rejection: {
      status: 401,
      body: {
        meta: { query_time: 1.27e-7, powered_by: 'crowdstrike-api-gateway', trace_id: 'trace-1' },
        errors: [{ code: 401, message: 'access denied, invalid bearer token' }],
      },
    },
    lookAlikes: [
      {
        status: 403,
        body: {
          meta: { query_time: 0.04, powered_by: 'crowdstrike-api-gateway', trace_id: 'trace-2' },
          errors: [{ code: 403, message: 'access denied, authorization failed' }],
        },
      },
    ],
    error: {
      status: 403,
      body: {
        meta: { query_time: 0.06, powered_by: 'csam', trace_id: 'trace-3' },
        errors: [{ code: 403, message: 'Failed to issue access token - Client authentication failed' }],
      },
      tells: {
        error: '403',
        errorDescription: 'Failed to issue access token - Client authentication failed',
        permanent: true,
      },
    },
  },
  {
    preset: 'dadi',
    name: 'DADI-style APIs',
    facts: 'read',
    source: 'https://github.com/dadi/docs/blob/HEAD/_src/api/concepts/authentication.md',
    options: { tokenUrl: 'https://content.acme.test/token' },
    request: {
      url: 'https://content.acme.test/token',
      json: { clientId: '{clientId}', secret: '{clientSecret}' },
    },
    answer: { body: { accessToken: '{token}', tokenType: 'Bearer', expiresIn: 1800 } },
    lifeS: 1800,
    sentAs: BEARER,
    // The comma behind the scheme is theirs.
    rejection: {
      status: 401,
      headers: {
        'www-authenticate': 'Bearer, error="invalid_token", error_description="Invalid or expired access token"',
      },
    },
    error: {
      status: 401,
      headers: {
        'www-authenticate': 'Bearer, error="invalid_credentials", error_description="Invalid credentials supplied"',
      },
      body: { statusCode: 401, message: 'Invalid Credentials' },
      tells: { permanent: true },
    },
  },
  {
    preset: 'databricks',
    name: 'Databricks',
    facts: 'read',
    source: 'https://docs.databricks.com/dev-tools/auth/oauth-m2m',
    options: { host: 'dbc-a1b2345c-d6e7.cloud.databricks.com' },
    request: {
      url: 'https://dbc-a1b2345c-d6e7.cloud.databricks.com/oidc/v1/token',
      basic: 'raw',
      form: { grant_type: 'client_credentials', scope: 'all-apis' },
    },
    answer: {
      body: { access_token: '{jwtToken}', scope: 'all-apis', token_type: 'Bearer', expires_in: 3600 },
    },
    lifeS: 3600,
    sentAs: BEARER,
    rejection: {
      status: 403,
      headers: { 'x-databricks-reason-phrase': 'Invalid access token.' },
      body: { error_code: 403, message: 'Invalid access token.' },
    },
    lookAlikes: [
      {
        status: 403,
        body: { error_code: 'PERMISSION_DENIED', message: 'User does not have USE CATALOG on Catalog things.' },
      },
      { status: 400, body: { error_code: 'INVALID_PARAMETER_VALUE', message: 'Invalid access token.' } },
      { status: 200, body: { message: 'Invalid access token.' } },
    ],
    error: {
      status: 401,
      body: { error: 'invalid_client', error_id: 'e-1', error_description: 'Client authentication failed' },
      tells: { error: 'invalid_client', errorDescription: 'Client authentication failed', permanent: true },
    },
  },
  {
    preset: 'dhlEcommerce',
    name: 'DHL eCommerce Americas',
    facts: 'read',
    source: 'https://developer.dhl.com/api-reference/authentication-dhl-ecommerce-americas',
    options: {},
    request: { url: 'https://api.dhlecs.com/auth/v4/accesstoken', form: { ...GRANT, ...POSTED } },
    answer: {
      body: { access_token: '{token}', client_id: '{clientId}', token_type: 'Bearer', expires_in: 3600 },
    },
    lifeS: 3600,
    sentAs: BEARER,
    rejection: {
      status: 401,
      body: { type: 'https://api.dhlecs.com/docs/errors/401.0000003', title: 'Access token expired' },
    },
    error: {
      status: 401,
      body: { type: 'https://api.dhlecs.com/docs/errors/401.0000001', title: 'Invalid credentials' },
      tells: { permanent: true },
    },
  },
  {
    preset: 'dingTalk',
    name: 'DingTalk (v1.0)',
    facts: 'read',
    source: 'https://help.dingtalk.io/open/development/obtain-the-access-token-of-an-internal-app',
    options: {},
    request: {
      url: 'https://api.dingtalk.com/v1.0/oauth2/accessToken',
      json: { appKey: '{clientId}', appSecret: '{clientSecret}' },
    },
    answer: { body: { accessToken: '{token}', expireIn: 7200 } },
    lifeS: 7200,
    reissue: 'extends',
    sentAs: { headers: { 'x-acs-dingtalk-access-token': '{token}' } },
    rejection: {
      status: 400,
      body: {
        code: 'InvalidAuthentication',
        requestid: '00000000-0000-0000-0000-000000000001',
        message: '不合法的access_token',
      },
    },
    lookAlikes: [
      {
        status: 400,
        body: {
          code: 'MissingagentId',
          requestid: '00000000-0000-0000-0000-000000000002',
          message: 'agentId is mandatory for this action.',
        },
      },
      {
        status: 403,
        body: {
          code: 'Forbidden.AccessDenied.AccessTokenPermissionDenied',
          requestid: '00000000-0000-0000-0000-000000000003',
          message: '应用尚未开通所需的权限',
          accessdenieddetail: { requiredScopes: ['Contact.User.Read'] },
        },
      },
    ],
    error: {
      status: 400,
      body: {
        code: 'invalidClientIdOrSecret',
        requestid: '00000000-0000-0000-0000-000000000004',
        message: '无效的clientId或者clientSecret',
      },
      tells: {
        error: 'invalidClientIdOrSecret',
        errorDescription: '无效的clientId或者clientSecret',
        permanent: true,
      },
    },
  },
  {
    preset: 'dingTalkClassic',
    name: 'DingTalk (classic)',
    facts: 'read',
    source: 'https://developer.aliyun.com/ask/578909',
    options: {},
    request: {
      method: 'GET',
      url: 'https://oapi.dingtalk.com/gettoken',
      query: { appkey: '{clientId}', appsecret: '{clientSecret}' },
    },
    answer: { body: { errcode: 0, access_token: '{token}', errmsg: 'ok', expires_in: 7200 } },
    lifeS: 7200,
    reissue: 'extends',
    sentAs: { query: { access_token: '{token}' } },
    rejection: { body: { errcode: 40014, errmsg: '不合法的access_token' } },
    lookAlikes: [
      {
        body: {
          errcode: 88,
          sub_code: '60011',
          sub_msg: '没有调用该接口的权限',
          errmsg: 'ding talk error[subcode=60011,submsg=没有调用该接口的权限]',
          request_id: '5imjny7u9xwa',
        },
      },
      { body: { errcode: 40078, errmsg: '不存在的临时授权码' } },
    ],
    error: {
      body: { errcode: 40096, errmsg: '不合法的appKey或appSecret' },
      tells: { error: '40096', errorDescription: '不合法的appKey或appSecret', permanent: true },
    },
  },
  {
    preset: 'duende',
    name: 'Duende IdentityServer',
    facts: 'unverified',
    source: 'https://docs.duendesoftware.com',
    options: { authority: 'https://identity.acme.test', scope: 'things.read' },
    request: {
      url: 'https://identity.acme.test/connect/token',
      form: {
        grant_type: 'client_credentials',
        client_id: '{clientId}',
        client_secret: '{clientSecret}',
        scope: 'things.read',
      },
    },
    answer: {
      body: { access_token: '{jwtToken}', expires_in: 3600, token_type: 'Bearer', scope: 'things.read' },
    },
    lifeS: 3600,
    sentAs: BEARER,
    rejection: {
      status: 401,
      headers: {
        'www-authenticate':
          'Bearer error="invalid_token", error_description="The token expired at \'01/01/2030 00:00:00\'"',
      },
    },
    lookAlikes: [{ status: 403, headers: { 'www-authenticate': 'Bearer error="insufficient_scope"' } }],
    error: {
      status: 400,
      body: { error: 'invalid_scope' },
      tells: { error: 'invalid_scope', permanent: true },
    },
  },
  {
    preset: 'ebay',
    name: 'eBay',
    facts: 'read',
    source: 'https://developer.ebay.com/api-docs/static/oauth-rate-limits.html',
    options: {},
    request: {
      url: 'https://api.ebay.com/identity/v1/oauth2/token',
      basic: 'raw',
      form: { ...GRANT, scope: 'https://api.ebay.com/oauth/api_scope' },
    },
    // The type is a phrase; the token goes out as Bearer all the same.
    answer: { body: { access_token: '{token}', expires_in: 7200, token_type: 'Application Access Token' } },
    lifeS: 7200,
    sentAs: BEARER,
    rejection: {
      status: 401,
      body: {
        errors: [
          {
            errorId: 1001,
            domain: 'OAuth',
            category: 'REQUEST',
            message: 'Invalid access token',
            longMessage: 'Invalid access token. Check the value of the Authorization HTTP request header.',
          },
        ],
      },
    },
    lookAlikes: [
      {
        status: 403,
        body: { errors: [{ errorId: 1100, domain: 'ACCESS', category: 'REQUEST', message: 'Access denied' }] },
      },
    ],
    error: {
      status: 401,
      body: { error: 'invalid_client', error_description: 'client authentication failed' },
      tells: { error: 'invalid_client', errorDescription: 'client authentication failed', permanent: true },
    },
  },
  {
    preset: 'entraId',
    name: 'Microsoft Entra ID (v2.0)',
    facts: 'partly read',
    source: 'https://github.com/MicrosoftDocs/azure-docs/issues/54997',
    options: { tenant: 'acme.onmicrosoft.com', scope: 'https://graph.microsoft.com/.default' },
    request: {
      url: 'https://login.microsoftonline.com/acme.onmicrosoft.com/oauth2/v2.0/token',
      form: {
        grant_type: 'client_credentials',
        client_id: '{clientId}',
        client_secret: '{clientSecret}',
        scope: 'https://graph.microsoft.com/.default',
      },
    },
    // `ext_expires_in` is for outages of the provider; here it is longer, as in a tenant that has it.
    answer: {
      body: { token_type: 'Bearer', expires_in: 3599, ext_expires_in: 262_800, access_token: '{jwtToken}' },
    },
    lifeS: 3599,
    sentAs: BEARER,
    rejection: {
      status: 401,
      headers: {
        'www-authenticate':
          'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"',
      },
      body: {
        error: {
          code: 'InvalidAuthenticationToken',
          message: 'Lifetime validation failed, the token is expired.',
          innerError: { date: '2030-01-01T00:00:00', 'request-id': 'r-1', 'client-request-id': 'r-1' },
        },
      },
    },
    lookAlikes: [
      {
        status: 403,
        body: {
          error: {
            code: 'Authorization_RequestDenied',
            message: 'Insufficient privileges to complete the operation.',
          },
        },
      },
    ],
    error: {
      status: 401,
      body: {
        error: 'invalid_client',
        error_description: "AADSTS7000215: Invalid client secret provided for app 'things'. Trace ID: t-1",
        error_codes: [7_000_215],
        timestamp: '2030-01-01 00:00:00Z',
        trace_id: 't-1',
        correlation_id: 'c-1',
        error_uri: 'https://login.microsoftonline.com/error?code=7000215',
      },
      tells: {
        error: 'invalid_client',
        errorDescription: "AADSTS7000215: Invalid client secret provided for app 'things'. Trace ID: t-1",
        permanent: true,
      },
    },
  },
  {
    preset: 'entraIdV1',
    name: 'Microsoft Entra ID (v1)',
    facts: 'read',
    source: 'https://github.com/MicrosoftDocs/azure-docs/issues/54997',
    options: { tenant: 'acme.onmicrosoft.com', resource: 'https://management.azure.com/' },
    request: {
      url: 'https://login.microsoftonline.com/acme.onmicrosoft.com/oauth2/token',
      form: {
        grant_type: 'client_credentials',
        client_id: '{clientId}',
        client_secret: '{clientSecret}',
        resource: 'https://management.azure.com/',
      },
    },
    answer: {
      body: {
        token_type: 'Bearer',
        expires_in: '3599',
        ext_expires_in: '3599',
        expires_on: '{text:now+3599}',
        not_before: '{text:now+0}',
        resource: 'https://management.azure.com/',
        access_token: '{jwtToken}',
      },
    },
    lifeS: 3599,
    sentAs: BEARER,
    rejection: {
      status: 401,
      headers: {
        'www-authenticate':
          'Bearer authorization_uri="https://login.microsoftonline.com/acme", error="invalid_token", error_description="The access token has expired."',
      },
      body: { error: { code: 'ExpiredAuthenticationToken', message: 'The access token expiry time has passed.' } },
    },
    lookAlikes: [
      {
        status: 403,
        body: { error: { code: 'AuthorizationFailed', message: 'The client does not have authorization.' } },
      },
    ],
    error: {
      status: 400,
      body: {
        error: 'invalid_resource',
        error_description: 'AADSTS500011: The resource principal was not found in the tenant.',
        error_codes: [500_011],
        timestamp: '2030-01-01 00:00:00Z',
        trace_id: 't-1',
        correlation_id: 'c-1',
      },
      tells: {
        error: 'invalid_resource',
        errorDescription: 'AADSTS500011: The resource principal was not found in the tenant.',
        permanent: true,
      },
    },
  },
  {
    preset: 'fedEx',
    name: 'FedEx',
    facts: 'read',
    source: 'https://developer.fedex.com/api/en-ca/catalog/authorization/docs.html',
    options: {},
    request: { url: 'https://apis.fedex.com/oauth/token', form: { ...GRANT, ...POSTED } },
    answer: { body: { access_token: '{token}', token_type: 'bearer', expires_in: 3600, scope: 'CXS' } },
    lifeS: 3600,
    sentAs: BEARER,
    rejection: {
      status: 401,
      body: {
        transactionId: '624deea6-b709-470c-8c39-4b5511281492',
        errors: [
          {
            code: 'NOT.AUTHORIZED.ERROR',
            message: 'Access token expired. Please modify your request and try again.',
          },
        ],
      },
    },
    lookAlikes: [
      {
        status: 403,
        body: {
          transactionId: '624deea6-b709-470c-8c39-4b5511281493',
          errors: [{ code: 'FORBIDDEN.ERROR', message: 'We could not authorize your credentials.' }],
        },
      },
    ],
    error: {
      status: 401,
      body: {
        transactionId: '624deea6-b709-470c-8c39-4b5511281494',
        errors: [
          {
            code: 'NOT.AUTHORIZED.ERROR',
            message: 'The given client credentials were not valid. Please modify your request and try again.',
          },
        ],
      },
      tells: {
        error: 'NOT.AUTHORIZED.ERROR',
        errorDescription: 'The given client credentials were not valid. Please modify your request and try again.',
        permanent: true,
      },
    },
  },
  {
    preset: 'feishu',
    name: 'Feishu / Lark',
    facts: 'read',
    source:
      'https://nguyenngothuong.com/bai-viet/data/huong-dan-lay-tenant_access_token-trong-lark-open-platform-voi-python/',
    options: {},
    request: {
      url: 'https://open.feishu.cn/open-apis/auth/v3/tenant_access_token/internal',
      json: { app_id: '{clientId}', app_secret: '{clientSecret}' },
    },
    answer: { body: { code: 0, expire: 7140, msg: 'ok', tenant_access_token: '{token}' } },
    lifeS: 7140,
    reissue: 'same',
    sentAs: BEARER,
    rejection: {
      status: 400,
      body: {
        code: 99_991_663,
        msg: 'Invalid access token for authorization. Please make a request with token attached.',
        error: { log_id: '2030010100000000A1' },
      },
    },
    lookAlikes: [
      {
        status: 400,
        body: {
          code: 99_991_672,
          msg: 'Access denied. One of the following scopes is required: [contact:user.base:readonly].',
          error: { log_id: '2030010100000000A2' },
        },
      },
      { body: { code: 99_991_400, msg: 'request trigger frequency limit' } },
    ],
    error: {
      body: { code: 10_014, msg: 'app secret invalid' },
      tells: { error: '10014', errorDescription: 'app secret invalid', permanent: true },
    },
  },
  {
    preset: 'genesysCloud',
    name: 'Genesys Cloud',
    facts: 'partly read',
    source: 'https://genesyscloud-powerbi-kpis.pages.dev/getting-started/authentication',
    options: { region: 'mypurecloud.de' },
    request: {
      url: 'https://login.mypurecloud.de/oauth/token',
      basic: 'raw',
      form: { grant_type: 'client_credentials' },
    },
    answer: { body: { access_token: '{token}', token_type: 'bearer', expires_in: 86_399 } },
    lifeS: 86_399,
    sentAs: BEARER,
    rejection: {
      status: 401,
      body: {
        message: 'Invalid login credentials.',
        code: 'bad.credentials',
        status: 401,
        contextId: '00000000-0000-0000-0000-000000000001',
        details: [],
        errors: [],
      },
    },
    lookAlikes: [
      {
        status: 403,
        body: {
          message:
            'Unable to perform the requested action. You are missing the following permission(s): routing:queue:view',
          code: 'missing.any.permissions',
          status: 403,
        },
      },
    ],
    // Token calls are rate limited.
    error: {
      status: 429,
      headers: { 'retry-after': '57' },
      body: {
        message: 'Rate limit exceeded the maximum. Retry the request in [57] seconds',
        code: 'too.many.requests',
        status: 429,
        details: [],
        errors: [],
      },
      tells: { permanent: false },
    },
  },
  {
    preset: 'gocardlessBankData',
    name: 'GoCardless Bank Account Data',
    facts: 'partly read',
    source: 'https://ob.helpscoutdocs.com/article/132-token-handling-via-api',
    options: {},
    request: {
      url: 'https://bankaccountdata.gocardless.com/api/v2/token/new/',
      json: { secret_id: '{clientId}', secret_key: '{clientSecret}' },
    },
    // The pair to renew it has a life of its own.
    answer: {
      body: { access: '{token}', access_expires: 86_400, refresh: 'placeholder', refresh_expires: 2_592_000 },
    },
    lifeS: 86_400,
    sentAs: BEARER,
    rejection: {
      status: 401,
      body: { summary: 'Invalid token', detail: 'Token is invalid or expired', status_code: 401 },
    },
    error: {
      status: 401,
      body: {
        summary: 'Authentication failed',
        detail: 'No active account found with the given credentials',
        status_code: 401,
      },
      tells: {
        error: 'Authentication failed',
        errorDescription: 'No active account found with the given credentials',
        permanent: true,
      },
    },
  },
  {
    preset: 'googleMetadata',
    name: 'Google metadata server',
    facts: 'partly read',
    source: 'https://cloud.google.com/kuberun/docs/securing/service-identity',
    options: {
      scopes: ['https://www.googleapis.com/auth/cloud-platform', 'https://www.googleapis.com/auth/pubsub'],
    },
    credentials: 'none',
    request: {
      method: 'GET',
      url: 'http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token',
      query: { scopes: 'https://www.googleapis.com/auth/cloud-platform,https://www.googleapis.com/auth/pubsub' },
      headers: { 'metadata-flavor': 'Google' },
    },
    answer: {
      headers: { 'metadata-flavor': 'Google', server: 'Metadata Server for VM' },
      body: { access_token: '{token}', expires_in: 3599, token_type: 'Bearer' },
    },
    lifeS: 3599,
    reissue: 'same',
    sentAs: BEARER,
    rejection: {
      status: 401,
      headers: { 'www-authenticate': 'Bearer realm="https://accounts.google.com/", error="invalid_token"' },
      body: {
        error: {
          code: 401,
          message: 'Request had invalid authentication credentials.',
          status: 'UNAUTHENTICATED',
        },
      },
    },
    lookAlikes: [
      {
        status: 403,
        headers: {
          'www-authenticate': 'Bearer realm="https://accounts.google.com/", error="insufficient_scope", scope="things"',
        },
        body: { error: { code: 403, message: 'Insufficient scopes.', status: 'PERMISSION_DENIED' } },
      },
    ],
    error: {
      status: 404,
      body: { error: 'invalid_request', error_description: 'Service account not enabled on this instance' },
      tells: {
        error: 'invalid_request',
        errorDescription: 'Service account not enabled on this instance',
        permanent: true,
      },
    },
  },
  {
    preset: 'googleServiceAccount',
    name: 'Google service account',
    facts: 'unverified',
    source: 'https://developers.google.com/identity/protocols/oauth2/service-account',
    options: {
      credentials: {
        type: 'service_account',
        client_email: 'reader@acme.test',
        private_key: '{privateKey}',
        private_key_id: 'key-1',
      },
      scope: 'https://www.googleapis.com/auth/cloud-platform',
    },
    credentials: 'none',
    request: {
      url: 'https://oauth2.googleapis.com/token',
      form: { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: '{jwt}' },
    },
    answer: { body: { access_token: '{token}', expires_in: 3599, token_type: 'Bearer' } },
    lifeS: 3599,
    sentAs: BEARER,
    rejection: {
      status: 401,
      headers: { 'www-authenticate': 'Bearer realm="https://accounts.google.com/", error="invalid_token"' },
      body: {
        error: { code: 401, message: 'Request had invalid authentication credentials.', status: 'UNAUTHENTICATED' },
      },
    },
    error: {
      status: 400,
      body: { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' },
      tells: { error: 'invalid_grant', errorDescription: 'Invalid JWT Signature.', permanent: true },
    },
  },
  {
    preset: 'hcp',
    name: 'HashiCorp Cloud Platform',
    facts: 'unverified',
    source: 'https://developer.hashicorp.com/hcp',
    options: {},
    request: {
      url: 'https://auth.idp.hashicorp.com/oauth2/token',
      form: {
        grant_type: 'client_credentials',
        client_id: '{clientId}',
        client_secret: '{clientSecret}',
        audience: 'https://api.hashicorp.cloud',
      },
    },
    answer: { body: { access_token: '{jwtToken}', expires_in: 3600, token_type: 'Bearer' } },
    lifeS: 3600,
    sentAs: BEARER,
    rejection: { status: 401, body: { code: 16, message: 'token is expired', details: [] } },
    lookAlikes: [{ status: 403, body: { code: 7, message: 'permission denied', details: [] } }],
    error: {
      status: 401,
      body: { error: 'invalid_client', error_description: 'Client authentication failed.' },
      tells: { error: 'invalid_client', errorDescription: 'Client authentication failed.', permanent: true },
    },
  },
  {
    preset: 'healthwise',
    name: 'Healthwise',
    facts: 'read',
    source: 'https://auth.healthwise.net/',
    options: {},
    request: {
      url: 'https://auth.healthwise.net/oauth2/token',
      basic: 'raw',
      form: { grant_type: 'client_credentials', scope: '*' },
    },
    // The document shows no answer: RFC 6749 §5.1.
    answer: { body: { access_token: '{token}', token_type: 'bearer', expires_in: 3600 } },
    lifeS: 3600,
    sentAs: BEARER,
    rejection: { status: 401 },
    error: {
      status: 401,
      headers: { 'www-authenticate': 'Basic realm="auth.healthwise.net"' },
      body: { error: 'invalid_client', error_description: 'Client authentication failed.' },
      tells: { error: 'invalid_client', errorDescription: 'Client authentication failed.', permanent: true },
    },
  },
  {
    preset: 'hydra',
    name: 'Ory Hydra',
    facts: 'unverified',
    source: 'https://www.ory.sh/docs/hydra',
    options: { url: 'https://hydra.acme.test', scope: 'things.read', audience: 'https://api.acme.test' },
    request: {
      url: 'https://hydra.acme.test/oauth2/token',
      basic: 'rfc6749',
      form: { grant_type: 'client_credentials', scope: 'things.read', audience: 'https://api.acme.test' },
    },
    answer: {
      body: { access_token: '{token}', expires_in: 3599, scope: 'things.read', token_type: 'bearer' },
    },
    lifeS: 3599,
    sentAs: BEARER,
    rejection: { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } },
    error: {
      status: 401,
      body: {
        error: 'invalid_client',
        error_description:
          'Client authentication failed (e.g., unknown client, no client authentication included, or unsupported authentication method).',
      },
      tells: {
        error: 'invalid_client',
        errorDescription:
          'Client authentication failed (e.g., unknown client, no client authentication included, or unsupported authentication method).',
        permanent: true,
      },
    },
  },
  {
    preset: 'ibmCloud',
    name: 'IBM Cloud IAM',
    facts: 'read',
    source: 'https://cloud.ibm.com/docs/iam?topic=iam-iamtoken_from_apikey',
    options: { apikey: '{clientSecret}' },
    credentials: 'none',
    request: {
      url: 'https://iam.cloud.ibm.com/identity/token',
      form: {
        grant_type: 'urn:ibm:params:oauth:grant-type:apikey',
        response_type: 'cloud_iam',
        apikey: '{clientSecret}',
      },
    },
    // `refresh_token` holds no token.
    answer: {
      body: {
        access_token: '{jwtToken}',
        refresh_token: 'not_supported',
        ims_user_id: 1_234_567,
        token_type: 'Bearer',
        expires_in: 3600,
        expiration: '{now+3600}',
        scope: 'ibm openid',
      },
    },
    lifeS: 3600,
    sentAs: BEARER,
    rejection: {
      status: 401,
      body: {
        errors: [{ code: 'not_authenticated', message: 'The IAM token is expired.' }],
        trace: 't-1',
      },
    },
    error: {
      status: 400,
      body: {
        context: { requestId: 'r-1', requestType: 'incoming.Identity_Token', locale: 'en_US' },
        errorCode: 'BXNIM0415E',
        errorMessage: 'Provided API key could not be found.',
      },
      tells: {
        error: 'BXNIM0415E',
        errorDescription: 'Provided API key could not be found.',
        permanent: true,
      },
    },
  },
  {
    preset: 'infobip',
    name: 'Infobip',
    facts: 'read',
    source: 'https://infobip.com/docs/api/platform/account-management/create-oauth2-token',
    options: { baseUrl: 'acme1' },
    request: {
      url: 'https://acme1.api.infobip.com/auth/1/oauth2/token',
      form: { grant_type: 'client_credentials', client_id: '{clientId}', client_secret: '{clientSecret}' },
    },
    answer: { body: { access_token: '{token}', expires_in: 3600 } },
    lifeS: 3600,
    sentAs: BEARER,
    rejection: {
      status: 401,
      body: { requestError: { serviceException: { messageId: 'UNAUTHORIZED', text: 'Invalid login details' } } },
    },
    error: {
      status: 401,
      body: { requestError: { serviceException: { messageId: 'UNAUTHORIZED', text: 'Invalid login details' } } },
      tells: { error: 'UNAUTHORIZED', errorDescription: 'Invalid login details', permanent: true },
    },
  },
  {
    preset: 'jamf',
    name: 'Jamf Pro',
    facts: 'read',
    source: 'https://learn.jamf.com/r/en-US/jamf-pro-documentation-11.16.0/Generating_a_Client_Secret',
    options: { url: 'https://acme.jamfcloud.com' },
    request: {
      url: 'https://acme.jamfcloud.com/api/oauth/token',
      form: { grant_type: 'client_credentials', client_id: '{clientId}', client_secret: '{clientSecret}' },
    },
    // A life as short as the customer set it.
    answer: { body: { access_token: '{token}', scope: 'api-role:2', token_type: 'Bearer', expires_in: 59 } },
    lifeS: 59,
    sentAs: BEARER,
    rejection: {
      status: 401,
      body: {
        httpStatus: 401,
        errors: [{ code: 'INVALID_TOKEN', description: 'Unauthorized', id: '0', field: null }],
      },
    },
    lookAlikes: [
      {
        status: 403,
        body: {
          httpStatus: 403,
          errors: [{ code: 'INVALID_PRIVILEGE', description: 'Forbidden', id: '0', field: null }],
        },
      },
    ],
    error: {
      status: 401,
      body: { error: 'invalid_client' },
      tells: { error: 'invalid_client', permanent: true },
    },
  },
  {
    preset: 'keycloak',
    name: 'Keycloak',
    facts: 'partly read',
    source: 'https://developers.mytalentplug.com/docs/authentication',
    options: { url: 'https://sso.acme.test', realm: 'acme' },
    request: {
      url: 'https://sso.acme.test/realms/acme/protocol/openid-connect/token',
      form: { grant_type: 'client_credentials', client_id: '{clientId}', client_secret: '{clientSecret}' },
    },
    answer: {
      body: {
        access_token: '{jwtToken}',
        expires_in: 300,
        refresh_expires_in: 0,
        token_type: 'Bearer',
        'not-before-policy': 0,
        scope: 'email profile',
      },
    },
    lifeS: 300,
    sentAs: BEARER,
    rejection: {
      status: 401,
      headers: {
        'www-authenticate': 'Bearer realm="acme", error="invalid_token", error_description="Token verification failed"',
      },
    },
    error: {
      status: 401,
      body: { error: 'unauthorized_client', error_description: 'Invalid client or Invalid client credentials' },
      tells: {
        error: 'unauthorized_client',
        errorDescription: 'Invalid client or Invalid client credentials',
        permanent: true,
      },
    },
  },
  {
    preset: 'line',
    name: 'LINE (stateless channel access token)',
    facts: 'partly read',
    source: 'https://developers.line.biz/en/docs/basics/channel-access-token/',
    options: {},
    request: {
      url: 'https://api.line.me/oauth2/v3/token',
      form: { grant_type: 'client_credentials', client_id: '{clientId}', client_secret: '{clientSecret}' },
    },
    answer: { body: { token_type: 'Bearer', access_token: '{token}', expires_in: 900 } },
    lifeS: 900,
    sentAs: BEARER,
    rejection: {
      status: 401,
      body: {
        message: 'Authentication failed. Confirm that the access token in the authorization header is valid.',
      },
    },
    error: {
      status: 400,
      body: { error: 'invalid_client', error_description: 'invalid client_secret' },
      tells: { error: 'invalid_client', errorDescription: 'invalid client_secret', permanent: true },
    },
  },
  {
    preset: 'marketo',
    name: 'Marketo Engage',
    facts: 'read',
    source: 'https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/authentication',
    options: { munchkinId: '123-ABC-456' },
    request: {
      method: 'GET',
      url: 'https://123-abc-456.mktorest.com/identity/oauth/token',
      query: { ...GRANT, ...POSTED },
    },
    // The scope is the user who owns the service; the life is what is left of the one token that there is.
    answer: {
      body: { access_token: '{token}', token_type: 'bearer', expires_in: 2914, scope: 'integration@acme.test' },
    },
    lifeS: 2914,
    reissue: 'same',
    sentAs: BEARER,
    rejection: {
      body: {
        requestId: 'f4d7#16a2b3c4d5e',
        success: false,
        errors: [{ code: '602', message: 'Access token expired' }],
      },
    },
    lookAlikes: [
      {
        body: {
          requestId: 'f4d7#16a2b3c4d5f',
          success: false,
          errors: [{ code: '603', message: 'Access denied' }],
        },
      },
      {
        body: {
          requestId: 'f4d7#16a2b3c4d60',
          success: false,
          errors: [{ code: '606', message: "Max rate limit '100' exceeded with in '20' secs" }],
        },
      },
    ],
    error: {
      status: 401,
      body: { error: 'invalid_client', error_description: 'Bad client credentials' },
      tells: { error: 'invalid_client', errorDescription: 'Bad client credentials', permanent: true },
    },
  },
  {
    preset: 'mtnMomo',
    name: 'MTN MoMo',
    facts: 'read',
    source: 'https://momoapi.mtn.com/docs/services/remittance/operations/CreateAccessToken',
    options: { product: 'collection', subscriptionKey: 'acme-collection-key' },
    request: {
      url: 'https://proxy.momoapi.mtn.com/collection/token/',
      headers: { 'ocp-apim-subscription-key': 'acme-collection-key' },
      basic: 'raw',
    },
    answer: { body: { access_token: '{token}', token_type: 'access_token', expires_in: 3600 } },
    lifeS: 3600,
    sentAs: {
      headers: { authorization: 'Bearer {token}', 'ocp-apim-subscription-key': 'acme-collection-key' },
    },
    rejection: { status: 401 },
    error: {
      status: 401,
      body: { error: 'login_failed' },
      tells: { error: 'login_failed', permanent: true },
    },
  },
  {
    preset: 'okta',
    name: 'Okta',
    facts: 'partly read',
    source: 'https://developer.okta.com/docs/guides/dpop/-/main',
    options: { domain: 'acme.okta.com', scope: 'things:read' },
    request: {
      url: 'https://acme.okta.com/oauth2/default/v1/token',
      basic: 'rfc6749',
      form: { grant_type: 'client_credentials', scope: 'things:read' },
    },
    answer: {
      body: { token_type: 'Bearer', expires_in: 3600, access_token: '{jwtToken}', scope: 'things:read' },
    },
    lifeS: 3600,
    sentAs: BEARER,
    rejection: {
      status: 401,
      headers: {
        'www-authenticate': 'Bearer error="invalid_token", error_description="The access token has expired."',
      },
    },
    error: {
      status: 400,
      body: {
        error: 'invalid_scope',
        error_description: 'One or more scopes are not configured for the authorization server resource.',
      },
      tells: {
        error: 'invalid_scope',
        errorDescription: 'One or more scopes are not configured for the authorization server resource.',
        permanent: true,
      },
    },
  },
  {
    preset: 'payPal',
    name: 'PayPal',
    facts: 'partly read',
    source: 'https://developer.paypal.com/docs/api/reference/get-an-access-token/',
    options: {},
    request: { url: 'https://api-m.paypal.com/v1/oauth2/token', basic: 'raw', form: GRANT },
    answer: {
      body: {
        scope: 'https://uri.paypal.com/services/invoicing https://uri.paypal.com/services/payments/refund',
        access_token: '{token}',
        token_type: 'Bearer',
        app_id: 'APP-0X000000XX000000X',
        expires_in: 31_349,
        nonce: '2030-01-01T00:00:00Znonce',
      },
    },
    lifeS: 31_349,
    reissue: 'same',
    sentAs: BEARER,
    rejection: {
      status: 401,
      body: { error: 'invalid_token', error_description: 'Token signature verification failed' },
    },
    error: {
      status: 401,
      body: { error: 'invalid_client', error_description: 'Client Authentication failed' },
      tells: { error: 'invalid_client', errorDescription: 'Client Authentication failed', permanent: true },
    },
  },
  {
    preset: 'pokitdok',
    name: 'PokitDok',
    facts: 'read',
    source: 'https://github.com/pokitdok/apidocs-v4/blob/HEAD/source/includes/_authentication.md',
    options: {},
    request: {
      url: 'https://platform.pokitdok.com/oauth2/token',
      basic: 'raw',
      form: { grant_type: 'client_credentials' },
    },
    answer: {
      headers: { 'content-type': 'application/json;charset=UTF-8', pragma: 'no-cache', 'cache-control': 'no-store' },
      // `expires` lies in the past, as in the document: it is not the end.
      body: { access_token: '{token}', token_type: 'bearer', expires: 1_393_350_569, expires_in: 3600 },
    },
    lifeS: 3600,
    sentAs: BEARER,
    rejection: { status: 401 },
    // Not in the document; RFC 6749 §5.2.
    error: {
      status: 401,
      headers: { 'www-authenticate': 'Basic realm="oauth2"' },
      body: { error: 'invalid_client' },
      tells: { error: 'invalid_client', permanent: true },
    },
  },
  {
    preset: 'reddit',
    name: 'Reddit',
    facts: 'unverified',
    source: 'https://github.com/reddit-archive/reddit/wiki/OAuth2',
    options: { userAgent: 'linux:com.acme.things:v1.0 (by /u/acme)' },
    request: {
      url: 'https://www.reddit.com/api/v1/access_token',
      headers: { 'user-agent': 'linux:com.acme.things:v1.0 (by /u/acme)' },
      basic: 'raw',
      form: { grant_type: 'client_credentials' },
    },
    answer: { body: { access_token: '{token}', token_type: 'bearer', expires_in: 86_400, scope: '*' } },
    lifeS: 86_400,
    sentAs: {
      headers: { authorization: 'Bearer {token}', 'user-agent': 'linux:com.acme.things:v1.0 (by /u/acme)' },
    },
    rejection: {
      status: 401,
      headers: { 'www-authenticate': 'Bearer realm="reddit", error="invalid_token"' },
      body: { message: 'Unauthorized', error: 401 },
    },
    lookAlikes: [
      {
        status: 403,
        headers: { 'www-authenticate': 'Bearer realm="reddit", error="insufficient_scope"' },
        body: { message: 'Forbidden', error: 403 },
      },
    ],
    // The `error` is the status over again: a number, no code.
    error: { status: 401, body: { message: 'Unauthorized', error: 401 }, tells: { permanent: true } },
  },
  {
    preset: 'safaricomDaraja',
    name: 'Safaricom Daraja (M-Pesa)',
    facts: 'read',
    source: 'https://dev.to/msnmongare/safaricom-daraja-api-authorization-api-guide-for-access-tokens-2kg1',
    options: {},
    request: {
      method: 'GET',
      url: 'https://api.safaricom.co.ke/oauth/v1/generate',
      query: { grant_type: 'client_credentials' },
      basic: 'raw',
    },
    answer: { body: { access_token: '{token}', expires_in: '3599' } },
    lifeS: 3599,
    sentAs: BEARER,
    rejection: {
      status: 404,
      body: { requestId: '1-1-1', errorCode: '404.001.03', errorMessage: 'Invalid Access Token' },
    },
    lookAlikes: [
      {
        status: 404,
        body: { requestId: '1-1-2', errorCode: '404.001.01', errorMessage: 'Resource not found' },
      },
      {
        status: 400,
        body: { requestId: '1-1-3', errorCode: '400.002.02', errorMessage: 'Bad Request - Invalid Amount' },
      },
    ],
    error: {
      status: 400,
      body: { requestId: '1-1-4', errorCode: '400.008.01', errorMessage: 'Invalid Authentication passed' },
      tells: { error: '400.008.01', errorDescription: 'Invalid Authentication passed', permanent: true },
    },
  },
  {
    preset: 'salesforce',
    name: 'Salesforce',
    facts: 'read',
    source:
      'https://developer.salesforce.com/docs/atlas.en-us.262.0.chatterapi.meta/chatterapi/quickstart_connecting.htm',
    options: { domain: 'acme' },
    request: { url: 'https://acme.my.salesforce.com/services/oauth2/token', form: { ...GRANT, ...POSTED } },
    // The only time in it says when the token was made: each API call moves the end of the session.
    answer: {
      body: {
        access_token: '{token}',
        signature: 'c2lnbmF0dXJlIG9mIGlkIGFuZCB0aW1l',
        token_format: 'opaque',
        scope: 'chatter_api api',
        instance_url: '{api}',
        id: 'https://login.salesforce.com/id/00D000000000001AAA/005000000000001AAA',
        token_type: 'Bearer',
        issued_at: '{text:nowMs}',
      },
    },
    lifeS: undefined,
    sentAs: BEARER,
    // Mostly 401, in places 403: the code in the array counts.
    rejection: { status: 403, body: [{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }] },
    lookAlikes: [
      { status: 403, body: [{ message: 'TotalRequests Limit exceeded.', errorCode: 'REQUEST_LIMIT_EXCEEDED' }] },
      { status: 404, body: [{ message: 'The requested resource does not exist', errorCode: 'NOT_FOUND' }] },
    ],
    error: {
      status: 400,
      body: { error: 'invalid_grant', error_description: 'no client credentials user enabled' },
      tells: { error: 'invalid_grant', errorDescription: 'no client credentials user enabled', permanent: true },
    },
  },
  {
    preset: 'salesforceMarketingCloud',
    name: 'Salesforce Marketing Cloud',
    facts: 'read',
    source: 'https://developer.salesforce.com/docs/marketing/marketing-cloud/guide/access-token-s2s.html',
    options: { subdomain: 'mc563885gzs27c5t9-63k636ttgm', accountId: '12345' },
    request: {
      url: 'https://mc563885gzs27c5t9-63k636ttgm.auth.marketingcloudapis.com/v2/token',
      json: { ...GRANT, ...POSTED, account_id: '12345' },
    },
    answer: {
      body: {
        access_token: '{token}',
        token_type: 'Bearer',
        expires_in: 1079,
        scope: 'offline documents_and_images_read email_read data_extensions_read',
        soap_instance_url: 'https://mc563885gzs27c5t9-63k636ttgm.soap.marketingcloudapis.com/',
        rest_instance_url: '{api}/',
      },
    },
    lifeS: 1079,
    sentAs: BEARER,
    rejection: {
      status: 401,
      body: { documentation: 'https://developer.salesforce.com/docs', errorcode: 0, message: 'Not Authorized' },
    },
    error: {
      status: 401,
      body: {
        error: 'invalid_client',
        error_description:
          'Invalid client ID. Use the client ID in Marketing Cloud Installed Packages. See https://developer.salesforce.com',
        error_uri: 'https://developer.salesforce.com/docs',
      },
      tells: { error: 'invalid_client', permanent: true },
    },
  },
  {
    preset: 'sentinelHub',
    name: 'Sentinel Hub',
    facts: 'read',
    source: 'https://docs.sentinel-hub.com/api/latest/api/overview/authentication/',
    options: {},
    request: {
      url: 'https://services.sentinel-hub.com/auth/realms/main/protocol/openid-connect/token',
      form: { grant_type: 'client_credentials', client_id: '{clientId}', client_secret: '{clientSecret}' },
    },
    answer: {
      body: {
        access_token: '{jwtToken}',
        expires_in: 3600,
        refresh_expires_in: 0,
        token_type: 'Bearer',
        'not-before-policy': 0,
        scope: 'email profile',
      },
    },
    lifeS: 3600,
    sentAs: BEARER,
    rejection: {
      status: 401,
      body: {
        status: 401,
        reason: 'Unauthorized',
        message: 'You are not authorized! Please provide a valid access token.',
        code: 'COMMON_UNAUTHORIZED',
      },
    },
    error: {
      status: 401,
      body: { error: 'invalid_client', error_description: 'Invalid client or Invalid client credentials' },
      tells: {
        error: 'invalid_client',
        errorDescription: 'Invalid client or Invalid client credentials',
        permanent: true,
      },
    },
  },
  {
    preset: 'serviceNow',
    name: 'ServiceNow',
    facts: 'read',
    source: 'https://support.servicenow.com/kb?id=kb_article_view&sysparm_article=KB0791140',
    options: { instance: 'acme' },
    request: { url: 'https://acme.service-now.com/oauth_token.do', form: { ...GRANT, ...POSTED } },
    answer: { body: { access_token: '{token}', scope: 'useraccount', token_type: 'Bearer', expires_in: 1799 } },
    lifeS: 1799,
    reissue: 'extends',
    sentAs: BEARER,
    rejection: {
      status: 401,
      headers: { 'www-authenticate': 'BASIC realm="Service-now"' },
      body: {
        error: { message: 'User Not Authenticated', detail: 'Required to provide Auth information' },
        status: 'failure',
      },
    },
    // A code that means "try again" elsewhere: here the id or the secret is wrong.
    error: {
      status: 401,
      body: { error_description: 'access_denied', error: 'server_error' },
      tells: { error: 'server_error', errorDescription: 'access_denied', permanent: true },
    },
  },
  {
    preset: 'shopify',
    name: 'Shopify',
    facts: 'read',
    source: 'https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/client-credentials-grant',
    options: { shop: 'acme' },
    request: {
      url: 'https://acme.myshopify.com/admin/oauth/access_token',
      form: { grant_type: 'client_credentials', client_id: '{clientId}', client_secret: '{clientSecret}' },
    },
    answer: { body: { access_token: '{token}', scope: 'write_products', expires_in: 86_399 } },
    lifeS: 86_399,
    sentAs: { headers: { 'x-shopify-access-token': '{token}' } },
    rejection: { status: 401, body: { errors: '[API] Invalid API key or access token' } },
    error: {
      status: 400,
      body: { error: 'shop_not_permitted', error_description: 'Client credentials cannot be used here' },
      tells: { error: 'shop_not_permitted', permanent: true },
    },
  },
  {
    preset: 'sophos',
    name: 'Sophos Central',
    facts: 'read',
    source:
      'https://community.sophos.com/sophos-central-api/f/recommended-reads/120745/authenticating-to-sophos-central-apis',
    options: { tenantId: '00000000-0000-0000-0000-00000000000a' },
    request: {
      url: 'https://id.sophos.com/api/v2/oauth2/token',
      form: {
        grant_type: 'client_credentials',
        client_id: '{clientId}',
        client_secret: '{clientSecret}',
        scope: 'token',
      },
    },
    // An error code that says there is no error.
    answer: {
      body: {
        access_token: '{token}',
        errorCode: 'success',
        expires_in: 3600,
        message: 'OK',
        refresh_token: 'not-to-be-used',
        token_type: 'bearer',
        trackingId: '00000000-0000-0000-0000-000000000001',
      },
    },
    lifeS: 3600,
    sentAs: {
      headers: { authorization: 'Bearer {token}', 'x-tenant-id': '00000000-0000-0000-0000-00000000000a' },
    },
    rejection: {
      status: 401,
      body: {
        error: 'Unauthorized',
        correlationId: '00000000-0000-0000-0000-000000000002',
        requestId: '00000000-0000-0000-0000-000000000003',
      },
    },
    lookAlikes: [
      {
        status: 403,
        body: {
          error: 'Forbidden',
          correlationId: '00000000-0000-0000-0000-000000000004',
          requestId: '00000000-0000-0000-0000-000000000005',
        },
      },
    ],
    error: {
      status: 401,
      body: {
        errorCode: 'oauth.invalid_client_secret',
        message: 'Unauthorized',
        trackingId: '00000000-0000-0000-0000-000000000006',
      },
      tells: { error: 'oauth.invalid_client_secret', errorDescription: 'Unauthorized', permanent: true },
    },
  },
  {
    preset: 'spotify',
    name: 'Spotify',
    facts: 'unverified',
    source: 'https://developer.spotify.com',
    options: {},
    request: {
      url: 'https://accounts.spotify.com/api/token',
      basic: 'raw',
      form: { grant_type: 'client_credentials' },
    },
    answer: { body: { access_token: '{token}', token_type: 'Bearer', expires_in: 3600 } },
    lifeS: 3600,
    sentAs: BEARER,
    rejection: {
      status: 401,
      headers: { 'www-authenticate': 'Bearer realm="spotify", error="invalid_token"' },
      body: { error: { status: 401, message: 'The access token expired' } },
    },
    lookAlikes: [{ status: 403, body: { error: { status: 403, message: 'Insufficient client scope' } } }],
    error: {
      status: 400,
      body: { error: 'invalid_client', error_description: 'Invalid client secret' },
      tells: { error: 'invalid_client', errorDescription: 'Invalid client secret', permanent: true },
    },
  },
  {
    preset: 'surveysphere',
    name: 'SurveySphere',
    facts: 'read',
    source: 'https://app.surveysphere.co.uk/',
    options: {},
    request: {
      url: 'https://app.surveysphere.co.uk/connect/token',
      form: { grant_type: 'client_credentials', client_id: '{clientId}', client_secret: '{clientSecret}' },
    },
    answer: { body: { access_token: '{token}', token_type: 'Bearer', expires_in: 3600 } },
    lifeS: 3600,
    sentAs: BEARER,
    rejection: { status: 401, headers: { 'www-authenticate': 'Bearer' } },
    // Not in the document; what servers of this family answer.
    error: {
      status: 400,
      body: { error: 'invalid_client', error_description: 'The specified client credentials are invalid.' },
      tells: {
        error: 'invalid_client',
        errorDescription: 'The specified client credentials are invalid.',
        permanent: true,
      },
    },
  },
  {
    preset: 'tiktok',
    name: 'TikTok (client token)',
    facts: 'unverified',
    source: 'https://developers.tiktok.com',
    options: {},
    request: {
      url: 'https://open.tiktokapis.com/v2/oauth/token/',
      form: { grant_type: 'client_credentials', client_key: '{clientId}', client_secret: '{clientSecret}' },
    },
    answer: { body: { access_token: '{token}', expires_in: 7200, token_type: 'Bearer' } },
    lifeS: 7200,
    sentAs: BEARER,
    rejection: {
      status: 401,
      body: {
        data: {},
        error: {
          code: 'access_token_invalid',
          message: 'The access token is invalid or not found in the request.',
          log_id: '20300101000000A1',
        },
      },
    },
    // Its 401 has two meanings.
    lookAlikes: [
      {
        status: 401,
        body: {
          data: {},
          error: {
            code: 'scope_not_authorized',
            message: 'The user did not authorize the scope required for completing this request.',
            log_id: '20300101000000A2',
          },
        },
      },
    ],
    error: {
      body: {
        error: 'invalid_client',
        error_description: 'Client key or secret is incorrect.',
        log_id: '20300101000000A3',
      },
      tells: { error: 'invalid_client', errorDescription: 'Client key or secret is incorrect.', permanent: true },
    },
  },
  {
    preset: 'trustpilot',
    name: 'Trustpilot',
    facts: 'read',
    source: 'https://developers.trustpilot.com/get-started/authentication/grant-type-client-credentials',
    options: {},
    request: {
      url: 'https://api.trustpilot.com/v1/oauth/oauth-business-users-for-applications/accesstoken',
      basic: 'raw',
      form: GRANT,
    },
    // Nothing but these two, and the number is text.
    answer: { body: { access_token: '{token}', expires_in: '359999' } },
    lifeS: 359_999,
    sentAs: BEARER,
    rejection: { status: 401, body: { message: 'Access token expired' } },
    error: { status: 401, body: { error: 'invalid_client' }, tells: { error: 'invalid_client', permanent: true } },
  },
  {
    preset: 'twilio',
    name: 'Twilio',
    facts: 'read',
    source: 'https://www.twilio.com/docs/iam/oauth-apps/oauth-access-token',
    options: { accountSid: 'acme-account' },
    request: {
      url: 'https://oauth.twilio.com/v2/token',
      query: { account_sid: 'acme-account' },
      form: { grant_type: 'client_credentials', client_id: '{clientId}', client_secret: '{clientSecret}' },
    },
    answer: {
      body: { access_token: '{token}', id_token: null, token_type: 'Bearer', expires_in: 3600, refresh_token: null },
    },
    lifeS: 3600,
    sentAs: BEARER,
    rejection: {
      status: 401,
      body: {
        code: 20_003,
        message: 'Authenticate',
        more_info: 'https://www.twilio.com/docs/errors/20003',
        status: 401,
      },
    },
    error: {
      status: 401,
      body: {
        code: 322_402,
        message: 'Invalid credentials',
        more_info: 'https://www.twilio.com/docs/errors/322402',
        status: 401,
      },
      tells: { error: '322402', errorDescription: 'Invalid credentials', permanent: true },
    },
  },
  {
    preset: 'twitch',
    name: 'Twitch',
    facts: 'partly read',
    source: 'https://dev.twitch.tv/docs/authentication/validate-tokens/',
    options: {},
    request: {
      url: 'https://id.twitch.tv/oauth2/token',
      form: { grant_type: 'client_credentials', client_id: '{clientId}', client_secret: '{clientSecret}' },
    },
    answer: { body: { access_token: '{token}', expires_in: 5_011_271, token_type: 'bearer' } },
    lifeS: 5_011_271,
    sentAs: { headers: { authorization: 'Bearer {token}', 'client-id': '{clientId}' } },
    rejection: {
      status: 401,
      headers: { 'www-authenticate': 'OAuth realm="TwitchTV", error="invalid_token"' },
      body: { error: 'Unauthorized', status: 401, message: 'Invalid OAuth token' },
    },
    error: {
      status: 403,
      body: { status: 403, message: 'invalid client secret' },
      tells: { errorDescription: 'invalid client secret', permanent: true },
    },
  },
  {
    preset: 'ups',
    name: 'UPS',
    facts: 'read',
    source: 'https://schemas.apis.io/schemas/ups/ups-oauthtokenresponse/',
    options: { merchantId: 'A1B2C3' },
    request: {
      url: 'https://onlinetools.ups.com/security/v1/oauth/token',
      headers: { 'x-merchant-id': 'A1B2C3' },
      basic: 'raw',
      form: GRANT,
    },
    // Beside the life in seconds a time in milliseconds, both of them text.
    answer: {
      body: {
        token_type: 'Bearer',
        issued_at: '{text:nowMs}',
        client_id: '{clientId}',
        access_token: '{token}',
        expires_in: '14399',
        status: 'approved',
      },
    },
    lifeS: 14_399,
    sentAs: BEARER,
    rejection: {
      status: 401,
      body: { response: { errors: [{ code: '250002', message: 'Invalid Authentication Information.' }] } },
    },
    error: {
      status: 401,
      body: { response: { errors: [{ code: '10401', message: 'ClientId is Invalid' }] } },
      tells: { error: '10401', errorDescription: 'ClientId is Invalid', permanent: true },
    },
  },
  {
    preset: 'usps',
    name: 'USPS',
    facts: 'read',
    source: 'https://revaddress.com/blog/usps-oauth-troubleshooting',
    options: {},
    request: { url: 'https://apis.usps.com/oauth2/v3/token', form: { ...GRANT, ...POSTED } },
    answer: {
      body: {
        access_token: '{token}',
        token_type: 'Bearer',
        issued_at: '{text:nowMs}',
        expires_in: '28800',
        status: 'approved',
        scope: 'addresses locations prices tracking labels',
        issuer: 'api.usps.com',
        client_id: '{clientId}',
        application_name: 'acme-shipping',
        api_products: '[Public Access I]',
        public_key: 'placeholder',
      },
    },
    lifeS: 28_800,
    sentAs: BEARER,
    rejection: {
      status: 401,
      body: {
        apiVersion: '/addresses/v3/',
        error: {
          code: '401',
          message: 'Missing or malformed access token.',
          errors: [
            {
              title: 'invalid_token',
              detail: 'The access token presented with the request is missing or malformed (not a JWT).',
              source: 'Access Token',
            },
          ],
        },
      },
    },
    // Labels need a second token beside this one; a new one of these does not help. Read: the status; presumed: the words.
    lookAlikes: [
      {
        status: 401,
        body: {
          apiVersion: '/labels/v3/',
          error: {
            code: '401',
            message: 'Missing or malformed payment authorization token.',
            errors: [
              {
                title: 'invalid_token',
                detail: 'The payment authorization token presented with the request is missing or malformed.',
                source: 'Payment Authorization Token',
              },
            ],
          },
        },
      },
    ],
    error: {
      status: 401,
      body: {
        error: 'invalid_client',
        error_description:
          'The client application credentials provided in the request are missing, invalid, inactive or not approved for access.',
        error_uri: 'https://datatracker.ietf.org/doc/html/rfc6749#section-5.2',
      },
      tells: { error: 'invalid_client', permanent: true },
    },
  },
  {
    preset: 'vimeo',
    name: 'Vimeo',
    facts: 'read',
    source: 'https://gist.github.com/linktoahref/4754121890283d88780641a43e208081',
    options: { scope: 'public' },
    request: {
      url: 'https://api.vimeo.com/oauth/authorize/client',
      headers: { accept: 'application/vnd.vimeo.*+json;version=3.4' },
      basic: 'raw',
      json: { grant_type: 'client_credentials', scope: 'public' },
    },
    answer: {
      body: {
        access_token: '{token}',
        token_type: 'bearer',
        scope: 'public',
        app: { name: 'Acme things', uri: '/apps/1' },
      },
    },
    lifeS: undefined,
    sentAs: BEARER,
    rejection: {
      status: 401,
      headers: {
        'content-type': 'application/vnd.vimeo.error+json',
        'www-authenticate': 'Bearer error="invalid_token"',
      },
      body: {
        error: 'Something strange occurred. Please contact the app owners.',
        link: null,
        developer_message: 'The access token is invalid.',
        error_code: 8003,
      },
    },
    error: {
      status: 401,
      body: { error: 'invalid_client', error_description: 'A valid client ID must be provided' },
      tells: { error: 'invalid_client', errorDescription: 'A valid client ID must be provided', permanent: true },
    },
  },
  {
    preset: 'walmart',
    name: 'Walmart Marketplace',
    facts: 'read',
    source: 'https://developer.walmart.com/doc/us/mp/us-mp-auth/',
    options: {},
    request: {
      url: 'https://marketplace.walmartapis.com/v3/token',
      headers: { 'wm_svc.name': 'Walmart Marketplace', 'wm_qos.correlation_id': '{uuid}' },
      basic: 'raw',
      form: GRANT,
    },
    answer: { body: { access_token: '{token}', token_type: 'Bearer', expires_in: 900 } },
    lifeS: 900,
    // The type says Bearer, Authorization stays Basic.
    sentAs: {
      headers: {
        'wm_sec.access_token': '{token}',
        authorization: '{basic}',
        'wm_svc.name': 'Walmart Marketplace',
        'wm_qos.correlation_id': '{uuid}',
      },
    },
    rejection: {
      status: 401,
      body: {
        error: [
          {
            code: 'UNAUTHORIZED.GMP_GATEWAY_API',
            field: 'UNAUTHORIZED',
            description: 'Unauthorized',
            info: 'Unauthorized token or incorrect authorization header.',
            severity: 'ERROR',
            category: 'DATA',
            causes: [],
            errorIdentifiers: {},
          },
        ],
      },
    },
    error: {
      status: 401,
      body: {
        error: [
          {
            code: 'UNAUTHORIZED.GMP_GATEWAY_API',
            field: 'UNAUTHORIZED',
            description: 'Unauthorized',
            info: 'Unauthorized token or incorrect authorization header.',
            severity: 'ERROR',
            category: 'DATA',
            causes: [],
            errorIdentifiers: {},
          },
        ],
      },
      tells: { error: 'UNAUTHORIZED.GMP_GATEWAY_API', permanent: true },
    },
  },
  {
    preset: 'wechat',
    name: 'WeChat (access_token)',
    facts: 'read',
    source:
      'https://developers.weixin.qq.com/miniprogram/dev/platform-capabilities/en/miniapp/openapi/getaccesstoken.html',
    options: {},
    request: {
      method: 'GET',
      url: 'https://api.weixin.qq.com/cgi-bin/token',
      query: { grant_type: 'client_credential', appid: '{clientId}', secret: '{clientSecret}' },
    },
    answer: { body: { access_token: '{token}', expires_in: 7200 } },
    lifeS: 7200,
    reissue: 'replaces',
    sentAs: { query: { access_token: '{token}' } },
    rejection: {
      body: { errcode: 40001, errmsg: 'invalid credential, access_token is invalid or not latest rid: 65a0-1b2c' },
    },
    lookAlikes: [
      { body: { errcode: 40164, errmsg: 'invalid ip 203.0.113.7, not in whitelist rid: 65a0-1b2c' } },
      { body: { errcode: 48001, errmsg: 'api unauthorized rid: 65a0-1b2c' } },
      { body: { errcode: 45009, errmsg: 'reach max api daily quota limit rid: 65a0-1b2c' } },
    ],
    error: {
      body: { errcode: 40164, errmsg: 'invalid ip 203.0.113.7, not in whitelist rid: 65a0-1b2c' },
      tells: {
        error: '40164',
        errorDescription: 'invalid ip 203.0.113.7, not in whitelist rid: 65a0-1b2c',
        permanent: true,
      },
    },
  },
  {
    preset: 'wechatStableToken',
    name: 'WeChat (stable_token)',
    facts: 'read',
    source: 'https://developers.weixin.qq.com/doc/service/en/api/base/api_getstableaccesstoken.html',
    options: {},
    request: {
      url: 'https://api.weixin.qq.com/cgi-bin/stable_token',
      json: { grant_type: 'client_credential', appid: '{clientId}', secret: '{clientSecret}' },
    },
    // What is left of the life of a token that somebody else asked for first.
    answer: { body: { access_token: '{token}', expires_in: 6711 } },
    lifeS: 6711,
    reissue: 'same',
    sentAs: { query: { access_token: '{token}' } },
    rejection: { body: { errcode: 42001, errmsg: 'access_token expired rid: 65a0-1b2c' } },
    lookAlikes: [
      { body: { errcode: 40164, errmsg: 'invalid ip 203.0.113.7, not in whitelist rid: 65a0-1b2c' } },
      { body: { errcode: 48001, errmsg: 'api unauthorized rid: 65a0-1b2c' } },
    ],
    error: {
      body: { errcode: 40125, errmsg: 'invalid appsecret rid: 65a0-1b2c' },
      tells: { error: '40125', errorDescription: 'invalid appsecret rid: 65a0-1b2c', permanent: true },
    },
  },
  {
    preset: 'weCom',
    name: 'WeCom',
    facts: 'read',
    source: 'https://developer.work.weixin.qq.com/document/path/91039',
    options: {},
    request: {
      method: 'GET',
      url: 'https://qyapi.weixin.qq.com/cgi-bin/gettoken',
      query: { corpid: '{clientId}', corpsecret: '{clientSecret}' },
    },
    answer: { body: { errcode: 0, errmsg: 'ok', access_token: '{token}', expires_in: 7200 } },
    lifeS: 7200,
    reissue: 'same',
    sentAs: { query: { access_token: '{token}' } },
    rejection: { body: { errcode: 40014, errmsg: 'invalid access_token, hint: [1893456000], from ip: 203.0.113.7' } },
    lookAlikes: [
      { body: { errcode: 48002, errmsg: 'API forbidden, hint: [1893456000], from ip: 203.0.113.7' } },
      {
        body: { errcode: 60020, errmsg: 'not allow to access from your ip, hint: [1893456000], from ip: 203.0.113.7' },
      },
    ],
    error: {
      body: { errcode: 40013, errmsg: 'invalid corpid, hint: [1893456000], from ip: 203.0.113.7' },
      tells: {
        error: '40013',
        errorDescription: 'invalid corpid, hint: [1893456000], from ip: 203.0.113.7',
        permanent: true,
      },
    },
  },
  {
    preset: 'wso2',
    name: 'WSO2 API Manager',
    facts: 'read',
    source:
      'https://apim.docs.wso2.com/en/latest/consume/manage-application/generate-keys/obtain-access-token/access-tokens-per-device/',
    options: { url: 'https://apim.acme.test:9443', validityPeriod: 3600, scope: 'device_reports' },
    request: {
      url: 'https://apim.acme.test:9443/oauth2/token',
      basic: 'raw',
      form: { grant_type: 'client_credentials', validity_period: '3600', scope: 'device_reports' },
    },
    answer: {
      body: { access_token: '{token}', scope: 'device_reports', token_type: 'Bearer', expires_in: 3600 },
    },
    lifeS: 3600,
    reissue: 'same',
    sentAs: BEARER,
    rejection: {
      status: 401,
      headers: { 'www-authenticate': 'OAuth2 realm="WSO2 API Manager", error="invalid_token"' },
      body: {
        code: '900901',
        message: 'Invalid Credentials',
        description: 'Invalid Credentials. Make sure you have provided the correct security credentials',
      },
    },
    lookAlikes: [
      {
        status: 403,
        body: {
          code: '900910',
          message: 'The access token does not allow you to access the requested resource',
          description: 'User is NOT authorized to access the Resource. Scope validation failed.',
        },
      },
    ],
    error: {
      status: 401,
      headers: { 'www-authenticate': 'Basic realm="WSO2"' },
      body: { error_description: 'Client credentials are invalid.', error: 'invalid_client' },
      tells: { error: 'invalid_client', errorDescription: 'Client credentials are invalid.', permanent: true },
    },
  },
  {
    preset: 'xAppOnly',
    name: 'X (app-only)',
    facts: 'read',
    source: 'https://developer.x.com/en/docs/authentication/api-reference/token',
    options: {},
    request: {
      url: 'https://api.x.com/oauth2/token',
      basic: 'percent',
      form: { grant_type: 'client_credentials' },
    },
    answer: { body: { token_type: 'bearer', access_token: '{token}' } },
    lifeS: undefined,
    reissue: 'same',
    sentAs: BEARER,
    rejection: {
      status: 401,
      body: { title: 'Unauthorized', type: 'about:blank', status: 401, detail: 'Unauthorized' },
    },
    lookAlikes: [
      {
        status: 403,
        body: { title: 'Client Forbidden', status: 403, reason: 'client-not-enrolled', required_enrollment: 'Basic' },
      },
    ],
    error: {
      status: 403,
      body: { errors: [{ code: 99, message: 'Unable to verify your credentials', label: 'authenticity_token_error' }] },
      tells: { error: '99', errorDescription: 'Unable to verify your credentials', permanent: true },
    },
  },
  {
    preset: 'xero',
    name: 'Xero (custom connection)',
    facts: 'read',
    source: 'https://developer.xero.com/faq/custom-integration',
    options: { scope: ['accounting.transactions', 'accounting.contacts.read'] },
    request: {
      url: 'https://identity.xero.com/connect/token',
      basic: 'raw',
      form: { ...GRANT, scope: 'accounting.transactions accounting.contacts.read' },
    },
    answer: {
      body: {
        access_token: '{token}',
        expires_in: 1800,
        token_type: 'Bearer',
        scope: 'accounting.transactions accounting.contacts.read',
      },
    },
    lifeS: 1800,
    sentAs: BEARER,
    rejection: {
      status: 401,
      headers: { 'www-authenticate': 'OAuth realm="api.xero.com"' },
      body: { Type: null, Title: 'Unauthorized', Status: 401, Detail: 'TokenExpired: token expired' },
    },
    lookAlikes: [{ status: 403, body: { Title: 'Forbidden', Status: 403, Detail: 'AuthenticationUnsuccessful' } }],
    error: { status: 400, body: { error: 'invalid_client' }, tells: { error: 'invalid_client', permanent: true } },
  },
  {
    preset: 'xsuaa',
    name: 'SAP BTP XSUAA',
    facts: 'unverified',
    source: 'https://help.sap.com/docs/btp',
    options: { subdomain: 'acme', region: 'eu10', zoneId: 'zone-1' },
    request: {
      url: 'https://acme.authentication.eu10.hana.ondemand.com/oauth/token',
      headers: { 'x-zid': 'zone-1' },
      form: { ...GRANT, ...POSTED, response_type: 'token' },
    },
    answer: {
      body: {
        access_token: '{jwtToken}',
        token_type: 'bearer',
        expires_in: 43_199,
        scope: 'uaa.resource things!b1.read',
        jti: 'f1b2c3',
      },
    },
    lifeS: 43_199,
    sentAs: BEARER,
    rejection: { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } },
    error: {
      status: 401,
      body: { error: 'unauthorized', error_description: 'Bad credentials' },
      tells: { error: 'unauthorized', errorDescription: 'Bad credentials', permanent: true },
    },
  },
  {
    preset: 'zoho',
    name: 'Zoho',
    facts: 'read',
    source: 'https://zohohelp.com/crm/developer/docs/api/v8/token-validity.html',
    options: { refreshToken: '{clientSecret}-r', dc: 'eu' },
    request: {
      url: 'https://accounts.zoho.eu/oauth/v2/token',
      form: { grant_type: 'refresh_token', refresh_token: '{clientSecret}-r', ...POSTED },
    },
    // Bearer it says, and does not mean it.
    answer: {
      body: {
        access_token: '{token}',
        scope: 'ZohoCRM.modules.ALL,ZohoCRM.settings.READ',
        api_domain: '{api}',
        token_type: 'Bearer',
        expires_in: 3600,
      },
    },
    lifeS: 3600,
    sentAs: { headers: { authorization: 'Zoho-oauthtoken {token}' } },
    rejection: {
      status: 401,
      body: { code: 'INVALID_TOKEN', details: {}, message: 'invalid oauth token', status: 'error' },
    },
    // The token is good, only not for this; tokens are few here.
    lookAlikes: [
      {
        status: 401,
        body: {
          code: 'OAUTH_SCOPE_MISMATCH',
          details: {},
          message: 'invalid oauth scope to access this URL',
          status: 'error',
        },
      },
    ],
    error: { body: { error: 'invalid_code' }, tells: { error: 'invalid_code', permanent: true } },
  },
  {
    preset: 'zoom',
    name: 'Zoom (server-to-server)',
    facts: 'read',
    source: 'https://devforum.zoom.us/t/server-to-server-oauth-annoying-token-invalidation/72070',
    options: { accountId: 'acme-account' },
    request: {
      url: 'https://zoom.us/oauth/token',
      query: { grant_type: 'account_credentials', account_id: 'acme-account' },
      basic: 'raw',
    },
    answer: {
      body: {
        access_token: '{token}',
        token_type: 'bearer',
        expires_in: 3599,
        scope: 'user:read:admin',
        api_url: 'https://api.zoom.us',
      },
    },
    lifeS: 3599,
    reissue: 'replaces',
    sentAs: BEARER,
    rejection: { status: 401, body: { code: 124, message: 'Invalid access token.' } },
    lookAlikes: [
      {
        status: 400,
        body: { code: 4711, message: 'Invalid access token, does not contain scopes:[user:read:list_users:admin].' },
      },
    ],
    error: {
      status: 400,
      body: { reason: 'Invalid client_id or client_secret', error: 'invalid_client' },
      tells: { error: 'invalid_client', errorDescription: 'Invalid client_id or client_secret', permanent: true },
    },
  },
];
