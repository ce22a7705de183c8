import { coreFlows } from '../../support/core-flows.js';

coreFlows(/^1\.(1[4-9]|[2-9]\d)\./, ['http', 'fetch']);
