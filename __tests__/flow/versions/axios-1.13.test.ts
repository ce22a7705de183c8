jest.mock('axios', () => jest.requireActual<object>('axios-1.13'));
import { coreFlows } from '../../support/core-flows.js';

coreFlows(/^1\.13\.2$/, ['http', 'fetch']);
