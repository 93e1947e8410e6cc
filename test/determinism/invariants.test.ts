import { describe, expect, it } from 'vitest';
import type { EdgeResult } from '../../src/contracts/result/components.js';
import { run } from '../theory/program.js';
import { flagship } from './flagship.js';

/** The flagship with shoppers that stop at 27 s, so that all requests end before the run does. */
const ran = run(
  flagship(
    ['duration: 30s, warmup: 2s', 'duration: 60s, warmup: 0s'],
    ['patience: 10s', 'patience: 10s\n    stop: 27s'],
  ),
);

const sum = (counts: Readonly<Record<string, number | undefined>>): number =>
  Object.values(counts).reduce<number>((total, n) => total + (n ?? 0), 0);

it('has something of everything that is counted below', () => {
  const retries = ran.variant('retries').edges['checkout->payments'];
  expect(retries.amplification).toBeGreaterThan(1.1);
  expect(retries.counters['retries']).toBeGreaterThan(500);
  const full = ran.variant('full').edges['checkout->payments'];
  expect(full.counters['breakerRejected']).toBeGreaterThan(500);
  expect(full.counters['bulkheadRejected']).toBeGreaterThan(0);
  expect(full.breaker!.transitions.map(({ state }) => state)).toContain('closed');
  expect(ran.variant('timeouts').components['payments'].wastedWork).toBeGreaterThan(0.05);
});

describe.each(ran.result.variants.map(({ name }) => [name]))('in variant %s', (name) => {
  const variant = ran.variant(name);
  const index = ran.file.variants.findIndex((one) => one.name === name);
  const [record] = ran.records[index];
  const edges = Object.entries(variant.edges);

  it('every call and every attempt has exactly one outcome', () => {
    for (const [edge, { calls, attempts, outcomes, attemptOutcomes }] of edges) {
      expect([edge, sum(outcomes)]).toEqual([edge, calls]);
      expect([edge, sum(attemptOutcomes)]).toEqual([edge, attempts]);
    }
  });

  it('every attempt is answered or dropped by its callee', () => {
    for (const [component, result] of Object.entries(variant.components)) {
      if (result.kind === 'workload') continue;
      const sent = edges.filter(([edge]) => edge.endsWith(`->${component}`));
      const attempts = sent.reduce((total, [, edge]) => total + edge.attempts, 0);
      expect([component, sum(result.outcomes)]).toEqual([component, attempts]);
    }
  });

  it('every try is the first of a call or a retry, and is sent or refused here', () => {
    const of = ({ counters }: EdgeResult, counter: string): number => counters[counter] ?? 0;
    for (const [name, edge] of edges) {
      const refused = of(edge, 'breakerRejected') + of(edge, 'bulkheadRejected');
      expect([name, edge.attempts + refused]).toEqual([name, edge.calls + of(edge, 'retries')]);
    }
  });

  it('workers, queues, pools and calls under way are back to nothing at the end', () => {
    const { cell, area } = record.gauges;
    const last = record.parts[0].busyNs.length - 1;
    expect(cell.length).toBeGreaterThan(0);
    area.forEach((size, at) => {
      if (cell[at] === last) expect(size).toBe(0);
    });
    expect(record.totals.unfinished).toBe(0);
  });

  it("requests in a component are their rate times their time: Little's law, exactly", () => {
    for (const [component, result] of Object.entries(variant.components)) {
      if (result.kind === 'workload') continue;
      const inside = result.queue!.mean + result.concurrency!.mean;
      const served = result.throughput * result.latency.mean!;
      expect([component, Math.abs(inside - served) <= 1e-9 * (1 + served)]).toEqual([
        component,
        true,
      ]);
    }
  });

  it('a breaker never closes without a probe', () => {
    for (const [, { breaker }] of edges) {
      const last = new Map<string, string>();
      for (const { instance, state } of breaker?.transitions ?? []) {
        if (state === 'closed') expect(last.get(instance)).toBe('halfOpen');
        if (state === 'halfOpen') expect(last.get(instance)).toBe('open');
        last.set(instance, state);
      }
    }
  });
});
