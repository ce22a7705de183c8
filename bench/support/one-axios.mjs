import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { contenders } from '../contenders/index.mjs';
import { entry } from '../contenders/ours.mjs';

const axiosSeenFrom = (place) => dirname(createRequire(place).resolve('axios/package.json'));

/** Ratios between two copies of axios would say nothing: all contenders must get the one in the root's node_modules. */
export function checkOneAxios() {
  const here = createRequire(import.meta.url);
  const places = contenders.flatMap(({ packages = [] }) => packages.map((name) => here.resolve(name)));
  const expected = axiosSeenFrom(import.meta.url);
  for (const place of [entry, ...places]) {
    const found = axiosSeenFrom(place);
    if (found !== expected) throw new Error(`${place} uses another axios (${found}) than the benchmark (${expected})`);
  }
}
