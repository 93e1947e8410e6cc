import { describe, expect, it } from 'vitest';
import { answered, ended, golden } from './tracing.js';

/** A call with a time limit of 50 ms at an own instance, 10 ms away; the share of its work that is wasted. */
function wasted(steps: string, faults = ''): readonly (number | null)[] {
  const { ran } = golden(
    `
network: { links: [ { between: [users, s], latency: 10ms } ] }
services:
  s: { endpoints: { serve: [ ${steps} ] } }
workloads:
  users: { arrivals: { at: [0ms] }, requests: [ { call: s } ], policy: { timeout: 50ms } }
faults: [ ${faults} ]
`,
    '1s',
  );
  const { components, edges } = ran.variant();
  return [components['s']!.wastedWork, edges['users->s']!.wastedWork];
}

const CUT =
  '{ id: cut, kind: partition, between: [ users, s ], direction: from, at: 0ms, for: 200ms }';
const crashAt = (at: string): string =>
  `{ id: end, kind: crash, target: s, at: ${at}, for: 100ms }`;

describe('wasted work is the entire execution whose response was not used, once', () => {
  it.each([
    ['taken', 'wait: 20ms', '', 0],
    ['too late on its way', 'wait: 35ms', '', 1],
    ['lost on its way', 'wait: 20ms', CUT, 1],
    [
      'sent before the end, taken',
      'wait: 5ms, { respond: { status: 202, then: [ wait: 80ms ] } }',
      '',
      0,
    ],
    [
      'sent before the end, too late',
      'wait: 35ms, { respond: { status: 202, then: [ wait: 80ms ] } }',
      '',
      1,
    ],
    [
      'sent before the end, lost',
      'wait: 5ms, { respond: { status: 202, then: [ wait: 80ms ] } }',
      CUT,
      1,
    ],
  ])('answer %s', (_, steps, fault, share) => {
    expect(wasted(steps, fault)).toEqual([share, share]);
  });

  it('of a process that ends counts once, whether or not a caller still waits for the reset', () => {
    expect(wasted('wait: 60ms', crashAt('20ms'))).toEqual([1, 1]);
    // The reset leaves at 45 ms and arrives at 55 ms, 5 ms after the time limit.
    expect(wasted('wait: 60ms', crashAt('45ms'))).toEqual([1, 1]);
    expect(wasted('wait: 60ms', `${CUT}, ${crashAt('20ms')}`)).toEqual([1, 1]);
  });

  it('of a process that ends after its answer has been taken is none', () => {
    const steps = 'wait: 5ms, { respond: { status: 202, then: [ wait: 80ms ] } }';
    expect(wasted(steps, crashAt('40ms'))).toEqual([0, 0]);
    // Still in transit when the process ends, and delivered anyway.
    expect(wasted(steps, crashAt('20ms'))).toEqual([0, 0]);
  });
});

describe('an answer that leaves before the work ends', () => {
  it('is on record with the time at which it is taken', () => {
    const { at } = golden(
      `
network: { links: [ { between: [users, s], latency: 10ms } ] }
services:
  s: { endpoints: { serve: [ wait: 5ms, { respond: { status: 202, then: [ wait: 80ms ] } } ] } }
workloads:
  users: { arrivals: { at: [0ms, 200ms] }, requests: [ { call: s } ] }
`,
      '1s',
    );
    expect(answered(at('s.serve'))).toEqual([25, 225]);
    expect(ended(at('s.serve'))).toEqual([95, 295]);
  });
});
