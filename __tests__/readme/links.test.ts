import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readDocument, root } from './markdown.js';

const documents = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  'docs/token-endpoints.md',
  'docs/many-processes.md',
  'docs/recipes.md',
  'docs/migrating.md',
  'docs/tenants.md',
  'docs/observability.md',
  'docs/command-line.md',
  'examples/bff/README.md',
  'bench/README.md',
].map(readDocument);
const links = documents.flatMap(({ file, links: targets }) =>
  targets.map((target): [string, string] => [file, target]),
);

test.each(links.filter(([, target]) => !/^https?:/.test(target)))(
  '%s: the link to %s leads somewhere',
  (file, target) => {
    const [path = '', anchor] = target.split('#');
    const linked = path === '' ? file : join(dirname(file), path);
    expect(existsSync(join(root, linked))).toBe(true);
    if (anchor !== undefined) expect(readDocument(linked).anchors).toContain(anchor);
  },
);

test.each(documents.map(({ file, anchors }): [string, string[]] => [file, anchors]))(
  '%s: no two headings share an anchor',
  (file, anchors) => {
    // Under each version of a changelog stand the same headings; nothing links to them.
    const own = file === 'CHANGELOG.md' ? anchors.filter((anchor) => /\d/.test(anchor)) : anchors;
    expect(own).toEqual([...new Set(own)]);
  },
);

test('nothing is left to be filled in', () => {
  expect(documents.filter(({ text }) => /@@|TODO|TBD|XXX/.test(text)).map(({ file }) => file)).toEqual([]);
});

test('every section of the README is in its contents, or before them', () => {
  const { text, links: targets } = documents[0]!;
  const after = text.slice(text.indexOf('## Contents'));
  const sections = [...after.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading!).slice(1);
  const anchors = sections.map((heading) => `#${heading.toLowerCase().replaceAll(' ', '-')}`);
  expect(anchors.filter((anchor) => !targets.includes(anchor))).toEqual(['#development']);
});
