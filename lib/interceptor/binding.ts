import axios, { type AxiosAdapter, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';

// Where the story is hung into a call: around its adapter. There it sees the final URL and body, and every answer first.

export type Send = (config: InternalAxiosRequestConfig) => Promise<AxiosResponse>;
type Adapter = InternalAxiosRequestConfig['adapter'];
type Deliver = (config: InternalAxiosRequestConfig, inner: Adapter) => Promise<AxiosResponse>;

interface Layer {
  owner: Binding;
  inner: Adapter;
}

const layers = new WeakMap<object, Layer>();

/** Puts one handle's `deliver` around the adapters of its calls. */
export class Binding {
  readonly #deliver: Deliver;
  #last: { inner: Adapter; adapter: AxiosAdapter } | undefined;

  constructor(deliver: Deliver) {
    this.#deliver = deliver;
  }

  /** In place of any earlier layer of ours: a config may come back for a resend. Layers of other handles stay. */
  bind(config: InternalAxiosRequestConfig): void {
    config.adapter = this.#around(without(this, config.adapter));
  }

  isBound(config: InternalAxiosRequestConfig): boolean {
    let link = linkOf(config.adapter);
    while (link && link.owner !== this) link = linkOf(link.inner);
    return link !== undefined;
  }

  /** A layer depends on what it is put around, and on nothing of the call: nearly all calls share one. */
  #around(inner: Adapter): AxiosAdapter {
    if (this.#last && isSame(this.#last.inner, inner)) return this.#last.adapter;
    const adapter: AxiosAdapter = (config) => {
      // From here on the config is the caller's again: whoever sends it anew is bound anew.
      (config as { adapter?: Adapter | undefined }).adapter = inner;
      return this.#deliver(config, inner);
    };
    layers.set(adapter, { owner: this, inner });
    this.#last = { inner, adapter };
    return adapter;
  }

  /** The same layer around something else. */
  static rebind(link: Layer, inner: Adapter): AxiosAdapter {
    return link.owner.#around(inner);
  }
}

/** The function that sends: looked up when the call is made, by name or out of a list of names where axios was given those. */
export function adapterFor(inner: Adapter, config: InternalAxiosRequestConfig): AxiosAdapter {
  // Older declarations do not know the second parameter; the fetch adapter is chosen by it.
  const getAdapter = axios.getAdapter as (adapters: unknown, config: InternalAxiosRequestConfig) => AxiosAdapter;
  return typeof inner === 'function' ? inner : getAdapter(inner ?? axios.defaults.adapter, config);
}

/** The chain of layers without those of one owner. */
function without(owner: Binding, adapter: Adapter): Adapter {
  const link = linkOf(adapter);
  if (!link) return adapter;
  const inner = without(owner, link.inner);
  if (link.owner === owner) return inner;
  return inner === link.inner ? adapter : Binding.rebind(link, inner);
}

function linkOf(adapter: Adapter): Layer | undefined {
  return typeof adapter === 'function' ? layers.get(adapter) : undefined;
}

/** axios copies a list of adapters for every call. */
function isSame(a: Adapter, b: Adapter): boolean {
  if (a === b) return true;
  return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((name, index) => name === b[index]);
}
