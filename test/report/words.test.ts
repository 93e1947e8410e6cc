import { describe, expect, it } from 'vitest';
import type { Words } from '../../src/report/base/emphasis.js';

import { checkText, compareText } from '../../src/report/text/text-compare.js';
import { summaryText } from '../../src/report/text/text.js';
import type { Paint } from '../../src/report/lines/text-table.js';
import { characterOf } from '../../src/report/words/character.js';
import { viewOf } from '../../src/report/view/view.js';
import { chainOf } from '../../src/report/words/chain.js';
import { saidWords } from '../support/said.js';
import { run } from '../theory/program.js';
import type { Result, VariantResult } from '../../src/contracts/result/result.js';
import type { BudgetResult } from '../../src/contracts/result/budgets.js';
import type { CascadeEvent } from '../../src/contracts/result/cascade.js';
import { onlyVariant, sampleResult } from '../support/sample-result.js';

const PAINT: Paint = { bold: (text) => text, dim: (text) => text, red: (text) => text };
const TEXT = { columns: 100, paint: PAINT, file: 'a.yaml', wall: null, report: null };

const said = (words: Words): string =>
  words.map((word) => (typeof word === 'string' ? word : word.strong)).join('');

describe('a fault in which no request fails', () => {
  const view = viewOf(onlySlow());

  it('is reported as waiting, not as nothing', () => {
    expect(said(saidWords(view))).toMatch(/order requests: p95 3 s instead of 60 ms from /);
  });

  it('says for how long answers were slow', () => {
    expect(characterOf(view, view.worstVariant)).toBe('9 % of browse degraded, slow for 10 s');
  });

  it('calls what answers late slow, not failed', () => {
    expect(chainOf(view, view.worstVariant).map((step) => step.subject)).toContain(
      'shoppers.order gets far too slow',
    );
  });
});

describe('a budget that the runs do not decide', () => {
  const withBudget = (verdict: BudgetResult['verdict']): string => {
    const result = sampleResult();
    const variants = result.variants.map((variant) => ({
      ...variant,
      budgets: variant.budgets.map((budget, i) => ({
        ...budget,
        severity: 'error' as const,
        verdict: i === 0 ? verdict : ('pass' as const),
      })),
    }));
    return said(saidWords(viewOf({ ...result, hypothesis: null, variants })));
  };

  it('is named', () => {
    const [first] = sampleResult().variants[0]!.budgets;
    expect(withBudget('inconclusive')).toContain('Undecided: “');
    expect(withBudget('inconclusive')).toContain(`“${first!.name ?? first!.text}”`);
    expect(withBudget('inconclusive')).not.toContain('not held');
  });

  it('is not mentioned where all are decided', () => {
    expect(withBudget('pass')).not.toContain('Undecided');
  });
});

describe('a variant without a fault', () => {
  const failing = (share: number): string => {
    const { file, result, variant } = run(`
faultline: 1
title: What fails by itself
run: { duration: 20s }
services: { a: { endpoints: { x: [ wait: 5ms, { fail: 503, probability: ${share} } ] } } }
workloads: { w: { arrivals: constant(50/s), requests: [ { call: a.x } ] } }
`);
    expect(file.variants[0].scenario.faults).toHaveLength(0);
    return characterOf(viewOf(result), variant());
  };

  it('fails where its requests do, and is not called slow', () => {
    expect(failing(1)).toBe('100 % fail');
    expect(failing(0.4)).toMatch(/^(3[89]|4[012])(\.\d)? % fail$/u);
  });
});

describe('requests that stay slow behind a fault', () => {
  it('do so until the last, milder part of it is over', () => {
    const { result, variant } = run(`
faultline: 1
title: A long queue
run: { duration: 60s, warmup: 5s }
services:
  payments: { concurrency: 16, endpoints: { charge: [ wait: lognormal(p50=30ms p99=120ms) ] } }
  shop: { concurrency: 200, endpoints: { buy: [ work: exponential(2ms), call: payments.charge ] } }
workloads: { users: { arrivals: poisson(200/s), patience: 5s, requests: [ { call: shop.buy } ] } }
faults: [ { id: slow, kind: slow, target: payments, factor: 10, at: 20s, for: 10s } ]
`);
    const spells = variant().cascade.states['users.buy'];
    const [mild, over] = spells
      .slice(-2)
      .map(({ state, from }) => ({ state, from }))
      .reverse();
    expect(mild.state).toBe('degraded');
    expect(over.state).toBe('failing');
    const well = spells[spells.length - 1].until - 30;
    expect(well).toBeGreaterThan(0);
    expect(said(saidWords(viewOf(result)))).toMatch(
      /buy requests: success [\d.]+ % from 20 s to [\d.]+ s, healthy again at [\d.]+ s/,
    );
  });
});

