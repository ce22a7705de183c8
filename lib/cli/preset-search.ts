import { nearest } from '../validate.js';
import { presetList } from './preset-list.js';
import type { PresetEntry } from './preset-entry.js';

/** By its exported name, in any case of letters. */
export function presetNamed(name: string): PresetEntry | undefined {
  return presetList.find((entry) => plain(entry.name) === plain(name));
}

/** Those whose names have each word of the query in them; where there are none, those whose descriptions have. */
export function presetsFor(query: string): readonly PresetEntry[] {
  const words = query.split(/\s+/).map(plain).filter(Boolean);
  const having = (textOf: (entry: PresetEntry) => string): PresetEntry[] =>
    presetList.filter((entry) => words.every((word) => plain(textOf(entry)).includes(word)));
  const named = having(({ name, provider }) => `${name} ${provider}`);
  if (named.length === 0) return having(({ about }) => about);
  const exact = presetNamed(query);
  return exact ? [exact, ...named.filter((entry) => entry !== exact)] : named;
}

/** A sentence about where to look. */
export function nearestPresets(name: string): string {
  const near = nearest(
    name,
    presetList.flatMap((entry) => [entry.name, entry.provider]),
  );
  const meant = presetList.find((entry) => entry.name === near || entry.provider === near);
  if (meant) return `Did you mean \`${meant.name}\`?`;
  return '`presets` lists them all; any other endpoint can be described by options.';
}

function plain(text: string): string {
  return text.toLowerCase().replace(/[^a-z\d]/g, '');
}
