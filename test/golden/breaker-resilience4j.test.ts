import { describe, expect, it } from 'vitest';
import type { Traced } from './tracing.js';
import { golden, outcomes, sent } from './tracing.js';

/** When a caller `front` makes its calls to `s`, by their effect there; times in ms. */
interface Traffic {
  readonly good?: readonly number[];
  /** A status 500 at once. */
  readonly bad?: readonly number[];
  /** A status 404 at once. */
  readonly missing?: readonly number[];
  /** Answers after 5 s. */
  readonly slow?: readonly number[];
  /** A status 500 after 5 s. */
  readonly late?: readonly number[];
}

const STEPS: Readonly<Record<keyof Traffic, string>> = {
  good: 'wait: 0ms',
  bad: 'fail: 500',
  missing: 'fail: 404',
  slow: 'wait: 5s',
  late: 'wait: 5s, fail: 500',
};

/** One caller with one breaker for all its calls. */
function guarded(breaker: string, traffic: Traffic, more = '', others = ''): Traced {
  const kinds = (Object.keys(STEPS) as (keyof Traffic)[]).filter((kind) => traffic[kind]);
  const calls = kinds.map((kind) => `${kind}: [ call: s.${kind} ]`).join(', ');
  const serves = kinds.map((kind) => `${kind}: [ ${STEPS[kind]} ]`).join(', ');
  const workloads = kinds.map((kind) => {
    const times = traffic[kind]!.map((ms) => `${ms}ms`).join(', ');
    return `  ${kind}: { arrivals: { at: [ ${times} ] }, requests: [ { call: front.${kind} } ] }`;
  });
  return golden(`
policies: { guard: { ${others}circuitBreaker: { kind: resilience4j, ${breaker} } } }
services:
  front: { outbound: guard, endpoints: { ${calls} } }
  s: { endpoints: { ${serves} } }
workloads:
${workloads.join('\n')}
${more}`);
}

const states = ({ ran }: Traced): readonly (readonly [number, string])[] =>
  ran.variant().edges['front->s'].breaker!.transitions.map(({ at, state }) => [at, state]);

const seconds = (...list: number[]): number[] => list.map((second) => second * 1000);
const span = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, k) => (from + k) * 1000);
/** Attempts of `front` that its breaker admitted, by endpoint. */
const through = (traced: Traced, kind: keyof Traffic): number[] => sent(traced.at(`s.${kind}`));

