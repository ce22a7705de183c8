import axios from 'axios';

const tokenClient = axios.create();

/** The token request that people write next to an interceptor. */
export const requestTokenFrom =
  ({ tokenUrl, clientId, clientSecret }) =>
  async () => {
    const response = await tokenClient.post(
      tokenUrl,
      new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret }),
    );
    return response.data;
  };
