/** What a scenario has counted, by name: `calls`, `failed`, `token requests` and whatever else it looks at. */
export type Figures = Readonly<Record<string, number>>;

/** What a figure must be. */
export type Expected = number | { atLeast: number } | { atMost: number };

export interface Report {
  scenario: string;
  figures: Figures;
  expected: Readonly<Record<string, Expected>>;
}

export interface Verdict {
  passed: boolean;
  /** One sentence for each figure that is not the expected one: `failed: 3 instead of 0`. */
  complaints: string[];
}

/** Without an expectation for these a scenario proves nothing, and is not passed. */
const ALWAYS = ['calls', 'failed', 'token requests'];

/** Compares what was counted with what was promised. A figure that is missing or not a number is not the expected one. */
export function judge({ figures, expected }: Report): Verdict {
  const unexpected = ALWAYS.filter((name) => !Object.hasOwn(expected, name)).map((name) => `${name}: nothing expected`);
  const wrong = Object.entries(expected)
    .filter(([name, wanted]) => !isAsExpected(figures[name], wanted))
    .map(([name, wanted]) => `${name}: ${figures[name] ?? 'not counted'} instead of ${describe(wanted)}`);
  const complaints = [...unexpected, ...wrong];
  return { passed: complaints.length === 0, complaints };
}

/** The exit code of the demo: 0 only if there is something to judge, and all of it is as expected. */
export function exitCodeOf(reports: readonly Report[]): 0 | 1 {
  return reports.length > 0 && reports.every((report) => judge(report).passed) ? 0 : 1;
}

/** `0`, `at least 100`, `at most 2`. */
export function describe(expected: Expected): string {
  if (typeof expected === 'number') return String(expected);
  return 'atLeast' in expected ? `at least ${expected.atLeast}` : `at most ${expected.atMost}`;
}

function isAsExpected(figure: number | undefined, expected: Expected): boolean {
  if (figure === undefined) return false;
  if (typeof expected === 'number') return figure === expected;
  return 'atLeast' in expected ? figure >= expected.atLeast : figure <= expected.atMost;
}
