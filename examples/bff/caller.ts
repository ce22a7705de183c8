import { AsyncLocalStorage } from 'node:async_hooks';

/** For whom the server works at the moment. */
export interface Caller {
  tenant: string;
  user: string;
  /** The user's own token, from the login. It stays on the server. */
  userToken: string;
}

const storage = new AsyncLocalStorage<Caller>();

/** Runs something for a caller, with everything that it starts. */
export function runAs<T>(caller: Caller, work: () => T): T {
  return storage.run(caller, work);
}

/** The caller, anywhere below `runAs`. Without one there is no tenant to guess: the call fails. */
export function currentCaller(): Caller {
  const caller = storage.getStore();
  if (caller === undefined) throw new Error('This call is made for nobody: it runs outside of runAs().');
  return caller;
}
