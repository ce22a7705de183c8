interface BuiltinModules {
  'node:http': typeof import('node:http');
  'node:https': typeof import('node:https');
  'node:tls': typeof import('node:tls');
  'node:crypto': typeof import('node:crypto');
  'node:stream': typeof import('node:stream');
  'node:async_hooks': typeof import('node:async_hooks');
  'node:diagnostics_channel': typeof import('node:diagnostics_channel');
}

/** What Node alone has, looked up at run time: a static `node:` import would keep the package out of edge workers and browsers. */
export function builtin<Name extends keyof BuiltinModules>(name: Name): BuiltinModules[Name] | undefined {
  if (typeof process === 'undefined') return undefined;
  return (process as { getBuiltinModule?: (id: string) => unknown }).getBuiltinModule?.(name) as
    BuiltinModules[Name] | undefined;
}

/** A page in a browser, where a client secret would be public. jsdom on Node is not one. */
export function isBrowserPage(): boolean {
  const onNode =
    typeof process !== 'undefined' && typeof (process as { versions?: { node?: string } }).versions?.node === 'string';
  return !onNode && typeof window !== 'undefined' && typeof window.document !== 'undefined';
}
