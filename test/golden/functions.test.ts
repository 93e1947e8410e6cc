import { describe, expect, it } from 'vitest';
import { answered, golden, latencies, metered, outcomes, times } from './tracing.js';

const called = (fields: string, at: string, more = ''): string => `
functions: { thumb: { coldStart: 500ms, ${fields} steps: [ wait: 100ms ] } }
workloads: { users: { arrivals: { at: [ ${at} ] }, requests: [ { call: thumb } ] } }
${more}`;

describe('environments of a function', () => {
  it('the first request waits for a cold start, the next finds it warm', () => {
    const traced = golden(called('', '0s, 1s'));
    expect(latencies(traced.requests)).toEqual([600, 100]);
    expect(metered(traced, 'coldStarts', 'thumb')).toBe(1);
  });

  it('each request at once needs one of its own, even if one comes free meanwhile', () => {
    // At 650 ms the first is free again, but the third was given a new one at 550 ms.
    const traced = golden(called('', '0ms, 0ms, 550ms'));
    expect(answered(traced.requests)).toEqual([600, 600, 1150]);
  });

  it('takes several requests where it can, those that wait for its start too', () => {
    const traced = golden(called('concurrencyPerInstance: 2,', times(3, '0ms')));
    expect(latencies(traced.requests)).toEqual([600, 600, 600]);
    expect(metered(traced, 'coldStarts', 'thumb')).toBe(2);
  });

  it('is taken down once it has been idle for keepAlive', () => {
    // Idle from 600 ms; removed at 10600 ms.
    const kept = golden(called('keepAlive: 10s,', '0s, 10599ms'));
    expect(latencies(kept.requests)).toEqual([600, 100]);
    const gone = golden(called('keepAlive: 10s,', '0s, 10600ms'));
    expect(latencies(gone.requests)).toEqual([600, 600]);
  });

  it('is there from the beginning where it is provisioned', () => {
    const traced = golden(called('provisioned: 1, keepAlive: 1s,', '0s, 30m, 30m'));
    expect(latencies(traced.requests)).toEqual([100, 100, 600]);
  });

  it('throttles beyond maxConcurrency', () => {
    const traced = golden(called('maxConcurrency: 2,', times(3, '0ms')));
    expect(outcomes(traced.requests)).toEqual(['ok', 'ok', 'throttled']);
    expect(latencies(traced.requests)).toEqual([600, 600, 0]);
  });

  it('throttles beyond the burst, and makes more at scaleRate', () => {
    // Two at once, and one more every 500 ms.
    const traced = golden(
      called('burst: 2, scaleRate: 2/s,', '0ms, 0ms, 0ms, 499ms, 500ms, 501ms'),
    );
    expect(outcomes(traced.requests)).toEqual([
      'ok',
      'ok',
      'throttled',
      'throttled',
      'ok',
      'throttled',
    ]);
  });

  it('ends an execution at its timeout, the cold start not counted', () => {
    const traced = golden(called('timeout: 60ms,', '0ms'));
    expect(outcomes(traced.requests)).toEqual(['serverError']);
    expect(latencies(traced.requests)).toEqual([560]);
  });

  it('starts again after a timeout, which ends the runtime of a lambda and not that of a container', () => {
    const after = (kind: string, limit = 'timeout: 1s', own = ''): number[] =>
      latencies(
        golden(`
functions:
  thumb:
    kind: ${kind}
    coldStart: 500ms
    ${limit}
    endpoints: { slow: { ${own} steps: [ wait: 10s ] }, fast: [ wait: 100ms ] }
workloads:
  first: { arrivals: { at: [ 0s ] }, requests: [ { call: thumb.slow } ] }
  later: { arrivals: { at: [ 2s, 3s ] }, requests: [ { call: thumb.fast } ] }`).requests,
      );
    expect(after('lambda')).toEqual([1500, 600, 100]);
    expect(after('cloudRun')).toEqual([1500, 100, 100]);
    // A limit of the code itself ends no runtime.
    expect(after('lambda', 'timeout: 5s', 'timeLimit: 1s,')).toEqual([1500, 100, 100]);
  });

  it('all are lost with a crash', () => {
    const traced = golden(
      called(
        '',
        '0s, 1s, 3s',
        'faults: [ { id: dies, kind: crash, target: thumb, at: 1050ms, for: 1s } ]',
      ),
    );
    expect(outcomes(traced.requests)).toEqual(['ok', 'reset', 'ok']);
    expect(latencies(traced.requests)).toEqual([600, 50, 600]);
  });
});
