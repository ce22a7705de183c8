import { textsIn } from '../redact.js';
import { asText } from './parameters.js';

// What goes out, and which of it no message may repeat.

export type Headers = Record<string, string | false | undefined>;

/** Headers over others, whose names may be in another case; `null` takes one away. */
export function headersOver(under: Headers, over: Record<string, unknown>): Headers {
  const names = new Set(Object.keys(over).map((name) => name.toLowerCase()));
  const kept = Object.entries(under).filter(([name]) => !names.has(name.toLowerCase()));
  const given = Object.entries(over).map(([name, value]) => [name, value === null ? false : asText(value)] as const);
  return Object.fromEntries([...kept, ...given]);
}

const HARMLESS =
  /^(grant_type|response_type|scope|audience|resource|client_id|client_assertion_type|(subject|actor|requested)_token_type|accept|content-type|user-agent)$/i;

/**
 * All that a message must not repeat: whatever an attempt sends beyond the protocol's own words may be a secret. Those words are no
 * secret under an endpoint's own names either.
 */
export function secretsOf(known: (string | undefined)[], sent: unknown[]): string[] {
  const entries = sent.flatMap((part): [string, unknown][] =>
    part instanceof URLSearchParams ? [...part] : Object.entries(part ?? {}),
  );
  const harmless = textsIn(entries.filter(([name]) => HARMLESS.test(name)).map(([, value]) => value));
  const values = entries.filter(([name]) => !HARMLESS.test(name)).map(([, value]) => value);
  const unknown = textsIn(values).filter((text) => !harmless.includes(text));
  return textsIn([known, unknown]).flatMap((text) => [text, text.replace(/^[\w-]+ +(?=\S+$)/, '')]); // and without its scheme
}
