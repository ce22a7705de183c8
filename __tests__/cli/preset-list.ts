import { isSecretName } from '../../lib/cli/secret-arguments.js';
import type { Provider } from '../presets/provider.js';

// Writes lib/cli/preset-list.ts: what the command line knows of the presets. Titles and links are those of the conformance table, options
// and words those of the presets' own documentation.

interface Preset {
  name: string;
  about: string;
  options: {
    name: string;
    isRequired: boolean;
    isSecret?: true | undefined;
    kind?: string | undefined;
    about: string;
  }[];
}

/** @param sources the files of lib/presets */
export function presetList(rows: readonly Provider[], sources: readonly string[]): string {
  const presets = sources.flatMap((source) => presetsIn(source));
  const entries = [...rows]
    .sort((a, b) => a.name.localeCompare(b.name, 'en', { sensitivity: 'base' }))
    .map(({ preset, name, source, credentials }) => {
      const found = presets.find((one) => one.name === preset);
      if (!found) throw new Error(`No preset ${preset} in lib/presets.`);
      return { name: preset, provider: name, docs: source, credentials, about: found.about, options: found.options };
    });
  return HEAD + entries.map((entry) => `  ${JSON.stringify(entry)},\n`).join('') + '];\n';
}

const HEAD = `import type { PresetEntry } from './preset-entry.js';

// Written by \`npm run providers\`, from the presets and their conformance table.

// prettier-ignore
export const presetList: readonly PresetEntry[] = [
`;

const COMMENT = String.raw`\/\*\*((?:(?!\*\/)[^])*)\*\/`;

function presetsIn(source: string): Preset[] {
  const found = [
    ...source.matchAll(new RegExp(String.raw`${COMMENT}\nexport function (\w+)\(([^]*?)\): TokenSource`, 'g')),
  ];
  return found.map(([, comment = '', name = '', parameters = '']) => ({
    name,
    about: words(comment.split('Source:')[0]!),
    options: optionsIn(source, /(\w+)$/.exec(parameters)?.[1] ?? ''),
  }));
}

function optionsIn(source: string, type: string): Preset['options'] {
  const [, body = ''] =
    new RegExp(String.raw`export interface ${type} extends PresetOptions \{\n([^]*?)\n\}`).exec(source) ?? [];
  const members = [...body.matchAll(new RegExp(String.raw`${COMMENT}\n  (\w+)(\??): (.+);`, 'g'))];
  return members.map(([, comment = '', name = '', optional, valueType = '']) => ({
    name,
    isRequired: optional === '',
    isSecret: isSecretName(name) || words(comment).startsWith('A secret') || undefined,
    kind: kindOf(valueType),
    about: words(comment),
  }));
}

/** What the text of an argument has to be made into; `undefined`: it is a text. */
function kindOf(type: string): string | undefined {
  if (/\bboolean\b/.test(type)) return 'boolean';
  if (/Key\b/.test(type)) return 'json';
  return /\bnumber\b/.test(type) && !/\bstring\b/.test(type) ? 'number' : undefined;
}

function words(comment: string): string {
  return comment
    .replace(/\n\s*\*\s*\n/g, '\n \n')
    .replace(/\n\s*\* ?/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
