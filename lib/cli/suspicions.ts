import type { EndpointAnswer } from '../contract.js';
import { printableText } from '../redact.js';
import { audiencesOf, type Jwt, timeOf } from './jwt.js';
import { skewOf, skewSentence } from './time.js';

/** A token that was shown to an API, and the answer. */
export interface Presented {
  answer: EndpointAnswer;
  /** Printable address of the call. */
  url: string;
  /** What the token says of itself, where it can be read. */
  jwt: Jwt | undefined;
  asked: { audience?: string | undefined; scope?: string | undefined };
  /** What must not be shown. */
  secrets: readonly string[];
  /** Ms since the epoch. */
  now: number;
}

/** What in the token, or around it, may be the reason. */
export function suspicions(presented: Presented): string {
  const { answer, url, jwt, asked, now, secrets } = presented;
  const skew = skewSentence(skewOf(answer.headers.date, now), 'the API');
  if (!jwt) return sentences(skew, skew === '' ? `Is it for this API? ${audienceAdvice(asked.audience)}` : '');
  const { exp, nbf } = jwt.claims;
  const [end, begin] = [exp, nbf].map((claim) => (timeOf(claim) === undefined ? undefined : (claim as number) * 1000));
  if (begin !== undefined && begin > now + 1000)
    return sentences(`It is valid from ${timeOf(nbf) ?? ''} only, which is in the future: some clock is off.`, skew);
  if (end !== undefined && end < now) return sentences(`It ended at ${timeOf(exp) ?? ''}: some clock is off.`, skew);
  const audiences = audiencesOf(jwt);
  const shownAudiences = audiences.map((one) => `\`${printableText(one, secrets)}\``).join(', ');
  if (audiences.length === 0) return sentences(skew, 'It names no audience (`aud`).', audienceAdvice(asked.audience));
  if (asked.audience !== undefined && !audiences.includes(asked.audience))
    return sentences(
      skew,
      `It is for ${shownAudiences} (\`aud\`), and not for the \`${asked.audience}\` that was asked for: the server goes by another parameter (\`--resource\`, \`--scope\`), or does not know it.`,
    );
  const { host } = new URL(url);
  if (!audiences.some((one) => one.includes(host)))
    return sentences(
      skew,
      `It is for ${shownAudiences} (\`aud\`): is that this API? ${audienceAdvice(asked.audience)}`,
    );
  return sentences(skew, 'What it says of itself looks right: does the API trust this issuer (`iss`), and its keys?');
}

function audienceAdvice(asked: string | undefined): string {
  return asked === undefined
    ? 'Many servers need to be told which API a token is for: `--audience`, `--resource` or `--scope`.'
    : 'Compare `--audience` with what the API expects, and whether it trusts this token endpoint.';
}

export function sentences(...parts: string[]): string {
  return parts.filter((part) => part !== '').join(' ');
}
