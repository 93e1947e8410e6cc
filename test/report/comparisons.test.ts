import { describe, expect, it } from 'vitest';
import { compareFinding } from '../../src/report/words/findings-compare.js';
import { lossFinding } from '../../src/report/words/findings.js';
import { latencyColumns, outcomeColumns } from '../../src/report/view/columns.js';
import { isWorse, verdictBetween } from '../../src/report/view/difference.js';
import { renderHtml } from '../../src/report/page/html.js';
import { renderMarkdown } from '../../src/report/formats/markdown.js';
import { compareText } from '../../src/report/text/text-compare.js';
import type { Paint } from '../../src/report/lines/text-table.js';
import { viewOf } from '../../src/report/view/view.js';
import { ranked } from '../../src/report/view/ranking.js';
import type { Result } from '../../src/contracts/result/result.js';
import { run } from '../theory/program.js';

const same = (text: string): string => text;
const paint: Paint = { bold: (text) => `*${text}*`, dim: same, red: same };

const markdown = (result: Result): string => renderMarkdown(result, { command: 'x' });
const compared = (result: Result): string =>
  compareText(result, { paint, columns: 120, all: true });

function failing(probabilities: readonly string[], budgets: string): Result {
  const variants = probabilities.map(
    (p, i) =>
      `  - { name: v${i}, set: { "services.shop.endpoints.buy.steps[1].probability": ${p} } }\n`,
  );
  return run(`
faultline: 1
title: Failures
run: { duration: 60s, warmup: 1s, replications: 5 }
services: { shop: { endpoints: { buy: [ wait: 5ms, { fail: 500, probability: 0.1% } ] } } }
workloads: { users: { arrivals: poisson(500/s), requests: [ call: shop.buy ] } }
variants:
${variants.join('')}budgets: [ ${budgets} ]
`).result;
}

describe('two variants, neither of which is the baseline', () => {
  it('differ in a quantile only if its intervals allow it', () => {
    const { result } = run(`
faultline: 1
title: Three stations
run: { duration: 2s, warmup: 1s, replications: 5 }
services: { shop: { endpoints: { buy: [ wait: 5ms ] } } }
workloads: { users: { arrivals: poisson(50/s), requests: [ call: shop.buy ] } }
variants: [ { name: v0 }, { name: v1 }, { name: v2 } ]
`);
    const withP99 = (ms: number, half: number): Result => ({
      ...result,
      variants: result.variants.map((variant, i) => {
        const value = i === 2 ? ms / 1e3 : 0.02;
        const p99 = {
          value,
          ci95: [value - half, value + half] as const,
          // Each pair of runs differs by about as much, and they vary independently.
          each: (i === 2 ? [-2, -1, 0, 1, 2] : [2, -1, -2, -1, 2]).map((own) => value + own / 1e6),
        };
        const { summary } = variant;
        return {
          ...variant,
          summary: { ...summary, successLatency: { ...summary.successLatency, p99 } },
        };
      }),
    });
    const verdict = (own: Result) => {
      const view = viewOf(own);
      const column = latencyColumns(view, 'successLatency').find(
        ({ key }) => key === 'successLatency.p99',
      )!;
      return verdictBetween(view, column, own.variants[1]!, own.variants[2]!);
    };
    expect(verdict(withP99(21, 1e-4))).toBe('better');
    expect(verdict(withP99(21, 0.01))).toBe('unknown');
  });
});

describe('shares near 100 %', () => {
  const result = failing(['0.1%', '0.9%'], 'users.success >= 99.5%');

  it('differ where one variant fails nine times as often', () => {
    const comparison = result.comparisons.find(({ metric }) => metric === 'users.success')!;
    expect(comparison).toMatchObject({ verdict: 'worse', margin: 1e-4 });
    expect(compared(result)).toMatch(
      /Success whole run +99\.91 % to 99\.1 % +\[−0\.84, −0\.75\] pt +worse/,
    );
    expect(compareFinding(viewOf(result))).toBe(
      'v0 succeeds with 99.91 % of requests, v1 with 99.1 %',
    );
  });

  it('have their interval beside the claim', () => {
    expect(markdown(result)).toContain('| v1 | 99.1 %<br>−0.8 pt ± 0.04 |');
    expect(markdown(result)).toContain('✕ **99.1 % \\[99.06, 99.16\\]**');
  });

  it('are the same within the margin, which is printed', () => {
    const near = failing(['10%', '10.05%'], 'users.success >= 50%');
    const success = near.comparisons.find(({ metric }) => metric === 'users.success')!;
    // A tenth of the 10 % of failures is 1 point, and the most.
    expect(success.margin).toBeCloseTo(0.01, 4);
    expect(success.verdict).toBe('same');
    expect(compared(near)).toMatch(
      /Success whole run .* to 89\.\d+ % .* no difference within 1 pt/,
    );
    expect(compareFinding(viewOf(near))).toMatch(/^The data show no difference/);
  });

  it('are judged on the scale of the budget', () => {
    const strict = failing(['10%', '10.05%'], 'users.success >= 99%');
    const success = strict.comparisons.find(({ metric }) => metric === 'users.success')!;
    // The budget allows 1 % of failures, and a tenth of that is 0.1 point.
    expect(success.margin).toBeCloseTo(0.001, 9);
    expect(success.verdict).not.toBe('worse');
  });
});

