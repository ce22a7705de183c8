import type { TokenSource } from '../contract.js';
import * as presets from '../presets/index.js';
import type { ClientCredentialsOptions } from '../source/dialect.js';
import { fromEnvironment, fromFile } from './client-secret.js';
import { UsageError } from './exit.js';
import type { Io } from './io.js';
import { nearestPresets, presetNamed } from './preset-search.js';
import type { PresetEntry, PresetOptionEntry } from './preset-entry.js';
import type { SourceOptions } from './options.js';
import { secretInPair } from './secret-arguments.js';
import type { Make } from './source.js';
import type { Terminal } from './terminal.js';
import { wantsId } from './preset-flags.js';

/** A preset with its options, ready to be given the secret. @throws UsageError */
export async function presetOf(
  name: string,
  { ambient, described }: Record<'ambient' | 'described', ClientCredentialsOptions>,
  options: SourceOptions,
  io: Io,
  terminal: Terminal,
): Promise<Make> {
  const entry = presetNamed(name);
  if (!entry) throw new UsageError(`There is no preset \`${name}\`. ${nearestPresets(name)}`);
  const own = await ownOptions(entry, options, io, terminal);
  const preset = presets[entry.name as keyof typeof presets] as (all: object) => TokenSource;
  const around = wantsId(entry) ? ambient : {};
  return (secret) => preset({ ...around, ...described, ...own, ...secret });
}

async function ownOptions(
  entry: PresetEntry,
  { set, setEnv, setFile }: SourceOptions,
  io: Io,
  terminal: Terminal,
): Promise<Record<string, unknown>> {
  const values: Record<string, unknown> = {};
  const put = (flag: string, name: string, text: string): void => {
    if (Object.hasOwn(values, name)) throw new UsageError(`The option \`${name}\` is given twice.`);
    const option = entry.options.find((one) => one.name === name);
    if (option?.isSecret && flag === '--set') throw new UsageError(secretInPair('--set', name));
    if (option?.isSecret ?? flag === '--set-env') terminal.hide(text);
    values[name] = converted(flag, option, name, text);
  };
  for (const [name, text] of Object.entries(set ?? {})) put('--set', name, text);
  for (const [name, variable] of Object.entries(setEnv ?? {}))
    put('--set-env', name, fromEnvironment('--set-env', variable, io));
  for (const [name, file] of Object.entries(setFile ?? {}))
    put('--set-file', name, await fromFile('--set-file', file, io));
  return values;
}

/** Which names there are is for the preset to say. */
function converted(flag: string, option: PresetOptionEntry | undefined, name: string, text: string): unknown {
  const wrong = (must: string): UsageError => new UsageError(`\`${flag} ${name}=…\` must be ${must}.`);
  switch (option?.kind) {
    case 'boolean':
      if (text !== 'true' && text !== 'false') throw wrong('true or false');
      return text === 'true';
    case 'number':
      if (text.trim() === '' || Number.isNaN(Number(text))) throw wrong('a number');
      return Number(text);
    case 'json':
      try {
        return JSON.parse(text) as unknown;
      } catch {
        throw wrong('JSON, such as the file that the provider gave you');
      }
    default:
      return text;
  }
}
