import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Result } from '../../src/contracts/result/result.js';
import { leadWords } from '../../src/report/words/lead.js';
import { formatInstant, formatShare } from '../../src/text/figures.js';
import { run } from '../theory/program.js';

const SHIPPED = [
  'scenarios/first.yaml',
  'scenarios/pool-exhaustion.yaml',
  'scenarios/retry-metastable.yaml',
  'scenarios/patterns/hidden-pair.yaml',
];

/** The first replication of a shipped scenario: its timeline is that of the events. */
function resultOf(file: string): Result {
  const text = readFileSync(file, 'utf8').replace(/replications: \d+/, 'replications: 1');
  return run(text).result;
}

/** Fails all of 5 s, and a second time half of 5 s; a queue that grows for 20 s. */
const TWICE = run(`faultline: 1
title: Twice
run: { duration: 120s, seed: 3 }
services:
  shop: { concurrency: 100, queue: { capacity: 2000 }, endpoints: { buy: [ call: bank.pay ] } }
  bank: { endpoints: { pay: [ wait: exponential(50ms) ] } }
workloads: { users: { arrivals: poisson(100/s), requests: [ { name: buy, call: shop.buy } ] } }
faults:
  - { id: down, kind: error, target: bank, share: 100%, at: 20s, for: 5s }
  - { id: half, kind: error, target: bank, share: 50%, at: 50s, for: 5s }
  - { id: slow, kind: slow, target: bank, factor: 40, at: 80s, for: 20s }
`).result;
const RESULTS = [
  ...SHIPPED.map((file) => [file, resultOf(file)] as const),
  ['two outages', TWICE] as const,
];
const seconds = (text: string): number => Number(text.replace(/,/g, ''));

describe('a value with a time', () => {
  it.each(RESULTS)('held then: %s', (_, result) => {
    for (const variant of result.variants) {
      const { step, series } = variant.timeline;
      for (const { subject, text, kind, at, figure } of variant.cascade.events) {
        const own = series[subject];
        const [, value, time] = /success down to ([\d.]+ %) at ([\d.,]+) s/.exec(text) ?? [];
        if (own !== undefined && time !== undefined) {
          const k = Math.floor(seconds(time) / step + 1e-9);
          const near = own.success.slice(Math.max(0, k - 1), k + 2);
          expect(
            near.map((share) => formatShare(share ?? 1)),
            text,
          ).toContain(value);
        }
        // What a component has in use when it saturates, is in use then and not at its peak.
        const [, busy] =
          kind === 'saturated' ? (/^([\d,]+) of [\d,]+ workers/.exec(text) ?? []) : [];
        if (own !== undefined && busy !== undefined) {
          const k = Math.floor(at / step + 1e-9);
          const level = Math.max(...own.busy.slice(k, k + 2));
          expect(level, `${text} at ${at} s`).toBeGreaterThan(0.9 * seconds(busy));
        }
        // The share of a time is the share of that time.
        if (figure?.metric === 'success' && figure.until !== undefined && own !== undefined) {
          const k = Math.floor(at / step + 1e-9);
          const until = Math.round(figure.until / step);
          const shares = own.success.slice(k, until + 1).filter((share) => share !== null);
          expect(Math.min(...shares), text).toBeLessThanOrEqual(figure.value + 1e-9);
          expect(Math.max(...shares), text).toBeGreaterThanOrEqual(figure.value - 1e-9);
        }
      }
    }
  });

  it.each(RESULTS)('leads the account with the time of its figure: %s', (_, result) => {
    for (const variant of result.variants) {
      const words = leadWords(variant) ?? '';
      const [, subject, from, until] =
        /^(\S+): success [\d.]+ % from ([\d.]+ m?s) to ([\d.,]+ s)/.exec(words) ?? [];
      if (until === undefined) continue;
      const spans = variant.cascade.events
        .filter((event) => event.subject === subject && event.figure?.until !== undefined)
        .map(({ at, figure }) => [formatInstant(at), formatInstant(figure!.until!)]);
      expect(spans, words).toContainEqual([from, until]);
    }
  });

  it('has the time of its own outage where there are several', () => {
    expect(leadWords(TWICE.variants[0]!)).toMatch(
      /^users\.buy: success 0 % from 20 s to 25 s; degraded [23] times from 20 s to [\d.]+ s\./u,
    );
  });
});
