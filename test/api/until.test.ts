import { afterAll, describe, expect, it } from 'vitest';
import type { ScenarioError } from '../../src/index.js';
import { OptionError, load, resultText, simulate } from '../../src/index.js';
import { threads } from '../../src/node.js';
import { untilWords } from '../../src/report/words/until-words.js';
import { LOOKS_ERROR, looksOf } from '../../src/stats/looks.js';
import { Folder, NO_PROOFS, faultline } from '../cli/harness.js';

const folder = new Folder();
afterAll(() => folder.remove());

/** One worker at 80 % of its capacity. */
const station = (replications: string, budgets = ''): string => `faultline: 1
title: One queue
run: { duration: 10s, warmup: 2s, seed: 3, replications: ${replications} }
services: { shop: { concurrency: 1, endpoints: { buy: [ wait: exponential(8ms) ] } } }
workloads: { users: { arrivals: poisson(100/s), requests: [ { call: shop.buy } ] } }
${budgets}
`;

function problemsOf(text: string): readonly string[] {
  try {
    load(text);
  } catch (error) {
    return (error as ScenarioError).diagnostics.map(({ path, message }) => `${path}: ${message}`);
  }
  return [];
}

describe('replications until', () => {
  it('doubles the runs until a figure is known closely enough', async () => {
    const goal = 'users.latency.mean within 15%';
    const { until, replications, variants } = await simulate(
      station(`{ until: ${goal}, atMost: 40 }`),
    );
    expect(until).toMatchObject({ looks: [5, 10, 20, 40], reason: 'reached', made: replications });
    expect(variants[0]!.perReplication).toHaveLength(replications);
    const [found] = until!.precisions;
    expect(found).toMatchObject({ text: goal, variant: 'base', isReached: true });
    expect(found!.wanted).toBeCloseTo(0.15 * found!.value!, 12);
    expect(found!.halfWidth).toBeLessThanOrEqual(found!.wanted!);
    // The look that ends it was not the first, and the one before it was too wide.
    expect(replications).toBeGreaterThan(5);
    const [before] = (
      await simulate(station(`{ until: ${goal}, atMost: 40 }`), { replications: replications / 2 })
    ).variants;
    expect(before!.perReplication).toHaveLength(replications / 2);
  });

  it('says what is missing after the last look', async () => {
    const { until } = await simulate(
      station('{ until: users.latency.p99 within 1%, atLeast: 2, atMost: 4 }'),
    );
    expect(until).toMatchObject({ looks: [2, 4], made: 4, reason: 'most' });
    const [found] = until!.precisions;
    expect([found!.isReached, found!.halfWidth! > found!.wanted!]).toEqual([false, true]);
    expect(until!.confidence).toBeCloseTo(1 - looksOf(2, 4)[1]!.error, 12);
  });

  it('counts the failures that no run has shown', async () => {
    const calm = (rate: string, more = ''): string => `faultline: 1
title: Rare
run: { duration: 10s, seed: 1, replications: { until: users.success within 0.5%, atMost: 40 } }
services: { shop: { endpoints: { buy: [ wait: 1ms ] } } }
workloads: { users: { arrivals: constant(${rate}), requests: [ { call: shop.buy } ] } }
${more}
`;
    // 5 x 100 requests: with 99.5 % confidence 1.6 % may fail; 5 x 1,000 leave 0.2 %.
    for (const [rate, made] of [
      ['10/s', 20],
      ['100/s', 5],
    ] as const) {
      const { until } = await simulate(calm(rate));
      const [found] = until!.precisions;
      expect([rate, found!.value, until!.made]).toEqual([rate, 1, made]);
      expect(found!.halfWidth!).toBeGreaterThan(3 / (made * Number.parseInt(rate, 10) * 10));
    }
    // It fails everything for half of the run, in one of ten runs.
    const fault =
      'faults: [ { id: blip, kind: error, target: shop, probability: 10%, at: 2s, for: 5s } ]';
    const { until, variants } = await simulate(calm('100/s', fault));
    expect(until!.made).toBeGreaterThan(5);
    expect(variants[0]!.summary.success.value).toBeLessThan(1);
    const few = calm('100/s', fault.replace('10%', '0.001%')).replace('atMost: 40', 'atMost: 10');
    const never = await simulate(few);
    expect(never.until).toMatchObject({
      reason: 'most',
      precisions: [{ value: 1, unseen: ['blip'], isReached: false }],
    });
    expect(untilWords(never.until!)).toContain(
      '"users.success within 0.5%" does not hold: blip, which starts by chance, has struck in no run of base',
    );
  });

  it('decides every budget with the part of the error that its look may spend', async () => {
    // The mean is 40 ms: one budget is clear, and one is so close that only many runs decide it.
    const budgets = (limit: string): string =>
      `budgets: [ users.latency.mean < 400ms, "users.latency.mean < ${limit}" ]`;
    const clear = await simulate(station('{ until: decided }', budgets('150ms')));
    expect(clear.until).toMatchObject({ made: 5, reason: 'reached', undecided: [] });
    const { variants, until } = await simulate(
      station('{ until: decided, atMost: 20 }', budgets('41ms')),
    );
    expect(until).toMatchObject({ made: 20, reason: 'most' });
    expect(until!.undecided).toEqual([{ variant: 'base', text: 'users.latency.mean < 41ms' }]);
    // The interval of a budget is that of the last look: wider than 95 %.
    const [own] = variants[0]!.budgets;
    const usual = variants[0]!.summary.latency.mean.ci95!;
    const [low, high] = own!.ci95!;
    // All headline figures have the confidence of the look, so that a stop is no favour.
    expect([low, high]).toEqual(usual);
    expect(1 - until!.confidence).toBeLessThan(LOOKS_ERROR);
  });

  it('gives the same bytes with any number of threads', async () => {
    const text = station('{ until: users.latency.mean within 20%, atMost: 20 }');
    const file = folder.put('until.yaml', text);
    const documents = ['1', '2'].map((workers) => {
      const out = ['--out', folder.at('out'), '--format', 'json', '--json', '-', NO_PROOFS];
      return faultline(['run', file, ...out, '--workers', workers]).stdout;
    });
    expect(documents[1]).toBe(documents[0]);
    expect(resultText(await simulate(text, { path: file }))).toBe(documents[0]);
    expect(resultText(await simulate(text, { execute: threads({ workers: 2 }) }))).toBe(
      documents[0],
    );
  });

  it('makes a fixed number of runs if one is asked for', async () => {
    const text = station('{ until: users.latency.mean within 15%, atMost: 40 }');
    const { until, replications } = await simulate(text, { replications: 2 });
    expect([until, replications]).toEqual([undefined, 2]);
    await expect(simulate(text, { replications: 0 })).rejects.toThrow(OptionError);
  });

  it.each([
    ['users.latency.p99', 'expected a metric and how closely'],
    ['users.latency.max within 5%', 'latency.max has no interval'],
    ['users.latency.p99 within 5/s', 'latency is no perSecond'],
    ['users.latency.p99 within 100%', 'a percentage below 100%'],
    ['people.latency.p99 within 5%', 'people'],
    ['decided', 'nothing to decide'],
  ])('refuses %s', (goal, message) => {
    const [first] = problemsOf(station(`{ until: "${goal}" }`));
    expect(first).toContain('run.replications.until');
    expect(first).toContain(message);
  });

  it('refuses a last look that is no second one', () => {
    expect(problemsOf(station('{ until: users.success within 1%, atMost: 9 }'))).toEqual([
      'run.replications.atMost: no second look at 10 replications fits: raise atMost, lower atLeast, or write replications: 9',
    ]);
  });

  it('says in the summary how many runs were enough', () => {
    const file = folder.put('words.yaml', station('{ until: users.latency.mean within 20% }'));
    const { stdout } = faultline(['run', file, '--out', folder.at('out'), NO_PROOFS]);
    const words = stdout.replace(/\s+/g, ' ');
    expect(words).toMatch(
      /runs \d+ runs of each variant are enough: "users.latency.mean within 20%" holds/,
    );
    expect(words).toContain('Looks at 5, 10, 20, 40 and 80 runs');
  });
});
