import { aBoolean, checkOptions } from '../validate.js';

/** The host of the system that is asked for. `'false'`, as out of an environment variable, is refused: it would mean yes. */
export function systemHost(owner: string, sandbox: boolean | undefined, live: string, test: string): string {
  checkOptions(owner, { sandbox }, { sandbox: aBoolean });
  return sandbox === true ? test : live;
}
