/** One challenge of a `WWW-Authenticate` header (RFC 9110 §11.6.1). Scheme and parameter names are in lower case. */
export interface Challenge {
  scheme: string;
  parameters: Record<string, string>;
}

/**
 * What a header is made of, each alternative in its turn: a scheme, which comes first or behind a comma and stands alone or before
 * a space; a parameter, wherever it stands, as some servers leave the commas out or use single quotes; a quoted text that belongs
 * to nothing, or does not end; and anything else, such as a token68. No alternative looks at a character more than a few times,
 * and each takes what it has looked at or leaves that to the next: the time is linear.
 */
const PART =
  /(?:^|,)\s*([\w!#$%&'*+.^`|~-]+)(?=\s*(?:,|$)|\s+[^=\s])|([\w!#$%&'*+.^`|~-]+)\s*=\s*(?:"([^"\\]*(?:\\.[^"\\]*)*)"|'([^'"]*)'|([^\s",;=][^\s",;]*))|"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?$)|[^\s",;]+/gs;

/** The challenges of a header, or of several joined by commas. What is not of the grammar is passed over; it never throws. */
export function parseChallenges(header = ''): Challenge[] {
  const challenges: Challenge[] = [];
  for (const [, scheme, name, quoted, single, plain] of header.matchAll(PART)) {
    if (scheme)
      challenges.push({ scheme: scheme.toLowerCase(), parameters: Object.create(null) as Record<string, string> });
    const current = challenges.at(-1);
    if (name && current)
      current.parameters[name.toLowerCase()] ??= quoted?.replace(/\\(.)/gs, '$1') ?? single ?? plain ?? '';
  }
  return challenges;
}
