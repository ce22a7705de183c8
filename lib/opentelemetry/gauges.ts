import type { BatchObservableResult, Meter, Observable } from '@opentelemetry/api';
import type { Core } from '../attach/core.js';
import type { TokenStatus } from '../token/status.js';
import { NAME, PREFIX, STATE } from './names.js';

const STATES: readonly TokenStatus['state'][] = ['empty', 'fresh', 'stale', 'critical', 'expired'];

/** The handles of one name. */
interface Row {
  readonly cores: Set<Core>;
  /** It has been observed: somebody knows of it. */
  isKnown: boolean;
}

/**
 * What is observed of all handles that write into one meter. Handles of one name are one row: of two observations with the same
 * attributes the last would hide the other. A key never is a row, since there can be one for each tenant.
 */
export class Gauges {
  readonly #meter: Meter;
  readonly #rows = new Map<string, Row>();
  readonly #waitingCalls: Observable;
  readonly #keys: Observable;
  readonly #failingKeys: Observable;
  readonly #age: Observable;
  readonly #timeToExpiry: Observable;

  constructor(meter: Meter) {
    this.#meter = meter;
    const count = (name: string, unit: string, description: string): Observable =>
      meter.createObservableUpDownCounter(`${PREFIX}.${name}`, { unit, description });
    const seconds = (name: string, description: string): Observable =>
      meter.createObservableGauge(`${PREFIX}.${name}`, { unit: 's', description });
    this.#waitingCalls = count('waiting_calls', '{call}', 'Calls that wait for a token.');
    this.#keys = count('keys', '{key}', 'Keys in the cache, by the state of their token.');
    this.#failingKeys = count(
      'failing_keys',
      '{key}',
      'Keys for which calls fail: no valid token, and the last request failed.',
    );
    this.#age = seconds('token.age', 'Age of the oldest valid token without a tenant; 0: there is none.');
    this.#timeToExpiry = seconds(
      'token.time_to_expiry',
      'Time until the first valid token without a tenant expires; 0: there is none.',
    );
  }

  /** Returns the function that ends it. */
  watch(name: string, core: Core): () => void {
    if (this.#rows.size === 0) this.#meter.addBatchObservableCallback(this.#observe, this.#all);
    const row = this.#rows.get(name) ?? { cores: new Set(), isKnown: false };
    row.cores.add(core);
    this.#rows.set(name, row);
    return () => {
      row.cores.delete(core);
      if (!row.isKnown) this.#forget(name, row);
    };
  }

  get #all(): Observable[] {
    return [this.#waitingCalls, this.#keys, this.#failingKeys, this.#age, this.#timeToExpiry];
  }

  /** A row that has become empty is observed once more, as nothing: the SDK would go on exporting what it was told last. */
  readonly #observe = (result: BatchObservableResult): void => {
    for (const [name, row] of this.#rows) {
      this.#observeRow(result, name, row);
      row.isKnown = true;
      // Not while the SDK goes through its callbacks.
      if (row.cores.size === 0)
        queueMicrotask(() => {
          this.#forget(name, row);
        });
    }
  };

  #forget(name: string, row: Row): void {
    if (row.cores.size > 0 || this.#rows.get(name) !== row) return;
    this.#rows.delete(name);
    if (this.#rows.size === 0) this.#meter.removeBatchObservableCallback(this.#observe, this.#all);
  }

  #observeRow(result: BatchObservableResult, name: string, { cores }: Row): void {
    const attributes = { [NAME]: name };
    const states = new Map(STATES.map((state) => [state, 0]));
    let [waiting, failing, age, end] = [0, 0, 0, Infinity];
    let isHeld = false;
    for (const { manager, clock } of cores) {
      const now = clock.now();
      for (const key of manager.inspect()) {
        waiting += key.waiting;
        failing += key.ok ? 0 : 1;
        states.set(key.state, (states.get(key.state) ?? 0) + 1);
        if (!isOwn(key)) continue;
        isHeld = true;
        age = Math.max(age, now - (key.issuedAt ?? now));
        end = Math.min(end, Math.max(0, (key.expiresAt ?? Infinity) - now));
      }
    }
    result.observe(this.#waitingCalls, waiting, attributes);
    result.observe(this.#failingKeys, failing, attributes);
    for (const [state, keys] of states) result.observe(this.#keys, keys, { ...attributes, [STATE]: state });
    result.observe(this.#age, age / 1000, attributes);
    if (!isHeld) result.observe(this.#timeToExpiry, 0, attributes);
    else if (end < Infinity) result.observe(this.#timeToExpiry, end / 1000, attributes);
  }
}

/** A valid token of the service's own. With thousands of tenants some token always is old, and some at its end. */
function isOwn({ state, tenant }: TokenStatus): boolean {
  return tenant === undefined && state !== 'empty' && state !== 'expired';
}
