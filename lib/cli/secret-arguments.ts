import { parseUrl } from '../transport.js';

// A secret given as an argument is in the shell's history, and in the list of processes for everybody on the machine. It is refused before
// anything else is read, so that no other message can repeat it.

const INSTEAD =
  'Put it into the environment variable CLIENT_SECRET (or another: `--client-secret-env NAME`), into a file (`--client-secret-file FILE`), or leave it out and type it when you are asked.';

/** Why these arguments are refused; never with a value. `undefined`: there is no secret among them. */
export function secretIn(argv: readonly string[]): string | undefined {
  for (const [index, argument] of argv.entries()) {
    if (argument === '--') return undefined;
    const [flag, inline] = splitOnce(argument);
    const value = inline ?? argv[index + 1];
    const said = flagFault(argument) ?? pairFault(flag, value) ?? urlFault(argument, inline);
    if (said !== undefined) return `${said} The secret may be in your shell's history now: think of changing it.`;
  }
  return undefined;
}

/** Whether a parameter or an option of this name holds a secret: `client_secret`, `refreshToken`, `apikey`. */
export function isSecretName(name: string): boolean {
  return /(secret|password|passwd|passphrase|pwd|token|key|assertion|credentials?|signature|jwt|cookie)$/i.test(name);
}

function flagFault(argument: string): string | undefined {
  const [flag = ''] = argument.split(/[=\s:]/);
  const isSecret = /^--?(client)?(secret|password|passwd|pwd)$/i.test(flag.replace(/(?<=\w)[-_]/g, ''));
  return isSecret ? `A client secret is not taken as an argument (\`${flag}\`). ${INSTEAD}` : undefined;
}

/** The option in an argument, without a value in the same one: `--name=…`, `--name …`; of a single dash one letter (`-shush`). */
export function optionIn(argument: string): string {
  return /^(--[\w-]*|-\w?)/.exec(argument)?.[0] ?? argument;
}

/** Options of other programs in which people give a secret: `-u id:secret`, `--token …`. */
export function soundsSecret(option: string): boolean {
  return /^(-[psu]|--?(user|pass|secret\w*|bearer))$/i.test(option) || isSecretName(option);
}

export const NO_SECRET_ARGUMENT = `A secret is not taken as an argument. ${INSTEAD}`;

/** `--param client_secret=…`, `--set refreshToken=…`. */
function pairFault(flag: string, pair: string | undefined): string | undefined {
  const name = splitOnce(pair ?? '')[0].trim();
  return /^--(param|set)$/.test(flag) && isSecretName(name) ? secretInPair(flag, name) : undefined;
}

export function secretInPair(flag: string, name: string): string {
  const instead = /^(client_?)?secret$/i.test(name) ? INSTEAD : insteadOf(flag, name);
  return `\`${flag} ${name}=…\` would hold a secret, which is not taken as an argument. ${instead}`;
}

function insteadOf(flag: string, name: string): string {
  const file = flag === '--set' ? `, or into a file: \`--set-file ${name}=FILE\`` : '';
  return `Put it into an environment variable: \`${flag}-env ${name}=VARIABLE\`${file}.`;
}

/** `https://id:secret@host/`, `https://host/?client_secret=…`. */
function urlFault(argument: string, inline: string | undefined): string | undefined {
  for (const text of [argument, inline]) {
    const url = /^https?:/i.test(text ?? '') ? parseUrl(text) : undefined;
    if (!url) continue;
    if (url.username !== '' || url.password !== '')
      return `A URL must not hold credentials (\`https://id:secret@…\`). Give \`--client-id\`; of the secret: ${INSTEAD}`;
    const name = [...url.searchParams.keys()].find((one) => /(secret|password|passwd|pwd)$/i.test(one));
    if (name !== undefined) return `A URL must not hold a secret (\`?${name}=…\`). ${INSTEAD}`;
  }
  return undefined;
}

/** `name=value` → name and value; without a sign there is no value. */
export function splitOnce(text: string): [string, string | undefined] {
  const sign = text.indexOf('=');
  return sign < 0 ? [text, undefined] : [text.slice(0, sign), text.slice(sign + 1)];
}
