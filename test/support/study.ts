import { parseMetric } from '../../src/language/expression.js';
import type { WindowClause } from '../../src/contracts/scenario/expression.js';
import { judgeBudget } from '../../src/analysis/verdicts/budget.js';
import type { Measured } from '../../src/analysis/measure/estimate.js';
import { measureIn, type Study } from '../../src/analysis/verdicts/study.js';
import { variantData, type VariantData } from '../../src/analysis/measure/variant-data.js';
import { wholeRun } from '../../src/analysis/measure/window.js';
import { compile } from '../../src/plan/compile.js';
import type { Plan } from '../../src/contracts/plan/plan.js';
import type { RunRecord } from '../../src/contracts/record/record.js';
import type { BudgetResult } from '../../src/contracts/result/budgets.js';
import type { Scenario, Variant } from '../../src/contracts/scenario/scenario.js';
import type { BudgetSource } from '../../src/contracts/scenario/judgement.js';
import { budgetOf, expressionOf } from './budget.js';
import * as by from './scenario.js';

/**
 * users -> shop (2 replicas of 4 workers, queue of 10 each) -> store (a database with a pool of 5).
 * 10 s of warm-up, 60 s measured in steps of 10 s; the fault `slow` on store is active from 20 s to 30 s.
 * Cells: 0-10, 10-20, 20-30, 30-35, 35-40, 40-45, ... 55-60: 9 cells; segments 0-20, 20-30, 30-60.
 */
export function shopScenario(): Scenario {
  return by.scenario({
    run: { durationNs: by.seconds(60), warmupNs: by.seconds(10), stepNs: by.seconds(10) },
    services: [
      by.service(
        'shop',
        { buy: [by.query('store.insert')], look: [by.work(1)] },
        {
          replicas: 2,
          zones: [null, null],
          concurrency: 4,
          queue: { capacity: 10, discipline: 'fifo', maxWaitNs: null },
        },
      ),
    ],
    databases: [
      by.database(
        'store',
        { insert: { work: by.constant(by.ms(1)) } },
        { pool: { ...by.UNLIMITED_POOL, maxOpen: 5 } },
      ),
    ],
    workloads: [
      by.workload('users', [
        by.request('buy', [by.call('shop.buy')]),
        by.request('look', [by.call('shop.look')]),
      ]),
    ],
    faults: [by.fault('slow', 'slow', { target: ['store'], config: { factor: 2 } })],
  });
}

/** Cells of the shop by their start in seconds. */
export const CELL = {
  s0: 0,
  s10: 1,
  s20: 2,
  s30: 3,
  s35: 4,
  s40: 5,
  s45: 6,
  s50: 7,
  s55: 8,
} as const;

export function shopVariant(name = 'base'): Variant {
  return { ...by.fileOf(shopScenario()).variant, name, baseline: name === 'base' };
}

export function shopPlan(): Plan {
  const { variant, file } = by.fileOf(shopScenario());
  return coarse(compile(variant, file));
}

/** The plan without the half seconds of recovery: few cells, so that records can be written by hand. */
function coarse(plan: Plan): Plan {
  const { grid } = plan;
  const kept = [...grid.edges.keys()].filter((k) => grid.edges[k]! % by.seconds(5) === 0);
  const cells = kept.slice(0, -1);
  return {
    ...plan,
    grid: {
      ...grid,
      edges: Float64Array.from(kept, (k) => grid.edges[k]!),
      stepOfCell: Int32Array.from(cells, (k) => grid.stepOfCell[k]!),
      segmentOfCell: Int32Array.from(cells, (k) => grid.segmentOfCell[k]!),
    },
  };
}

/** A study of variants with hand-made runs and no cascades. */
export function studyOf(
  variants: Readonly<Record<string, (plan: Plan) => readonly RunRecord[]>>,
): Study {
  const data = Object.entries(variants).map(([name, runs]): VariantData => {
    const plan = shopPlan();
    return variantData(shopVariant(name), plan, runs(plan), wholeRun(plan));
  });
  return { variants: data, stories: new Map(), saved: null };
}

/** `METRIC [WINDOW]` in the first variant of a study. */
export function measured(study: Study, text: string): Measured {
  const [path, ...rest] = text.split(' ');
  const metric = parseMetric(path);
  if (!metric.ok) throw new Error(metric.message);
  return measureIn(study, study.variants[0], metric.metric, clauseOf(rest.join(' ')));
}

/** A budget judged in one variant, the first unless named. */
export function judged(
  study: Study,
  text: string,
  own: Partial<BudgetSource> = {},
  variant = 0,
): BudgetResult | null {
  return judgeBudget(budgetOf(text, own), study.variants[variant], study);
}

function clauseOf(text: string): WindowClause | null {
  return text === '' ? null : expressionOf(`run.requests > 0 ${text}`).window;
}
