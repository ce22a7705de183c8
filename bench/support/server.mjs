import { fork } from 'node:child_process';
import { once } from 'node:events';

/** Starts the servers of `server-process.mjs` in a child process. */
export async function startServer() {
  const child = fork(new URL('server-process.mjs', import.meta.url), { execArgv: [] });
  const [{ origin, foreignOrigin }] = await once(child, 'message');

  const waiting = new Map();
  child.on('message', ({ id, counts }) => {
    waiting.get(id)(counts);
    waiting.delete(id);
  });
  let lastId = 0;
  const ask = (message) =>
    new Promise((resolve) => {
      lastId += 1;
      waiting.set(lastId, resolve);
      child.send({ id: lastId, ...message });
    });

  let worldCount = 0;
  return {
    origin,
    plainUrl: `${origin}/plain`,
    /** A fresh authorization server and API; `faults` as in `server-process.mjs`. */
    async world(faults) {
      worldCount += 1;
      const world = `world-${worldCount}`;
      await ask({ world, set: faults });
      return {
        baseURL: `${origin}/${world}/api`,
        foreignUrl: `${foreignOrigin}/${world}/elsewhere`,
        endpoint: {
          tokenUrl: `${origin}/${world}/token`,
          clientId: 'bench-client',
          clientSecret: 'bench-secret-7f3a91c4',
        },
        set: (set) => ask({ world, set }),
        revokeAll: () => ask({ world, revoke: true }),
        counts: () => ask({ world }),
      };
    },
    async stop() {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}
