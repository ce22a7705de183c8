import type { ServerResponse } from 'node:http';
import type { ProtectedApi } from '../../lib/testing/index.js';
import { until } from './turn.js';

/** API requests that a test answers itself, when it wants. Later requests for the same paths go through. */
export interface Parked {
  /** Resolves when that many have arrived. */
  arrived(count: number): Promise<void>;
  /** Answers the request for a path with 401 `invalid_token`. */
  reject(path: string): void;
}

/** Parks the first request for each of these paths. */
export function park(upstream: ProtectedApi, paths: string[]): Parked {
  const open = new Set(paths);
  const responses = new Map<string, ServerResponse>();
  upstream.intercept(({ path }, response) => {
    if (!open.delete(path)) return false;
    responses.set(path, response);
    return true;
  });
  return {
    arrived: (count) => until(() => responses.size >= count),
    reject(path) {
      responses.get(path)!.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' }).end();
    },
  };
}
