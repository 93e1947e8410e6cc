import { describe } from 'vitest';
import type { Run } from './case.js';
import { theory } from './case.js';
import { budgetValue } from './measures.js';
import { run, stream } from './program.js';

/**
 * One worker at a fixed rate, clients that give up and retry at once, and an outage without responses. Abandoned work
 * is still executed.
 */
function storm({ p }: Run<Record<string, number>>, own: { policy?: string; queue?: string } = {}) {
  const end = p['end_s'];
  const timeout = p['attempt_timeout_ms'];
  // The last 30 s, ending one time limit before the end.
  const until = end * 1000 - timeout;
  const window = `from ${until - 30_000}ms to ${until}ms`;
  const retry = own.policy ?? `retry: { attempts: ${p['max_retries'] + 1}, on: [ timeout ] }`;
  return `
faultline: 1
title: A storm of retries
run: { duration: ${end}s }
services:
  s:
    concurrency: 1
    ${own.queue === undefined ? '' : `queue: ${own.queue}`}
    endpoints: { serve: [ wait: ${Math.round(1e9 / p['capacity_rps']) / 1e6}ms ] }
workloads:
  users:
    arrivals: constant(${p['arrival_rps']}/s)
    requests: [ { call: s } ]
    policy: { timeout: ${timeout}ms, ${retry} }
faults:
  - { id: outage, kind: hang, target: s, at: ${p['outage_from_s']}s, for: ${p['outage_s']}s }
budgets:
  - users.goodput >= 0/s ${window}
  - users->s.attempts >= 0 ${window}
  - users.goodput >= 0/s before outage
`;
}

interface Figures {
  readonly recovers: boolean;
  readonly goodput_last_30s_rps: number;
  readonly attempt_rate_last_30s_rps: number;
}

function figures(text: string, { p }: Run<Record<string, number>>): Figures {
  const { budgets } = run(text).variant();
  const goodput = budgets[0].value ?? NaN;
  return {
    recovers: goodput >= 0.95 * p['arrival_rps'],
    goodput_last_30s_rps: goodput,
    attempt_rate_last_30s_rps: (budgets[1].value ?? NaN) / 30,
  };
}

/** When the last client that got no answer gave up, in seconds. */
function lastGivenUp(text: string): number {
  let last = 0;
  stream(text, (rows) => {
    for (let i = 0; i < rows.rows; i++) {
      // 8 is `timeout`, 17 `rejectedOverload`.
      const kind = rows.outcome[i] & 31;
      const isFailed = rows.parent[i] < 0 && (kind === 8 || kind === 17);
      if (isFailed) last = Math.max(last, rows.answered[i]);
    }
  });
  return last / 1e9;
}

describe('retry storms', () => {
  for (const id of ['storm-stable-120', 'storm-r2-stable', 'storm-noretry']) {
    theory(id, (of) => {
      const text = storm(of);
      return { ...figures(text, of), last_failed_request_gives_up_at_s: lastGivenUp(text) };
    });
  }

  theory('storm-vulnerable-280', (of) => {
    const text = storm(of);
    return {
      ...figures(text, of),
      goodput_before_the_outage_rps: budgetValue(run(text), 'users.goodput >= 0/s before outage'),
    };
  });

  theory('storm-short-outage', (of) => {
    const text = storm(of);
    const { outcomes, latency } = run(text).variant().components['users'];
    return { ...figures(text, of), failed_requests: latency.count - (outcomes.ok ?? 0) };
  });

  theory('storm-budget-250', (of) => {
    // A tenth of a token per first try is a fixed token rate if tries arrive regularly.
    const budget = '{ kind: rate, rate: 25/s, burst: 10 }';
    const policy = `retry: { attempts: 2, on: [ timeout ], budget: ${budget} }`;
    const text = storm(of, { policy });
    return { ...figures(text, of), last_failed_request_gives_up_at_s: lastGivenUp(text) };
  });

  theory('storm-drop-expired', (of) => {
    const text = storm(of, { queue: '{ maxWait: 500ms }' });
    return { ...figures(text, of), last_failed_request_gives_up_at_s: lastGivenUp(text) };
  });

  theory('storm-trigger-monotone', ({ p }) => {
    const durations = p['durations_s'] as unknown as readonly number[];
    const recovers = durations.map((seconds) => {
      const { budgets } = run(`
faultline: 1
title: A brown-out of ${seconds} s
run: { duration: 150s }
services:
  s: { concurrency: 1, endpoints: { serve: [ wait: 3.333333ms ] } }
workloads:
  users:
    arrivals: constant(280/s)
    requests: [ { call: s } ]
    policy: { timeout: 1s, retry: { attempts: 2, on: [ timeout ] } }
faults:
  - { id: slow, kind: slow, target: s, factor: 5, at: 20s, for: ${seconds}s }
budgets: [ users.goodput >= 0/s from 119s to 149s ]
`).variant();
      return (budgets[0].value ?? 0) >= 0.95 * 280;
    });
    const worse = recovers.findIndex((does) => !does);
    return {
      recovers_is_monotone_non_increasing_in_duration:
        worse >= 0 && recovers.every((does, k) => does === k < worse),
      shortest_recovers: recovers[0],
      longest_recovers: recovers.at(-1)!,
    };
  });
});
