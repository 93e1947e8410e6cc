import { describe, expect, it } from 'vitest';
import { verdicts } from '../support/sagas.js';
import { begun, ended, golden, sent } from './tracing.js';
import type { Traced } from './tracing.js';

/** Steps a, b and c of 100 ms, undone in 50 ms each; `c` are the steps of the last. */
const run = (saga: string, c: string, more = ''): Traced =>
  golden(
    `
services:
  shop: { endpoints: { buy: [ saga: trip ] } }
  a: { endpoints: { do: [ wait: 100ms ], undo: [ wait: 50ms ] } }
  b: { endpoints: { do: [ wait: 100ms ], undo: [ wait: 50ms ] } }
  c: { endpoints: { do: [ ${c} ], undo: [ wait: 50ms ] } }
sagas:
  trip:
    kind: orchestrated
    orchestrator: shop
    ${saga}
    steps:
      - { name: a, call: a.do, compensation: a.undo }
      - { name: b, call: b.do, compensation: b.undo }
      - { name: c, call: c.do, compensation: c.undo }
workloads: { users: { arrivals: { at: [ 0ms ] }, requests: [ { call: shop.buy } ] } }
${more}`,
    '20m',
  );

const REFUSED = 'wait: 100ms, fail: 409';
const BROKEN = 'wait: 100ms, fail: 503';
/** Pauses between the tries of c in seconds: each takes 100 ms. */
const pauses = (traced: Traced, part = 'c.do'): readonly number[] => {
  const at = sent(traced.at(part));
  const end = ended(traced.at(part));
  return at.slice(1).map((start, k) => (start - end[k]!) / 1000);
};

describe('the order in which engines undo', () => {
  it('SG-4: Camunda calls all compensations of completed steps at once, none of the step that failed', () => {
    const traced = run('engine: camunda', REFUSED);
    expect([begun(traced.at('a.undo')), begun(traced.at('b.undo'))]).toEqual([[300], [300]]);
    expect(traced.at('c.undo')).toEqual([]);
    expect(verdicts(traced)).toEqual({ compensated: 1 });
  });

  it.each(['conductor', 'stepFunctions'])(
    'SG-5, SG-6: %s has no order of its own, so it undoes in the one that is written',
    (engine) => {
      const undone = (order: string): readonly (readonly number[])[] => {
        const traced = run(`engine: ${engine}${order}`, REFUSED);
        return [begun(traced.at('b.undo')), begun(traced.at('a.undo'))];
      };
      expect(undone('')).toEqual([[300], [350]]);
      expect(undone('\n    compensationOrder: parallel')).toEqual([[300], [300]]);
    },
  );
});

describe('how often engines try a step, and after which pauses (2.3)', () => {
  it('SG-6: Step Functions waits 1, 2 and 4 s: four tries', () => {
    const traced = run('engine: stepFunctions', BROKEN);
    expect(pauses(traced)).toEqual([1, 2, 4]);
    expect(verdicts(traced)).toEqual({ compensated: 1 });
  });

  it('SG-5: Conductor waits 60 s three times', () => {
    const traced = run('engine: conductor', BROKEN);
    expect(pauses(traced)).toEqual([60, 60, 60]);
    expect(verdicts(traced)).toEqual({ compensated: 1 });
  });

  it('Camunda tries three times at once', () => {
    expect(pauses(run('engine: camunda', BROKEN))).toEqual([0, 0]);
  });

  it('Temporal doubles from 1 s to 100 s and never gives up', () => {
    const traced = run('engine: temporal', BROKEN);
    expect(pauses(traced).slice(0, 10)).toEqual([1, 2, 4, 8, 16, 32, 64, 100, 100, 100]);
    expect(traced.at('a.undo')).toEqual([]);
  });

  it('Eventuate tries once', () => {
    const traced = run('engine: eventuate', BROKEN);
    expect(traced.at('c.do')).toHaveLength(1);
    expect(begun(traced.at('b.undo'))).toEqual([300]);
  });
});

