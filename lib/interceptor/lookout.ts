import type { AxiosResponse, InternalAxiosRequestConfig } from 'axios';

type Config = InternalAxiosRequestConfig;
type Transform = (this: Config, data: unknown) => unknown;
type Send = (config: Config) => Promise<AxiosResponse & { cached?: boolean }>;

/** By the function that stands in `transformRequest`: axios copies configs and lists, but it keeps functions. */
const posts = new WeakMap<object, { lookout: Lookout; delivered: boolean }>();

export interface LookoutRules {
  isBound: (config: Config) => boolean;
  /** How another's adapter would be looked up. */
  adapterOf: (config: Config) => Send;
  /** A call went past us. */
  notice: (config: Config) => void;
}

/**
 * Sees to it that a lost binding is noticed: an interceptor that runs after ours may replace `config.adapter`. The last of
 * `transformRequest` is what axios calls right before it takes the adapter, with the final config; there the lookout stands. An
 * adapter that is not ours may still call ours, or answer from a cache: what it did is known when it is done.
 */
export class Lookout {
  readonly #rules: LookoutRules;
  #posted = false;

  constructor(rules: LookoutRules) {
    this.#rules = rules;
  }

  post(config: Config): void {
    this.recall(config);
    this.#posted = true;
    const rules = this.#rules;
    const post = { lookout: this, delivered: false };
    const check: Transform = function (data) {
      if (!rules.isBound(this)) this.adapter = watched(this, rules, post);
      return data;
    };
    posts.set(check, post);
    const { transformRequest = [] } = config;
    config.transformRequest = [...(Array.isArray(transformRequest) ? transformRequest : [transformRequest]), check];
  }

  /** The caller's transforms without the lookout: the call has arrived. */
  recall(config: Config): void {
    const { transformRequest } = config;
    if (!this.#posted || !Array.isArray(transformRequest)) return;
    for (const one of transformRequest) {
      const post = posts.get(one);
      if (post?.lookout !== this) continue;
      post.delivered = true;
      config.transformRequest = transformRequest.filter((other) => other !== one);
    }
  }
}

function watched(config: Config, { adapterOf, notice }: LookoutRules, post: { delivered: boolean }): Send {
  const { adapter } = config;
  const send = adapterOf(config);
  return async (final) => {
    (final as { adapter?: unknown }).adapter = adapter;
    let cached: boolean | undefined;
    try {
      const response = await send(final);
      cached = response.cached; // axios-cache-interceptor: nothing was sent
      return response;
    } finally {
      if (!post.delivered && cached !== true) notice(final);
    }
  };
}
