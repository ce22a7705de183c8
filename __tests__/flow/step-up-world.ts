import type { ApiRequest, TokenServerOptions } from '../../lib/testing/index.js';
import { startTimedWorld, startWorld, type World, type WorldOptions } from '../support/world.js';

/** An answer that asks for more: its status, its challenge and whatever else belongs to it. */
export interface Refusal {
  status: number;
  challenge: string | string[];
  headers?: Record<string, string>;
}

/** Looks at what a token was asked for with: the parameters of its token request. `undefined`: the token will do. */
export type Demanding = (asked: Readonly<Record<string, string>>, request: ApiRequest) => Refusal | undefined;

export interface DemandingWorld extends World {
  /** What each token request asked for, in order. */
  asked(name: string): (string | undefined)[];
  /** What the token of each API request had been asked for with, in order. */
  sent(name: string): (string | undefined)[];
}

interface Ledger {
  options: WorldOptions;
  demand(world: World): DemandingWorld;
}

function ledgerOf(demanding: Demanding, options: WorldOptions): Ledger {
  const parameters = new Map<string | undefined, Readonly<Record<string, string>>>();
  const answer: TokenServerOptions['answer'] = (request, token) => {
    const said = options.server?.answer?.(request, token) ?? token;
    parameters.set((said as { access_token: string }).access_token, request.parameters);
    return said;
  };
  return {
    options: { attach: { stepUp: true }, ...options, server: { ...options.server, answer } },
    demand(world) {
      world.upstream.intercept((request, response) => {
        const { token } = request;
        const known = token !== undefined && world.server.isActive(token);
        const refusal = known || options.upstream ? demanding(parameters.get(token) ?? {}, request) : undefined;
        if (!refusal) return false;
        const { status, challenge, headers } = refusal;
        response.writeHead(status, { 'content-type': 'application/json', 'www-authenticate': challenge, ...headers });
        response.end('{"message":"more is needed"}');
        return true;
      });
      return {
        ...world,
        asked: (name) => world.server.requests.map((request) => request.parameters[name]),
        sent: (name) => world.upstream.requests.map(({ token }) => parameters.get(token)?.[name]),
      };
    },
  };
}

/** A world whose API asks for more than tokens are at first asked for with; `stepUp: true` unless told otherwise. */
export async function demandingWorld(demanding: Demanding, options: WorldOptions = {}): Promise<DemandingWorld> {
  const ledger = ledgerOf(demanding, options);
  return ledger.demand(await startWorld(ledger.options));
}

/** The same with a clock that only the test moves. */
export async function timedDemandingWorld(
  demanding: Demanding,
  options: WorldOptions = {},
): Promise<DemandingWorld & { clock: Awaited<ReturnType<typeof startTimedWorld>>['clock'] }> {
  const ledger = ledgerOf(demanding, options);
  const { clock, ...world } = await startTimedWorld(ledger.options);
  return { ...ledger.demand(world), clock };
}

export function hasScope(asked: Readonly<Record<string, string>>, scope: string): boolean {
  const had = asked.scope?.split(' ') ?? [];
  return scope.split(' ').every((word) => had.includes(word));
}

export function wantsScope(scope: string, status = 403): Refusal {
  return { status, challenge: `Bearer realm="api", error="insufficient_scope", scope="${scope}"` };
}

/** `/admin…` wants the scope `admin`, `/needs/x` the scope `x`, all else nothing. */
export const byPath: Demanding = (asked, { path }) => {
  const scope = path.startsWith('/admin') ? 'admin' : /^\/needs\/([^/]+)/.exec(path)?.[1];
  return scope === undefined || hasScope(asked, scope) ? undefined : wantsScope(scope);
};
