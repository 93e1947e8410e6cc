import { describe, expect, it } from 'vitest';
import { resultText } from '../../src/run/result-text.js';
import { theory } from './case.js';
import { inMs, inSystem } from './measures.js';
import { run, stream } from './program.js';

describe('operational laws', () => {
  theory('littles-law', ({ p }) => {
    const ran = run(`
faultline: 1
title: A mixed topology
run: { duration: ${p.duration}s, warmup: ${p.warmup}s, seed: 7 }
services:
  gw:
    concurrency: 8
    endpoints: { serve: [ wait: exponential(20ms), call: a, { call: b, probability: 50% } ] }
  a: { concurrency: 4, endpoints: { serve: [ wait: lognormal(mean=15ms cv=1.41421356) ] } }
  b: { concurrency: 2, queue: { capacity: 20 }, endpoints: { serve: [ wait: exponential(12ms) ] } }
workloads:
  users: { arrivals: poisson(120/s), requests: [ { call: gw } ] }
`);
    const { users, ...services } = ran.variant().components;
    const workers: Readonly<Record<string, number>> = { gw: 8, a: 4, b: 2 };
    const little = Object.values(services).map(
      (service) => inSystem(service) / (service.throughput * service.latency.mean!),
    );
    const use = Object.entries(services).map(([name, service]) => {
      const hold = service.successLatency.mean! - service.queueWait!.mean!;
      return (service.utilization! * workers[name]) / (service.goodput * hold);
    });
    const [record] = ran.records[0];
    const told = Object.values(users.outcomes).reduce((sum, n) => sum + n, 0);
    return {
      'each_service: in_system_mean / (throughput*latency_mean)': furthest(little),
      'each_service: utilization*concurrency / (throughput*mean_service_or_hold_time)':
        furthest(use),
      'conservation: arrivals - completed - rejected - in_flight_at_end + in_flight_at_start':
        record.totals.requests - told,
    };
  });
});

describe('sources', () => {
  theory(
    'poisson-source',
    ({ p, share }) => {
      const gaps: number[] = [];
      const perSecond = new Int32Array(p.duration);
      let before = -1;
      const text = `
faultline: 1
title: A Poisson source
run: { duration: ${p.duration}s, seed: 7 }
services: { s: { endpoints: { serve: [ wait: 0ms ] } } }
workloads: { users: { arrivals: poisson(250/s), requests: [ { call: s } ] } }
`;
      const record = stream(text, (rows) => {
        for (let i = 0; i < rows.rows; i++) {
          if (rows.parent[i] >= 0) continue;
          if (before >= 0) gaps.push(rows.sent[i] - before);
          before = rows.sent[i];
          perSecond[Math.floor(rows.sent[i] / 1e9)]++;
        }
      });
      const { mean, variance } = moments(gaps);
      const counts = moments([...perSecond]);
      const sorted = Float64Array.from(gaps).sort();
      return {
        arrivals: record.totals.requests / share,
        interarrival_scv: variance / (mean * mean),
        counts_per_second_variance_over_mean: counts.variance / counts.mean,
        interarrival_p50_ms: sorted[Math.ceil(sorted.length / 2) - 1] / 1e6,
        interarrival_lag1_autocorrelation: lagOne(gaps, mean, variance),
      };
    },
    { share: 0.25, sampled: ['arrivals', 'interarrival_lag1_autocorrelation'] },
  );

  theory(
    'dist-lognormal',
    ({ p }) => {
      const ran = run(`
faultline: 1
title: Log-normal service
run: { duration: ${p.count / 1000}s, seed: 7, drain: 1h }
services: { s: { endpoints: { serve: [ wait: lognormal(p50=10ms p99=100ms) ] } } }
workloads: { users: { arrivals: constant(1000/s), requests: [ { call: s } ] } }
`);
      const { latency } = ran.variant().components['users'];
      return {
        latency_mean_ms: inMs(latency.mean),
        latency_p50_ms: inMs(latency.p50),
        latency_p90_ms: inMs(latency.p90),
        latency_p95_ms: inMs(latency.p95),
        latency_p99_ms: inMs(latency.p99),
        latency_p999_ms: inMs(latency.p999),
      };
    },
    { share: 0.5 },
  );

  theory('determinism', () => {
    const text = (seed: number): string => `
faultline: 1
title: M/M/1
run: { duration: 500s, seed: ${seed} }
services: { s: { concurrency: 1, endpoints: { serve: [ wait: exponential(10ms) ] } } }
workloads: { users: { arrivals: poisson(80/s), requests: [ { call: s } ] } }
`;
    const [first, second, third] = [1, 1, 2].map((seed) => run(text(seed)));
    const bytes = [first, second, third].map(({ result }) => resultText(result));
    return {
      report_of_run1_equals_run2_bytewise: bytes[0] === bytes[1],
      report_of_run3_differs_from_run1:
        bytes[2] !== bytes[0] && third.result.digest !== first.result.digest,
    };
  });
});

describe('distributions', () => {
  const means: readonly (readonly [string, number, number])[] = [
    ['15ms', 15, 0],
    ['uniform(5ms 25ms)', 15, 5.7735],
    ['normal(15ms 3ms)', 15, 3],
    ['exponential(15ms)', 15, 15],
    ['gamma(mean=15ms cv=0.5)', 15, 7.5],
    ['erlang(k=9 mean=15ms)', 15, 5],
    ['hyperexponential(90%=5ms 10%=80ms)', 12.5, 33.8193],
    ['mixture(90%=5ms 10%=100ms)', 14.5, 28.5],
    ['weibull(shape=2 scale=20ms)', 17.7245, 9.265],
    ['empirical(3ms 5ms 10ms)', 6, 2.9439],
  ];
  it.each(means)('has the mean of its law beside a network without delay: %s', (law, mean, sd) => {
    const ran = run(`
faultline: 1
title: One law
run: { duration: 40s, seed: 7, drain: 1h }
services: { s: { endpoints: { serve: [ wait: ${law} ] } } }
workloads: { users: { arrivals: constant(1000/s), requests: [ { call: s } ] } }
`);
    const { users, s } = ran.variant().components;
    const n = users.latency.count;
    expect(Math.abs(inMs(users.latency.mean) - mean)).toBeLessThanOrEqual(
      4 * (sd / Math.sqrt(n)) + 1e-3,
    );
    expect(users.latency.mean).toBe(s.latency.mean);
  });
});

/** The value that is furthest from 1. */
function furthest(values: readonly number[]): number {
  return values.reduce((worst, one) => (Math.abs(one - 1) > Math.abs(worst - 1) ? one : worst));
}

function moments(values: readonly number[]): { readonly mean: number; readonly variance: number } {
  const mean = values.reduce((sum, one) => sum + one, 0) / values.length;
  const variance = values.reduce((sum, one) => sum + (one - mean) ** 2, 0) / values.length;
  return { mean, variance };
}

function lagOne(values: readonly number[], mean: number, variance: number): number {
  let sum = 0;
  for (let i = 1; i < values.length; i++) sum += (values[i] - mean) * (values[i - 1] - mean);
  return sum / (values.length - 1) / variance;
}
