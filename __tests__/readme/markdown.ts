import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

export const root = resolve(__dirname, '../..');

/** A fenced block of code. */
export interface Block {
  /** Such as `README.md:12`, for the title of its test. */
  title: string;
  file: string;
  /** The heading above it. */
  section: string;
  language: string;
  /** What stands behind the language. */
  info: string;
  code: string;
  /** Why it cannot be run; from the comment `<!-- type-checked only: … -->` before it. */
  notRun: string | undefined;
  /** What it prints, where a block of `text output` follows it. */
  output: string | undefined;
}

export interface Document {
  file: string;
  text: string;
  blocks: Block[];
  /** Ids of its headings, as they are written in links. */
  anchors: string[];
  /** Targets of its links. */
  links: string[];
  /** The first table below a line that holds this text: a record for each row, by the names of the columns. */
  table(below: string): Record<string, string>[];
}

export const GUIDE = 'docs/token-endpoints.md';
export const FLEET = 'docs/many-processes.md';

/** In a section of the guide that shows a provider's HTTP, all blocks are played against that provider: see guide.test.ts. */
export function isPlayed({ file, section }: Block, blocks: readonly Block[]): boolean {
  const here = blocks.filter((other) => other.file === file && other.section === section);
  return file === GUIDE && here.some(({ language }) => language === 'http');
}

const FENCE = /^```(\w+)([^\n]*)\n(.*?)^```$/gms;

export function readDocument(file: string): Document {
  const text = readFileSync(resolve(root, file), 'utf8');
  const prose = text.replace(FENCE, '');
  return {
    file,
    text,
    blocks: blocksOf(file, text),
    anchors: headingsIn(text).map(anchorOf),
    links: [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!),
    table: (below) => tableBelow(file, text, below),
  };
}

function headingsIn(text: string): string[] {
  return [...text.replace(FENCE, '').matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => heading!);
}

function blocksOf(file: string, text: string): Block[] {
  const blocks: Block[] = [];
  for (const { 0: whole, 1: language, 2: info, 3: code, index } of text.matchAll(FENCE)) {
    if (language === 'text') {
      if (info?.trim() === 'output') blocks.at(-1)!.output = code!.trimEnd();
      continue;
    }
    const before = text.slice(0, index);
    blocks.push({
      title: `${file}:${before.split('\n').length}`,
      file,
      section: headingsIn(before).at(-1) ?? '',
      language: language!,
      info: info!.trim(),
      code: code!,
      notRun: /<!-- type-checked only: ([^>]+) -->\n+$/.exec(before)?.[1],
      output: undefined,
    });
    if (!whole.endsWith('```')) throw new Error(`${file}: a fence is not closed`);
  }
  return blocks;
}

/** As the place where it is published makes them: lower case, spaces become hyphens, other punctuation goes. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\- ]/gu, '')
    .replaceAll(' ', '-');
}

function tableBelow(file: string, text: string, below: string): Record<string, string>[] {
  const lines = text.split('\n');
  const from = lines.findIndex((line) => line.includes(below));
  const start = lines.findIndex((line, index) => index > from && line.startsWith('|'));
  if (from < 0 || start < 0) throw new Error(`${file}: no table below "${below}"`);
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'));
  const [names, , ...rows] = lines.slice(start, end).map(cellsOf);
  return rows.map((cells) => Object.fromEntries(names!.map((name, index) => [name, cells[index] ?? ''])));
}

function cellsOf(line: string): string[] {
  return line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());
}

/** `` `name` `` or `` `name(…)` `` → `name`. */
export function nameIn(cell: string | undefined): string {
  const name = /^`(\[[\w.]+\]|[\w:@/-]+)(\(.*\))?`/.exec(cell ?? '')?.[1];
  if (name === undefined) throw new Error(`no name in the cell ${cell}`);
  return name;
}
