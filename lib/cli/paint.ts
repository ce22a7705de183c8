import { styleText } from 'node:util';
import type { Io, Output } from './io.js';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow';

/** Puts a style around a text, or leaves the text as it is. */
export type Paint = (style: Style, text: string) => string;

/** FORCE_COLOR comes first, then NO_COLOR (https://no-color.org); without either, a terminal has colours and a pipe has none. */
export function hasColors({ env }: Pick<Io, 'env'>, output: Pick<Output, 'isTTY'>): boolean {
  const { FORCE_COLOR: forced, NO_COLOR: refused, TERM: terminal } = env;
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  if (refused !== undefined && refused !== '') return false;
  return output.isTTY === true && terminal !== 'dumb';
}

// `styleText` can decide for itself whether to colour, but it would look at the process, and not in every version of Node.
export function paintFor(io: Pick<Io, 'env'>, output: Output): Paint {
  if (!hasColors(io, output)) return (_style, text) => text;
  return (style, text) => styleText(style, text, { validateStream: false });
}
