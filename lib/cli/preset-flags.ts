import type { PresetEntry, PresetOptionEntry } from './preset-entry.js';

/** The options of the command line without which it does not work. */
export function needs(entry: PresetEntry): string[] {
  return [...(wantsId(entry) ? ['--client-id'] : []), ...entry.options.filter((one) => one.isRequired).map(flagFor)];
}

const FLAGS: Record<string, string | undefined> = {
  scope: '--scope',
  audience: '--audience',
  resource: '--resource',
  clientId: '--client-id',
  tokenUrl: '--token-url',
};

/** How an option of a preset is given. */
export function flagFor({ name, isSecret, kind }: PresetOptionEntry): string {
  const common = FLAGS[name];
  if (common !== undefined) return common;
  if (kind === 'json') return `--set-file ${name}=FILE`;
  return isSecret ? `--set-env ${name}=VARIABLE` : `--set ${name}=…`;
}

export function wantsId({ credentials, options }: PresetEntry): boolean {
  const isOptional = options.some(({ name }) => name === 'clientId');
  return credentials === undefined || (credentials === 'clientId' && !isOptional);
}

export function wantsSecret({ credentials }: PresetEntry): boolean {
  return credentials === undefined || credentials === 'clientSecret';
}
