/** Whether what is sent to this address could be read on its way: plain http, and not to this machine itself. */
export function isInsecure(url: URL): boolean {
  return url.protocol === 'http:' && !isLoopback(url.hostname);
}

/** RFC 8252 §8.3 and RFC 6761 §6.3: the loopback addresses, and the names that resolve to nothing else. */
function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127(\.\d{1,3}){3}$/.test(hostname)
  );
}

/** A request's URL as text. Some pass a URL object, which axios takes, though its declarations do not say so. */
export function urlText(url: unknown): string {
  if (typeof url === 'string') return url;
  return typeof url === 'object' && url !== null && 'href' in url ? String(url.href) : '';
}

export function parseUrl(text: unknown, base?: string): URL | undefined {
  try {
    return new URL(String(text), base);
  } catch {
    return undefined;
  }
}
