import type { TokenConfigError } from '../errors.js';
import { wrong } from '../validate.js';

/** Never says anything of what the option holds. @param says the rest of a sentence, which may end in a question */
export function optionFault(owner: string, option: string, says: string): TokenConfigError {
  return wrong(owner, option, says.endsWith('?') ? says : `${says}.`);
}
