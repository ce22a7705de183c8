/** One challenge of a `WWW-Authenticate` header (RFC 9110 §11.6.1). Scheme and parameter names are in lower case. */
export interface Challenge {
  scheme: string;
  parameters: Record<string, string>;
  token68?: string | undefined;
}

const TOKEN = /[\w!#$%&'*+.^`|~-]+/y;
const SPACE = /[ \t]*/y;
const EQUALS = /[ \t]*=[ \t]*/y;
const QUOTED = /"((?:[^"\\]|\\.)*)"/y;
const TOKEN68 = /[\w.~+/-]+=*(?=[ \t]*(?:,|$))/y;

/** The challenges of a header. What is not of the grammar is passed over up to the next comma; it never throws. */
export function parseChallenges(header: string | undefined): Challenge[] {
  const challenges: Challenge[] = [];
  const text = header ?? '';
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (!match) return undefined;
    at = pattern.lastIndex;
    return match[1] ?? match[0];
  };
  while (at < text.length) {
    take(SPACE);
    const start = at;
    const name = take(TOKEN);
    if (name === undefined) {
      at = nextItem(text, at);
      continue;
    }
    const current = challenges.at(-1);
    if (current && current.token68 === undefined && take(EQUALS) !== undefined) {
      const value = text[at] === '"' ? take(QUOTED)?.replace(/\\(.)/g, '$1') : take(TOKEN);
      if (value !== undefined) current.parameters[name.toLowerCase()] ??= value;
    } else {
      at = start + name.length;
      const challenge: Challenge = { scheme: name.toLowerCase(), parameters: {} };
      challenges.push(challenge);
      if (take(SPACE) === '') {
        at = nextItem(text, at);
        continue;
      }
      const before = at;
      const credentials = take(TOKEN68);
      // `Bearer realm` could be read as a token68; what follows an `=` in the middle is a parameter.
      if (credentials !== undefined && credentials !== '') challenge.token68 = credentials;
      else {
        at = before;
        continue; // parameters follow without a comma
      }
    }
    at = nextItem(text, at);
  }
  return challenges;
}

/** Behind the next comma that is not inside quotes. */
function nextItem(text: string, from: number): number {
  let quoted = false;
  for (let index = from; index < text.length; index++) {
    const character = text[index];
    if (character === '\\' && quoted) index++;
    else if (character === '"') quoted = !quoted;
    else if (character === ',' && !quoted) return index + 1;
  }
  return text.length;
}
