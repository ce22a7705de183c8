import type { Token } from '../token.js';
import { type Authored, type BeforeRedirect, type Config, mayThrow } from './authored.js';
import { isAuthorization } from './placement.js';
import { guardOf } from './redirect.js';
import { cleaned } from './undo.js';

/** Seals what placements have written: no redirect takes it elsewhere, and no error of axios shows it. */
export class Seal {
  #last: { token: Token; guard: BeforeRedirect } | undefined;

  on(request: Authored, token: Token): void {
    const { config, original, placement } = request;
    if (!original) {
      if (this.#last?.token !== token) this.#last = { token, guard: guardOf(request, token) };
      config.beforeRedirect = this.#last.guard;
      return;
    }
    config.beforeRedirect = guardOf(request, token);
    // fetch drops Authorization on its way to another origin, and nothing else; it cannot be asked, so it must not follow.
    if (original.headers || !isAuthorization(placement.header)) {
      config.fetchOptions = { ...(original.fetchOptions as object | undefined), redirect: 'manual' };
    }
    if (mayThrow(config)) guardTransforms(request);
  }
}

type Transform = (this: Config, data: unknown, headers: unknown, status?: number) => unknown;

function transformsOf({ transformResponse }: Config): Transform[] {
  if (!transformResponse) return [];
  return (Array.isArray(transformResponse) ? transformResponse : [transformResponse]) as Transform[];
}

/** An error that axios makes while it transforms the answer is made after the adapter, with the config that was sent. */
function guardTransforms(request: Authored): void {
  const transforms = transformsOf(request.config);
  const guarded: Transform = function (data, headers, status) {
    try {
      return transforms.reduce((value, transform) => transform.call(this, value, headers, status), data);
    } catch (error) {
      throw cleaned(error);
    }
  };
  request.config.transformResponse = [guarded] as NonNullable<Config['transformResponse']>;
}
