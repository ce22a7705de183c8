import type { Attributes } from '@opentelemetry/api';
import { failureAttributes } from './failure.js';
import type { Instruments } from './instruments.js';
import { NAME, OPERATION, OUTCOME, REASON, STATUS_CODE } from './names.js';
import type { Events } from '../events.js';

/** Writes what events say into counters and histograms. Returns the functions that end it. */
export function count(events: Events, name: string, instruments: () => Instruments): (() => void)[] {
  const of = (attributes: Attributes = {}): Attributes => ({ [NAME]: name, ...attributes });

  /** @param isLast the acquisition has ended with it */
  const requested = (told: { durationMs: number }, outcome: Attributes, isLast = true): void => {
    const { tokenRequests, acquisitionDuration } = instruments();
    tokenRequests.add(1, of(outcome));
    if (isLast) acquisitionDuration.record(told.durationMs / 1000, of(outcome));
  };
  const retried = (outcome: string, reason: string): void => {
    instruments().retries.add(1, of({ [OUTCOME]: outcome, [REASON]: reason }));
  };
  const skipped = (reason: string): void => {
    instruments().skips.add(1, of({ [REASON]: reason }));
  };
  const revoked = (reason: string, outcome: Attributes): void => {
    instruments().revocations.add(1, of({ [REASON]: reason, ...outcome }));
  };

  return [
    events.on('token:issued', (told) => {
      requested(told, { [REASON]: told.reason, [OUTCOME]: 'issued' });
    }),
    events.on('token:shared', (told) => {
      requested(told, { [REASON]: told.reason, [OUTCOME]: 'shared' });
    }),
    events.on('token:failed', (told) => {
      const outcome = { [REASON]: told.reason, [OUTCOME]: 'failed', ...failureAttributes(told) };
      requested(told, outcome, told.retryInMs === undefined);
    }),
    events.on('token:rejected', ({ status }) => {
      instruments().rejections.add(1, of({ [STATUS_CODE]: status }));
    }),
    events.on('token:revoked', ({ reason }) => {
      revoked(reason, { [OUTCOME]: 'revoked' });
    }),
    events.on('token:revoke-failed', (told) => {
      revoked(told.reason, { [OUTCOME]: 'failed', ...failureAttributes(told) });
    }),
    events.on('request:retried', ({ reason, accepted }) => {
      retried(accepted ? 'accepted' : 'refused', reason);
    }),
    events.on('request:retry-skipped', ({ reason }) => {
      retried('skipped', reason);
    }),
    events.on('request:skipped', ({ reason }) => {
      skipped(reason);
    }),
    events.on('request:unbound', () => {
      skipped('unbound');
    }),
    events.on('store:lease', ({ outcome, durationMs }) => {
      instruments().leaseDuration.record(durationMs / 1000, of({ [OUTCOME]: outcome }));
    }),
    events.on('store:error', ({ operation }) => {
      instruments().storeErrors.add(1, of({ [OPERATION]: operation }));
    }),
    events.on('store:recovered', () => {
      instruments().storeRecoveries.add(1, of());
    }),
  ];
}
