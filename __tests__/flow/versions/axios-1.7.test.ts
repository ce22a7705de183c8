jest.mock('axios', () => jest.requireActual<object>('axios-1.7'));
import { coreFlows } from '../../support/core-flows.js';

coreFlows(/^1\.7\.9$/, ['http', 'fetch']);
