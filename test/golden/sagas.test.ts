import { describe, expect, it } from 'vitest';
import { verdicts } from '../support/sagas.js';
import { begun, ended, golden, metered } from './tracing.js';

/** Steps A and B of 100 ms, compensations of 50 ms, and a third step C; `saga` holds its other fields. */
const trip = (saga: string, c: string, more = ''): string => `
services:
  shop: { endpoints: { buy: [ saga: trip ] } }
  a: { endpoints: { do: [ wait: 100ms ], undo: [ wait: 50ms ] } }
  b: { endpoints: { do: [ wait: 100ms ], undo: [ wait: 50ms ] } }
  c: { endpoints: { do: ${c}, undo: [ wait: 50ms ] } }
policies: { hasty: { timeout: 80ms } }
sagas:
  trip:
    kind: orchestrated
    orchestrator: shop
    ${saga}
    steps:
      - { name: a, call: a.do, compensation: a.undo }
      - { name: b, call: b.do, compensation: b.undo }
      - { name: c, call: c.do, compensation: c.undo${more} }
workloads:
  users: { arrivals: { at: [ 0ms ] }, requests: [ { call: shop.buy } ] }
`;

/** C fails at its end, and says so. */
const FAILING = '[ wait: 100ms, fail: 409 ]';
const LATE = ', policy: hasty';

describe('GS-13: a saga is undone in reverse', () => {
  it('undoes b, then a, when c has failed', () => {
    const traced = golden(trip('', FAILING));
    expect(ended(traced.at('c.do'))).toEqual([300]);
    expect([begun(traced.at('b.undo')), ended(traced.at('b.undo'))]).toEqual([[300], [350]]);
    expect([begun(traced.at('a.undo')), ended(traced.at('a.undo'))]).toEqual([[350], [400]]);
    // The failed step is not compensated (SG-1): its own transaction was rolled back.
    expect(traced.at('c.undo')).toEqual([]);
    expect(verdicts(traced)).toEqual({ compensated: 1 });
    expect(metered(traced, 'compensations', 'trip')).toBe(2);
  });

  it('undoes both at once when the order is parallel', () => {
    const traced = golden(trip('compensationOrder: parallel', FAILING));
    expect(begun(traced.at('a.undo'))).toEqual([300]);
    expect(begun(traced.at('b.undo'))).toEqual([300]);
    expect(ended(traced.at('a.undo'))).toEqual([350]);
    expect(verdicts(traced)).toEqual({ compensated: 1 });
  });

  it('completes when all succeed', () => {
    const traced = golden(trip('', '[ wait: 100ms ]'));
    expect(ended(traced.at('c.do'))).toEqual([300]);
    expect(verdicts(traced)).toEqual({ completed: 1 });
  });
});

describe('GS-14: a step whose outcome is unknown', () => {
  const c = '[ wait: 100ms ]';

  it('leaves an orphan where it is taken for failed', () => {
    const traced = golden(trip('ambiguous: treatAsFailed', c, LATE));
    expect(begun(traced.at('b.undo'))).toEqual([280]);
    expect(ended(traced.at('a.undo'))).toEqual([380]);
    expect(traced.at('c.undo')).toEqual([]);
    expect(verdicts(traced)).toEqual({ inconsistent: 1 });
  });

  it('refuses the late step where its compensation was remembered (SG-10)', () => {
    const traced = golden(trip('tombstones: true', c, LATE));
    expect([begun(traced.at('c.undo')), ended(traced.at('c.undo'))]).toEqual([[280], [330]]);
    expect(traced.at('c.do').map(({ outcome }) => outcome)).toEqual(['timeout']);
    expect([begun(traced.at('b.undo')), ended(traced.at('b.undo'))]).toEqual([[330], [380]]);
    expect(ended(traced.at('a.undo'))).toEqual([430]);
    expect(verdicts(traced)).toEqual({ compensated: 1 });
  });

  it('is undone too early without a tombstone', () => {
    const traced = golden(trip('', c, LATE));
    expect(begun(traced.at('c.undo'))).toEqual([280]);
    expect(verdicts(traced)).toEqual({ inconsistent: 1 });
  });
});
