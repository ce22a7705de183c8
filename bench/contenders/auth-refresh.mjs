import { createAuthRefresh } from 'axios-auth-refresh';
import { requestTokenFrom } from './request-token.mjs';

/** As its README shows it, with the token in a variable instead of localStorage. */
function attachFunction(api, requestToken) {
  let token;
  api.interceptors.request.use((request) => {
    if (token) request.headers.Authorization = `Bearer ${token}`;
    return request;
  });
  createAuthRefresh(api, async (failedRequest) => {
    const answer = await requestToken();
    token = answer.access_token;
    failedRequest.response.config.headers.Authorization = `Bearer ${token}`;
  });
  return {
    close() {},
    preset: (value) => (token = value),
  };
}

export const authRefresh = {
  name: 'axios-auth-refresh',
  packages: ['axios-auth-refresh'],
  attach: (api, endpoint) => attachFunction(api, requestTokenFrom(endpoint)).close,
  // It asks for a token only after a 401, which a no-op adapter never answers: the token is there from the start.
  attachFunction(api, requestToken) {
    const { close, preset } = attachFunction(api, requestToken);
    void requestToken().then((answer) => preset(answer.access_token));
    return close;
  },
};
