import { describe } from 'vitest';
import { theory } from './case.js';
import { deviationMs, histogramOf, inMs, inSystem, shareAboveZero } from './measures.js';
import type { Ran } from './program.js';
import { run, stream, traceOf } from './program.js';

interface Station {
  readonly arrivals: string;
  readonly duration: number;
  readonly warmup: number;
  /** Fields of the service, in flow style. */
  readonly service: string;
  readonly step: string;
  readonly policy?: string;
}

/** One service and one workload, as a user would write them. */
const station = ({ arrivals, duration, warmup, service, step, policy }: Station): string => `
faultline: 1
title: One station
run: { duration: ${duration}s, warmup: ${warmup}s, seed: 7 }
services:
  s:
    ${service}
    endpoints: { serve: [ ${step} ] }
workloads:
  users:
    arrivals: ${arrivals}
    ${policy === undefined ? '' : `policy: ${policy}`}
    requests: [ { call: s.serve } ]
`;

/** Instants \`at: [0ms, 10ms, ...]\`. */
const every = (count: number, gapMs: number): string =>
  `{ at: [${Array.from({ length: count }, (_, k) => `${k * gapMs}ms`).join(', ')}] }`;

const QUANTILES = ['p50', 'p95', 'p99', 'p999'] as const;

/** All figures of one station that cases can use. */
function figures(ran: Ran, asked: readonly string[]): Record<string, number> {
  const { users, s } = ran.variant().components;
  const { outcomes, successLatency } = users;
  const total = Object.values(outcomes).reduce((a, b) => a + b, 0);
  const all: Record<string, () => number> = {
    latency_mean_ms: () => inMs(successLatency.mean),
    latency_min_ms: () => inMs(successLatency.min),
    latency_max_ms: () => inMs(successLatency.max),
    queue_wait_mean_ms: () => inMs(s.queueWait!.mean),
    queue_wait_max_ms: () => inMs(s.queueWait!.max),
    queue_wait_p95_ms: () => inMs(s.queueWait!.p95),
    queue_wait_p99_ms: () => inMs(s.queueWait!.p99),
    queue_wait_std_ms: () => deviationMs(histogramOf(ran, 's.serve', 'queueWait')),
    queue_length_mean: () => s.queue!.mean,
    utilization: () => s.utilization ?? NaN,
    in_system_mean: () => inSystem(s),
    in_service_mean: () => s.concurrency!.mean,
    fraction_of_requests_that_wait: () => shareAboveZero(histogramOf(ran, 's.serve', 'queueWait')),
    reject_fraction: () => (outcomes.rejectedOverload ?? 0) / total,
    queue_timeout_fraction: () => (outcomes.rejectedOverload ?? 0) / total,
    throughput_rps: () => users.goodput,
    completed: () => outcomes.ok ?? 0,
  };
  for (const q of QUANTILES) all[`latency_${q}_ms`] = () => inMs(successLatency[q]);
  return Object.fromEntries(asked.map((name) => [name, all[name]()]));
}

/** Share of the stated length that is run. */
const SHARES: Readonly<Record<string, number>> = {
  'mm1-rho50': 1,
  'mm1-rho80': 1,
  'mmc-c4-rho75': 1,
  'mmc-c64-rho85': 0.3,
  'mmck-c4-k12-overload': 0.5,
  'mm1k-rho1': 1,
  'mm1k-overload-x2': 0.25,
};

const LATENCY = ['latency_mean_ms', 'latency_p50_ms', 'latency_p95_ms', 'latency_p99_ms'];
const WAITS = ['queue_wait_mean_ms', 'utilization', 'fraction_of_requests_that_wait'];
const LOSS = ['reject_fraction', 'throughput_rps', 'latency_mean_ms', 'queue_length_mean'];

