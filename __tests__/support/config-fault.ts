import { TokenConfigError } from '../../lib/index.js';

/** The TokenConfigError that something ends in at once. */
export function faultOf(act: () => unknown): TokenConfigError {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(TokenConfigError);
    return error as TokenConfigError;
  }
  throw new Error('was accepted');
}
