import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const bench = fileURLToPath(new URL('../', import.meta.url));

const bytesIn = (folder) =>
  readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    if (entry.name === 'node_modules') return sum;
    const path = join(folder, entry.name);
    return sum + (entry.isDirectory() ? bytesIn(path) : statSync(path).size);
  }, 0);

const manifestIn = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/** The packages named and all their dependencies, as installed under `home/node_modules`. */
function closure(home, names, found = new Map()) {
  for (const name of names) {
    if (found.has(name)) continue;
    const folder = join(home, 'node_modules', name);
    found.set(name, bytesIn(folder));
    closure(home, Object.keys(manifestIn(folder).dependencies ?? {}), found);
  }
  return found;
}

/** What `npm install` adds beside axios: packages, and the bytes of all their files. */
export function footprintOf({ isOurs, packages }) {
  const found = isOurs ? closure(root, Object.keys(manifestIn(root).dependencies ?? {})) : closure(bench, packages);
  if (isOurs) {
    const options = ['pack', '--dry-run', '--json', '--ignore-scripts', '--loglevel=silent'];
    const [{ unpackedSize }] = JSON.parse(execFileSync('npm', options, { cwd: root, encoding: 'utf8' }));
    found.set('ours', unpackedSize);
  }
  return { packages: found.size, bytes: [...found.values()].reduce((sum, bytes) => sum + bytes, 0) };
}
