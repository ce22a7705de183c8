import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Nothing of an earlier build may be published. */
export const clean = (dir) => ({
  name: 'clean',
  buildStart: () => rmSync(dir, { recursive: true, force: true }),
});

/**
 * Makes p-queue independent of the globals of the day, for which it has no option:
 * - under a user's fake timers it would wait for a clock that nobody moves (a promise is the microtask that no one fakes);
 * - its interval timers must not keep a process alive;
 * - its windows are measured on the monotonic clock: a wall clock set back by an hour would hold the queue for an hour.
 */
export const bindTimers = () => ({
  name: 'bind-timers',
  transform(code, id) {
    if (!/node_modules[\\/](p-queue[\\/]dist|p-timeout)[\\/]index\.js$/.test(id)) return null;
    return { code: `${realTimers}\n${code}`, map: null };
  },
});

const realTimers = `
const { setTimeout: realTimeout, setInterval: realInterval, clearTimeout, clearInterval } = globalThis;
const unref = (timer) => (timer?.unref?.(), timer);
const setTimeout = (run, ms) => unref(realTimeout(run, ms));
const setInterval = (run, ms) => unref(realInterval(run, ms));
const queueMicrotask = (run) => void Promise.resolve().then(run);
const Date = { now: performance.now.bind(performance) };
`;

/** Puts at the head of a declaration file what bundling has dropped or could not know. */
export const declarationHeads = () => ({
  name: 'declaration-heads',
  renderChunk(code, { fileName }) {
    const head = [];
    if (/\[Symbol\.(asyncDispose|dispose)\]/.test(code)) head.push('/// <reference lib="esnext.disposable" />');
    // axios declares its types twice, for ESM and for CJS, and each of our declarations augments one of the two: an ES
    // module that holds a CJS-typed instance needs both.
    if (fileName === 'index.d.ts') head.push("import type {} from './index.cjs';");
    return { code: [...head, code].join('\n'), map: null };
  },
});

/** Writes the licences of everything that was bundled: their texts have to travel with the code. */
export const thirdPartyLicenses = (fileName) => ({
  name: 'third-party-licenses',
  generateBundle(_, bundle) {
    const modules = Object.values(bundle).flatMap((chunk) => Object.keys(chunk.modules ?? {}));
    const packages = new Set(modules.map(packageOf).filter(Boolean));
    const notices = [...packages].sort().map(notice);
    const source = ['This package contains code of the following packages.', ...notices].join(
      `\n\n${'-'.repeat(80)}\n\n`,
    );
    this.emitFile({ type: 'asset', fileName, source: `${source}\n` });
  },
});

function packageOf(id) {
  const file = id.replace(/^\0/, '').replace(/\?.*$/, '');
  if (!file.includes('node_modules')) return undefined;
  let dir = dirname(file);
  while (!isPackage(dir)) dir = dirname(dir);
  return dir;
}

/** Some have further files of that name inside, which only say how their modules are to be read. */
function isPackage(dir) {
  const file = join(dir, 'package.json');
  return existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).name !== undefined;
}

function notice(dir) {
  const { name, version, license } = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'));
  const file = readdirSync(dir).find((entry) => /^licen[cs]e/i.test(entry));
  if (!file) throw new Error(`${name} is bundled but has no licence file`);
  return `${name} ${version} (${license})\n\n${readFileSync(join(dir, file), 'utf8').trim()}`;
}
