/** Prints a plain text table: a title, a header, rows; numbers are aligned to the right. */
export function printTable(title, header, rows, { note } = {}) {
  const cells = [header, ...rows].map((row) => row.map((cell) => String(cell)));
  const widths = header.map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  const toRight = header.map((_, column) => column > 0 && rows.every((row) => /^[+-]?[\d.]/.test(String(row[column]))));
  const line = (row) =>
    row
      .map((cell, column) => (toRight[column] ? cell.padStart(widths[column]) : cell.padEnd(widths[column])))
      .join('  ')
      .trimEnd();

  const [first, ...others] = cells;
  const text = [title, '', line(first), line(widths.map((width) => '-'.repeat(width))), ...others.map(line)];
  if (note) text.push('', note);
  console.log(`\n${text.join('\n')}\n`);
}

export const fixed = (digits) => (value) => value.toFixed(digits);
export const signed = (digits) => (value) => `${value < 0 ? '' : '+'}${value.toFixed(digits)}`;
export const megabytes = (bytes) => (bytes / 1024 / 1024).toFixed(1);
export const ratioWithInterval = ({ value, low, high }) =>
  low === high ? String(value) : `${value.toFixed(3)} (${low.toFixed(3)}–${high.toFixed(3)})`;