describe('a variant that fails fast', () => {
  const scenario = (steps: string, patch: string): string => `
faultline: 1
title: Failing fast
run: { duration: 60s, warmup: 1s, replications: 5 }
services: { shop: { endpoints: { buy: ${steps} } } }
workloads: { users: { arrivals: poisson(200/s), requests: [ call: shop.buy ] } }
variants:
  - { name: today }
  - { name: refuses, set: { ${patch} } }
budgets: [ users.success >= 99.5%, users.latency.p99 < 300ms ]
`;
  const slow = run(
    scenario(
      '[ wait: lognormal(p50=100ms p99=320ms), { fail: 500, probability: 0.7% } ]',
      `"services.shop.endpoints.buy.steps[1].probability": 60%, "services.shop.endpoints.buy.steps[0].wait": 'lognormal(p50=100ms p99=250ms)'`,
    ),
  ).result;

  it('never comes closest, however many budgets it holds', () => {
    const text = markdown(slow);
    expect(text).toContain('No variant holds every budget; **today** serves users best (services.');
    expect(text).not.toContain('closest');
    expect(text).toContain('which counts failures, and 60.1 % of its requests fail');
    expect(viewOf(slow).winner).toBe('today');
    expect(ranked(viewOf(slow)).map(({ name }) => name)).toEqual(['today', 'refuses']);
  });

  it('has no figure that is marked as the best', () => {
    const row = markdown(slow)
      .split('\n')
      .find((line) => line.startsWith('| refuses'))!;
    expect(row).not.toContain('**');
    expect(compared(slow)).not.toContain('best: refuses');
    expect(compared(slow)).not.toMatch(/refuses {2}\*/);
  });

  it('says so where only fast failures hold the limit', () => {
    const fast = run(
      scenario(
        '[ { fail: 500, probability: 0.7% }, wait: 310ms ]',
        '"services.shop.endpoints.buy.steps[0].probability": 99.2%',
      ),
    ).result;
    expect(markdown(fast)).toMatch(
      /\*\*refuses\*\* holds “users\.latency\.p99 &lt; 300ms” only because its failures, 99\.2 % of the requests, are fast: p99 of successes is 310 ms\./,
    );
  });

  it('is not the best in one run either', () => {
    const { result } = run(
      scenario(
        '[ wait: 100ms, { fail: 500, probability: 0.7% } ]',
        '"services.shop.endpoints.buy.steps[0].wait": 50ms, "services.shop.endpoints.buy.steps[1].probability": 60%',
      ).replace('replications: 5', 'replications: 1'),
    );
    const row = markdown(result)
      .split('\n')
      .find((line) => line.startsWith('| refuses'))!;
    expect(row).not.toContain('**');
  });
});

describe('variants with other loads', () => {
  const { result } = run(`
faultline: 1
title: Loads
run: { duration: 20s, warmup: 1s, replications: 3 }
services: { shop: { concurrency: 2, endpoints: { buy: [ wait: exponential(10ms) ] } } }
workloads: { users: { arrivals: poisson(50/s), requests: [ call: shop.buy ] } }
variants:
  - { name: today }
  - { name: twice, set: { workloads.users.arrivals: poisson(100/s) } }
`);

  it('are not ranked, and the report says so', () => {
    expect(result.variants.map(({ otherLoad }) => otherLoad)).toEqual([undefined, true]);
    expect(result.comparisons).toEqual([]);
    const text = markdown(result);
    expect(text).toMatch(
      /twice \([\d.]+\/s\) has another load than today \([\d.]+\/s\) and is not ranked\./,
    );
    expect(
      text
        .split('\n')
        .filter((line) => /^\| (today|twice)/.test(line))
        .join(),
    ).not.toContain('**');
    expect(compared(result)).toContain('other load');
    expect(compared(result)).not.toContain('best:');
    expect(viewOf(result).winner).toBeNull();
  });
});

