import { describe, expect, it } from 'vitest';
import { answered, golden, latencies, metered, outcomes, times } from './tracing.js';

const load = (call: string, at: string, name = 'users'): string =>
  `${name}: { arrivals: { at: [ ${at} ] }, requests: [ { call: ${call} } ] }`;

const called = (fields: string, at: string, steps = 'wait: 100ms'): string => `
functions: { thumb: { ${fields} steps: [ ${steps} ] } }
workloads: { ${load('thumb', at)} }`;

describe('CPU of an environment', () => {
  it('follows the memory of a Lambda function: 1769 MB are one core', () => {
    const took = (memory: string): number[] =>
      latencies(golden(called(`kind: lambda, memory: ${memory},`, '0s', 'work: 100ms')).requests);
    expect(took('1769MB')).toEqual([100]);
    expect(took('1769MiB')).toEqual([100]);
    // One thread cannot use the second core.
    expect(took('3538MB')).toEqual([100]);
    expect(took('884MB')[0]).toBeCloseTo((100 * 1769) / 884, 4);
    expect(took('128MB')[0]).toBeCloseTo((100 * 1769) / 128, 4);
  });

  it('is used by branches at once', () => {
    const steps = 'parallel: { branches: [ work: 100ms, work: 100ms ] }';
    const one = golden(called('kind: lambda, memory: 1769MB,', '0s', steps));
    expect(latencies(one.requests)).toEqual([200]);
    const two = golden(called('kind: lambda, memory: 3538MB,', '0s', steps));
    expect(latencies(two.requests)).toEqual([100]);
  });

  it('is shared by its own requests only', () => {
    // Two and one: the pair shares a core, the third has its own.
    const fields = 'cpu: 1, concurrencyPerInstance: 2,';
    const traced = golden(called(fields, times(3, '0ms'), 'work: 100ms'));
    expect(latencies(traced.requests)).toEqual([200, 200, 100]);
  });

  it('is one core for all 80 requests in an instance of Cloud Run', () => {
    const traced = golden(called('kind: cloudRun,', times(4, '0ms'), 'work: 10ms'));
    expect(latencies(traced.requests)).toEqual([40, 40, 40, 40]);
  });

  it('goes with a crash', () => {
    const traced = golden(`${called('cpu: 0.5,', '0s, 3s', 'work: 100ms')}
faults: [ { id: dies, kind: crash, target: thumb, at: 50ms, for: 1s } ]`);
    expect(outcomes(traced.requests)).toEqual(['reset', 'ok']);
    expect(latencies(traced.requests)).toEqual([50, 200]);
  });
});

describe('the account of Lambda functions', () => {
  const pair = (one: string, other: string): string => `
functions:
  noisy: { kind: lambda, ${one} steps: [ wait: 1s ] }
  quiet: { kind: lambda, ${other} steps: [ wait: 1s ] }
workloads: { ${load('noisy', times(4, '0ms'), 'crowd')}, ${load('quiet', '1ms', 'user')} }`;

  it('is shared: what one uses is not there for the others', () => {
    const traced = golden(pair('maxConcurrency: 4,', 'maxConcurrency: 4,'));
    expect(outcomes(traced.requests)).toEqual(['ok', 'ok', 'ok', 'ok', 'throttled']);
  });

  it('keeps what is reserved for one function, and for that one no more', () => {
    const traced = golden(pair('maxConcurrency: 4,', 'reserved: 1,'));
    expect(outcomes(traced.requests)).toEqual(['ok', 'ok', 'ok', 'throttled', 'ok']);
    const capped = golden(pair('reserved: 2,', 'maxConcurrency: 4,'));
    expect(outcomes(capped.requests)).toEqual(['ok', 'ok', 'throttled', 'throttled', 'ok']);
  });

  it('turns a function off with reserved: 0', () => {
    const traced = golden(pair('reserved: 0,', ''));
    expect(outcomes(traced.requests).slice(0, 4)).toEqual(times(4, 'throttled').split(', '));
  });
});

