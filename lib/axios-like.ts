import type { TokenParams } from './token.js';

/**
 * What the plugin needs of an axios: structural, because axios ships separate declarations for ES modules and CommonJS, and an
 * `AxiosInstance` of the one is not assignable to that of the other.
 */
export interface AxiosLike {
  defaults: { baseURL?: string | undefined; headers: object };
  interceptors: { request: { use: RegisterInterceptor; eject(id: number): void } };
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- both declarations must fit: their configs and answers are nominal
  request(config: any): Promise<any>;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
type RegisterInterceptor = (fulfilled?: any, rejected?: any, options?: any) => number;

declare module 'axios' {
  // No type parameters: axios changed theirs, and an interface may be reopened without them.
  interface AxiosRequestConfig {
    /** `false`: this request goes out without a token. An object asks for a token with these parameters. */
    token?: false | TokenParams | undefined;
  }
}