describe('how engines notice that a worker is gone', () => {
  /** The command starts at 0 s and takes 240 s; the worker, one of two, dies or freezes at 181 s. Ends of the saga, s. */
  const after = (engine: string, fault: string, step = ''): readonly number[] => {
    const traced = golden(
      `
databases:
  store: { operations: { put: { wait: 0ms, write: true } } }
services:
  agency: { replicas: 2, endpoints: { book: [ saga: trip ] } }
  flight: { endpoints: { book: { idempotent: true, steps: [ wait: 240s ] }, cancel: [ wait: 50ms ] } }
sagas:
  trip:
    kind: orchestrated
    engine: ${engine}
    orchestrator: agency
    stuckAfter: 5h
    persistence: { query: store.put }
    steps: [ { name: fly, call: flight.book, compensation: flight.cancel${step} } ]
workloads: { travellers: { arrivals: { at: [ 0ms ] }, requests: [ { call: agency.book } ] } }
faults: [ { id: gone, kind: ${fault}, target: 'agency[0]', at: 181s, for: 4h } ]
`,
      '5h',
    );
    expect(verdicts(traced)).toEqual({ completed: 1 });
    return ended(traced.at('flight.book')).map((at) => at / 1000);
  };
  const LIMIT = ', policy: { timeout: 250s }';

  it.each([
    // The job times out 5 min after its activation, and another worker has it at once: 300 + 240.
    ['camunda', '', 540],
    // The task times out 1 h after its poll, and is retried after 60 s.
    ['conductor', '', 3600 + 60 + 240],
    // The activity exceeds its start-to-close timeout, and is retried after 1 s.
    ['temporal', LIMIT, 250 + 1 + 240],
  ])(
    '%s counts from the start of the command, whether the worker has died or is frozen',
    (engine, step, at) => {
      expect(after(engine, 'crash', step).at(-1)).toBe(at);
      expect(after(engine, 'pause', step).at(-1)).toBe(at);
    },
  );

  it('simple sees the crash at once; so does an engine with a written recoveryDelay', () => {
    expect(after('simple', 'crash').at(-1)).toBe(181 + 240);
    expect(after('camunda\n    recoveryDelay: 10s', 'crash').at(-1)).toBe(181 + 10 + 240);
  });

  it('temporal without a time limit knows of it when its workflow task times out', () => {
    expect(after('temporal', 'crash').at(-1)).toBe(181 + 10 + 240);
  });
});

describe('CH-4: an undo that comes before what it undoes', () => {
  /**
   * The payment service gets a refund order at 30 ms, and reaches the order itself at 100 ms; the saga is only
   * observed.
   */
  const events = (tombstones: boolean): Traced =>
    golden(
      `
topics:
  created: { kind: kafka, publishLatency: 0ms, subscribers: [ { group: payments, call: payments.onCreated } ] }
  cancelled: { kind: kafka, subscribers: [ { group: payments, call: payments.onCancelled } ] }
services:
  orders:
    endpoints:
      place: [ publish: created, wait: 30ms, publish: cancelled, call: orders.cancel ]
      confirm: [ wait: 1ms ]
      cancel: [ wait: 1ms ]
  payments:
    endpoints:
      charge: [ wait: 10ms ]
      refund: [ wait: 10ms ]
      onCreated: [ wait: 100ms, { call: self.charge, onError: [ respond: 200 ] } ]
      onCancelled: [ call: self.refund ]
sagas:
  order:
    kind: choreographed
    startedBy: orders.place
    completedBy: orders.confirm
    cancelledBy: orders.cancel
    stuckAfter: 10s
    tombstones: ${tombstones}
    steps: [ { name: charge, call: payments.charge, compensation: payments.refund } ]
workloads: { users: { arrivals: { at: [ 0ms ] }, requests: [ { call: orders.place } ] } }
`,
      '1m',
    );

  it('is ignored, and the money is taken, unless it is remembered', () => {
    const ignored = events(false);
    expect(ended(ignored.at('payments.onCancelled'))).toEqual([40]);
    // The charge of 10 ms begins at 100 ms.
    expect(ended(ignored.at('payments.onCreated'))).toEqual([110]);
    expect(verdicts(ignored, 'order')).toEqual({ inconsistent: 1 });
    const remembered = events(true);
    expect(ended(remembered.at('payments.onCreated'))).toEqual([100]);
    expect(verdicts(remembered, 'order')).toEqual({ compensated: 1 });
  });
});

describe('2.5: the age of a saga that is stuck', () => {
  const after = (saga: string, length: string): Readonly<Record<string, number>> =>
    verdicts(
      golden(
        `
services:
  shop: { endpoints: { buy: [ saga: trip ] } }
  a: { endpoints: { do: [ wait: 1ms ], undo: [ fail: 503 ] } }
  b: { endpoints: { do: [ fail: 409 ], undo: [ wait: 1ms ] } }
sagas:
  trip:
    kind: orchestrated
    orchestrator: shop
    ${saga}
    steps: [ { name: a, call: a.do, compensation: a.undo }, { name: b, call: b.do, compensation: b.undo } ]
workloads: { users: { arrivals: { at: [ 0ms ] }, requests: [ { call: shop.buy } ] } }
`,
        length,
      ),
    );

  it('is three times its timeout, or five minutes without one', () => {
    expect(after('timeout: 10s', '29999ms')).toEqual({ running: 1 });
    expect(after('timeout: 10s', '30001ms')).toEqual({ stuck: 1 });
    expect(after('', '299999ms')).toEqual({ running: 1 });
    expect(after('', '300001ms')).toEqual({ stuck: 1 });
    expect(after('timeout: 10s\n    stuckAfter: 40s', '35s')).toEqual({ running: 1 });
  });
});
