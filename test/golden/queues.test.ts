import { describe, expect, it } from 'vitest';
import { begun, golden, instants, latencies, outcomes, times } from './tracing.js';

const one = (queue: string, at: string, more = ''): string => `
services:
  s: { concurrency: 1, queue: ${queue}, ${more}endpoints: { serve: [ wait: 10ms ] } }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: s } ] }
`;

/** When those were refused that were, counted from `from`. */
function refusals(rows: ReturnType<typeof golden>['requests'], from = 0): number[] {
  return rows
    .filter(({ outcome, sent }) => outcome === 'rejectedOverload' && sent === from)
    .map(({ sent, answered }) => answered - sent);
}

describe('a queue of discipline codel', () => {
  it('drops the head after an interval of waits above the target, then after interval / sqrt(count)', () => {
    const { requests } = golden(one('{ discipline: codel }', times(50, '0ms')));
    // Above the target from 10 on: 110 is not after 110. 120, 220, 290.71, 348.45, 398.45; at 430 one waits.
    expect(refusals(requests)).toEqual([120, 220, 300, 350, 400]);
    expect(outcomes(requests).indexOf('rejectedOverload')).toBe(12);
    expect(requests.filter(({ outcome }) => outcome === 'ok')).toHaveLength(45);
  });

  it('begins a cycle soon after another at the rate at which that one ended', () => {
    const at = `${times(50, '0ms')}, ${times(50, '600ms')}, ${times(50, '5s')}`;
    const { requests } = golden(one('{ discipline: codel }', at));
    // The last cycle counted from 1 to 5: the next begins at 4, 100 / 2 apart.
    expect(refusals(requests, 600)).toEqual([120, 170, 220, 260, 300, 330, 370, 400]);
    // More than 16 intervals later it is forgotten.
    expect(refusals(requests, 5000)).toEqual([120, 220, 300, 350, 400]);
  });

  it('drops nobody as long as at most one waits behind the head, however long it waits', () => {
    const { requests } = golden(
      one('{ discipline: codel, target: 1ms }', instants(0, 900, 10, 'ms') + ', 1ms, 2ms'),
    );
    expect(outcomes(requests)).toEqual(Array.from({ length: 93 }, () => 'ok'));
  });

  it('counts a wait of exactly the target as above it', () => {
    const queue = (target: string): string => `{ discipline: codel, target: ${target} }`;
    // Every 10 ms one comes and one goes, three always wait: 30 ms each.
    const at = `${times(4, '0ms')}, ${instants(10, 400, 10, 'ms')}`;
    expect(outcomes(golden(one(queue('30ms'), at)).requests)).toContain('rejectedOverload');
    expect(outcomes(golden(one(queue('30.001ms'), at)).requests)).not.toContain('rejectedOverload');
  });

  it('lets a dropped request pay what a refusal costs', () => {
    const { requests, at } = golden(
      one('{ discipline: codel }', times(50, '0ms'), 'rejectWork: 2ms, '),
    );
    expect(refusals(requests)).toEqual([122, 222, 302, 352, 402]);
    expect(at('s.serve').filter(({ begun: start }) => start < 0)).toHaveLength(5);
  });

  it('forgets its cycle with the process', () => {
    const at = `${times(50, '0ms')}, ${times(50, '600ms')}`;
    const crash = `faults: [ { id: c, kind: crash, target: s, at: 500ms, for: 10ms } ]\n`;
    const { requests } = golden(one('{ discipline: codel }', at) + crash);
    expect(refusals(requests, 600)).toEqual([120, 220, 300, 350, 400]);
  });
});

describe('a queue of discipline adaptiveLifo', () => {
  it('serves the oldest first until it has not been empty for longer than the interval', () => {
    const { at } = golden(one('{ discipline: adaptiveLifo }', times(30, '0ms')));
    const starts = begun(at('s.serve'));
    // At exactly 100 it is still the oldest first.
    expect(starts.slice(0, 11)).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
    expect(starts[29]).toBe(110);
    expect(starts[11]).toBe(290);
  });

  it('with a target limits waits to the interval, and to the target once the queue stands', () => {
    const at = `${times(12, '0ms')}, ${times(3, '50ms')}, 121ms, 127ms`;
    const { requests } = golden(one('{ discipline: adaptiveLifo, target: 5ms }', at));
    expect(outcomes(requests).map((outcome) => outcome === 'ok')).toEqual([
      ...Array.from({ length: 11 }, () => true),
      ...[false, true, true, true, false, true],
    ]);
    // The twelfth may wait for 100 ms; of the three at 50 the last is served first, at 110.
    expect(latencies(requests).slice(11)).toEqual([100, 100, 80, 70, 5, 13]);
  });
});

