import { describe, expect, it } from 'vitest';
import { golden, times } from './tracing.js';
import type { Traced } from './tracing.js';

/** One worker of 10 ms; requests of workloads `w0`, `w1` ... with a priority each, at these ms. */
const one = (
  queue: string,
  arrivals: readonly (readonly [at: string, priority?: number])[],
): Traced =>
  golden(
    `
services: { s: { concurrency: 1, queue: { ${queue} }, endpoints: { serve: [ wait: 10ms ] } } }
workloads:
${arrivals
  .map(
    ([at, priority = 0], k) =>
      `  w${k}: { arrivals: { at: [ ${at} ] }, requests: [ { call: s, priority: ${priority} } ] }`,
  )
  .join('\n')}`,
    '1m',
  );

/** When each was sent, in the order in which they were served. */
const order = (traced: Traced): readonly number[] =>
  traced
    .at('s.serve')
    .filter(({ begun }) => begun >= 0)
    .sort((a, b) => a.begun - b.begun)
    .map(({ sent }) => sent);
/** Time and identity of every refusal. */
const refused = (traced: Traced): readonly (readonly [number, number])[] =>
  traced.requests
    .filter(({ outcome }) => outcome === 'rejectedOverload')
    .map(({ sent, answered }) => [sent, answered] as const);

describe('7.2.1: codel with a target of 5 ms and an interval of 100 ms', () => {
  const flood = (count: number): Traced =>
    one('discipline: codel, target: 5ms, interval: 100ms', [[times(count, '0ms')]]);

  it('drops once waits were above the target for longer than the interval, and then ever faster', () => {
    // At 10 ms the wait is above the target, at 110 ms not longer than the interval. First drop at 120 ms, due
    // then at 220, 290.7 (+ 100 / sqrt 2), 348.4 (/ sqrt 3), 398.4, 443.2, 484.0; a look is every 10 ms.
    const drops = refused(flood(100)).map(([, at]) => at);
    expect(drops.slice(0, 7)).toEqual([120, 220, 300, 350, 400, 450, 490]);
  });

  it('drops nothing while few requests wait, nor while waits are short', () => {
    // Until 120 ms all but two are served.
    expect(refused(flood(14))).toEqual([]);
    expect(refused(flood(15)).map(([, at]) => at)).toEqual([120]);
    const short = one('discipline: codel, target: 10ms, interval: 100ms', [
      [
        '0ms, 1ms, 10ms, 20ms, 30ms, 40ms, 50ms, 60ms, 70ms, 80ms, 90ms, 100ms, 110ms, 120ms, 130ms, 140ms',
      ],
    ]);
    expect(refused(short)).toEqual([]);
  });
});

describe('7.2.1: adaptiveLifo', () => {
  it('takes the newest while the queue has not been empty for longer than its interval', () => {
    const list: [string][] = [['0ms'], ['1ms'], ['2ms'], ['3ms'], ['4ms'], ['5ms']];
    // Empty until 1 ms: at 10 and 20 ms that is 9 and 19 ms ago.
    expect(order(one('discipline: adaptiveLifo, interval: 15ms', list))).toEqual([
      0, 1, 5, 4, 3, 2,
    ]);
    expect(order(one('discipline: adaptiveLifo, interval: 19ms', list))).toEqual([
      0, 1, 2, 5, 4, 3,
    ]);
    expect(order(one('discipline: lifo', list))).toEqual([0, 5, 4, 3, 2, 1]);
  });
});

describe('7.2.2: priority', () => {
  const levels: [string, number][] = [
    ['0ms', 1],
    ['1ms', 1],
    ['2ms', 3],
    ['3ms', 2],
    ['4ms', 3],
    ['5ms', 1],
  ];

  it('is strict by level and first come first served within one, and preempts no request', () => {
    expect(order(one('discipline: priority', levels))).toEqual([0, 2, 4, 3, 1, 5]);
  });

  it('in a full queue pushes out the newest of the lowest level below its own', () => {
    const traced = one('discipline: priority, capacity: 3', levels);
    // 1, 2 and 3 wait; 4 evicts 1, and 5 finds none with a lower priority.
    expect(refused(traced)).toEqual([
      [1, 4],
      [5, 5],
    ]);
    expect(order(traced)).toEqual([0, 2, 4, 3]);
  });
});

describe('7.2.2: last come first served', () => {
  it('lets the oldest starve, unless there is a longest wait', () => {
    const load: [string][] = [[times(1, '0ms, 1ms')], ['10ms, 20ms, 30ms, 40ms']];
    expect(order(one('discipline: lifo', load))).toEqual([0, 1, 10, 20, 30, 40]);
    const busy: [string][] = [['0ms, 1ms'], ['9ms, 19ms, 29ms, 39ms']];
    expect(order(one('discipline: lifo', busy))).toEqual([0, 9, 19, 29, 39, 1]);
    const bounded = one('discipline: lifo, maxWait: 25ms', busy);
    expect(refused(bounded)).toEqual([[1, 26]]);
  });
});