describe('resilience4j circuit breakers', () => {
  const g9 =
    'slidingWindowSize: 10, minimumNumberOfCalls: 5, failureRateThreshold: 50%, ' +
    'waitDurationInOpenState: 10s, permittedNumberOfCallsInHalfOpenState: 3';

  it('G9: opens at exactly 50 %, refuses at exactly 10 s, closes with one failure of three', () => {
    const traced = guarded(g9, {
      good: [...span(1, 3), ...span(7, 17), ...seconds(19, 20)],
      bad: seconds(4, 5, 6, 18),
    });
    expect(states(traced)).toEqual([
      [6, 'open'],
      [17, 'halfOpen'],
      [19, 'closed'],
    ]);
    expect(through(traced, 'good')).toEqual([...span(1, 3), ...seconds(17, 19, 20)]);
    expect(traced.ran.variant().edges['front->s'].counters['breakerRejected']).toBe(10);
  });

  it('G9: opens again with two failures of three', () => {
    const traced = guarded(g9, {
      good: [...span(1, 3), ...span(7, 17)],
      bad: seconds(4, 5, 6, 18, 19),
    });
    expect(states(traced)).toEqual([
      [6, 'open'],
      [17, 'halfOpen'],
      [19, 'open'],
    ]);
  });

  it('G9: starts with an empty window once it has closed', () => {
    // Failures of 20 to 23 s are four calls after the close: the fifth opens it.
    const traced = guarded(g9, {
      good: [...span(1, 3), ...seconds(17, 18, 19)],
      bad: [...seconds(4, 5, 6), ...span(20, 24)],
    });
    expect(states(traced).slice(-2)).toEqual([
      [19, 'closed'],
      [24, 'open'],
    ]);
  });

  const quick = 'slidingWindowSize: 2, waitDurationInOpenState: 10s';

  it('divergence 3: trips when slow failures end, not when their calls begin', () => {
    const traced = guarded(quick, { late: [0, 1000], slow: [5500], good: [6500] });
    expect(states(traced)).toEqual([[6, 'open']]);
    expect(through(traced, 'slow')).toEqual([5500]);
    expect(through(traced, 'good')).toEqual([]);
  });

  it('divergence 4: results of calls from before count in half open, and may decide it', () => {
    const traced = guarded(
      'slidingWindowSize: 2, waitDurationInOpenState: 1s, permittedNumberOfCallsInHalfOpenState: 2',
      { late: [0, 100], bad: [1000, 1500], slow: [3000] },
    );
    // Open at 1.5 s, half open with the call of 3 s; the results of 5 s and 5.1 s open it again.
    expect(states(traced)).toEqual([
      [1.5, 'open'],
      [3, 'halfOpen'],
      [5.1, 'open'],
    ]);
  });

  it('divergence 4: a result that ends while it is open changes nothing', () => {
    const traced = guarded(`${quick}, permittedNumberOfCallsInHalfOpenState: 1`, {
      slow: [0],
      late: [100],
      bad: [1000, 1500],
      good: [11_500, 11_600],
    });
    expect(states(traced)).toEqual([
      [1.5, 'open'],
      [11.6, 'halfOpen'],
      [11.6, 'closed'],
    ]);
  });

  it('divergence 5: half open lets calls through in all, not at once', () => {
    const traced = guarded(`${quick}, permittedNumberOfCallsInHalfOpenState: 3`, {
      bad: [0, 1000],
      slow: [12_000, 13_000, 14_000],
      good: [14_500, 16_000, 18_000, 19_500],
    });
    // Three slow probes end at 17, 18 and 19 s; none of the calls before 19 s gets through but they.
    expect(through(traced, 'slow')).toEqual([12_000, 13_000, 14_000]);
    expect(through(traced, 'good')).toEqual([19_500]);
    expect(states(traced).at(-1)).toEqual([19, 'closed']);
  });

  it('divergence 6: half open is decided by min(minimum, permitted) results, not by the first', () => {
    const probes = (permitted: number, minimum: string): readonly (readonly [number, string])[] =>
      states(
        guarded(`${quick}${minimum}, permittedNumberOfCallsInHalfOpenState: ${permitted}`, {
          bad: [0, 1000, 12_000],
          good: span(13, 30),
        }),
      ).slice(1);
    // The first probe fails. Four are admitted: 1 of 4 is 25 %, at 15 s.
    expect(probes(4, '')).toEqual([
      [12, 'halfOpen'],
      [15, 'closed'],
    ]);
    // With a minimum of 2 the second result decides: 1 of 2 is 50 %.
    expect(probes(4, ', minimumNumberOfCalls: 2')[1]).toEqual([13, 'open']);
  });

  it('divergence 7: a probe that hangs keeps it half open, unless there is a longest time', () => {
    const hung = (longest: string): Traced =>
      guarded(
        `${quick}, permittedNumberOfCallsInHalfOpenState: 1${longest}`,
        { bad: [0, 1000], good: span(12, 60) },
        'faults: [ { id: stuck, kind: hang, target: s, at: 11500ms, for: 1h } ]\n',
      );
    expect(states(hung('')).slice(1)).toEqual([[12, 'halfOpen']]);
    // 12 s and 20 s more: open from 32 s; the first call after 42 s is a probe.
    expect(states(hung(', maxWaitDurationInHalfOpenState: 20s')).slice(1)).toEqual([
      [12, 'halfOpen'],
      [32, 'open'],
      [43, 'halfOpen'],
      [63, 'open'],
    ]);
  });

  it('divergence 8: rates are inclusive, the wait and slowness are not', () => {
    const rate = 'slidingWindowSize: 4, failureRateThreshold: 50%, waitDurationInOpenState: 10s';
    const half = guarded(rate, { bad: [0, 1000], good: [2000, 3000, 13_000, 13_001] });
    expect(states(half)).toEqual([
      [3, 'open'],
      [13.001, 'halfOpen'],
    ]);
    const slow = (limit: string): readonly (readonly [number, string])[] =>
      states(
        guarded(
          `slidingWindowSize: 2, slowCallRateThreshold: 50%, slowCallDurationThreshold: ${limit}`,
          {
            slow: [0],
            good: [5500],
          },
        ),
      );
    expect(slow('5s')).toEqual([]);
    expect(slow('4999ms')).toEqual([[5.5, 'open']]);
  });

  it('divergence 10: a first failure is no rate before the minimum', () => {
    const traced = guarded('minimumNumberOfCalls: 20', { bad: span(0, 18), good: span(19, 25) });
    // 19 failures of 19 say nothing; the twentieth call, a success, makes it 95 %.
    expect(states(traced)).toEqual([[19, 'open']]);
  });

  it('divergence 11: refusals are neither failures nor successes', () => {
    const traced = guarded(`${quick}, permittedNumberOfCallsInHalfOpenState: 2`, {
      bad: [0, 1000],
      good: [...span(2, 11), 11_500, 12_500],
    });
    expect(traced.ran.variant().edges['front->s'].counters['breakerRejected']).toBe(10);
    expect(states(traced).slice(1)).toEqual([
      [11.5, 'halfOpen'],
      [12.5, 'closed'],
    ]);
  });

  it('divergence 12: refusals of a bulkhead inside open it, unless they are ignored', () => {
    const behind = (config: string) =>
      guarded(
        `slidingWindowSize: 2${config}`,
        { slow: [0, 100, 200, 300, 400], good: [6000] },
        '',
        'bulkhead: { maxConcurrent: 1 }, ',
      );
    // The library records every exception (DEFAULT_RECORD_EXCEPTION_PREDICATE), BulkheadFullException too.
    expect(states(behind(''))).toEqual([[0.2, 'open']]);
    const traced = behind(', ignore: [rejectedBulkhead]');
    expect(states(traced)).toEqual([]);
    expect(traced.ran.variant().edges['front->s'].counters['bulkheadRejected']).toBe(4);
    expect(through(traced, 'good')).toEqual([6000]);
  });

  it('divergence 13: without traffic it stays open past its wait; with the timer it does not', () => {
    const traffic = { bad: [0, 1000], good: [30_000] };
    expect(states(guarded(quick, traffic)).slice(1)).toEqual([[30, 'halfOpen']]);
    expect(
      states(
        guarded(`${quick}, automaticTransitionFromOpenToHalfOpenEnabled: true`, traffic),
      ).slice(1),
    ).toEqual([[11, 'halfOpen']]);
  });

  it('divergence 13: with the timer a call at exactly the end of the wait gets through', () => {
    const traffic = { bad: [0, 1000], good: [11_000] };
    const automatic = `${quick}, automaticTransitionFromOpenToHalfOpenEnabled: true`;
    expect(through(guarded(automatic, traffic), 'good')).toEqual([11_000]);
    expect(through(guarded(quick, traffic), 'good')).toEqual([]);
  });

  it('divergence 14: answers below 500 are no failures, unless failOn names them', () => {
    const traffic = { missing: span(0, 9) };
    expect(states(guarded('slidingWindowSize: 5', traffic))).toEqual([]);
    expect(states(guarded('slidingWindowSize: 5, failOn: [ clientError ]', traffic))).toEqual([
      [4, 'open'],
    ]);
    expect(
      states(guarded('slidingWindowSize: 5, failOn: [ 4xx ], ignore: [ 404 ]', traffic)),
    ).toEqual([]);
  });

  it('divergence 51: a restarted caller has a closed breaker, whose old timers are dead', () => {
    const traced = guarded(
      `${quick}, automaticTransitionFromOpenToHalfOpenEnabled: true`,
      { bad: [0, 1000, 3000, 4000] },
      'faults: [ { id: restart, kind: crash, target: front, at: 1500ms, for: 100ms } ]\n',
    );
    // The timer of 11 s died with the process; that of 14 s is the second one's.
    expect(states(traced)).toEqual([
      [1, 'open'],
      [1.5, 'closed'],
      [4, 'open'],
      [14, 'halfOpen'],
    ]);
    expect(outcomes(traced.at('s.bad'))).toHaveLength(4);
  });

  it('time windows hold whole seconds of the clock', () => {
    const three = 'slidingWindowType: time, slidingWindowSize: 3s, minimumNumberOfCalls: 3';
    expect(states(guarded(three, { bad: [900, 2000, 2999] }))).toEqual([[2.999, 'open']]);
    expect(states(guarded(three, { bad: [900, 2000, 3000] }))).toEqual([]);
  });
});

