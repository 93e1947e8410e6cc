import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readingOf } from '../../bench/accounts/reader.mjs';
import { textsOf } from '../../bench/accounts/surfaces.mjs';
import { summarise } from '../../src/analysis/summarise.js';
import type { Result } from '../../src/contracts/result/result.js';
import { plainWords } from '../../src/report/base/emphasis.js';
import { storyBlocks } from '../../src/report/story/blocks.js';
import { summaryText } from '../../src/report/text/text.js';
import { viewOf } from '../../src/report/view/view.js';
import { changeWords } from '../../src/report/words/cheapest.js';
import { MOST, sizeOf } from '../../src/report/words/answer-room.js';
import { answerOf } from '../../src/report/words/answer.js';
import { proofOf } from '../support/proofs.js';
import { run } from '../theory/program.js';

/** The lines below the answers, by their first words. */
function line(result: Result, head: string): string | null {
  const all = answerOf(viewOf(result)).also.map(plainWords);
  return all.find((text) => text.startsWith(head)) ?? null;
}

/** A scenario with the further runs of its first variant. */
async function proved(text: string): Promise<Result> {
  const ran = run(text);
  const proofs = new Map([[ran.plans[0]!.variant, await proofOf(ran)]]);
  return summarise(ran.file, ran.plans, ran.records, '0.0.0', null, null, proofs);
}

function shop(rest: string): string {
  return `
faultline: 1
title: Shop
run: { duration: 60s, warmup: 5s, replications: 1 }
policies: { pay: { timeout: 2s } }
services:
  shop: { outbound: pay, endpoints: { buy: [ call: bank.pay ] } }
  bank: { replicas: 2, endpoints: { pay: [ wait: 20ms ] } }
  ads: { endpoints: { show: [ wait: 5ms ] } }
workloads:
  users: { arrivals: constant(100/s), requests: [ { name: buy, call: shop.buy }, { name: look, call: ads.show } ] }
${rest}`;
}

const DOWN = 'down, kind: error, target: bank, share: 100%, at: 20s, for: 10s';
const FALLBACK = 'policies.pay.fallback: { after: 2ms }';

describe('how a cause is known', () => {
  it('has the requests that fail with and without the fault, and the number of runs', async () => {
    const result = await proved(shop(`faults: [ { id: ${DOWN} } ]`));
    expect(line(result, 'Known by')).toBe(
      'Known by: the same run again, from start to end: without “bank fails with 500” 0 requests fail instead of 475 (1 run).',
    );
  });

  it('says where no run leaves the fault out', () => {
    const { result } = run(shop(`faults: [ { id: ${DOWN} } ]`));
    expect(line(result, 'Known by')).toMatch(
      /^Known by: no run leaves out “bank fails with 500” \(100 % of the failed and slow requests lead to it\)\.$/u,
    );
  });

  it('does not say that no run leaves a fault out where one does, and decides nothing', async () => {
    const result = await proved(shop(`faults: [ { id: ${DOWN} } ]`));
    const [variant] = result.variants;
    const { cascade } = variant!;
    const causes = cascade.causes.map((cause) => ({ ...cause, known: 'likely' as const }));
    const open = { ...result, variants: [{ ...variant!, cascade: { ...cascade, causes } }] };
    expect(line(open, 'Known by')).toMatch(
      /^Known by: the runs do not decide about “bank fails with 500”/u,
    );
  });

  it('has the figures of both variants where only settings differ', () => {
    const { result } = run(CONSUMERS);
    expect(line(result, 'Known by')).toMatch(
      /^Known by: 1 run of wide, alike but for these settings: the backlog is gone at once instead of never and at most 1 waits instead of [\d,]+\.$/u,
    );
    expect(line(result, 'Not to blame')).toBe(
      'Not to blame for the difference: the fault, which wide has too.',
    );
  });
});

const CONSUMERS = `
faultline: 1
title: Consumers
run: { duration: 60s, warmup: 5s, replications: 1 }
services:
  shop: { endpoints: { buy: [ publish: jobs ] } }
  worker: { replicas: 4, endpoints: { handle: [ wait: 50ms ] } }
queues:
  jobs: { kind: rabbitmq, consumers: [ { call: worker.handle, concurrency: 4 } ] }
workloads: { users: { arrivals: constant(100/s), requests: [ call: shop.buy ] } }
faults: [ { id: slower, kind: slow, target: worker, factor: 1.2, at: 20s, for: 5s } ]
variants:
  - { name: wide }
  - { name: tight, set: { queues.jobs.consumers: [ { call: worker.handle, concurrency: 1 } ] } }
`;

