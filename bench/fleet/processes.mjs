import { startChild } from '../support/child.mjs';

const script = new URL('process.mjs', import.meta.url);

export const startProcesses = (count) => Promise.all(Array.from({ length: count }, () => startChild(script)));

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
