import { describe, expect, it } from 'vitest';
import { resultText } from '../../src/run/result-text.js';
import type { Ran, Row } from '../theory/program.js';
import { rowsOf, run, stream } from '../theory/program.js';
import { figures, flagship, reversed, withoutTraces } from './flagship.js';

const digests = (ran: Ran): string[] => ran.records.flat().map(({ digest }) => digest);

const first = run(flagship());

describe('the flagship scenario', () => {
  it('gives the same digests and the same bytes twice', () => {
    const again = run(flagship());
    expect(digests(again)).toEqual(digests(first));
    expect(resultText(again.result)).toBe(resultText(first.result));
    expect(new Set(digests(first)).size).toBe(5);
  });

  it('gives the same bytes with its sections and maps in the opposite order', () => {
    const text = reversed(flagship());
    expect(text.indexOf('faultline:')).toBeGreaterThan(text.indexOf('workloads:'));
    const other = run(text);
    expect(digests(other)).toEqual(digests(first));
    expect(resultText(other.result)).toBe(resultText(first.result));
  });

  it('gives the same digests and figures when every request is traced', () => {
    const all = run(flagship(), { traceShare: 1 });
    expect(all.records[0][0].traces.rows).toBeGreaterThan(50_000);
    expect(first.records[0][0].traces.rows).toBe(0);
    expect(digests(all)).toEqual(digests(first));
    expect(resultText(withoutTraces(all.result))).toBe(resultText(withoutTraces(first.result)));
  });

  it('gives other numbers with another seed', () => {
    const other = run(flagship(['seed: 42', 'seed: 43']));
    const known = new Set(digests(first));
    expect(digests(other).filter((digest) => known.has(digest))).toEqual([]);
    expect(new Set(digests(other)).size).toBe(5);
  });

  it('runs the first replication as if there were no others, and the second one has other numbers', () => {
    const two = run(flagship(['replications: 1', 'replications: 2']));
    expect(two.records.map(([one]) => one.digest)).toEqual(digests(first));
    expect(new Set(digests(two)).size).toBe(10);
  });
});

describe('common random numbers', () => {
  it('change no figure of the others when an unused service is added', () => {
    const idle =
      'services:\n  aside: { replicas: 3, endpoints: { idle: [ work: exponential(9ms) ] } }';
    const ran = run(flagship(['services:', idle]));
    for (const { name } of first.result.variants) {
      expect(figures(ran.variant(name), ['aside'])).toEqual(figures(first.variant(name)));
    }
    expect(ran.variant().components['aside'].latency.count).toBe(0);
  });

  it('change no figure of the others when a second, separate workload is added', () => {
    const apart = 'services:\n  aside: { endpoints: { serve: [ work: exponential(9ms) ] } }';
    const users =
      'workloads:\n  others: { arrivals: poisson(50/s), requests: [ { call: aside } ] }';
    const ran = run(flagship(['services:', apart], ['workloads:', users]));
    for (const { name } of first.result.variants) {
      const { components, edges } = ran.variant(name);
      for (const [component, result] of Object.entries(first.variant(name).components)) {
        expect(components[component], component).toEqual(result);
      }
      expect(edges).toMatchObject(first.variant(name).edges);
    }
  });

  it('change no outcome when a policy without effect is added', () => {
    // \`naive\` has no time limits; these are longer than anything in 30 s and 10 s of patience.
    const removed = /remove: \[policies\.plain\.timeout.*\]/.exec(flagship())![0];
    const long = ['plain', 'front', 'pay', 'provider'].map(
      (name) => `policies.${name}.timeout: 1h`,
    );
    const only = { variant: 'naive' };
    const ran = run(flagship([removed, `set: { ${long.join(', ')} }`]), only);
    expect(figures(ran.variant('naive'))).toEqual(figures(first.variant('naive')));
    const none = ['plain', 'front', 'pay', 'provider'].map(
      (name) => `policies.${name}.timeout: none`,
    );
    const off = run(flagship([removed, `set: { ${none.join(', ')} }`]), only);
    expect(figures(off.variant('naive'))).toEqual(figures(first.variant('naive')));
  });

  it('give all variants the same arrivals', () => {
    const arrivals = (variant: number): (readonly [number, number])[] =>
      users(variant).map(({ arrival, sent }) => [arrival, sent] as const);
    const naive = arrivals(0);
    // 500/s for 30 s, plus or minus four standard deviations.
    expect(Math.abs(naive.length - 15_000)).toBeLessThanOrEqual(490);
    for (let variant = 1; variant < 5; variant++) expect(arrivals(variant)).toEqual(naive);
    const counts = first.result.variants.map(({ perReplication }) => perReplication[0].requests);
    expect(new Set(counts)).toEqual(new Set([naive.length]));
  });

  it('give all variants the same service times for the same first tries', () => {
    const naive = providerTimes(0);
    expect(naive.size).toBeGreaterThan(1500);
    for (let variant = 1; variant < 5; variant++) {
      const other = providerTimes(variant);
      const both = [...naive.keys()].filter((request) => other.has(request));
      expect(both.length).toBeGreaterThan(1000);
      for (const request of both) expect(other.get(request)).toBe(naive.get(request));
    }
  });
});

const traces = new Map<number, readonly Row[]>();

/** Rows of one variant with every request traced. */
function rows(variant: number): readonly Row[] {
  const known = traces.get(variant);
  if (known !== undefined) return known;
  const all: Row[] = [];
  // With time to drain every request ends, and has its row.
  const text = flagship(['warmup: 2s', 'warmup: 2s, drain: 30s']);
  stream(text, (chunk, plan) => all.push(...rowsOf(plan, chunk)), variant);
  traces.set(variant, all);
  return all;
}

/** Requests of the shoppers, by arrival. */
function users(variant: number): readonly Row[] {
  return rows(variant)
    .filter(({ parent }) => parent < 0)
    .sort((a, b) => a.arrival - b.arrival);
}

/** Time of the provider by arrival number, for calls on first tries at every layer before the hang. */
function providerTimes(variant: number): ReadonlyMap<number, number> {
  const all = rows(variant);
  const byId = new Map(all.map((row) => [row.id, row]));
  const times = new Map<number, number>();
  for (const row of all) {
    if (row.part !== 'psp.charge' || row.begun < 0 || row.ended < 0 || row.ended > 10_000) continue;
    let up: Row | undefined = row;
    let isFirst = true;
    let root = row;
    while (up !== undefined) {
      isFirst &&= up.attempt === 1;
      root = up;
      up = byId.get(up.parent);
    }
    // The hop of another request may still be on its way at the end and has no row then.
    if (isFirst && root.parent < 0) times.set(root.arrival, row.ended - row.begun);
  }
  return times;
}
