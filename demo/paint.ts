import { styleText } from 'node:util';
import { hasColors } from '../lib/cli/paint.js';

export type Style = Extract<Parameters<typeof styleText>[0], string>;

/** Puts a style around a text, or leaves the text as it is. */
export type Paint = (text: string, ...styles: Style[]) => string;

export const plain: Paint = (text) => text;

// `styleText` can decide for itself whether to colour, but not on every version of Node, and not for several styles at once.
export const colored: Paint = (text, ...styles) =>
  styles.reduce((painted, style) => styleText(style, painted, { validateStream: false }), text);

/** The same rules as at the command line. */
export function paintFor(env: Readonly<Record<string, string | undefined>>, isTerminal: boolean): Paint {
  return hasColors({ env }, { isTTY: isTerminal }) ? colored : plain;
}
