import type { TokenConfigError } from '../errors.js';
import { builtin } from '../runtime.js';
import { describeType } from '../token.js';
import { optionFault } from './option-fault.js';
import { pemText } from './pem.js';

/** As node:tls takes it. */
export interface TlsMaterial {
  cert: string;
  key: string;
  ca?: string[];
  passphrase?: string;
}

/** Checks what is there, and that it belongs together; answers it as node:tls takes it. @throws TokenConfigError */
export function checkMaterial(owner: string, given: { [Name in keyof TlsMaterial]?: unknown }): TlsMaterial {
  const fault = (option: string, text: string): TokenConfigError => optionFault(owner, option, text);
  const pem = (option: string, value: unknown, label: RegExp, what: string): string => {
    if (value === undefined)
      throw fault(option, 'is missing. Is the environment variable, file or vault entry that holds it set?');
    const text = typeof value === 'string' || value instanceof Uint8Array ? pemText(value) : undefined;
    if (text === '')
      throw fault(option, 'is empty. Is the environment variable, file or vault entry that holds it set?');
    if (text !== undefined && label.test(text)) return text;
    throw fault(option, `must be ${what}; got ${text === undefined ? describeType(value) : otherPem(text)}`);
  };

  const cert = pem('cert', given.cert, /-----BEGIN CERTIFICATE-----/, 'a certificate as PEM ("BEGIN CERTIFICATE")');
  const key = pem(
    'key',
    given.key,
    /-----BEGIN ([A-Z]+ )?PRIVATE KEY-----/,
    'a private key as PEM ("BEGIN PRIVATE KEY")',
  );
  const { ca, passphrase } = given;
  const authorities = (ca === undefined ? [] : Array.isArray(ca) ? ca : [ca]).map((one: unknown) =>
    pem('ca', one, /-----BEGIN CERTIFICATE-----/, 'certificates as PEM ("BEGIN CERTIFICATE")'),
  );
  if (passphrase !== undefined && typeof passphrase !== 'string')
    throw fault('passphrase', `must be a string; got ${describeType(passphrase)}`);
  if (isEncrypted(key) && (passphrase === undefined || passphrase === ''))
    throw fault('passphrase', 'is missing, and `key` is encrypted. Is the environment variable that holds it set?');

  const material: TlsMaterial = {
    cert,
    key,
    ...(ca !== undefined && { ca: authorities }),
    ...(passphrase !== undefined && { passphrase }),
  };
  const unfit = misfit(material);
  if (unfit) throw fault(...unfit);
  return material;
}

function isEncrypted(key: string): boolean {
  return /BEGIN ENCRYPTED PRIVATE KEY|Proc-Type: 4,ENCRYPTED/.test(key);
}

/** What else it holds, by the label alone. */
function otherPem(text: string): string {
  const label = /-----BEGIN ([A-Z0-9 ]{1,40})-----/.exec(text)?.[1];
  return label === undefined
    ? 'a text without one: if it is the name of a file, give what the file holds'
    : `"BEGIN ${label}"`;
}

/** What TLS itself says, in words of our own: nobody knows what its messages may quote. */
function misfit(material: TlsMaterial): [option: string, text: string] | undefined {
  const { cert, key, ca, passphrase } = material;
  if (isRefused({ cert })) return ['cert', 'could not be read as a certificate: is it complete?'];
  if (isRefused({ key, passphrase })) {
    return isEncrypted(key)
      ? ['passphrase', 'does not open `key`, or `key` is damaged']
      : ['key', 'could not be read as a private key: is it complete?'];
  }
  if (isRefused({ cert, key, passphrase }) || !isPair(material))
    return ['key', 'does not belong to `cert`: a certificate and its own key are needed'];
  return isRefused({ ca }) ? ['ca', 'could not be read as certificates: are they complete?'] : undefined;
}

function isRefused(options: object): boolean {
  try {
    builtin('node:tls')?.createSecureContext(options);
    return false;
  } catch {
    return true;
  }
}

/** TLS does not mind a key of another kind: the connection would be made without the certificate. */
function isPair({ cert, key, passphrase }: TlsMaterial): boolean {
  const crypto = builtin('node:crypto');
  if (!crypto) return true;
  const privateKey = crypto.createPrivateKey({ key, ...(passphrase !== undefined && { passphrase }) });
  return new crypto.X509Certificate(cert).checkPrivateKey(privateKey);
}
