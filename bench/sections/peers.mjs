import { setTimeout as sleep } from 'node:timers/promises';
import { contenders } from '../contenders/index.mjs';
import { always401, coldStart, revocation, trickle } from '../scenarios/concurrency.mjs';
import { abort, foreignOrigin, ownAuthorization, secretInError, streamBody } from '../scenarios/manners.mjs';
import { endpointFails, endpointHangs, outageInMargin } from '../scenarios/outages.mjs';
import { footprintOf } from '../support/footprint.mjs';
import { bareContestants, compareInProcess, contestantOf } from '../support/in-process.mjs';
import { measureRollover, waitedTooLongMs } from '../support/rollover.mjs';
import { startServer } from '../support/server.mjs';
import { printTable } from '../support/table.mjs';

const scenarios = [
  ...[coldStart, revocation, trickle, always401],
  ...[outageInMargin, endpointFails, endpointHangs],
  ...[foreignOrigin, ownAuthorization, abort, secretInError, streamBody],
];

/** The scenarios in which people's usual solutions differ, for ours and for them. */
export async function run(options) {
  let unhandled = 0;
  process.on('unhandledRejection', () => (unhandled += 1)); // some contenders leave them behind

  const server = await startServer();
  const rows = [];
  const measurements = [];
  const add = (name, ideal, results) => {
    rows.push([name, ideal, ...results.map(({ cell }) => cell)]);
    const own = results[contenders.findIndex(({ isOurs }) => isOurs)];
    for (const [id, value] of Object.entries(own?.measured ?? {})) measurements.push({ id: `peers.${id}`, value });
  };

  const results = await runAll(server, options);
  for (const scenario of scenarios) add(scenario.name, scenario.ideal, results.get(scenario));
  add(`rollover: calls that waited > ${waitedTooLongMs} ms, F`, '0, 0', await rollover(server, options));
  add('overhead in process, against bare axios', '1.00', await overhead(options));
  add('packages / kB added', 'few', contenders.map(footprint));
  await server.stop();

  printTable('Beside what people use today', ['scenario', 'ideal', ...contenders.map(({ name }) => name)], rows, {
    note:
      'T: token requests. F: failed API calls. Each contender as its documentation shows it; see README.md.\n' +
      `Rejections that nobody handled, of all contenders together: ${unhandled}.`,
  });
  return measurements;
}

/**
 * Scenarios that mostly wait run at the same time, in worlds of their own, begun a little apart, so that the burst of one does
 * not meet the warm-up of another; then the others, one after the other.
 */
async function runAll(server, options) {
  const results = new Map();
  const measure = (scenario, contender) =>
    scenario.run(contender, server, options).catch((error) => ({ cell: `error: ${error.message}` }));

  const waiting = scenarios.filter(({ mostlyWaits }) => mostlyWaits);
  const begin = async (scenario, index) => {
    await sleep(index * 300);
    results.set(scenario, await Promise.all(contenders.map((contender) => measure(scenario, contender))));
  };
  await Promise.all(waiting.map(begin));

  for (const scenario of scenarios.filter(({ mostlyWaits }) => !mostlyWaits)) {
    const cells = [];
    for (const contender of contenders) cells.push(await measure(scenario, contender));
    results.set(scenario, cells);
  }
  return results;
}

async function rollover(server, options) {
  const [, ...lanes] = await measureRollover(contenders, server, options);
  return lanes.map(({ waited, failed }) => ({ cell: `${waited}, ${failed}`, measured: { 'rollover.waited': waited } }));
}

async function overhead({ quick }) {
  const [bare] = bareContestants();
  const results = await compareInProcess([bare, ...contenders.map((contender) => contestantOf(contender))], {
    rounds: quick ? 80 : 400,
    calls: 100,
  });
  return results.slice(1).map(({ ratio }) => ({ cell: ratio.value.toFixed(2) }));
}

function footprint(contender) {
  const { packages, bytes } = footprintOf(contender);
  return { cell: `${packages} / ${(bytes / 1000).toFixed(0)}` };
}
