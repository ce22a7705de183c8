export { actigraph } from './actigraph.js';
export { dadi } from './dadi.js';
export { healthwise } from './healthwise.js';
export { pokitdok } from './pokitdok.js';
export type { PresetOptions } from './preset.js';
export { surveysphere } from './surveysphere.js';
