import { TokenConfigError } from '../errors.js';
import { describeType } from '../token.js';
import { isRecord } from '../validate.js';
import { asForm, type ParameterFormat } from './parameters.js';

/** Where the content of a token request goes. */
export interface Placed {
  inUrl: Record<string, unknown>;
  body: unknown;
  /** `false`: there is no body; `undefined`: axios knows better (the boundary of a multipart form). */
  contentType: string | false | undefined;
}

/** Content in a format: an object is serialised, in the URL or in the body; text, bytes and forms go out as they are. */
export function placed(content: unknown, format: ParameterFormat): Placed {
  if (content === undefined) return { inUrl: {}, body: undefined, contentType: false };
  const contentType = format === 'json' ? 'application/json' : FORM;
  if (content instanceof FormData) return { inUrl: {}, body: content, contentType: undefined };
  if (content instanceof URLSearchParams) return { inUrl: {}, body: content.toString(), contentType: FORM };
  if (typeof content === 'string') return { inUrl: {}, body: content, contentType };
  if (content instanceof ArrayBuffer) return { inUrl: {}, body: content, contentType };
  if (ArrayBuffer.isView(content)) return { inUrl: {}, body: bytesOf(content), contentType };
  if (!isData(content, format)) throw unfit(content);
  if (format === 'json') return { inUrl: {}, body: JSON.stringify(content), contentType };
  const parameters = content as Record<string, unknown>;
  if (format === 'query') return { inUrl: parameters, body: undefined, contentType: false };
  return { inUrl: {}, body: asForm(parameters).toString(), contentType };
}

const FORM = 'application/x-www-form-urlencoded';

/** What can be written as JSON, or as parameters. */
function isData(content: unknown, format: ParameterFormat): boolean {
  if (typeof content === 'function' || content instanceof Blob) return false;
  return format === 'json' || isRecord(content);
}

function unfit(content: unknown): TokenConfigError {
  return new TokenConfigError(
    `\`request.body\` must return an object, text, bytes, URLSearchParams or FormData; got ${describeType(content)}.`,
    { option: 'request.body' },
  );
}

/** In the form that every adapter takes. */
function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): ArrayBufferLike {
  return buffer.slice(byteOffset, byteOffset + byteLength);
}
