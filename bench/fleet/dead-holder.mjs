import { setTimeout as sleep } from 'node:timers/promises';
import { startProcesses } from './processes.mjs';
import { median } from '../support/statistics.mjs';
import { fixed, printTable } from '../support/table.mjs';

/** The process that asks for all is killed in the middle of its token request: when do the others have a token? */
export async function measureDeadHolder(server, redis, processes, { quick }) {
  const rounds = quick ? 2 : 4;
  const kinds = (quick ? [1_000] : [1_000, 3_000]).flatMap((leaseMs) => [{ leaseMs }, { leaseMs, wakes: true }]);
  const waiting = processes.slice(0, 4);
  const victims = await startProcesses(kinds.length * rounds);
  const cases = kinds.flatMap((kind) =>
    Array.from({ length: rounds }, (_, round) => ({ kind, killedAfter: round / rounds })),
  );
  const outcomes = await Promise.all(
    cases.map(({ kind, killedAfter }, index) => killed(server, redis, victims[index], waiting, kind, killedAfter)),
  );

  const two = fixed(2);
  const rows = kinds.map(({ leaseMs, wakes }) => {
    const own = outcomes.filter(({ kind }) => kind.leaseMs === leaseMs && kind.wakes === wakes);
    const [first, last] = ['first', 'last'].map((which) => own.map((outcome) => outcome[which]));
    return [
      `${leaseMs}${wakes ? ', wake-ups' : ''}`,
      ...[median(first), Math.max(...first)].map(fixed(0)),
      two(Math.max(...first) / leaseMs),
      ...[median(last), Math.max(...last)].map(fixed(0)),
      two(Math.max(...last) / leaseMs),
      own.reduce((sum, { tokenRequests }) => sum + tokenRequests, 0) / own.length,
      own.reduce((sum, { failed }) => sum + failed, 0),
    ];
  });
  printTable(
    'The holder of the lease is killed (SIGKILL) in the middle of its token request: when the others have made their call',
    [
      'leaseMs',
      'the first: ms',
      'at most',
      '/ leaseMs',
      'the last: ms',
      'at most',
      '/ leaseMs',
      'token requests',
      'failed',
    ],
    rows,
    {
      note:
        `${waiting.length} other processes wait; medians of ${rounds} times. A living holder extends its lease every third of leaseMs, so between two\n` +
        'thirds and all of it are left when it dies. Two token requests: its own, and one more.',
    },
  );
  return [
    { id: 'fleet.recovery', value: Math.max(...outcomes.map(({ first, kind }) => first - kind.leaseMs)) },
    { id: 'fleet.recovery-all', value: Math.max(...outcomes.map(({ last, kind }) => last - kind.leaseMs)) },
    { id: 'fleet.recovery-failed', value: outcomes.reduce((sum, { failed }) => sum + failed, 0) },
  ];
}

async function killed(server, { url }, victim, processes, kind, killedAfter) {
  const world = await server.world({ endpoint: 'hangs' });
  const { baseURL, endpoint } = world;
  const given = { baseURL, endpoint, redis: { url, timeoutMs: 1_000, ...kind } };
  victim.ask('call', { member: await victim.ask('join', given) }); // it does not live to answer
  while ((await world.counts()).tokenRequests === 0) await sleep(5);
  await world.set({ endpoint: 'works', tokenDelayMs: 20 });

  const members = await Promise.all(processes.map((one) => one.ask('join', given)));
  const calls = processes.map((one, index) => one.ask('call', { member: members[index] }));
  await sleep(300 + killedAfter * (kind.leaseMs / 3)); // any moment between two extensions
  const killedAt = Date.now();
  await victim.kill();
  const ended = await Promise.all(calls);
  const times = ended.map(({ endedAt }) => endedAt - killedAt);
  await Promise.all(processes.map((one, index) => one.ask('leave', { member: members[index] })));
  return {
    kind,
    first: Math.min(...times),
    last: Math.max(...times),
    failed: ended.filter(({ failed }) => failed).length,
    tokenRequests: (await world.counts()).tokenRequests,
  };
}
