import { setTimeout as pause } from 'node:timers/promises';
import { type Scene, settled, storeCase, violated, within } from './store-case.js';

type Changed = NonNullable<Scene['changed']>;

/** A wake-up may be missed, and what it hangs on may take a moment to stand: it is tried again with more and more time. */
const triesMs = [20, 100, 300, 800];

interface Change {
  /** What has to be there for it. */
  prepare?: () => Promise<unknown>;
  act: () => Promise<unknown>;
  waiters: number;
}

/** The cases of `changed`: a store that has none passes them. */
export const wakeCases = [
  wakeCase('write wakes all who wait', async ({ write, record }, changed) => {
    let count = 0;
    await wakes(changed, 'write()', { act: () => write(record('v1', (count += 1))), waiters: 3 });
  }),

  wakeCase('fail wakes who waits, also when it ends a failure', async ({ fail, failure }, changed) => {
    const keep = (): Promise<unknown> => fail(failure(0));
    await wakes(changed, 'fail()', { act: keep, waiters: 2 });
    await wakes(changed, 'fail() with undefined', { prepare: keep, act: () => fail(undefined), waiters: 2 });
  }),

  wakeCase('release wakes who waits', async ({ lease, release }, changed) => {
    const prepare = (): Promise<unknown> => lease('holder');
    await wakes(changed, 'release()', { prepare, act: () => release('holder'), waiters: 2 });
  }),

  wakeCase('remove wakes who waits', async ({ write, remove, record }, changed) => {
    const prepare = (): Promise<unknown> => write(record('v1', 0));
    await wakes(changed, 'remove()', { prepare, act: () => remove('v1'), waiters: 2 });
  }),

  wakeCase('changed waits while nothing changes', async (_scene, changed) => {
    for (const ms of triesMs) {
      const leaving = new AbortController();
      const wait = changed(leaving.signal);
      wait.catch(() => undefined);
      const woken = await within(ms, wait);
      leaving.abort();
      if (!woken) return;
    }
    violated('changed() must not resolve before anything changes: who waits would ask the store without a pause');
  }),

  wakeCase('changed resolves when its signal aborts', async (_scene, changed) => {
    const leaving = new AbortController();
    const wait = resolves('changed() whose signal aborts', changed(leaving.signal));
    leaving.abort();
    await wait;
  }),

  wakeCase('changed resolves when its signal has aborted before', async (_scene, changed) => {
    await resolves('changed() whose signal has aborted before', changed(AbortSignal.abort()));
  }),
];

function wakeCase(name: string, test: (scene: Scene, changed: Changed) => Promise<void>): ReturnType<typeof storeCase> {
  return storeCase(name, async (scene) => {
    if (scene.changed !== undefined) await test(scene, scene.changed);
  });
}

/** Proves that those who wait are woken by `act`, and not by something before it. */
async function wakes(changed: Changed, what: string, { prepare, act, waiters }: Change): Promise<void> {
  for (const ms of triesMs) {
    if (prepare !== undefined) {
      await prepare();
      await pause(ms); // news of it may come later than the answer
    }
    const leaving = new AbortController();
    const waits = Array.from({ length: waiters }, () => changed(leaving.signal));
    for (const wait of waits) wait.catch(() => undefined); // what it rejects with afterwards is the matter of another case
    try {
      if (await within(ms, Promise.any(waits))) continue;
      await act();
      if (await within(ms, Promise.all(waits))) return;
    } finally {
      leaving.abort();
    }
  }
  violated(
    `changed() must resolve for all who wait after ${what}: in ${triesMs.length} tries it has not, or did so before`,
  );
}

async function resolves(what: string, wait: Promise<void>): Promise<void> {
  const resolving = wait.catch((error: unknown) => violated(`${what} must resolve; it rejected with ${String(error)}`));
  await settled(what, resolving);
}
