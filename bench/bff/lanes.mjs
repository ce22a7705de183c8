import autocannon from 'autocannon';
import { startChild } from '../support/child.mjs';
import { bundled } from './bundle.mjs';

let scripts;

/** A BFF and the servers that it calls, each in a process of its own, and somebody who is signed in. */
export async function startLane({ name, auth, lifetimeMs }) {
  scripts ??= Promise.all(['servers-process', 'bff-process'].map(bundled));
  const [servers, bff] = await Promise.all((await scripts).map((script) => startChild(script)));
  const known = await servers.ask('start', { lifetimeMs, latencyMs: 50 });
  const url = await bff.ask('start', { auth, ...known });
  const cookie = await signIn(url);
  const headers = { cookie };
  return {
    name,
    get: (path) => fetch(url + path, { headers }),
    revokeAll: () => servers.ask('revokeAll'),
    /** Whether the token endpoints answer. */
    power: (on) => servers.ask('power', { on }),
    /** Requests as `options` of autocannon say. @returns each answer: its status, how long it took, when it came (in ms) */
    async load({ path, ...options }) {
      const answers = [];
      await bff.ask('cpu');
      const start = performance.now();
      const load = autocannon({ url: url + path, headers, timeout: 20, sampleInt: 10, ...options });
      load.on('response', (_client, status, _bytes, ms) => answers.push({ status, ms, at: performance.now() - start }));
      const { errors } = await load;
      return { answers, errors, ms: answers.at(-1)?.at, cpuUs: await bff.ask('cpu') };
    },
    stop: () => Promise.all([bff.stop(), servers.stop()]),
  };
}

async function signIn(url) {
  const answer = await fetch(`${url}/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ tenant: 'acme' }),
  });
  return answer.headers.getSetCookie()[0].split(';')[0];
}
