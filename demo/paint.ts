import { styleText } from 'node:util';

export type Style = Extract<Parameters<typeof styleText>[0], string>;

/** Puts a style around a text, or leaves the text as it is. */
export type Paint = (text: string, ...styles: Style[]) => string;

export const plain: Paint = (text) => text;

// `styleText` can decide for itself whether to colour, but not on every version of Node, and not for several styles at once.
export const colored: Paint = (text, ...styles) =>
  styles.reduce((painted, style) => styleText(style, painted, { validateStream: false }), text);

/** FORCE_COLOR comes first, then NO_COLOR (https://no-color.org); without either, a terminal has colours and a pipe has none. */
export function paintFor(env: Readonly<Record<string, string | undefined>>, isTerminal: boolean): Paint {
  const { FORCE_COLOR: forced, NO_COLOR: refused, TERM: terminal } = env;
  if (forced !== undefined) return forced === '0' || forced === 'false' ? plain : colored;
  if (refused !== undefined && refused !== '') return plain;
  return isTerminal && terminal !== 'dumb' ? colored : plain;
}