describe('a queue of discipline priority', () => {
  const people = (name: string, priority: number, at: string): string =>
    `  ${name}: { priority: ${priority}, arrivals: { at: [ ${at} ] }, requests: [ { call: s } ] }\n`;
  const service = (queue: string): string => `
services:
  s: { concurrency: 1, queue: ${queue}, endpoints: { serve: [ wait: 10ms ] } }
workloads:
`;
  const of = (rows: ReturnType<typeof golden>['requests'], part: string) =>
    rows.filter((row) => row.part === part).map((row) => [row.outcome, row.answered - row.sent]);

  it('serves the highest first, the oldest among equals, and interrupts nobody', () => {
    const { requests } = golden(
      service('{ discipline: priority }') +
        people('low', 0, '0ms, 1ms') +
        people('mid', 1, '2ms, 3ms') +
        people('high', 2, '4ms, 21ms'),
    );
    expect(of(requests, 'high.serve')).toEqual([
      ['ok', 16],
      ['ok', 19],
    ]);
    expect(of(requests, 'mid.serve')).toEqual([
      ['ok', 28],
      ['ok', 47],
    ]);
    expect(of(requests, 'low.serve')).toEqual([
      ['ok', 10],
      ['ok', 59],
    ]);
  });

  it('when full gives up the newest of its lowest priority to who is above it, to nobody else', () => {
    const { requests } = golden(
      service('{ discipline: priority, capacity: 2 }') +
        people('low', -1, '0ms, 1ms, 4ms') +
        people('mid', 0, '2ms, 5ms') +
        people('high', 7, '3ms, 6ms'),
    );
    expect(of(requests, 'low.serve')).toEqual([
      ['ok', 10],
      ['rejectedOverload', 2],
      ['rejectedOverload', 0],
    ]);
    expect(of(requests, 'mid.serve')).toEqual([
      ['rejectedOverload', 4],
      ['rejectedOverload', 0],
    ]);
    expect(of(requests, 'high.serve')).toEqual([
      ['ok', 17],
      ['ok', 24],
    ]);
  });

  it('goes with every message of the tree, and an endpoint may replace it', () => {
    const body = (own: string): string => `
services:
  front: { endpoints: { ask: { ${own}steps: [ call: s ] } } }
  s: { concurrency: 1, queue: { discipline: priority }, endpoints: { serve: [ wait: 10ms ] } }
workloads:
  busy: { arrivals: { at: [ 0ms, 1ms ] }, requests: [ { call: s } ] }
  few: { arrivals: { at: [ 2ms ] }, requests: [ { call: front, priority: 1 } ] }
`;
    expect(of(golden(body('')).requests, 'few.ask')).toEqual([['ok', 18]]);
    expect(of(golden(body('priority: -1, ')).requests, 'few.ask')).toEqual([['ok', 28]]);
  });
});

describe('a queue of any discipline', () => {
  it.each(['fifo', 'lifo', 'adaptiveLifo', 'priority', 'codel', 'fair, key: tenant'])(
    'drops in its turn who has no time left, and gives the turn to the next: %s',
    (discipline) => {
      const body = (at: string): string =>
        `keys: { tenant: unique }\n${one(`{ discipline: ${discipline} }`, at)}`.replace(
          'call: s }',
          'call: s, policy: { deadline: 15ms } }',
        );
      // Two begin, at 0 and 10; the third would at 20, its time was over at 15. The last comes at 16.
      const { requests, at } = golden(body(`${times(3, '0ms')}, 16ms`));
      expect(outcomes(requests)).toEqual(['ok', 'deadlineExceeded', 'deadlineExceeded', 'ok']);
      expect([...begun(at('s.serve'))].sort((a, b) => a - b)).toEqual([-1, 0, 10, 20]);
    },
  );
});

describe('a queue of discipline fair', () => {
  it('serves the values of its key in turn', () => {
    const body = `
keys: { tenant: hot(count=2 hotShare=80% hotKeys=1) }
services:
  s: { concurrency: 1, queue: { discipline: fair, key: tenant }, endpoints: { serve: [ wait: 10ms ] } }
workloads:
  users: { arrivals: { at: [ ${times(40, '0ms')} ] }, requests: [ { call: s } ] }
`;
    const fair = latencies(golden(body).requests);
    const fifo = latencies(golden(body.replace('discipline: fair, key: tenant', '')).requests);
    expect(fifo).toEqual(Array.from({ length: 40 }, (_, k) => 10 * (k + 1)));
    // In turn: those of the rare tenant are served at every second place, before most of the others.
    expect([...fair].sort((a, b) => a - b)).toEqual(fifo);
    expect(fair).not.toEqual(fifo);
  });
});
