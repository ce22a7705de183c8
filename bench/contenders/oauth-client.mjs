import axios from 'axios';
import { clientCredentials } from 'axios-oauth-client';
import tokenProvider from 'axios-token-interceptor';

/** As the two READMEs show them together; the last tenth of the lifetime is a margin. */
function attachFunction(api, requestToken) {
  const getToken = tokenProvider.tokenCache(requestToken, { getMaxAge: (answer) => answer.expires_in * 1000 * 0.9 });
  api.interceptors.request.use(
    tokenProvider({ getToken, headerFormatter: (answer) => `Bearer ${answer.access_token}` }),
  );
  return () => {};
}

export const oauthClient = {
  name: 'axios-oauth-client + token-interceptor',
  packages: ['axios-oauth-client', 'axios-token-interceptor'],
  attach: (api, { tokenUrl, clientId, clientSecret }) =>
    attachFunction(api, clientCredentials(axios.create(), tokenUrl, clientId, clientSecret)),
  attachFunction,
};