describe('a station with exponential service', () => {
  theory('prio-np-2class', ({ p }) => {
    const people = (name: string, priority: number): string =>
      `  ${name}: { priority: ${priority}, arrivals: poisson(${p[`${name}_rps`]}/s), requests: [ { call: s.${name} } ] }`;
    const step = `[ wait: exponential(${p['service_mean_ms']}ms) ]`;
    const ran = run(`
faultline: 1
title: Two classes
run: { duration: ${p.duration}s, warmup: ${p.warmup}s, seed: 7 }
services:
  s: { concurrency: 1, queue: { discipline: priority }, endpoints: { high: ${step}, low: ${step} } }
workloads:
${people('high', 1)}
${people('low', 0)}
`);
    const { components } = ran.variant();
    const waits = (name: string): number => {
      const { sum, count } = histogramOf(ran, `s.${name}`, 'queueWait');
      return sum / count / 1e6;
    };
    return {
      'high.queue_wait_mean_ms': waits('high'),
      'low.queue_wait_mean_ms': waits('low'),
      'high.latency_mean_ms': inMs(components['high'].successLatency.mean),
      'low.latency_mean_ms': inMs(components['low'].successLatency.mean),
    };
  });

  for (const id of ['mm1-rho50', 'mm1-rho80', 'mmc-c4-rho75', 'mmc-c64-rho85']) {
    theory(
      id,
      ({ p }) => {
        const ran = run(
          station({
            ...p,
            arrivals: `poisson(${p['arrival_rps']}/s)`,
            service: `concurrency: ${p['concurrency']}`,
            step: `wait: exponential(${p['service_mean_ms']}ms)`,
          }),
        );
        const own = p['concurrency'] === 1 ? ['in_system_mean'] : ['queue_wait_p99_ms'];
        return figures(ran, [...LATENCY, ...WAITS, ...own]);
      },
      { share: SHARES[id] },
    );
  }

  for (const id of ['mmck-c4-k12-overload', 'mm1k-rho1', 'mm1k-overload-x2']) {
    theory(
      id,
      ({ p }) => {
        const ran = run(
          station({
            ...p,
            arrivals: `poisson(${p['arrival_rps']}/s)`,
            service: `concurrency: ${p['concurrency']}
    queue: { capacity: ${p['queue_capacity']} }`,
            step: `wait: exponential(${p['service_mean_ms']}ms)`,
          }),
        );
        const own = p['concurrency'] === 1 ? ['latency_p99_ms'] : [];
        return figures(ran, [...LOSS, 'queue_wait_p95_ms', 'utilization', ...own]);
      },
      { share: SHARES[id] },
    );
  }

  theory(
    'mm1-lifo-variance',
    ({ p }) => {
      const ran = run(
        station({
          ...p,
          arrivals: 'poisson(80/s)',
          service: 'concurrency: 1\n    queue: { discipline: lifo }',
          step: 'wait: exponential(10ms)',
        }),
      );
      return figures(ran, ['queue_wait_mean_ms', 'latency_mean_ms', 'queue_wait_std_ms']);
    },
    { share: 0.3 },
  );

  theory(
    'erlangb-c10-a8',
    ({ p }) => {
      const ran = run(
        station({
          ...p,
          arrivals: 'poisson(160/s)',
          service: 'concurrency: 10\n    queue: { capacity: 0 }',
          step: 'wait: exponential(50ms)',
        }),
      );
      return figures(ran, ['reject_fraction', 'in_service_mean', 'latency_mean_ms']);
    },
    { share: 0.5 },
  );

  theory(
    'mminf-inflight',
    ({ p }) => {
      const text = station({
        ...p,
        arrivals: 'poisson(200/s)',
        service: 'concurrency: unlimited',
        step: 'wait: exponential(250ms)',
      });
      const quantiles = ['latency_p50_ms', 'latency_p99_ms', 'latency_p999_ms'];
      const ran = run(text);
      return {
        ...figures(ran, quantiles),
        in_flight_mean: ran.variant().components['s'].concurrency!.mean,
        in_flight_p99_time_weighted: inFlightQuantile(text, p.duration, 0.99),
      };
    },
    { share: 0.4 },
  );

  theory(
    'queue-timeout-det',
    ({ p }) => {
      const ran = run(
        station({
          ...p,
          arrivals: 'poisson(90/s)',
          service: 'concurrency: 1\n    queue: { maxWait: 50ms }',
          step: 'wait: exponential(10ms)',
        }),
      );
      const asked = ['queue_timeout_fraction', 'throughput_rps', 'utilization'];
      return figures(ran, [...asked, 'queue_wait_max_ms']);
    },
    { share: 0.5 },
  );

  theory(
    'fifo-stale-work',
    ({ p }) => {
      const ran = run(
        station({
          ...p,
          arrivals: 'poisson(90/s)',
          service: 'concurrency: 1',
          step: 'wait: exponential(10ms)',
          policy: '{ timeout: 200ms }',
        }),
      );
      const { users, s } = ran.variant().components;
      return {
        success_fraction: users.success ?? NaN,
        goodput_rps: users.goodput,
        server_throughput_rps: s.throughput,
        utilization: s.utilization ?? NaN,
      };
    },
    { share: 0.25 },
  );

  theory(
    'pooling-mm2-vs-2xmm1',
    ({ p }) => {
      const text = station({
        ...p,
        arrivals: 'poisson(80/s)',
        service: 'concurrency: 2',
        step: 'wait: exponential(20ms)',
      });
      const split =
        '{ name: split, set: { services.s.concurrency: 1, services.s.replicas: 2, services.s.loadBalancing: { kind: random } } }';
      const ran = run(`${text}variants: [ { name: shared }, ${split} ]\n`);
      const shared = inMs(ran.variant('shared').components['users'].successLatency.mean);
      const apart = inMs(ran.variant('split').components['users'].successLatency.mean);
      return {
        shared_latency_mean_ms: shared,
        split_latency_mean_ms: apart,
        split_over_shared_latency_ratio: apart / shared,
      };
    },
    { share: 0.3 },
  );

  theory(
    'dm1-rho80',
    ({ p }) => {
      const ran = run(
        station({
          ...p,
          arrivals: 'constant(80/s)',
          service: 'concurrency: 1',
          step: 'wait: exponential(10ms)',
        }),
      );
      const asked = ['latency_mean_ms', 'latency_p99_ms', 'fraction_of_requests_that_wait'];
      return figures(ran, asked);
    },
    { share: 0.4 },
  );
});

