/**
 * What a recipe may use without importing it: the README says so above the recipes. A block that declares such a name itself
 * means its own.
 */
export const declarations = `
import type { AxiosInstance, AxiosStatic } from 'axios';
import type * as ours from 'axios-client-credentials';

declare global {
  const axios: AxiosStatic;
  const attachToken: typeof ours.attachToken;
  const clientCredentials: typeof ours.clientCredentials;
  const api: AxiosInstance;
  const source: ours.TokenSource;
  const auth: ours.TokenHandle;
  const credentials: { tokenUrl: string; clientId: string; clientSecret: string };
}
`;

/** As much of packages that are not installed here as the blocks use. */
export const foreign = `
declare module '@grpc/grpc-js' {
  export class Metadata {
    set(key: string, value: string): void;
  }
  export class CallCredentials {
    private constructor();
  }
  export const credentials: {
    createFromMetadataGenerator(
      generator: (
        options: { service_url: string },
        callback: (error: Error | null, metadata?: Metadata) => void,
      ) => void,
    ): CallCredentials;
  };
}
declare module 'ws' {
  export default class WebSocket {
    constructor(address: string, options?: { headers?: Record<string, string> });
  }
}
`;
