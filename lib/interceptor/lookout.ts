import type { InternalAxiosRequestConfig } from 'axios';

type Config = InternalAxiosRequestConfig;
type Transform = (this: Config, data: unknown) => unknown;

/**
 * Sees to it that a lost binding is noticed: an interceptor that runs after ours may replace `config.adapter`. The last of
 * `transformRequest` is what axios calls right before it takes the adapter, with the final config; there the lookout stands.
 */
export class Lookout {
  readonly #check: Transform;

  constructor(notice: (config: Config) => void) {
    this.#check = function (data) {
      notice(this);
      return data;
    };
  }

  post(config: Config): void {
    const { transformRequest = [] } = config;
    const transforms = Array.isArray(transformRequest) ? transformRequest : [transformRequest];
    config.transformRequest = [...transforms.filter((one) => one !== this.#check), this.#check];
  }

  /** The caller's transforms, without the lookout. */
  recall(config: Config): void {
    const { transformRequest } = config;
    if (!Array.isArray(transformRequest) || !transformRequest.includes(this.#check)) return;
    config.transformRequest = transformRequest.filter((one) => one !== this.#check);
  }
}
