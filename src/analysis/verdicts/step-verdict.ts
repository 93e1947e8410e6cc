import { askedSpans } from '../measure/faulted.js';
import type { Ns } from '../../kernel/time.js';
import { invariant } from '../../kernel/invariant.js';
import type { Expression, WindowClause } from '../../contracts/scenario/expression.js';
import type { StepsResult, Verdict } from '../../contracts/result/budgets.js';
import { atLeast } from '../../stats/conjunction.js';
import { firstToDecide, halfWidthAt } from '../../stats/replications.js';
import { wideOf } from '../measure/estimate.js';
import { hold, type Held } from './limit.js';
import type { Study } from './study.js';
import type { VariantData } from '../measure/variant-data.js';
import { judge, levelOf, type Judging } from './verdict.js';

type Span = Extract<WindowClause, { readonly kind: 'between' }>;

/** Verdict on the steps of a window. */
export interface StepsVerdict {
  readonly verdict: Verdict;
  /** Share of the steps that hold, by their measured values; null if none has a figure. */
  readonly share: number | null;
  readonly steps: Omit<StepsResult, 'unit'>;
  /** Where they are undecided: replications that would probably decide; null = no number of them. */
  readonly needed?: number | null;
}

/** A step with a figure and a limit. */
interface Judged {
  readonly span: Span;
  readonly held: Held;
  readonly value: number;
  readonly limit: number;
}

/**
 * Judges each step of the timeline in a window, and then whether enough of them hold. Steps without a figure are left
 * out. `always` passes if each step passes by itself. One bad step among hundreds must be bad beyond doubt to fail
 * it, since a few look bad by chance.
 */
export function judgeSteps(
  expression: Expression,
  data: VariantData,
  study: Study,
  judging: Judging,
): StepsVerdict {
  invariant(expression.steps !== null, 'analysis-no-steps');
  const spans = stepsIn(expression.window, data);
  const judged = spans.flatMap((span) => judgedIn(span, expression, data, study));
  const n = judged.length;
  const steps = { of: n, empty: spans.length - n };
  if (n === 0) return { verdict: 'fail', share: null, steps: { ...steps, held: 0, worst: null } };
  const { op } = expression;
  const wanted = Math.max(1, Math.ceil(expression.steps!.share * n - 1e-9));
  const broken = judged.filter(
    ({ value, limit }) => judge(op, value, limit, null, judging.by) === 'fail',
  );
  const verdict = verdictWith(judged, wanted, (one, error) => judgeOne(one, op, judging, error));
  const held = n - broken.length;
  const found = { verdict, share: held / n, steps: { ...steps, held, worst: worstOf(broken) } };
  if (verdict !== 'inconclusive') return found;
  const needed = firstToDecide(data.records.length, (runs) => {
    const then = verdictWith(judged, wanted, (one, error) =>
      judgeOne(one, op, judging, error, runs),
    );
    return then !== 'inconclusive';
  });
  return { ...found, needed };
}

/** Verdict on a step, tested with a part of the error; with `runs`, the one to expect from that many replications. */
function judgeOne(
  { held, value, limit }: Judged,
  op: Expression['op'],
  judging: Judging,
  part: number,
  runs?: number,
): Verdict {
  const level = levelOf(judging, held.measured);
  const error = level === null ? 1 : part * (1 - level);
  const interval = level === null ? null : held.intervalAt(1 - error);
  if (interval === null || runs === undefined) return judge(op, value, limit, interval, judging.by);
  const half = halfWidthAt(wideOf(held.measured, interval, error), runs);
  return judge(op, value, limit, { low: value - half, high: value + half }, judging.by);
}

/** Whether enough steps hold, where `verdictOf` judges a step with a part of the error. */
function verdictWith(
  judged: readonly Judged[],
  wanted: number,
  verdictOf: (one: Judged, error: number) => Verdict,
): Verdict {
  const n = judged.length;
  const sure = (verdict: Verdict) => (error: number) =>
    judged.filter((one) => verdictOf(one, error) === verdict).length;
  if (atLeast(wanted, n, sure('pass'))) return 'pass';
  return atLeast(n - wanted + 1, n, sure('fail')) ? 'fail' : 'inconclusive';
}

function judgedIn(
  span: Span,
  expression: Expression,
  data: VariantData,
  study: Study,
): readonly Judged[] {
  const held = hold(expression, span, data, study);
  const { value } = held.measured;
  return value === null || held.limit === null ? [] : [{ span, held, value, limit: held.limit }];
}

/** The steps of the timeline, cut at the edges of the window; times from the end of the warm-up. */
function stepsIn(window: WindowClause | null, data: VariantData): readonly Span[] {
  const { plan, variant } = data;
  const { stepNs } = variant.scenario.run;
  const found: Span[] = [];
  for (const { fromNs, untilNs } of askedSpans(window, data)) {
    let at: Ns = fromNs - plan.warmupNs;
    const end = untilNs - plan.warmupNs;
    while (at < end) {
      const next = Math.min(end, (Math.floor(at / stepNs) + 1) * stepNs);
      found.push({ kind: 'between', fromNs: at, toNs: next, offset: 0 });
      at = next;
    }
  }
  return found;
}

/** The broken step that is farthest beyond its limit, the first of equals. */
function worstOf(broken: readonly Judged[]): StepsResult['worst'] {
  let worst: Judged | null = null;
  const beyond = ({ value, limit }: Judged): number => Math.abs(value - limit);
  for (const one of broken) if (worst === null || beyond(one) > beyond(worst)) worst = one;
  if (worst === null) return null;
  const { span, value, limit } = worst;
  return { from: span.fromNs / 1e9, to: span.toNs / 1e9, value, limit };
}
