import { printableText } from '../redact.js';
import { isSecretName } from './secret-arguments.js';

/** A value out of an answer, fit to be shown: what is named like a secret, and the secrets themselves wherever they stand, are replaced. */
export function shown(value: unknown, secrets: readonly string[], depth = 0): unknown {
  if (typeof value === 'string') return printableText(value, secrets);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > 8) return '…';
  if (Array.isArray(value)) return value.map((one) => shown(one, secrets, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      printableText(name, secrets),
      isSecretName(name) && one !== null ? '[redacted]' : shown(one, secrets, depth + 1),
    ]),
  );
}
