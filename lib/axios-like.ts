import type { TokenParams } from './token.js';

/**
 * What the plugin needs of an axios: structural, because axios ships separate declarations for ES modules and CommonJS, and an
 * `AxiosInstance` of the one is not assignable to that of the other.
 */
export interface AxiosLike {
  /** Where requests go, and what they carry already, unless they say otherwise. */
  defaults: {
    /** Its origin may have the token. */
    baseURL?: string | undefined;
    /** Those of every request. */
    headers: object;
  };
  /** Where the plugin comes in. */
  interceptors: {
    /** Before a request is sent. */
    request: {
      /** Adds one. */
      use: RegisterInterceptor;
      /**
       * Takes one away.
       *
       * @param id what `use` returned
       */
      eject(id: number): void;
    };
  };
  /**
   * Sends a request.
   *
   * @param config what axios takes
   */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- both declarations must fit: their configs and answers are nominal
  request(config: any): Promise<any>;
}

/** @inline */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
type RegisterInterceptor = (fulfilled?: any, rejected?: any, options?: any) => number;

declare module 'axios' {
  // No type parameters: axios changed theirs, and an interface may be reopened without them.
  /**
   * The config of a request. To the types of axios is added:
   *
   * @example
   * ```ts
   * await api.get('/public', { token: false });
   * await api.get('/admin', { token: { scope: 'admin' } });
   * ```
   */
  interface AxiosRequestConfig {
    /**
     * `false`: this request goes out without a token. An object asks for a token with these parameters, which come before those of the
     * option `tokenParams`. Default: the token that all requests share.
     */
    token?: false | TokenParams | undefined;
  }
}
