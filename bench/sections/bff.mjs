import { sideBySide } from '../bff/side-by-side.mjs';
import { inTrouble } from '../bff/trouble.mjs';

/** The example BFF (examples/bff): what the plugin costs it under load, and what its users see of revocations and outages. */
export async function run(options) {
  return [...(await inTrouble()), ...(await sideBySide(options))];
}
