import { describe, expect, it } from 'vitest';
import { verdicts } from '../support/sagas.js';
import { begun, ended, golden, metered, outcomes, sent } from './tracing.js';
import type { Traced } from './tracing.js';

/** Steps a and b of 100 ms, compensations of 50 ms; `b` and `undo` are the steps of those endpoints. */
const trip = (
  saga: string,
  {
    b = 'wait: 100ms',
    undo = 'wait: 50ms',
    kind = '',
    at = '0ms',
    start = 'saga: trip',
    more = '',
  } = {},
): string => `
keys: { account: uniform(1) }
services:
  shop: { replicas: 2, endpoints: { buy: [ ${start} ] } }
  a: { endpoints: { do: [ wait: 100ms ], undo: [ ${undo} ] } }
  b: { endpoints: { do: [ ${b} ], undo: [ wait: 50ms ] } }
policies: { hasty: { timeout: 80ms } }
databases: { log: { operations: { write: { wait: 1ms }, read: { wait: 5ms } } } }
sagas:
  trip:
    kind: orchestrated
    orchestrator: shop
    ${saga}
    steps:
      - { name: a, call: a.do, compensation: a.undo }
      - { name: b, call: b.do${kind === '' ? ', compensation: b.undo' : kind} }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: shop.buy } ] }
${more}`;

const run = (...given: Parameters<typeof trip>): Traced => golden(trip(...given), '10m');
const crash = (target: string, at: string, length: string): string =>
  `faults: [ { id: dies, kind: crash, target: ${target}, at: ${at}, for: ${length} } ]`;

describe('SG-7: the state of a saga', () => {
  it('is written when it begins, before each command and after each reply', () => {
    const traced = run('persistence: log.write');
    // Begin at 1; before a at 2, a until 102, after it at 103; before b at 104, b until 204, after it at 205.
    expect(ended(traced.at('log.write'))).toEqual([1, 2, 103, 104, 205]);
    expect(traced.requests[0]!.answered).toBe(1);
  });

  it('is written after replies alone where that is enough', () => {
    const traced = run('persistence: { query: log.write, before: false }');
    expect(ended(traced.at('log.write'))).toEqual([1, 102, 203]);
  });

  it('lets another instance send the command again after a crash', () => {
    const traced = run('persistence: log.write\n    recoveryDelay: 30ms\n    tombstones: true', {
      more: crash('shop', '50ms', '5ms'),
    });
    // Written at 81 and sent then, while the first a continues until 102: it takes effect twice.
    expect(begun(traced.at('a.do'))).toEqual([2, 81]);
    expect(verdicts(traced)).toEqual({ inconsistent: 1 });
    expect(metered(traced, 'duplicates', 'trip.a')).toBe(1);
  });

  it('is lost with its process where it was written nowhere', () => {
    const traced = run('', { more: crash('shop', '50ms', '5ms') });
    expect(verdicts(traced)).toEqual({ lost: 1 });
    expect(traced.at('b.do')).toEqual([]);
  });
});

describe('the state of a saga that is read again', () => {
  const saga = 'persistence: { query: log.write, read: log.read }\n    recoveryDelay: 30ms';
  const dies = '{ id: dies, kind: crash, target: "shop[0]", at: 50ms, for: 1h }';
  const dying = (...more: string[]): Traced =>
    run(saga, { more: `faults: [ ${[dies, ...more].join(', ')} ]` });

  it('is what another instance begins with', () => {
    const traced = dying();
    // Noticed at 80, read until 85, written until 86.
    expect(ended(traced.at('log.read'))).toEqual([85]);
    expect(begun(traced.at('a.do'))).toEqual([2, 86]);
    expect(metered(traced, 'takeovers', 'trip')).toBe(1);
  });

  it('is asked for again when it was not to be had', () => {
    const traced = dying('{ id: out, kind: crash, target: log, at: 70ms, for: 100ms }');
    expect(ended(traced.at('log.read'))).toEqual([-1, 1085]);
    expect(begun(traced.at('a.do'))).toEqual([2, 1086]);
  });

  it('is read by the next one when the reader dies as well', () => {
    const traced = dying('{ id: too, kind: crash, target: "shop[1]", at: 82ms, for: 100ms }');
    expect(sent(traced.at('log.read'))).toEqual([80, 182]);
    expect(begun(traced.at('a.do'))).toEqual([2, 188]);
    expect(metered(traced, 'takeovers', 'trip')).toBe(1);
  });
});

