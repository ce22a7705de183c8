import type { Figures, Report } from '../judge.js';
import type { Narrator } from '../print.js';

export interface Scenario {
  name: string;
  /** What happens, in a sentence. */
  about: string;
  expected: Report['expected'];
  play(tell: Narrator): Promise<Figures>;
}
