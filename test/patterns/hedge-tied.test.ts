import { describe, expect, it } from 'vitest';
import { hedgeTied } from '../../src/patterns/policies/hedge-tied.js';
import { OUTCOME } from '../../src/contracts/outcome.js';
import { counted, golden, latencies, outcomes } from '../golden/tracing.js';
import type { Traced } from '../golden/tracing.js';
import { MS } from '../support/fake-calls.js';
import { hedged, raced } from '../support/hedging.js';

const { ok, serverError, cancelled, reset } = OUTCOME;

describe('hedge of kind tied', () => {
  it('sends both copies at once by default; the first success wins', () => {
    expect(raced(hedgeTied, {}, [50, ok], [30, ok])).toEqual({
      sent: [0, 0],
      outcome: ok,
      ended: 30,
      killed: [30],
      held: 0,
    });
    expect(raced(hedgeTied, { after: '10ms' }, [50, ok], [30, ok]).sent).toEqual([0, 10]);
    expect(raced(hedgeTied, { after: '10ms' }, [9, ok]).sent).toEqual([0]);
  });

  it('continues with the other when a server has dropped one', () => {
    expect(raced(hedgeTied, {}, [5, cancelled], [30, ok])).toMatchObject({
      outcome: ok,
      ended: 30,
    });
    expect(raced(hedgeTied, {}, [30, ok], [5, cancelled])).toMatchObject({
      outcome: ok,
      ended: 30,
    });
  });

  it('ends as the copy that was begun, whichever was dropped and when', () => {
    for (const [one, other] of [
      [5, 30],
      [30, 5],
    ] as const) {
      const first = raced(hedgeTied, {}, [one, cancelled], [other, serverError]);
      expect([first.outcome, first.ended]).toEqual([serverError, 30]);
      const second = raced(hedgeTied, {}, [one, reset], [other, cancelled]);
      expect([second.outcome, second.ended]).toEqual([reset, 30]);
    }
  });

  it('ties the two, and unties them at the end of either', () => {
    const { calls } = hedged(hedgeTied, { after: '10ms' }, [50, ok], [80, ok]);
    calls.run(9 * MS);
    expect([...calls.ties.values()]).toHaveLength(1);
    calls.run(20 * MS);
    const [[frame, fork]] = [...calls.ties];
    expect(calls.ties.get(fork!)).toBe(frame);
    calls.run();
    expect(calls.ties.size).toBe(0);
  });
});

/** Three ms from the caller to `far`, two from one server of it to another; one worker each. */
function tied(at: string, hedge: string, more = ''): Traced {
  return golden(`
network: { links: [ { between: [app, far], latency: 3ms }, { between: [far, far], latency: 2ms } ] }
policies: { tie: { hedge: { kind: tied${hedge} } } }
services:
  app: { runtime: async, outbound: { far: tie }, endpoints: { ask: [ call: far.get ] } }
  other: { outbound: { far: { loadBalancing: first } }, endpoints: { ask: [ call: far.get ] } }
  far: { replicas: 2, concurrency: 1, endpoints: { get: { readOnly: true, steps: [ wait: 20ms ] } } }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: app } ] }
${more}`);
}
/** Keeps far[0] busy from 100 to 120 and far[1] free. */
const BUSY = '  others: { arrivals: { at: [ 100ms ] }, requests: [ { call: other } ] }';

describe('tied requests', () => {
  it('take a copy out of the queue where the other has begun', () => {
    // At 105 both have arrived: far[0] is busy until 120, far[1] starts and notifies it, received at 107. Its
    // response arrives at 128; the copy ends as cancelled.
    const traced = tied('102ms', '', BUSY);
    expect(latencies(traced.requests.filter(({ part }) => part === 'users.ask'))).toEqual([26]);
    const copies = traced.at('far.get').filter(({ sent }) => sent === 102);
    expect(outcomes(copies).sort()).toEqual(['cancelled', 'ok']);
    const dropped = copies.find(({ outcome }) => outcome === 'cancelled')!;
    expect(dropped).toMatchObject({ instance: 'far[0]', begun: -1, answered: 110 });
    expect(counted(traced, 'hedgesDropped')).toBe(1);
  });

  it('work twice where both queues are empty, until the answer calls the other off', () => {
    const traced = tied('0ms', '');
    expect(latencies(traced.requests)).toEqual([26]);
    expect(traced.at('far.get').map(({ begun }) => begun)).toEqual([3, 3]);
    expect(counted(traced, 'hedgesDropped')).toBe(0);
  });

  it('need a delay of the second copy longer than the message to avoid that', () => {
    // Started at 3, notified at 5. A copy sent at 2 arrives at 5 and is dropped; one of 1.9 starts at 4.9.
    const late = tied('0ms', ', after: 2ms');
    expect(late.at('far.get').map(({ begun }) => begun)).toEqual([3, -1]);
    expect(counted(late, 'hedgesDropped')).toBe(1);
    const early = tied('0ms', ', after: 1.9ms');
    expect(early.at('far.get').map(({ begun }) => begun)).toEqual([3, 4.9]);
  });

  it('know of a copy that is sent after the first has begun', () => {
    const traced = tied('0ms', ', after: 10ms');
    const [, second] = traced.at('far.get');
    expect(second).toMatchObject({ sent: 10, begun: -1, answered: 16, outcome: 'cancelled' });
  });

  it('fail with the server that has begun them', () => {
    const crash = 'faults: [ { id: f, kind: crash, target: "far[1]", at: 110ms, for: 1s } ]';
    const traced = tied('102ms', '', `${BUSY}\n${crash}`);
    const [users] = traced.requests.filter(({ part }) => part === 'users.ask');
    expect(users!.answered).toBe(113);
    expect(users!.outcome).toBe('serverError');
  });

  it('leave requests alone that are not tied', () => {
    const traced = tied('102ms', '', BUSY);
    const others = traced.requests.filter(({ part }) => part === 'others.ask');
    expect(outcomes(others)).toEqual(['ok']);
  });
});