describe('four variants on two loads', () => {
  const loads = (replications: number): Result =>
    run(`
faultline: 1
title: Two loads
run: { duration: 30s, warmup: 1s, replications: ${replications} }
services: { shop: { concurrency: 2, queue: { capacity: 20 }, endpoints: { buy: [ wait: exponential(10ms) ] } } }
workloads: { users: { arrivals: poisson(150/s), requests: [ call: shop.buy ] } }
variants:
  - { name: today }
  - { name: peak, set: { workloads.users.arrivals: poisson(300/s) } }
  - { name: more, set: { services.shop.concurrency: 4 } }
  - { name: peak-more, set: { workloads.users.arrivals: poisson(300/s), services.shop.concurrency: 4 } }
`).result;
  const result = loads(3);
  const view = viewOf(result);

  it('are compared with the first that has their load', () => {
    const references = result.variants.map(({ otherLoad, reference }) => [otherLoad, reference]);
    expect(references).toEqual([
      [undefined, undefined],
      [true, undefined],
      [undefined, undefined],
      [true, 'peak'],
    ]);
    const pairs = new Set(result.comparisons.map(({ of, baseline }) => `${of} to ${baseline}`));
    expect([...pairs]).toEqual(['more to today', 'peak-more to peak']);
  });

  it('have differences within their load, in the terminal', () => {
    const text = compared(result);
    expect(text).toContain('differences to today (peak-more to peak)');
    expect(text).toMatch(
      /are not ranked with it;\speak-more is compared\swith peak, at the same load\./,
    );
    expect(text.match(/^\*\S+\* against \S+/gmu)).toEqual([
      '*more* against today,',
      '*peak-more* against peak,',
    ]);
    expect(text).toMatch(/p99 of all +[\d.]+ ms to [\d.]+ ms +\[−.*\] ms +better/);
  });

  it('have them in Markdown and on the page', () => {
    const text = markdown(result);
    expect(text).toContain(
      'paired difference to today (peak-more to peak) with the interval that decides',
    );
    expect(text).toMatch(/^\| peak-more \| .*\*\*99\.\d+ %\*\*<br>\+.* pt ± /mu);
    const page = renderHtml(result, { command: 'x', version: '0' });
    expect(page).toContain('paired difference to today (peak-more to peak)');
    expect(page).toContain('<small>compared with peak</small>');
    expect(page).toContain('<small>first with its load</small>');
  });

  it('are ranked load by load, and the best one is that of the baseline', () => {
    expect(ranked(view).map(({ name }) => name)).toEqual(['more', 'today', 'peak-more', 'peak']);
    expect(view.winner).not.toMatch(/^peak/);
    expect(compareFinding(view)).not.toContain('peak');
  });

  it('are never compared across loads, in one run either', () => {
    const [today, peak] = result.variants as [Result['variants'][0], Result['variants'][0]];
    const column = outcomeColumns(view)[0]!;
    expect(verdictBetween(view, column, today, peak)).toBe('unknown');
    const single = viewOf(loads(1));
    const [first, second] = single.result.variants as typeof result.variants & [never, never];
    expect(isWorse(single, outcomeColumns(single)[0]!, second, first)).toBe(false);
  });
});

describe('degraded responses', () => {
  const { result } = run(`
faultline: 1
title: A fallback
run: { duration: 30s, warmup: 1s, replications: 3 }
services:
  shop: { endpoints: { buy: [ { call: pay.charge, policy: pay } ] } }
  pay: { endpoints: { charge: [ wait: 5ms ] } }
policies: { pay: { timeout: 50ms } }
workloads: { users: { arrivals: constant(100/s), requests: [ call: shop.buy ] } }
faults: [ { id: hang, kind: hang, target: pay, at: 10s, for: 10s } ]
variants:
  - { name: plain }
  - { name: falls-back, set: { policies.pay.fallback: { after: 2ms } } }
`);
  const view = viewOf(result);
  const [plain, fallsBack] = result.variants as [Result['variants'][0], Result['variants'][0]];

  it('have a figure in verdict, table and titles', () => {
    expect(plain.summary.degraded).toBeUndefined();
    expect(fallsBack.summary.degraded!.value).toBeCloseTo(1 / 3, 2);
    const text = markdown(result);
    expect(text).toMatch(
      /3\d\.?\d* % of \*\*buy\*\* responses in \*\*falls-back\*\* are degraded, and count as successes\./,
    );
    expect(text).toContain('| Degraded of requests |');
    expect(compareFinding(view)).toMatch(
      /^falls-back succeeds with 100 % of requests \(3\d\.?\d* % of buy degraded\)/,
    );
    expect(lossFinding(view)).toMatch(/every one does \(3\d\.?\d* % of buy degraded\)/);
    expect(fallsBack.summary.success.value).toBe(1);
    expect(text).not.toContain('untouched');
  });
});
