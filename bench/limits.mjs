/**
 * What must hold for axios-client-credentials, in one table: a measured value above `max` fails the run.
 * Ratios come with a 95 % interval; they fail only when all of it, less the noise between two bare instances, lies above.
 */
export const limits = [
  { id: 'in-process', max: 1.03, unit: '×', what: 'in process, cached token, against bare axios' },
  { id: 'loopback', max: 1.01, unit: '×', what: 'over loopback HTTP, cached token, against bare axios' },
  { id: 'rollover.waited', max: 0, unit: '', what: 'rollover: calls that waited > 50 ms for a token' },
  { id: 'rollover.failed', max: 0, unit: '', what: 'rollover: failed calls' },
  { id: 'memory.token-requests', max: 1, unit: '', what: 'concurrent cold calls: token requests' },
  { id: 'memory.heap', max: 4, unit: 'MB', what: 'concurrent cold calls: heap kept afterwards' },
  { id: 'memory.keys', max: 1000, unit: '', what: 'many tenants: keys held' },
  { id: 'peers.cold.token-requests', max: 1, unit: '', what: 'cold start: token requests' },
  { id: 'peers.cold.failed', max: 0, unit: '', what: 'cold start: failed calls' },
  { id: 'peers.revocation.token-requests', max: 1, unit: '', what: 'revocation: token requests' },
  { id: 'peers.revocation.failed', max: 0, unit: '', what: 'revocation: failed calls' },
  { id: 'peers.trickle.token-requests', max: 1, unit: '', what: 'late 401s: token requests' },
  { id: 'peers.trickle.failed', max: 0, unit: '', what: 'late 401s: failed calls' },
  { id: 'peers.always-401.api-calls', max: 100, unit: '', what: 'API always 401: API calls for 50' },
  { id: 'peers.always-401.token-requests', max: 1, unit: '', what: 'API always 401: token requests' },
  { id: 'peers.rollover.waited', max: 0, unit: '', what: 'rollover beside the peers: calls that waited > 50 ms' },
  { id: 'peers.outage.failed', max: 0, unit: '', what: 'endpoint down, token still valid: failed calls' },
  {
    id: 'peers.error.token-requests',
    max: 8,
    unit: '',
    what: 'endpoint answers 500: token requests for 200 + 200 calls',
  },
  { id: 'peers.error.unrecovered', max: 0, unit: '', what: 'endpoint answers 500, then recovers: no recovery seen' },
  { id: 'peers.hang.unsettled', max: 0, unit: '', what: 'endpoint hangs: calls that never settle' },
  { id: 'peers.hang.unrecovered', max: 0, unit: '', what: 'endpoint hangs, then recovers: failed calls' },
  { id: 'peers.foreign.tokens', max: 0, unit: '', what: 'tokens sent to another origin' },
  { id: 'peers.own-header.replaced', max: 0, unit: '', what: "caller's own Authorization replaced" },
  { id: 'peers.abort.ms', max: 100, unit: 'ms', what: "caller's abort during a token call takes effect after" },
  { id: 'peers.secret.visible', max: 0, unit: '', what: 'places where a thrown error shows the secret' },
  { id: 'peers.stream.resent', max: 0, unit: '', what: 'consumed streams sent a second time' },
];