describe('SG-8: a command that an instance has had for too long', () => {
  const saga = 'persistence: log.write\n    leaseTimeout: 150ms';
  const paused = (at: string, kind = 'pause'): Traced =>
    run(saga, {
      more: `faults: [ { id: stops, kind: ${kind}, target: "shop[0]", at: ${at}, for: 10s } ]`,
    });

  it('is begun again by another one, and what the first is answered counts no more', () => {
    for (const kind of ['pause', 'hang']) {
      const traced = paused('50ms', kind);
      // Given to the first at 1 and to the second at 151; a is done there at 252, b at 354.
      expect(begun(traced.at('a.do'))).toEqual([2, 152]);
      expect(begun(traced.at('b.do'))).toEqual([254]);
      // The first gets its response, and writes a state that is no longer used.
      expect(ended(traced.at('log.write')).at(-1)).toBe(10_051);
      expect(verdicts(traced)).toEqual({ inconsistent: 1 });
      expect(metered(traced, 'takeovers', 'trip')).toBe(1);
    }
  });

  it('may be sent by the first long after everything is over', () => {
    const traced = paused('1500us');
    expect(begun(traced.at('a.do'))).toEqual([152, 10_001.5]);
    expect(verdicts(traced)).toEqual({ inconsistent: 1 });
  });

  it('goes round for ever where the participant takes longer', () => {
    const traced = run(saga, { b: 'wait: 400ms' });
    // Sent at 253, 403, 553, ... without waiting for the responses.
    expect(begun(traced.at('b.do')).slice(0, 4)).toEqual([104, 254, 404, 554]);
    expect(verdicts(traced)).toEqual({ stuck: 1 });
  });

  it('is not taken away by a lease that has ended with it', () => {
    const traced = run('persistence: log.write\n    leaseTimeout: 103ms');
    expect(metered(traced, 'takeovers', 'trip')).toBe(0);
    expect(verdicts(traced)).toEqual({ completed: 1 });
  });

  it('is 5 min with camunda, which has nothing to give on without persistence', () => {
    const late = (more: string): Traced => run(`engine: camunda${more}`, { b: 'wait: 301s' });
    expect(metered(late('\n    persistence: log.write'), 'takeovers', 'trip')).toBe(1);
    expect(metered(late(''), 'takeovers', 'trip')).toBe(0);
  });
});

describe('the time of a saga', () => {
  it('undoes what is under way and what was done', () => {
    const traced = run('timeout: 150ms\n    tombstones: true');
    expect(begun(traced.at('b.undo'))).toEqual([150]);
    expect(begun(traced.at('a.undo'))).toEqual([200]);
    expect(verdicts(traced)).toEqual({ compensated: 1 });
  });

  it('does not undo what its pivot has decided', () => {
    const traced = run('timeout: 150ms', { kind: ', kind: pivot' });
    expect(traced.at('a.undo')).toEqual([]);
    expect(verdicts(traced)).toEqual({ completed: 1 });
  });
});

describe('SG-2: an unknown outcome', () => {
  it('is asked for again where a pivot has timed out, because it cannot be undone', () => {
    const traced = run('retry: { interval: 20ms }', { kind: ', kind: pivot, policy: hasty' });
    // Sent at 100, abandoned at 180, sent again at 200: each try ends at its participant, none in time.
    expect(begun(traced.at('b.do')).slice(0, 3)).toEqual([100, 200, 320]);
    expect(traced.at('a.undo')).toEqual([]);
  });
});

describe('a step that timed out and is refused when it is asked again', () => {
  /** b takes effect at 200 ms, 20 ms after its timeout; the second try arrives during an outage. */
  const asked = (saga: string, status: number, kind = 'compensable'): Traced =>
    golden(
      `
keys: { account: uniform(1) }
policies: { hasty: { timeout: 80ms } }
services:
  shop: { endpoints: { buy: [ saga: trip ] } }
  a: { endpoints: { do: [ wait: 100ms ], undo: [ wait: 50ms ] } }
  b: { endpoints: { do: { idempotent: account, steps: [ work: 50ms ] }, undo: [ wait: 50ms ] } }
sagas:
  trip:
    kind: orchestrated
    orchestrator: shop
    ${saga}
    steps:
      - { name: a, call: a.do, compensation: a.undo }
      - { name: b, call: b.do, policy: hasty, ${kind === 'pivot' ? 'kind: pivot' : 'compensation: b.undo'} }
workloads:
  users: { arrivals: { at: [ 0ms ] }, requests: [ { call: shop.buy } ] }
faults:
  - { id: slow, kind: slow, target: b, factor: 2, at: 0ms, for: 500ms }
  - { id: out, kind: error, target: b.do, status: ${status}, at: 1s, for: 1s }
`,
      '10m',
    );

  it('is queried until the outcome is known: 1 and 2 s later', () => {
    const traced = asked('ambiguous: retry', 503);
    expect(traced.at('b.do').map(({ sent }) => sent)).toEqual([100, 1180, 3180]);
    expect(verdicts(traced)).toEqual({ completed: 1 });
  });

  it('is queried until the outcome is known as a pivot too, which cannot be undone', () => {
    const traced = asked('ambiguous: compensate', 503, 'pivot');
    expect(traced.at('b.do').map(({ sent }) => sent)).toEqual([100, 1180, 3180]);
    expect(verdicts(traced)).toEqual({ completed: 1 });
  });

  it('is taken for not done when the participant itself says so', () => {
    const traced = asked('ambiguous: retry', 400);
    expect(traced.at('b.do').map(({ sent }) => sent)).toEqual([100, 1180]);
    expect(verdicts(traced)).toEqual({ inconsistent: 1 });
  });

  it('is undone with the other steps where it is not asked', () => {
    const traced = asked('ambiguous: compensate\n    retry: { attempts: 2 }', 503);
    expect(traced.at('b.do').map(({ sent }) => sent)).toEqual([100, 1180]);
    expect(verdicts(traced)).toEqual({ compensated: 1 });
  });
});

