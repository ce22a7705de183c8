import type { Command } from 'commander';
import { UsageError } from '../exit.js';
import type { Terminal } from '../terminal.js';
import { nearestPresets, presetsFor } from '../preset-search.js';
import type { PresetEntry } from '../preset-entry.js';
import { flagFor, needs, wantsSecret } from '../preset-flags.js';
import { addCommonOptions } from '../options.js';

export function describePresetsCommand(command: Command): Command {
  command
    .summary('list and search the providers that need no description')
    .description(
      'Lists the presets: name, provider, and the options that have to be given. The words of a query are looked for in names, and if no name has them in the descriptions; up to three presets that are found are shown in full.',
    )
    .argument('[query...]', 'words that all have to be there, such as `zoho` or `sales cloud`')
    .optionsGroup('What is printed:')
    .option('--json', 'all that is known of each, for programs');
  return addCommonOptions(command).addHelpText(
    'after',
    `
Examples:
  $ npx axios-client-credentials presets
  $ npx axios-client-credentials presets azure`,
  );
}

/** `presets`: a line for each, or a page about the few that are meant. */
export function listPresets(words: readonly string[], { json }: { json?: boolean }, terminal: Terminal): void {
  const query = words.join(' ');
  const found = presetsFor(query);
  if (found.length === 0) throw new UsageError(`No preset is for \`${query}\`. ${nearestPresets(query)}`);
  if (json === true) terminal.result(JSON.stringify(found, null, 2));
  else if (found.length <= 3) terminal.result(found.map(page).join('\n\n'));
  else table(found).forEach((line) => terminal.result(line));
}

function table(entries: readonly PresetEntry[]): string[] {
  const rows = [
    ['PRESET', 'PROVIDER', 'NEEDS'],
    ...entries.map((entry) => [entry.name, entry.provider, needs(entry).join(' ')]),
  ];
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function page(entry: PresetEntry): string {
  const { name, provider, docs, about, options } = entry;
  const secret = wantsSecret(entry) ? ['and the client secret'] : [];
  const lines = options.map((one) => [flagFor(one), `${one.isRequired ? '' : '(optional) '}${one.about}`]);
  return [
    `${name} (${provider})`,
    `  ${about}`,
    `  Needs: ${[...needs(entry), ...secret].join(', ') || 'nothing'}`,
    ...lines.map(([flag = '', text = '']) => `    ${flag}: ${text}`),
    `  ${docs}`,
  ].join('\n');
}
