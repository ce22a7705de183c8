import { TokenConfigError } from '../errors.js';

/** Never says anything of what the option holds. @param says the rest of a sentence, which may end in a question */
export function optionFault(owner: string, option: string, says: string): TokenConfigError {
  return new TokenConfigError(`${owner}: \`${option}\` ${says}${says.endsWith('?') ? '' : '.'}`, { option });
}
