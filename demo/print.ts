import type { Paint } from './paint.js';

/** Tells what happens while it happens. */
export interface Narrator {
  title(text: string): void;
  chapter(name: string, text: string): void;
  event(text: string): void;
  /** Something that would hurt. */
  trouble(text: string): void;
}

export function narrate(write: (line: string) => void, paint: Paint): Narrator {
  const start = performance.now();
  const now = (): string => {
    const seconds = ((performance.now() - start) / 1000).toFixed(2);
    return paint(`+${seconds} s`.padStart(9), 'dim');
  };
  return {
    title: (text) => {
      write(paint(text, 'bold'));
    },
    chapter: (name, text) => {
      write(`\n${paint(name, 'bold', 'cyan')}: ${text}`);
    },
    event: (text) => {
      write(`${now()}  ${text}`);
    },
    trouble: (text) => {
      write(`${now()}  ${paint(text, 'yellow')}`);
    },
  };
}
