import type { EndpointAnswer } from '../../contract.js';

// Signs that another try could lock the client out, or that somebody stands before the endpoint and has had enough.

/** Rather one stop too many than an account that is locked. */
export function isLockOut({ status, headers, text }: EndpointAnswer): boolean {
  const shown = text.slice(0, 64 * 1024);
  if (status >= 200 && status < 300 && /access_?token"\s*:\s*"[^"]{6,}"/i.test(shown)) return false;
  if (status === 429 || status === 423 || headers['retry-after'] !== undefined) return true;
  return IN_WORDS.test(shown) || CODES.test(shown) || (status === 403 && !OF_OAUTH.test(shown));
}

const IN_WORDS =
  /\block(ed)?[ _-]?(out|down)?\b|too[ _-]many|rate[ _-]?limit|limit[ _-]?exceeded|quota|throttl|captcha|try again (later|in)|\b(account|client|user|application|app|tenant|access)\W+(\w+\W+){0,3}(disabled|suspended|deactivated|blocked|banned|revoked)|(disabled|suspended|deactivated|blocked|banned|inactive)[ _-](account|client|user|application|app)\b|(temporarily|been) (blocked|banned|suspended)|attempts? (left|remaining|exceeded)|remaining attempts|slow_down|frequen(t|cy)[ _-]?(limit|requests)|request (was )?blocked|cf-(error|chl)|incapsula/i;

/** Microsoft Entra: locked, disabled, risky; WeChat and its kin: too often, too often wrong. */
const CODES =
  /AADSTS(50053|50057|7000112|53003|53000|50126)\b|"errcode"\s*:\s*"?(45009|45011|40164|50002|89503|89506|89507)\b/;

/** A 403 that speaks OAuth comes from the endpoint itself; any other from somebody who guards it. */
const OF_OAUTH = /"error"\s*:\s*"(invalid_|unauthorized_client|access_denied|unsupported_)/;
