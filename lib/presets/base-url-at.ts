import { at } from '../answer.js';
import type { Token } from '../token.js';

/** The API's address, by its path in the answer that the token came with. What is not an address is refused where it is used. */
export function baseURLAt(path: string): (token: Token) => string {
  return ({ response }) => at(response, path) as string;
}
