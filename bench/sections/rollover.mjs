import { ours } from '../contenders/ours.mjs';
import { measureRollover, waitedTooLongMs } from '../support/rollover.mjs';
import { startServer } from '../support/server.mjs';
import { fixed, printTable, signed } from '../support/table.mjs';

const ms = fixed(1);
const more = signed(1);

/** Does a call ever wait because a token runs out? */
export async function run(options) {
  const server = await startServer();
  const [open, ...lanes] = await measureRollover([ours], server, options);
  await server.stop();

  printTable(
    `Rollover: tokens live 2 s, a token call takes 200 ms, ${open.count} calls at 100/s`,
    [
      'contestant',
      'token requests',
      `waited > ${waitedTooLongMs} ms`,
      'longest wait ms',
      'failed',
      'p50 ms',
      'p99 ms',
      'added p50',
      'added p99',
    ],
    [open, ...lanes].map((lane) => [
      lane.name,
      lane.tokenRequests,
      lane.waited,
      ms(lane.longestWaitMs),
      lane.failed,
      ms(lane.p50),
      ms(lane.p99),
      more(lane.p50 - open.p50),
      more(lane.p99 - open.p99),
    ]),
    {
      note: 'Both run in the same seconds. A wait is the time from the call until the request is handed to the network.',
    },
  );
  const [plugin] = lanes;
  return [
    { id: 'rollover.waited', value: plugin.waited },
    { id: 'rollover.failed', value: plugin.failed },
  ];
}
