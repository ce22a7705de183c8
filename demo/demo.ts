import { exitCodeOf, type Report } from './judge.js';
import { paintFor } from './paint.js';
import { narrate } from './print.js';
import { coldStart } from './scenarios/cold-start.js';
import { outage } from './scenarios/outage.js';
import { revocationStorm } from './scenarios/revocation-storm.js';
import { rollover } from './scenarios/rollover.js';
import { table } from './table.js';

// Four situations in which access tokens usually hurt, played with real HTTP against an authorization server and an API on
// loopback. The program ends with 0 only if every figure is the expected one.

const write = (line: string): void => {
  console.log(line);
};
const paint = paintFor(process.env, process.stdout.isTTY);
const tell = narrate(write, paint);

tell.title('axios-client-credentials: four situations in which access tokens usually hurt');
write(
  'Real HTTP on 127.0.0.1. An authorization server, an API that checks every token there, and an axios with the plugin.',
);

const reports: Report[] = [];
for (const { name, about, expected, play } of [coldStart, rollover, revocationStorm, outage]) {
  tell.chapter(name, about);
  reports.push({ scenario: name, figures: await play(tell), expected });
}

write(`\n${table(reports, paint)}\n`);
process.exitCode = exitCodeOf(reports);
tell.title(process.exitCode === 0 ? 'Every figure is the expected one.' : 'Not every figure is the expected one.');
