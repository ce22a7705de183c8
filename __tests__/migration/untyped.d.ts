// As much of the types of packages that bring none as the guide uses; for simple-oauth2 they are those of @types/simple-oauth2.

declare module 'simple-oauth2' {
  export interface AccessToken {
    readonly token: { [name: string]: unknown; access_token: string };
    expired(expirationWindowSeconds?: number): boolean;
  }
  export class ClientCredentials {
    constructor(options: { client: { id: string; secret: string }; auth: { tokenHost: string; tokenPath?: string } });
    getToken(params: { scope?: string | string[] }): Promise<AccessToken>;
  }
}

declare module 'axios-token-interceptor' {
  import type { InternalAxiosRequestConfig } from 'axios';

  interface Answer {
    access_token: string;
    expires_in: number;
  }
  function tokenProvider(options: {
    getToken: () => Promise<Answer>;
    headerFormatter: (answer: Answer) => string;
  }): (config: InternalAxiosRequestConfig) => Promise<InternalAxiosRequestConfig>;
  namespace tokenProvider {
    function tokenCache(
      getToken: () => Promise<Answer>,
      options: { getMaxAge: (answer: Answer) => number },
    ): () => Promise<Answer>;
  }
  export default tokenProvider;
}
