import type { RejectionDetector } from '../contract.js';
import { queryParameter } from '../interceptor/placement.js';
import { bodyCode } from '../interceptor/rejection.js';
import { errorAt } from '../source/readers.js';
import type { Description } from './preset.js';

/**
 * What the older APIs of WeChat, WeCom and DingTalk share: the token goes into the query, and every error is HTTP 200 with `errcode`
 * and `errmsg`. -1 means that the system is busy (presumed).
 */
export function errcode(rejectedWhen: RejectionDetector): Pick<Description, 'response' | 'sendAs' | 'rejectedWhen'> {
  return {
    response: { error: errorAt('errcode', 'errmsg', { transient: [-1] }) },
    sendAs: queryParameter('access_token'),
    rejectedWhen,
  };
}

/**
 * An API says that a token is not known, or has ended.
 *
 * @param more codes that mean this beside those of all three
 */
export function tokenEnded(path: string, ...more: number[]): RejectionDetector {
  return bodyCode(path, [40014, 42001, ...more]);
}
