import { base64 } from './base64.js';

/** How a URL may appear in a message: origin and path. A query can hold a secret, userinfo always does. */
export function printableUrl(url: URL): string {
  return url.origin === 'null' ? url.protocol : `${url.origin}${url.pathname}`;
}

/**
 * Text that came from a server, made fit for an error: known secrets (as they are, and in the encodings in which they travel) are
 * replaced, whatever looks like a JWT too, control characters go, and it is cut at 500 characters.
 */
export function printableText(text: string, secrets: Iterable<string> = []): string {
  let safe = text;
  const forms = [...secrets].flatMap(encodings).sort((a, b) => b.length - a.length);
  for (const form of forms) safe = safe.split(form).join('[redacted]');
  safe = safe
    .replace(/\beyJ[\w-]{8,}\.[\w-]+(\.[\w-]*)*/g, '[redacted]')
    // eslint-disable-next-line no-control-regex -- control characters are what is meant
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
    .trim();
  return safe.length > 500 ? `${safe.slice(0, 500)}…` : safe;
}

/** Every text in a value, at any depth: what was sent, and may come back in a message. */
export function textsIn(value: unknown, depth = 0): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null || depth > 5) return [];
  const inner = value instanceof URLSearchParams ? [...value.values()] : Object.values(value);
  return inner.flatMap((one) => textsIn(one, depth + 1));
}

function encodings(secret: string): string[] {
  if (secret.length < 4) return []; // too short to be a secret: replacing it would only garble the text
  const form = new URLSearchParams([['', secret]]).toString().slice(1);
  const encoded = base64(secret);
  return [
    secret,
    encodeURIComponent(secret),
    form,
    JSON.stringify(secret).slice(1, -1),
    secret.replace(/[&<>"']/g, (sign) => XML[sign] ?? sign),
    encoded,
    encoded.replace(/=+$/, ''),
  ];
}

const XML: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };
