import { fork } from 'node:child_process';
import { once } from 'node:events';

/** Starts a process that answers what it is asked (`answering.mjs`); `ask` resolves with what it answers. */
export async function startChild(script, options = {}) {
  const child = fork(script, { execArgv: [], ...options });
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