/** Two variants with a budget that only the second one holds. */
function advised(set: string): Result {
  return run(
    shop(`faults: [ { id: ${DOWN} } ]
variants: [ { name: plain }, { name: better, set: { ${set} } } ]
budgets: [ users.success >= 99% ]`),
  ).result;
}

it('has room in its sentence for the run that shows it', async () => {
  const file = new URL('../../scenarios/patterns/poll-interval.yaml', import.meta.url);
  const { why } = answerOf(viewOf(await proved(readFileSync(file, 'utf8'))));
  expect(plainWords(why!)).toMatch(
    /^Of 40 messages that wait for jobs\.work on average, \d+ remain with no poll limit for the consumers of jobs\.$/u,
  );
  expect(sizeOf(why!)).toBeLessThanOrEqual(MOST);
});

describe('the price of an advice', () => {
  it('has the figures that get worse, and the instances that it adds', () => {
    expect(line(advised(`${FALLBACK}, services.ads.replicas: 3`), 'Price')).toBe(
      'Price of better against plain: 3 instances of ads instead of 1 and 7.92 % of requests degraded instead of 0 %.',
    );
  });

  it('is on the terminal too, below what to do', () => {
    const plain = (text: string): string => text;
    const paint = { bold: plain, dim: plain, red: plain };
    const shown = { paint, columns: 160, file: 'a.yaml', wall: null, report: null };
    expect(String(summaryText(advised(FALLBACK), shown))).toContain(
      'Price of better against plain: 7.92 % of requests degraded instead of 0 %.',
    );
  });

  it('is nothing where no figure gets worse', () => {
    const result = run(
      shop(`faults: [ { id: ${DOWN} } ]
variants: [ { name: plain }, { name: better, set: { services.shop.endpoints.buy: [ wait: 2ms ] } } ]
budgets: [ users.success >= 99% ]`),
    ).result;
    expect(line(result, 'Price')).toBe(
      'Price of better against plain: no figure is worse in these runs.',
    );
  });

  it('names figures that seem worse and that the runs do not decide', () => {
    const file = new URL('../../scenarios/patterns/optimistic-conflicts.yaml', import.meta.url);
    const { result } = run(readFileSync(file, 'utf8'));
    expect(line(result, 'Price')).toMatch(
      /^Price of hot against no-retry: perhaps p99 of all [\d.]+ ms instead of [\d.]+ ms; these runs do not decide it\.$/u,
    );
  });

  it('is the capacity that a single change adds', () => {
    const price = { degraded: 0, attempts: 1 };
    const failing = { seconds: 10, toEnd: true };
    const averted = { value: 80, ci95: null, each: [80] };
    const change = {
      kind: 'capacity' as const,
      subject: 'shop',
      words: 'with 4x the workers of shop',
      runs: 1,
      harm: 20,
      failed: 20,
      price,
      averted,
      role: 'cause' as const,
      failing: { seconds: 0, toEnd: false },
      recovers: null,
    };
    const ttl = { path: 'caches.items.levels[0].ttl', from: '60s', to: '120s' };
    const of = (kind: 'capacity' | 'limit' | 'setting', setting?: typeof ttl): string => {
      const tried = { ...change, kind, ...(setting !== undefined && { setting }) };
      const own = {
        ...{ harm: 100, failed: 100, background: 100, price, slow: {}, runs: 1, replications: 1 },
        ...{ failing, faults: [], interventions: [tried] },
      };
      return plainWords(changeWords(own, { budgets: [], metered: {} })!.price.words);
    };
    expect(of('capacity')).toBe('Price of this change: the capacity that it adds.');
    expect(of('setting', ttl)).toBe('Price of this change: values up to 120s old.');
    expect(of('limit')).toBe(
      'Price of this change: degraded responses and attempts per call hardly grow.',
    );
  });

  it('names a variant that serves more and has no budget', () => {
    const { result } = run(
      shop(`faults: [ { id: half, kind: error, target: bank, share: 50%, at: 20s, for: 10s } ]
variants:
  - { name: plain }
  - { name: better, set: { policies.pay.retry: { attempts: 2, on: [any] } } }
  - { name: best, set: { ${FALLBACK} } }
budgets: [ "users.buy.success >= 60% during half in plain, better" ]`),
    );
    expect(line(result, 'best')).toMatch(
      /^best has no budgets and serves more: 100 % of requests succeed, with better 9[78]\.?\d* %\.$/u,
    );
  });
});

