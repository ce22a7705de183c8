/** npm start [-- --quick] [-- --only name]: prints every section's tables, then the limits; exits 1 when one does not hold. */
import { fork } from 'node:child_process';
import { parseArgs } from 'node:util';
import axios from 'axios';
import { limits } from './limits.mjs';
import { checkOneAxios } from './support/one-axios.mjs';
import { printTable } from './support/table.mjs';

/** Name → the prefix of its limits and the time after which it is given up. */
const sections = {
  'in-process': { prefix: 'in-process', withinMs: 60_000 },
  placements: { prefix: 'placements.', withinMs: 120_000 },
  detectors: { prefix: 'detectors.', withinMs: 120_000 },
  dpop: { prefix: 'dpop.', withinMs: 120_000 },
  loopback: { prefix: 'loopback', withinMs: 90_000 },
  rollover: { prefix: 'rollover.', withinMs: 30_000 },
  memory: { prefix: 'memory.', withinMs: 60_000 },
  tenants: { prefix: 'tenants.', withinMs: 90_000 },
  bff: { prefix: 'bff.', withinMs: 400_000 },
  peers: { prefix: 'peers.', withinMs: 120_000 },
  fleet: { prefix: 'fleet.', withinMs: 300_000 },
  'fleet-simulation': { prefix: 'simulation.', withinMs: 240_000 },
  size: { prefix: 'size.', withinMs: 30_000 },
};

function readOptions() {
  const { values } = parseArgs({
    options: { quick: { type: 'boolean', default: false }, only: { type: 'string', multiple: true } },
  });
  const names = values.only ?? Object.keys(sections);
  const unknown = names.filter((name) => !(name in sections));
  if (unknown.length > 0) {
    console.error(`No section ${unknown.join(', ')}; there are: ${Object.keys(sections).join(', ')}`);
    process.exit(1);
  }
  return { names, quick: values.quick };
}

/** The section's measurements; none when it crashed or took too long, `null` when it cannot run here. */
function runSection(name, options) {
  const script = new URL('support/section-process.mjs', import.meta.url);
  const child = fork(script, [name, JSON.stringify(options)], { execArgv: ['--expose-gc'] });
  const timer = setTimeout(() => {
    console.error(`${name}: not done after ${sections[name].withinMs / 1000} s, given up`);
    child.kill();
  }, sections[name].withinMs);
  return new Promise((resolve) => {
    let measurements = [];
    child.on('message', (message) => (measurements = message));
    child.on('exit', (code) => {
      clearTimeout(timer);
      if (code !== 0) console.error(`${name}: failed`);
      resolve({ crashed: code !== 0, measurements });
    });
  });
}

/** A ratio fails only when its whole interval, less the noise between two bare instances, is above the limit. */
function judge(limit, measurements) {
  const measured = measurements.find(({ id }) => id === limit.id);
  if (!measured) return { limit, shown: 'not measured', holds: false };
  const { value, low = value, noise = 0 } = measured;
  const digits = limit.unit === '×' ? 3 : Number.isInteger(value) ? 0 : 1;
  return { limit, shown: `${value.toFixed(digits)} ${limit.unit}`.trim(), holds: low - noise <= limit.max };
}

const { names, quick } = readOptions();
checkOneAxios();
console.log(`axios ${axios.VERSION}, the same copy for all; Node ${process.version}${quick ? ', quick' : ''}`);

let crashed = false;
const verdicts = [];
for (const name of names) {
  const start = performance.now();
  const outcome = await runSection(name, { quick });
  console.log(`(${name} took ${((performance.now() - start) / 1000).toFixed(0)} s)`);
  crashed ||= outcome.crashed;
  if (outcome.measurements === null) continue;
  const own = limits.filter(({ id }) => id.startsWith(sections[name].prefix));
  verdicts.push(...own.map((limit) => judge(limit, outcome.measurements)));
}

printTable(
  'Limits',
  ['what', 'measured', 'at most', 'holds'],
  verdicts.map(({ limit, shown, holds }) => [
    limit.what,
    shown,
    `${limit.max} ${limit.unit}`.trim(),
    holds ? 'yes' : 'NO',
  ]),
);
process.exitCode = crashed || verdicts.some(({ holds }) => !holds) ? 1 : 0;
