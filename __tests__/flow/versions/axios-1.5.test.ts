jest.mock('axios', () => jest.requireActual<object>('axios-1.5'));
import { coreFlows } from '../../support/core-flows.js';

coreFlows(/^1\.5\.0$/, ['http']);