describe('the difference that an advice makes', () => {
  it('has an interval over several runs, and for one says that a pair has none', () => {
    const { result } = run(
      shop(`faults: [ { id: ${DOWN} } ]
variants: [ { name: plain }, { name: better, set: { ${FALLBACK} } } ]
budgets: [ users.success >= 99% ]`)
        .replace('constant(100/s)', 'poisson(100/s)')
        .replace('replications: 1', 'replications: 3'),
    );
    expect(line(result, 'Difference')).toMatch(
      /^Difference in success of better from plain: \+8\.\d+ pt ± [\d.]+ \(95 % confidence, 3 runs\)\.$/u,
    );
    expect(line(advised(FALLBACK), 'Difference')).toMatch(
      /^Difference in success of better from plain: \+[\d.]+ pt in one pair of runs with the same random draws, so without an interval\.$/u,
    );
  });
});

describe('what is not to blame', () => {
  it('is nothing where the only fault is a cause', async () => {
    const text = shop(`faults: [ { id: ${DOWN} } ]`);
    expect(line(await proved(text), 'Not')).toBe(
      'Not to blame: nothing; the only fault is a cause of it.',
    );
    expect(line(run(text).result, 'Not')).toBe(
      'Not to blame: nothing; the only fault is a likely cause of it.',
    );
  });

  it('is each cleared fault with its reason', async () => {
    const slow = '{ id: slow, kind: slow, target: ads, factor: 1.1, at: 40s, for: 5s }';
    const result = await proved(shop(`faults: [ { id: ${DOWN} }, ${slow} ]`));
    expect(line(result, 'Not')).toBe(
      'Not to blame: ads 1.1x slower (without it the same requests fail).',
    );
  });
});

describe('a variant that holds its budgets while its users fail', () => {
  const saidWith = (fault: string, budget: string): readonly string[] => {
    const text = shop(`faults: [ { id: ${fault} } ]\nbudgets: [ ${budget} ]`);
    const { act, also } = answerOf(viewOf(run(text).result));
    return [act ?? [], ...also].map(plainWords).filter((own) => /no budget/iu.test(own));
  };

  it('is said once to have none about the failures', () => {
    expect(saidWith(DOWN, 'users.look.success >= 99%')).toEqual([
      expect.stringMatching(/no budget covers the 1\d\.\d % of buy requests that fail\.$/iu),
    ]);
    expect(saidWith(DOWN, 'users.buy.success >= 10%')).toEqual([]);
    expect(saidWith(DOWN, 'users.success >= 10%')).toEqual([]);
  });

  it('is said to have none about those that are slow', () => {
    const slow = 'slow, kind: slow, target: bank, factor: 20, at: 20s, for: 10s';
    expect(saidWith(slow, 'users.look.success >= 99%')).toEqual([
      'No budget of base is about buy; it holds its only budget.',
    ]);
  });
});

describe('why it does not come back', () => {
  it('is said where no loop keeps it up', () => {
    const { result } = run(`
faultline: 1
title: A bad version
run: { duration: 90s, warmup: 5s, replications: 1 }
services:
  price:
    replicas: 4
    endpoints: { of: [ work: 2ms ] }
    versions: { v1: {}, v2: { endpoints: { of: [ work: 2ms, { fail: 500, probability: 8% } ] } } }
    rollout: { kind: rolling, to: v2, at: 20s }
workloads: { users: { arrivals: poisson(100/s), requests: [ { call: price.of } ] } }
`);
    expect(line(result, 'Users')).toBe('Users stay degraded for good: price@v2 stays in service.');
  });
});

describe('beside the requests', () => {
  it('is the work whose result no caller uses', () => {
    const { result } = run(shop(`faults: [ { id: ${DOWN} } ]`));
    expect(line(result, 'Beside')).toBe('Beside the requests: no work is wasted.');
  });
});

describe('an independent reader', () => {
  it('reads all of these lines, and finds each wrong figure', async () => {
    const results = [
      await proved(shop(`faults: [ { id: ${DOWN} } ]`)),
      advised(FALLBACK),
      run(CONSUMERS).result,
    ];
    const wrong = (from: string, to: string): number =>
      results.reduce((sum, result) => {
        const texts = textsOf(result, storyBlocks(result, { source: 'a.yaml' })).map((one) => ({
          ...one,
          text: one.text.replaceAll(from, to),
        }));
        const read = readingOf(result, texts);
        expect(read.unread).toEqual([]);
        return sum + read.wrong.length;
      }, 0);
    expect(wrong('', '')).toBe(0);
    expect(wrong('instead of 475', 'instead of 476')).toBeGreaterThan(0);
    expect(wrong('7.92 % of requests degraded', '7.82 % of requests degraded')).toBeGreaterThan(0);
    expect(wrong('which wide has too', 'each is a cause of it')).toBeGreaterThan(0);
  });
});
