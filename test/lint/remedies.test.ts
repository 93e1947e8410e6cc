import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { run } from '../theory/program.js';
import { CASES } from './cases.js';
import { laidOver, remarksOn } from './lint-text.js';

/** Simulated time of a calm day: long enough for a few thousand requests. */
const CALM = '20s';

const CALM_SUCCESS = 0.9;

/** Requests of users that succeed, of those that arrive. */
function success(tree: Record<string, unknown>): number {
  const { faults: _faults, budgets: _budgets, hypothesis: _hypothesis, ...rest } = tree;
  const calm = { ...rest, run: { duration: CALM, seed: 1 } };
  const { summary } = run(stringify(calm)).variant();
  return summary.success.value ?? 1;
}

const applicable = CASES.flatMap(({ rule, fires }) => {
  const [remark] = remarksOn(fires, rule);
  return remark === undefined || remark.fixExample.startsWith('# in ')
    ? []
    : [[rule, fires, remark.fixExample] as const];
});

describe('the remedy of each rule', () => {
  it('can be applied as it is printed for most rules', () => {
    expect(applicable.length / CASES.length).toBeGreaterThan(0.7);
  });

  it.each(applicable)('%s: makes a day without faults no worse', (_rule, fires, fix) => {
    const before = parse(fires) as Record<string, unknown>;
    const after = laidOver(before, parse(fix)) as Record<string, unknown>;
    const usual = success(before);
    const changed = success(after);
    // A system that refuses much is overloaded: that is no calm day, and a limit below its capacity refuses more.
    if (usual >= CALM_SUCCESS) expect(changed).toBeGreaterThanOrEqual(usual - 0.002);
    else expect(changed).toBeGreaterThan(usual - 0.05);
  });
});
