import { isRecord } from '../validate.js';

export interface Jwt {
  header: Record<string, unknown>;
  claims: Record<string, unknown>;
}

/** What a token says that is a JWT (RFC 7519). Its signature is not looked at: that is for the API. */
export function jwtIn(accessToken: string): Jwt | undefined {
  const [first = '', second = '', third, ...more] = accessToken.split('.');
  if (third === undefined || more.length > 0) return undefined;
  const [header, claims] = [parsed(first), parsed(second)];
  return header && claims ? { header, claims } : undefined;
}

function parsed(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The time of a claim (seconds since the epoch) as a text that people and programs read. */
export function timeOf(claim: unknown): string | undefined {
  if (typeof claim !== 'number' || !(Math.abs(claim) < 8.64e12)) return undefined;
  return new Date(claim * 1000).toISOString();
}

/** `aud` is a text, or several. */
export function audiencesOf({ claims: { aud } }: Jwt): string[] {
  return [aud].flat().filter((one): one is string => typeof one === 'string');
}