describe('a budget that only warns', () => {
  const result = mapped(sampleResult(), (variant) => ({
    ...variant,
    budgets: variant.budgets.map((b): BudgetResult => ({ ...b, severity: 'warning' })),
  }));

  it('is no FAIL in the summary, and is counted there', () => {
    const text = summaryText(result, TEXT);
    expect(text).not.toContain('FAIL');
    expect(text).toContain('6 warnings: faultline check a.yaml');
  });
});

describe('a single run', () => {
  const result: Result = {
    ...mapped(sampleResult(), (variant) => ({
      ...variant,
      summary: {
        ...variant.summary,
        success: { value: 0.97, ci95: [0.95, 0.99], from: 'batches', each: [0.97] },
      },
    })),
    replications: 1,
  };

  it('says that its intervals come from batches', () => {
    const words = 'intervals from batches of one run';
    const lack = 'percentiles and recovery have no interval; use --replications 5';
    const compared = compareText(result, { ...TEXT, all: true }).replace(/\s+/g, ' ');
    expect(compared).toContain(words);
    expect(compared).toMatch(/Success whole run 97 % \[95, 99\] to/);
    const checked = checkText([{ file: 'a.yaml', result }], TEXT).replace(/\s+/g, ' ');
    expect(checked).toContain(words);
    for (const text of [compared, checked]) expect(text.split(lack)).toHaveLength(2);
  });

  it('says nothing of batches where there are several', () => {
    expect(compareText(sampleResult(), TEXT)).not.toContain('batches');
  });
});

describe('variants with the same figure', () => {
  const headOf = (spread: number): string => {
    const success = (i: number) => {
      const off = spread * (i % 2 === 0 ? 1 : -1);
      const each = [0.5 + off, 0.5 - off, 0.5 + off, 0.5 - off];
      return { value: 0.5, ci95: [0.4, 0.6] as const, each };
    };
    const base = sampleResult();
    const variants = base.variants
      .slice(0, 2)
      .map((variant, i) => ({ ...variant, summary: { ...variant.summary, success: success(i) } }));
    const text = compareText({ ...base, variants, comparisons: [] }, { ...TEXT, all: true });
    const lines = text.split('\n');
    const at = lines.findIndex((line) => line.startsWith('  Success whole run'));
    return lines.slice(at, at + 2).join(' ');
  };

  it('are alike only where their runs say so', () => {
    expect(headOf(0)).toContain('equal in all 5 runs');
    expect(headOf(0.2)).toMatch(/would decide|do not help/u);
  });
});

describe('a long title', () => {
  it('has a line of its own, whole', () => {
    const title = 'A service that gets slower bit by bit breaks at a point, not bit by bit';
    const base = sampleResult();
    const lines = summaryText(
      { ...base, scenario: { ...base.scenario, title } },
      { ...TEXT, columns: 80 },
    ).split('\n');
    expect(lines[0]).toBe(title);
    expect(lines[1]).toBe('a.yaml   5 variants x 5 seeds');
  });
});

/** The variant that loses nothing, with orders that are slow from 60 to 70 s. */
function onlySlow(): Result {
  const event: CascadeEvent = {
    at: 60,
    kind: 'failing',
    subject: 'shoppers.order',
    cause: 'edge',
    mechanism: 'queueWait',
    text: 'p95 3 s instead of 60 ms',
    figure: { metric: 'latency', value: 3, unit: 'seconds', usual: 0.06 },
    runs: 5,
  };
  return mapped(onlyVariant(sampleResult(), 'full'), (variant) => ({
    ...variant,
    summary: { ...variant.summary, success: { ...variant.summary.success, value: 1 } },
    cascade: {
      ...variant.cascade,
      verdicts: ['untouched', 'untouched', 'untouched', 'untouched', 'untouched'],
      events: [...variant.cascade.events, event],
      states: { 'shoppers.order': [{ from: 60, until: 70, state: 'failing' }] },
    },
  }));
}

function mapped(result: Result, change: (variant: VariantResult) => VariantResult): Result {
  return { ...result, variants: result.variants.map(change) };
}