describe('kind: knative', () => {
  it('holds the first requests until a pod has started', () => {
    const traced = golden(called('kind: knative, coldStart: 2s,', '0s, 500ms, 5s'));
    expect(answered(traced.requests)).toEqual([2100, 2100, 5100]);
    expect(metered(traced, 'coldStarts', 'thumb')).toBe(1);
  });

  it('keeps the limit of a pod: what is too many waits for those before it', () => {
    const fields = 'kind: knative, coldStart: 500ms, concurrencyPerInstance: 1,';
    const traced = golden(called(fields, times(3, '0ms')));
    // 0 s: one pod for the first. Ready at 500 ms, one after the other.
    expect(answered(traced.requests)).toEqual([600, 700, 800]);
  });

  it('panics, and has as many pods as the requests that wait want', () => {
    const fields = 'kind: knative, coldStart: 500ms, concurrencyPerInstance: 1,';
    // 4 x 3 s. At 2 s: 4 at once on average over the two seconds so far, and 4 pods for them instead of 1.
    const traced = golden(called(fields, times(4, '0ms'), 'wait: 3s'));
    expect(answered(traced.requests)).toEqual([3500, 5500, 5500, 5500]);
    expect(metered(traced, 'coldStarts', 'thumb')).toBe(4);
  });

  it('goes to zero when the stable window is empty', () => {
    // Answered at 1100 ms: at 62 s the last 60 whole seconds hold nothing, at 60 s they hold the second from 1 s on.
    const fields = 'kind: knative, coldStart: 1s,';
    const kept = golden(called(fields, '0s, 61999ms'));
    expect(latencies(kept.requests)).toEqual([1100, 100]);
    const gone = golden(called(fields, '0s, 62001ms'));
    expect(latencies(gone.requests)).toEqual([1100, 1100]);
    const short = 'kind: knative, coldStart: 1s, autoscaler: { stableWindow: 10s },';
    const sooner = golden(called(short, '0s, 12001ms'));
    expect(latencies(sooner.requests)).toEqual([1100, 1100]);
  });

  it('keeps minScale, and stays below maxScale', () => {
    const kept = golden(
      called('kind: knative, coldStart: 1s, autoscaler: { minScale: 1 },', '0s, 5m'),
    );
    expect(latencies(kept.requests)).toEqual([100, 100]);
    const fields =
      'kind: knative, concurrencyPerInstance: 1, autoscaler: { minScale: 1, maxScale: 2 },';
    const capped = golden(called(fields, times(5, '0ms'), 'wait: 4s'));
    // One until the decision at 2 s, two from then on.
    expect(answered(capped.requests)).toEqual([4000, 6000, 8000, 10_000, 12_000]);
  });

  it('lets a pod that is one too many end what it has begun', () => {
    // 10 long requests and no others: 10 / 70 of a pod, so one of the two pods is removed, and no request with it.
    const fields =
      'kind: knative, autoscaler: { minScale: 1, target: 1, targetUtilization: 100% },';
    const traced = golden(called(fields, '0s, 0s, 0s', 'wait: 90s'));
    expect(outcomes(traced.requests)).toEqual(['ok', 'ok', 'ok']);
    expect(latencies(traced.requests)).toEqual([90_000, 90_000, 90_000]);
  });

  it('answers 503 when 10000 requests wait', () => {
    const fields = 'kind: knative, coldStart: 10s, concurrencyPerInstance: 100,';
    const traced = golden(`
functions: { thumb: { ${fields} steps: [ wait: 1ms ] } }
workloads:
  users: { arrivals: { kind: constant, rate: 20000/s }, stop: 501ms, requests: [ { call: thumb } ] }`);
    const refused = outcomes(traced.requests).filter((outcome) => outcome === 'rejectedOverload');
    expect(refused).toHaveLength(traced.requests.length - 10_000);
  });

  it('loses what waits with a crash of all', () => {
    const traced = golden(`${called('kind: knative, coldStart: 1s,', '0s, 3s')}
faults: [ { id: dies, kind: crash, target: thumb, at: 500ms, for: 1s } ]`);
    expect(outcomes(traced.requests)).toEqual(['reset', 'ok']);
    expect(latencies(traced.requests)).toEqual([500, 1100]);
  });
});
