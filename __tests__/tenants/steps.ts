import type { Profiler, Session } from 'node:inspector';

/** How often V8 entered each block of our code and of the packages below it. */
export interface Steps {
  total: number;
  byFunction: Record<string, number>;
}

const COUNTED = /\/(lib|node_modules\/(lru-cache|p-queue))\//;

/**
 * Counts what a piece of work does, by the block coverage of V8: the same work has the same counts on any machine, however busy.
 * A session answers at once as long as it is in the thread that it looks at.
 */
export async function stepsOf(session: Session, work: () => Promise<unknown>): Promise<Steps> {
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  await work();
  let scripts: Profiler.ScriptCoverage[] = [];
  session.post('Profiler.takePreciseCoverage', (_error, { result }) => {
    scripts = result;
  });
  session.post('Profiler.stopPreciseCoverage');
  session.post('Profiler.disable');
  return steps(scripts.filter(({ url }) => COUNTED.test(url)));
}

function steps(scripts: Profiler.ScriptCoverage[]): Steps {
  const byFunction: Record<string, number> = {};
  for (const { url, functions } of scripts) {
    const file = url.replace(COUNTED, '\n').split('\n')[1];
    for (const { functionName, ranges } of functions) {
      const count = ranges.reduce((sum, range) => sum + range.count, 0);
      const name = `${file} ${functionName}`;
      if (count > 0) byFunction[name] = (byFunction[name] ?? 0) + count;
    }
  }
  return { total: Object.values(byFunction).reduce((sum, count) => sum + count, 0), byFunction };
}
