import { fork } from 'node:child_process';
import { once } from 'node:events';

/** One process; `ask` resolves with what it answers (see `process.mjs`). */
async function startProcess() {
  const child = fork(new URL('process.mjs', import.meta.url), { execArgv: [] });
  const gone = once(child, 'exit');
  await Promise.race([once(child, 'message'), gone.then(() => Promise.reject(new Error('a process did not start')))]);

  const waiting = new Map();
  child.on('message', ({ id, answer, error }) => {
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (error) reject(new Error(error));
    else resolve(answer);
  });
  let lastId = 0;
  return {
    ask: (what, given) =>
      new Promise((resolve, reject) => {
        lastId += 1;
        waiting.set(lastId, { resolve, reject });
        child.send({ id: lastId, ask: what, ...given });
      }),
    /** SIGKILL: nothing is said to anybody. */
    kill() {
      child.kill('SIGKILL');
      return gone;
    },
    stop() {
      child.disconnect();
      return gone;
    },
  };
}

export const startProcesses = (count) => Promise.all(Array.from({ length: count }, startProcess));

/** So that nothing is loaded or compiled for the first time while it is measured: sixteen processes at once would take long. */
export async function warmUp(processes, server, { url }) {
  for (const one of processes) {
    for (const redis of [undefined, { url, wakes: true }]) {
      const { baseURL, endpoint } = await server.world();
      const member = await one.ask('join', { baseURL, endpoint, redis });
      for (let count = 0; count < 20; count += 1) await one.ask('call', { member });
      await one.ask('leave', { member });
    }
  }
}

export const stopProcesses = (processes) => Promise.all(processes.map((one) => one.stop()));
