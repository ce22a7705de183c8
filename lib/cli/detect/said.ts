import { at } from '../../answer.js';
import type { EndpointAnswer } from '../../contract.js';
import { printableText, printableUrl } from '../../redact.js';
import { parseUrl } from '../../transport.js';
import { isRecord } from '../../validate.js';

// What an answer says, fit to be printed.

/** `error` of RFC 6749 §5.2, or what stands in its place. */
export function codeOf({ body }: EndpointAnswer): string | undefined {
  const found = CODES.map((path) => at(body, path)).find(
    (code) => typeof code === 'string' || typeof code === 'number',
  );
  return found === undefined ? undefined : String(found);
}

const CODES = [
  'error',
  'error.code',
  'errcode',
  'errorCode',
  'error_code',
  'ErrorCode',
  'code',
  'error.status',
  'fault.detail.errorcode',
];
const TEXTS = [
  'error_description',
  'error.message',
  'errorDescription',
  'errmsg',
  'error_msg',
  'message',
  'Error',
  'msg',
  'detail',
  'title',
  'description',
  'reason',
  'fault.faultstring',
];

/** An error in a success: a code that is none of those for "well". */
export function saysError(answer: EndpointAnswer): boolean {
  const code = codeOf(answer);
  return code !== undefined && !/^(0|200|ok|success|)$/i.test(code);
}

/** Status, code and text of an answer, fit to be printed: first without secrets, then cut, lest half of one be left. */
export function words(answer: EndpointAnswer, secrets: readonly string[]): string {
  const say = (text: string): string => printableText(brief(printableText(text.slice(0, 20_000), secrets)), secrets);
  const code = codeOf(answer);
  const text = TEXTS.map((path) => at(answer.body, path)).find((one) => typeof one === 'string' && one !== '');
  const isSuccess = answer.status >= 200 && answer.status < 300; // a token may be in it that was not recognised
  const plain = code === undefined && !isPage(answer) && !isSuccess ? answer.text : '';
  const told = typeof text === 'string' ? text : plain;
  const parts = [
    String(answer.status),
    isPage(answer) ? 'a web page' : '',
    say(code ?? ''),
    told ? `"${say(told)}"` : isSuccess && code === undefined && !isPage(answer) ? say(shapeOf(answer)) : '',
  ];
  return parts.filter(Boolean).join(' ');
}

function shapeOf({ body, text }: EndpointAnswer): string {
  if (text.trim() === '') return 'with an empty body';
  if (!isRecord(body)) return `with a text of ${text.length} characters`;
  return `with ${Object.keys(body).slice(0, 20).join(', ') || 'an empty object'}`;
}

function brief(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}

export function isPage({ headers, text }: EndpointAnswer): boolean {
  return /html/i.test(headers['content-type'] ?? '') || /^\s*<(!doctype|html)/i.test(text);
}

export function destination({ location }: Record<string, string>, tokenUrl: URL, secrets: readonly string[]): string {
  const target = location === undefined ? undefined : parseUrl(location, tokenUrl.href);
  return target ? printableText(printableUrl(target), secrets) : 'an address that it does not name';
}