describe('the time after which an engine takes a process for dead', () => {
  const again = (engine: string, more = ''): number | undefined => {
    const traced = run(`persistence: log.write\n    engine: ${engine}${more}`, {
      more: crash('"shop[0]"', '50ms', '1h'),
    });
    return traced.at('a.do')[1]?.sent;
  };

  it('is its own: 10 s with temporal, 5 min from its start with camunda, none where nothing is waited for', () => {
    // Dead at 50 ms, and the state is written first. The first command was given at 1 ms.
    expect(again('simple')).toBe(51);
    expect(again('temporal')).toBe(10_051);
    expect(again('camunda')).toBe(300_002);
    expect(again('camunda', '\n    recoveryDelay: 1s')).toBe(1051);
  });
});

describe('a compensation that fails', () => {
  const fails = { b: 'fail: 409', undo: 'fail: 503' };

  it('SG-3: ends the saga of Eventuate with effects that remain', () => {
    const traced = run('engine: eventuate', fails);
    expect(begun(traced.at('a.undo'))).toEqual([100]);
    expect(verdicts(traced)).toEqual({ inconsistent: 1 });
  });

  it('waits for a human after the three tries of Camunda', () => {
    const traced = run('engine: camunda', fails);
    expect(begun(traced.at('a.undo'))).toEqual([100, 100, 100]);
    expect(verdicts(traced)).toEqual({ stuck: 1 });
    expect(metered(traced, 'parked', 'trip')).toBe(1);
  });

  it('is repeated by Temporal after 1, 2, 4 seconds', () => {
    const traced = run('engine: temporal', fails);
    expect(begun(traced.at('a.undo')).slice(0, 4)).toEqual([100, 1100, 3100, 7100]);
  });
});

describe('a step that awaits its saga', () => {
  it('is answered at the end of it', () => {
    const traced = run('', { start: 'saga: { start: trip, await: true }' });
    expect(traced.requests[0]).toMatchObject({ answered: 200, outcome: 'ok' });
  });

  it('fails as the saga did', () => {
    const traced = run('', { b: 'fail: 409', start: 'saga: { start: trip, await: true }' });
    expect(outcomes(traced.requests)).toEqual(['clientError']);
    expect(traced.requests[0]!.answered).toBe(150);
  });
});

describe('SG-11: two sagas on one value', () => {
  const at = '0ms, 150ms';

  it('see undecided state', () => {
    // The second has started on the value that the first restores at 200.
    const traced = run('key: account', { b: 'wait: 100ms, fail: 409', at });
    expect(metered(traced, 'dirtyReads', 'trip')).toBe(1);
    const both = run('key: account', { at });
    expect(metered(both, 'lostUpdates', 'trip')).toBe(1);
    expect(
      metered(run('key: account\n    isolation: commutative', { at }), 'lostUpdates', 'trip'),
    ).toBe(0);
  });

  it('wait for each other under a semantic lock, or are refused', () => {
    const lock = (time: string): string =>
      `key: account\n    isolation: { kind: semanticLock, lockTimeout: ${time} }`;
    const waits = run(lock('50ms'), { at });
    expect(begun(waits.at('a.do'))).toEqual([0, 200]);
    expect(verdicts(waits)).toEqual({ completed: 2 });
    const refused = run(lock('49ms'), { at });
    expect(begun(refused.at('a.do'))).toEqual([0]);
    expect(verdicts(refused)).toEqual({ completed: 1, compensated: 1 });
    expect(metered(refused, 'lockConflicts', 'trip')).toBe(1);
  });

  it('are undone where they have read what has changed', () => {
    const traced = run('key: account\n    isolation: reread', { at });
    expect(verdicts(traced)).toEqual({ completed: 1, compensated: 1 });
    // The second finds it at its end, at 350.
    expect(begun(traced.at('b.undo'))).toEqual([350]);
  });
});

describe('the identity of a saga', () => {
  it('is that of its request: to begin it again changes nothing', () => {
    const traced = run('', { start: '{ saga: trip, times: 2 }' });
    expect(begun(traced.at('a.do'))).toEqual([0]);
  });
});
