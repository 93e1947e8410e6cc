import { describe, expect, it } from 'vitest';
import { cellText, outcomeColumns } from '../../src/report/view/columns.js';
import { renderMarkdown } from '../../src/report/formats/markdown.js';
import { timesSection } from '../../src/report/sections/times.js';
import { viewOf, type View } from '../../src/report/view/view.js';
import { run } from '../theory/program.js';

/** A breaker that opens at 10 s and tries again after 30 s: users are back at about 40 s, also with a fault at 30 s. */
function viewWith(second: string): View {
  return viewOf(
    run(`
faultline: 1
title: Two faults
run: { duration: 90s, warmup: 2s, replications: 2 }
services:
  shop: { endpoints: { buy: [ { call: bank.pay, policy: careful } ] } }
  bank: { endpoints: { pay: [ wait: 5ms ] } }
policies:
  careful: { circuitBreaker: { kind: gobreaker, interval: 5s, timeout: 30s, maxRequests: 3, tripAfter: { failureRatio: 50%, minRequests: 10 } } }
workloads: { users: { arrivals: constant(50/s), requests: [ call: shop.buy ] } }
faults:
  - { id: broken, kind: error, target: bank, share: 100%, at: 10s, for: 5s }
${second}
variants: [ { name: today }, { name: again } ]
budgets: [ users.recovery < 10s after broken ]
`).result,
  );
}

const SECOND = '  - { id: slow, kind: slow, target: bank, factor: 2, at: 30s, for: 5s }';

describe('recovery that the next fault cuts off', () => {
  const view = viewWith(SECOND);
  const [today] = view.result.variants;
  const recovery = outcomeColumns(view).find(({ key }) => key === 'recovery')!;

  it('is not called never: the run recovers later', () => {
    expect(view.headline!.id).toBe('broken');
    expect(today!.summary.recovery.never).toBe(2);
    expect(today!.cascade.verdicts).toEqual(['recovered', 'recovered']);
    expect(cellText(recovery, today!)).toBe('> 15 s');
    const text = renderMarkdown(view.result, { command: 'x' });
    expect(text).toContain('| &gt; 15 s');
    expect(today!.budgets[0]!.note).toBe('never before the next fault');
    expect(timesSection(view)!.markup).toContain('&gt; 15 s');
  });

  it('is the time without the next fault', () => {
    const alone = viewWith('');
    const column = outcomeColumns(alone).find(({ key }) => key === 'recovery')!;
    const { value, never } = alone.result.variants[0]!.summary.recovery;
    expect(never).toBe(0);
    expect(value).toBeGreaterThan(20);
    expect(value).toBeLessThan(30);
    expect(cellText(column, alone.result.variants[0]!)).toMatch(/^2\d(?:\.\d+)? s$/);
  });
});
