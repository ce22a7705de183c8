import { describe, judge, type Report } from './judge.js';
import type { Paint } from './paint.js';

const NUMBERS = ['calls', 'failed', 'token requests'];
const HEAD = ['scenario', ...NUMBERS, 'expected', 'verdict'];

/** A row for each scenario, and under it what is not as expected. */
export function table(reports: readonly Report[], paint: Paint): string {
  const rows = reports.map((report) => ({ report, verdict: judge(report), cells: cellsOf(report) }));
  const widths = HEAD.map((title, column) =>
    Math.max(title.length, ...rows.map(({ cells }) => longestLine(cells[column] ?? ''))),
  );
  const body = rows.flatMap(({ cells, verdict: { passed, complaints } }) => {
    const [first, ...more] = layOut(cells, widths);
    const word = passed ? paint('pass', 'green') : paint('FAIL', 'bold', 'red');
    return [`${first ?? ''}  ${word}`, ...more, ...complaints.map((text) => paint(`  ${text}`, 'red'))];
  });
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [paint(layOut(HEAD, widths).join('\n'), 'bold'), paint(rule, 'dim'), ...body].join('\n');
}

/** All but the verdict. */
function cellsOf(report: Report): string[] {
  return [report.scenario, ...NUMBERS.map((name) => String(report.figures[name] ?? '-')), promisesOf(report)];
}

/** Two on a line. */
function promisesOf({ expected }: Report): string {
  const promises = Object.entries(expected)
    .filter(([name]) => name !== 'calls')
    .map(([name, wanted]) => `${name} ${describe(wanted)}`);
  const lines: string[] = [];
  for (let index = 0; index < promises.length; index += 2) lines.push(promises.slice(index, index + 2).join(', '));
  return lines.join('\n');
}

/** A row of cells, which may have several lines each, as lines of text. Numbers stand at the right of their column. */
function layOut(row: readonly string[], widths: readonly number[]): string[] {
  const cells = row.map((cell) => cell.split('\n'));
  const height = Math.max(...cells.map(({ length }) => length));
  return Array.from({ length: height }, (_, line) =>
    cells
      .map((lines, column) => {
        const text = lines[line] ?? '';
        const width = widths[column] ?? 0;
        return column >= 1 && column <= NUMBERS.length ? text.padStart(width) : text.padEnd(width);
      })
      .join('  '),
  ).map((line, nth) => (nth === 0 ? line : line.trimEnd()));
}

function longestLine(cell: string): number {
  return Math.max(...cell.split('\n').map(({ length }) => length));
}
