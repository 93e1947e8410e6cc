import { describe, expect, it } from 'vitest';
import { choreographed } from '../support/random-sagas.js';
import type { Shape } from '../support/random-sagas.js';
import { run } from '../theory/program.js';

/** The shop is paused while it places an order: the order is confirmed elsewhere before the pause ends. */
const PAUSED: Shape = {
  seed: 1,
  stages: [[{ kind: 'compensable', failing: 0 }]],
  pivot: false,
  engine: 'simple',
  ambiguous: 'compensate',
  onCompensationFailure: 'retry',
  order: 'reverse',
  persistence: 'none',
  read: false,
  lease: false,
  tombstones: false,
  idempotent: false,
  timeoutMs: 4,
  attempts: 1,
  sagaTimeout: false,
  isolation: 'none',
  faults: [{ kind: 'pause', who: 0, at: 77, for: 30, share: 10, single: true }],
  leaseMs: 12,
  undoFailing: 0,
};

describe('the duration of a saga', () => {
  it('is not below zero where it ends before the service that began it goes on', () => {
    const { plans, records } = run(choreographed(PAUSED));
    const trip = plans[0]!.components.findIndex(({ name }) => name === 'trip');
    const durations = records[0]![0]!.meters.filter(
      ({ name, component }) => name === 'duration' && component === trip,
    );
    const segments = durations.flatMap((meter) =>
      meter.form === 'durations' ? meter.segments : [],
    );
    expect(segments.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThan(0);
    expect(Math.min(...segments.map(({ min }) => min))).toBeGreaterThanOrEqual(0);
  });
});
