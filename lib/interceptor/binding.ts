import axios, { type AxiosAdapter, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';

// Where the story is hung into a call: around its adapter. There it sees the final URL and body, and every answer first.

export type Send = (config: InternalAxiosRequestConfig) => Promise<AxiosResponse>;
type Adapter = InternalAxiosRequestConfig['adapter'];
type Deliver = (config: InternalAxiosRequestConfig, inner: Adapter) => Promise<AxiosResponse>;

interface Layer {
  owner: object;
  inner: Adapter;
  deliver: Deliver;
}

const layers = new WeakMap<object, Layer>();

/** Puts `deliver` around the adapter of this call, in place of any earlier layer of the same owner: a config may come back for a resend. */
export function bind(config: InternalAxiosRequestConfig, owner: object, deliver: Deliver): void {
  config.adapter = layer({ owner, inner: without(owner, config.adapter), deliver });
}

export function isBound(config: InternalAxiosRequestConfig, owner: object): boolean {
  let link = linkOf(config.adapter);
  while (link && link.owner !== owner) link = linkOf(link.inner);
  return link !== undefined;
}

/** The function that sends: looked up when the call is made, by name or out of a list of names where axios was given those. */
export function adapterFor(inner: Adapter, config: InternalAxiosRequestConfig): AxiosAdapter {
  // Older declarations do not know the second parameter; the fetch adapter is chosen by it.
  const getAdapter = axios.getAdapter as (adapters: unknown, config: InternalAxiosRequestConfig) => AxiosAdapter;
  return typeof inner === 'function' ? inner : getAdapter(inner ?? axios.defaults.adapter, config);
}

function layer(link: Layer): AxiosAdapter {
  const adapter: AxiosAdapter = (config) => {
    // From here on the config is the caller's again: whoever sends it anew is bound anew.
    setAdapter(config, link.inner);
    return link.deliver(config, link.inner);
  };
  layers.set(adapter, link);
  return adapter;
}

/** The chain of layers without those of one owner; the layers of other handles stay. */
function without(owner: object, adapter: Adapter): Adapter {
  const link = linkOf(adapter);
  if (!link) return adapter;
  const inner = without(owner, link.inner);
  if (link.owner === owner) return inner;
  return inner === link.inner ? adapter : layer({ ...link, inner });
}

function linkOf(adapter: Adapter): Layer | undefined {
  return typeof adapter === 'function' ? layers.get(adapter) : undefined;
}

function setAdapter(config: InternalAxiosRequestConfig, adapter: Adapter): void {
  (config as { adapter?: Adapter | undefined }).adapter = adapter;
}
