import type { TokenServer } from '../../lib/testing/index.js';
import type { ManualClock } from '../support/manual-clock.js';
import { startTimedWorld, startWorld, type World, type WorldOptions } from '../support/world.js';

// Worlds whose tokens can be revoked.

export async function revocable(options: WorldOptions = {}): Promise<World> {
  const world: World = await startWorld(revoking(options, () => world.server));
  return world;
}

/** With a clock that only the test moves. */
export async function timedRevocable(options: WorldOptions = {}): Promise<World & { clock: ManualClock }> {
  const world: World & { clock: ManualClock } = await startTimedWorld(revoking(options, () => world.server));
  return world;
}

function revoking(options: WorldOptions, server: () => TokenServer): WorldOptions {
  return { ...options, source: { revocationUrl: () => server().revocationUrl, ...options.source } };
}

/** The tokens that a server was told of, in order. */
export function revocations({ requests }: TokenServer): string[] {
  return requests.filter(({ path }) => path === '/oauth2/revoke').map(({ parameters }) => parameters.token!);
}