describe('custom circuit breakers', () => {
  const late = (lateResults: string): Traced =>
    golden(`
policies:
  guard: { circuitBreaker: { kind: custom, threshold: 6, open: 60s, lateResults: ${lateResults} } }
services:
  front:
    outbound: guard
    endpoints: { long: [ call: s.long ], bad: [ call: s.bad ], probe: [ call: s.probe ] }
  s:
    endpoints: { long: [ wait: 70s ], bad: [ fail: 500 ], probe: [ wait: 11s ] }
workloads:
  early: { arrivals: { at: [ 0s ] }, requests: [ { call: front.long } ] }
  failing: { arrivals: { at: [ 1s, 2s, 3s, 4s, 5s, 6s ] }, requests: [ { call: front.bad } ] }
  probing: { arrivals: { at: [ 66s, 72s ] }, requests: [ { call: front.probe } ] }
`);

  it('G11: drop a late success', () => {
    const traced = late('drop');
    expect(states(traced)).toEqual([
      [6, 'open'],
      [66, 'halfOpen'],
      [77, 'closed'],
    ]);
    expect(sent(traced.at('s.probe'))).toEqual([66_000]);
  });

  it('G11: or close with it, and let a call at 72 s through', () => {
    const traced = late('current');
    expect(states(traced).at(-1)).toEqual([70, 'closed']);
    expect(sent(traced.at('s.probe'))).toEqual([66_000, 72_000]);
  });
});