describe('a station with other service times', () => {
  for (const id of ['md1-rho80', 'md1-rho60']) {
    theory(
      id,
      ({ p }) => {
        const ran = run(
          station({
            ...p,
            arrivals: `poisson(${p['arrival_rps']}/s)`,
            service: 'concurrency: 1',
            step: `wait: ${p['service_ms']}ms`,
          }),
        );
        return figures(ran, [...LATENCY, 'queue_wait_mean_ms', 'latency_min_ms']);
      },
      { share: 0.5 },
    );
  }

  const general: readonly (readonly [string, string, string])[] = [
    ['mg1-lognormal-scv4', 'poisson(70/s)', 'wait: lognormal(mean=10ms cv=2)'],
    ['mg1-bimodal-hol', 'poisson(250/s)', 'wait: mixture(99%=1ms 1%=100ms)'],
    ['mg1-erlang4', 'poisson(85/s)', 'wait: erlang(k=4 mean=10ms)'],
  ];
  for (const [id, arrivals, step] of general) {
    theory(
      id,
      ({ p }) => {
        const ran = run(station({ ...p, arrivals, service: 'concurrency: 1', step }));
        return figures(ran, ['queue_wait_mean_ms', 'latency_mean_ms', 'utilization']);
      },
      { share: 0.25 },
    );
  }

  theory(
    'erlangb-det-c20',
    ({ p }) => {
      const ran = run(
        station({
          ...p,
          arrivals: 'poisson(900/s)',
          service: 'concurrency: 20\n    queue: { capacity: 0 }',
          step: 'wait: 20ms',
        }),
      );
      return figures(ran, ['reject_fraction', 'utilization']);
    },
    { share: 0.25 },
  );

  theory(
    'ps-insensitive-det',
    ({ p }) => {
      const ran = run(
        station({ ...p, arrivals: 'poisson(75/s)', service: 'cpu: 1', step: 'work: 10ms' }),
      );
      return figures(ran, ['latency_mean_ms', 'in_system_mean', 'utilization']);
    },
    { share: 0.3 },
  );
});

describe('a station with fixed times', () => {
  theory('dd1-underload', ({ p }) => {
    const ran = run(
      station({ ...p, arrivals: every(10_000, 10), service: 'concurrency: 1', step: 'wait: 9ms' }),
    );
    const asked = ['latency_min_ms', 'latency_max_ms', 'queue_wait_max_ms'];
    return figures(ran, [...asked, 'utilization', 'completed']);
  });

  theory('dd1-overload-ramp', () => {
    const { rows, ran } = traceOf(
      station({
        duration: 13,
        warmup: 0,
        arrivals: every(1250, 8),
        service: 'concurrency: 1',
        step: 'wait: 10ms',
      }),
    );
    const requests = rows.filter(({ part }) => part === 'users.serve');
    const latency = (n: number): number => requests[n - 1].answered - requests[n - 1].sent;
    return {
      latency_of_request_number_1_ms: latency(1),
      latency_of_request_number_1250_ms: latency(1250),
      last_completion_at_ms: Math.max(...requests.map(({ answered }) => answered)),
      latency_mean_ms: inMs(ran.variant().components['users'].latency.mean),
      queue_length_max: ran.variant().components['s'].queue!.max,
    };
  });

  theory('burst-ddc', () => {
    const { rows, ran } = traceOf(
      station({
        duration: 0.325,
        warmup: 0,
        arrivals: every(100, 0),
        service: 'concurrency: 8',
        step: 'wait: 25ms',
      }),
    );
    const requests = rows.filter(({ part }) => part === 'users.serve');
    const latencies = requests.map(({ sent, answered }) => answered - sent).sort((a, b) => a - b);
    return {
      last_completion_at_ms: latencies[99],
      latency_mean_ms: inMs(ran.variant().components['users'].latency.mean),
      latency_p50_ms: latencies[49],
      utilization_while_busy: ran.variant().components['s'].utilization ?? NaN,
    };
  });
});

/** Quantile over time of the requests in a service, looked at every 100 ms of the measured time. */
function inFlightQuantile(text: string, seconds: number, share: number): number {
  const counts = new Int32Array(seconds * 10);
  let warmupNs = 0;
  stream(text, (rows, plan) => {
    warmupNs = plan.warmupNs;
    for (let i = 0; i < rows.rows; i++) {
      if (rows.parent[i] < 0) continue;
      const first = Math.ceil((rows.arrived[i] - warmupNs) / 1e8);
      const end = Math.ceil((rows.ended[i] - warmupNs) / 1e8);
      for (let k = Math.max(0, first); k < Math.min(end, counts.length); k++) counts[k]++;
    }
  });
  // Requests of the warm-up are not traced: the first two seconds lack those that are still there.
  const settled = counts.slice(20, counts.length - 20).sort();
  return settled[Math.ceil(share * settled.length) - 1];
}
