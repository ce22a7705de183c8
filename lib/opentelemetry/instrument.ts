import { type MeterProvider, trace, type TracerProvider } from '@opentelemetry/api';
import { Attempts } from './attempts.js';
import { count } from './counts.js';
import { Meters } from './meters.js';
import { NAME, SCOPE } from './names.js';
import { quietly } from './quietly.js';
import { coreOf } from '../attach/core-of.js';
import type { Core, Within } from '../attach/core.js';
import type { TokenHandle } from '../attach/handle.js';
import { TokenConfigError } from '../errors.js';
import { describeType } from '../token.js';
import { aString, checkOptions, type Rule, wrong } from '../validate.js';

/** Where `instrument` writes, and what the handle is called there. */
export interface InstrumentOptions {
  /** Default: the global one, also where it is registered later (it is found with the next token request). */
  meterProvider?: MeterProvider | undefined;
  /** Default: the global one, also where it is registered later. */
  tracerProvider?: TracerProvider | undefined;
  /**
   * What tells this handle's metrics and spans from those of others, as the attribute `axios_client_credentials.name`. Handles of one
   * name are counted together: give the same one to handles that are made per tenant. Default: the `id` of the source (endpoint,
   * client and parameters; never a secret).
   */
  name?: string | undefined;
}

/**
 * Writes OpenTelemetry metrics and spans of a handle: a span for each token request, linked to the calls that wait for it, its trace
 * context propagated to the token endpoint; counters, histograms and gauges of token requests, retries, tokens and the store. Nothing
 * that it writes holds a token or a secret. Handles that share their tokens are one: instrument any of them.
 *
 * @param handle what `attachToken` returned
 * @param options where to write, and what the handle is called there
 * @returns ends it; `handle.close()` does, too
 * @throws TokenConfigError for what is no handle or a closed one, for an option that is misspelt or wrong, and for a handle that is
 * instrumented with other options
 * @example
 * ```ts
 * import { instrument } from 'axios-client-credentials/opentelemetry';
 *
 * const end = instrument(auth, { name: 'inventory' });
 * ```
 */
export function instrument(handle: TokenHandle, options: InstrumentOptions = {}): () => void {
  const core = coreOf(handle);
  if (!core)
    throw new TokenConfigError(
      `${OWNER}: the first argument must be a handle of attachToken; got ${describeType(handle)}.`,
      {
        option: 'handle',
      },
    );
  if (core.manager.isClosed) throw new TokenConfigError(`${OWNER}: the handle is closed.`, { option: 'handle' });
  checkOptions(OWNER, options, rules);
  const instrumented = running.get(core) ?? start(core, options);
  for (const option of ['meterProvider', 'tracerProvider', 'name'] as const)
    if (instrumented.options[option] !== options[option])
      throw wrong(OWNER, option, 'is another one than the handle is instrumented with. End that first.');
  running.set(core, instrumented);
  instrumented.users += 1;
  let isOver = false;
  return () => {
    if (isOver) return;
    isOver = true;
    if (--instrumented.users === 0) instrumented.end();
  };
}

const OWNER = 'instrument';

const has =
  (method: string): Rule =>
  (value) =>
    typeof (value as Record<string, unknown> | null)?.[method] === 'function' ? undefined : `must have a \`${method}\``;

const rules = { meterProvider: has('getMeter'), tracerProvider: has('getTracer'), name: aString };

interface Instrumented {
  readonly options: InstrumentOptions;
  readonly end: () => void;
  users: number;
}

/** What is written twice would be counted twice. */
const running = new WeakMap<Core, Instrumented>();

function start(core: Core, options: InstrumentOptions): Instrumented {
  const { meterProvider, tracerProvider = trace, name = core.source.id } = options;
  const { events } = core;
  const meters = new Meters(name, core, meterProvider);
  const attempts = new Attempts({
    name,
    core,
    startSpan: (...span) => tracerProvider.getTracer(SCOPE.name, SCOPE.version).startSpan(...span),
    ended: (seconds, attributes) => {
      meters.current().tokenRequestDuration.record(seconds, { [NAME]: name, ...attributes });
    },
  });
  const stops = [
    ...count(events, name, () => meters.current()),
    events.on('token:awaited', (told) => {
      attempts.awaited(told);
    }),
    events.on('token:issued', (told) => {
      attempts.landed(told);
    }),
    events.on('token:shared', (told) => {
      attempts.landed(told);
    }),
    events.on('token:failed', (told) => {
      if (told.retryInMs === undefined) attempts.landed(told, told);
    }),
    attempts.propagate(),
    wrap(core, attempts.within),
    () => {
      meters.end();
      running.delete(core);
    },
  ];
  const end = (): void => {
    for (const stop of stops.splice(0)) quietly(stop);
  };
  core.closed.add(end);
  stops.push(() => core.closed.delete(end));
  return { options, end, users: 0 };
}

/** Around what is there already. Whoever came later may have kept ours: ended, it only passes on. */
function wrap(core: Core, own: Within): () => void {
  const before = core.within;
  let isOver = false;
  const both: Within = (request) => {
    const inner = before?.(request);
    const outer = isOver ? undefined : own(request);
    return (run) => {
      const asked = (): ReturnType<typeof run> => (inner ? inner(run) : run());
      return outer ? outer(asked) : asked();
    };
  };
  core.within = both;
  return () => {
    isOver = true;
    if (core.within === both) core.within = before;
  };
}
