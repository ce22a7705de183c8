import { type ClientAuth, type ClientAuthRequest, traitsOf } from '../client-auth/client-auth.js';
import type { TokenRequest } from '../contract.js';

// Functions whose result says nothing of who asks, because it is new each time, and what stands for them where it is only asked who a
// source is.

/** @param hasId whether the source has an `id`: then functions of the user's own are not asked */
type Method = (call: ClientAuthRequest, hasId: boolean) => void | Promise<void>;
type Parameter = (request: TokenRequest) => unknown;

const methods = new WeakMap<object, Method>();
const parameters = new WeakMap<object, Parameter>();

/** A client authentication that makes something new each time; `by` puts into the request what that is made of. */
export function authenticationOf(auth: ClientAuth, by: Method): ClientAuth {
  methods.set(auth, by);
  return auth;
}

/** A function of ours among parameters or headers. `by` is always asked in its place. */
export function parameterOf<T extends Parameter>(made: T, by: Parameter): T {
  parameters.set(made, by);
  return made;
}

/** A function of ours that returns a value, or what the value returns when it is a function. */
export function parameterFor<T extends Parameter>(value: unknown, made: T): T {
  const by = typeof value === 'function' ? parameters.get(value) : made;
  return by ? parameterOf(made, by) : made;
}

/** Says who the client is by what lasts. */
export async function authenticateLastingly(auth: ClientAuth, call: ClientAuthRequest, hasId: boolean): Promise<void> {
  const by = methods.get(auth);
  if (by) await by(call, hasId);
  else if (!hasId || traitsOf(auth) !== undefined) await auth(call);
}

/** Whether it is the user's own, so that nothing is known of what it does. */
export function isForeign(made: object): boolean {
  return !methods.has(made) && !parameters.has(made) && traitsOf(made as ClientAuth) === undefined;
}

/** What is to be asked; `undefined`: nothing. */
export function lasting(made: Parameter, hasId: boolean): Parameter | undefined {
  return parameters.get(made) ?? (hasId ? undefined : made);
}
