import { speaksOf } from '../language/expressions-of.js';
import { findMetric } from '../language/metrics.js';
import { partOf, type Look } from '../stats/looks.js';
import type { PrecisionResult, UntilResult } from '../contracts/result/until.js';
import type { ScenarioFile } from '../contracts/scenario/scenario.js';
import type { BudgetSource } from '../contracts/scenario/judgement.js';
import type { Precision, Until } from '../contracts/scenario/until.js';
import { spansIn } from './measure/faulted.js';
import { finite, intervalOf } from './measure/estimate.js';
import { variantData, type VariantData } from './measure/variant-data.js';
import { wholeRun } from './measure/window.js';
import { storiesOf } from './story/cascade.js';
import type { CaseRuns } from './sweep.js';
import { judgeBudget } from './verdicts/budget.js';
import { measureIn, type Study } from './verdicts/study.js';

/** What a look at the runs of a file finds. */
export type Seen = Pick<UntilResult, 'confidence' | 'precisions' | 'undecided'>;

/** Looks at complete runs. Pure: equal input gives equal output. */
export function seenAt({ plans, records, file }: CaseRuns, until: Until, look: Look): Seen {
  const own = judgedAt(file, look);
  const variants = own.variants.map((variant, i) =>
    variantData(variant, plans[i]!, records[i]!, wholeRun(plans[i]!)),
  );
  const stories = new Map(
    until.isDecided ? variants.map((data) => [data.variant.name, storiesOf(data)]) : [],
  );
  const study: Study = { variants, stories, saved: null };
  const confidence = 1 - look.error;
  const precisions = until.precisions.flatMap((precision) =>
    variants
      .filter(({ variant: { name } }) => speaksOf(precision, name))
      .map((data) => precisionOf(precision, data, study, confidence)),
  );
  return { confidence, precisions, ...(until.isDecided && { undecided: openIn(own, study) }) };
}

/** Whether a look finds that all goals are reached. */
export function isReached({ precisions, undecided = [] }: Seen): boolean {
  return undecided.length === 0 && precisions.every((one) => one.isReached);
}

/** The file with everything that judges it limited to the error that a look may spend. */
export function judgedAt(file: ScenarioFile, look: Look): ScenarioFile {
  const part = partOf(look);
  const spending = (list: readonly BudgetSource[]): readonly BudgetSource[] =>
    list.map((source) => ({ ...source, part }));
  const { budgets, expect, hypothesis } = file;
  return {
    ...file,
    lookError: look.error,
    budgets: spending(budgets),
    expect: spending(expect),
    hypothesis: hypothesis && { ...hypothesis, expect: spending(hypothesis.expect) },
  };
}

function precisionOf(
  precision: Precision,
  data: VariantData,
  study: Study,
  confidence: number,
): PrecisionResult {
  const { metric, window, within, isRelative, text } = precision;
  const measured = measureIn(study, data, metric, window);
  const found = findMetric(metric.name);
  const value = finite(measured.value);
  const isMeasured = value !== null && measured.kind !== 'exact';
  const interval = isMeasured ? intervalOf(measured, confidence) : null;
  // A share near 0 or 1 is not in the middle of its interval: of 1,000 requests without a failure 0.4 % may fail.
  const halfWidth =
    interval === null ? null : Math.max(value! - interval.low, interval.high - value!);
  const unseen = unseenFaults(data);
  const wanted = value === null ? null : isRelative ? within * Math.abs(value) : within;
  return {
    text,
    variant: data.variant.name,
    unit: found.known === 'yes' ? found.metric.unit : 'number',
    value,
    halfWidth,
    wanted,
    ...(unseen.length > 0 && { unseen }),
    isReached: unseen.length === 0 && halfWidth !== null && wanted !== null && halfWidth <= wanted,
  };
}

/** The faults that start by chance and have struck in no run: no interval contains what they do. */
function unseenFaults(data: VariantData): readonly string[] {
  return data.plan.faults
    .filter((fault) => {
      const { probability } = fault.chance ?? { probability: 1 };
      const isByChance = probability > 0 && probability < 1;
      return (
        isByChance && data.records.every((record) => spansIn(data, fault, record).length === 0)
      );
    })
    .map(({ id }) => id);
}

/** Verdicts that more runs might settle. */
function openIn(
  { budgets, expect, hypothesis }: ScenarioFile,
  study: Study,
): NonNullable<Seen['undecided']> {
  const all = [...budgets, ...expect, ...(hypothesis?.expect ?? [])];
  return study.variants.flatMap((data) =>
    all.flatMap((source) => {
      const judged = judgeBudget(source, data, study);
      const isOpen = judged?.verdict === 'inconclusive' && judged.applies !== false;
      // A limit relative to saved values is compared by `check --baseline` alone.
      if (!isOpen || source.expression.limit.kind === 'ofSaved') return [];
      return [{ variant: data.variant.name, text: source.text }];
    }),
  );
}
