import type {
  CounterfactualIntervention,
  Counterfactuals,
} from '../../contracts/result/counterfactual.js';
import type { VariantResult } from '../../contracts/result/result.js';
import { budgetsWith } from './change-budgets.js';
import { isOfSystem } from './cheapest.js';
import { recommendedOf } from './recommended.js';
import { withLoadOf } from '../view/reference.js';
import { heldBudgets, type View } from '../view/view.js';

/** Something that was tried against the harm of a variant, and what it does. Counts are means of a run. */
export interface Remedy {
  readonly words: string;
  /** Settings that it changes; null = not one that a file can say. */
  readonly changes: number | null;
  readonly failed: number;
  /** Share of the requests that succeed; null where it is not known. */
  readonly success: number | null;
  /** Null where it is not known. */
  readonly slow: number | null;
  readonly degraded: number;
  readonly attempts: number;
  /** Budgets that it holds, and their number; null where no run shows it. */
  readonly goals: { readonly held: number; readonly of: number } | null;
}

/** The variant as it is, and what was tried against its harm: other variants and single changes, the best first. */
export interface Remedies {
  readonly usual: Remedy;
  readonly tried: readonly Remedy[];
}

/** A remedy averts at least this share of the failed or slow requests. */
const SOME = 0.02;
const MOST = 12;

/** What was tried against the harm of the variant that the report is about; null where nothing was. */
export function remediesOf(view: View): Remedies | null {
  const { worstVariant, result } = view;
  const others = withLoadOf(view, worstVariant).filter(
    (variant) =>
      variant !== worstVariant && variant.changes?.some(({ isQuestion }) => isQuestion) !== true,
  );
  const own = worstVariant.counterfactuals;
  const asIs = ofVariant(view, worstVariant);
  // The runs that the changes are compared with.
  const usual =
    own?.failed === undefined ? asIs : { ...asIs, failed: own.failed, slow: own.harm - own.failed };
  const changes = (own?.interventions ?? [])
    .filter(isOfSystem)
    .map((one) => ofChange(one, own!, worstVariant));
  const all = [
    ...(result.variants.length > 1 ? others.map((variant) => ofVariant(view, variant)) : []),
    ...changes,
  ];
  // The heading names them.
  const kept = new Set<string>([
    view.baseline.name,
    ...(view.winner === null ? [] : [view.winner]),
  ]);
  const tried = all
    .filter((one) => isLess(one, usual) || kept.has(one.words))
    .sort((a, b) => a.failed - b.failed || (a.changes ?? Infinity) - (b.changes ?? Infinity))
    .slice(0, MOST);
  const isNone = tried.every((one) => !isLess(one, usual)) && recommendedOf(view) === null;
  return isNone ? null : { usual, tried };
}

/** Whether clearly fewer requests fail, or as many fail and clearly fewer are slow. */
function isLess(one: Remedy, usual: Remedy): boolean {
  if (usual.failed - one.failed >= Math.max(1, SOME * usual.failed)) return true;
  const [slow, before] = [one.slow ?? Infinity, usual.slow ?? 0];
  return one.failed <= usual.failed && before - slow >= Math.max(1, SOME * before);
}

function ofVariant({ result, baseline }: View, variant: VariantResult): Remedy {
  const { summary, name } = variant;
  const requests = summary.requests / Math.max(1, result.replications);
  const goals = heldBudgets(variant);
  return {
    words: name,
    changes: variant === baseline ? 0 : (variant.changes?.length ?? null),
    failed: requests * (1 - (summary.success.value ?? 0)),
    success: summary.success.value,
    // Slow by another limit than in the runs with one change.
    slow: null,
    degraded: summary.degraded?.value ?? 0,
    attempts: summary.attemptsPerCall.value ?? 1,
    goals: goals.of === 0 ? null : goals,
  };
}

function ofChange(
  one: CounterfactualIntervention,
  own: Counterfactuals,
  variant: VariantResult,
): Remedy {
  const price = one.price ?? own.price;
  const { held, of } = heldBudgets(variant);
  const { more } = budgetsWith(one, own, variant);
  const { setting, words, failed, harm } = one;
  const settings = setting === undefined ? [] : [setting, ...(setting.with ?? [])];
  return {
    words:
      settings.length === 0 ? words : settings.map(({ path, to }) => `${path}: ${to}`).join(', '),
    changes: settings.length === 0 ? null : settings.length,
    failed: failed ?? harm,
    success: null,
    slow: failed === undefined ? null : harm - failed,
    degraded: price?.degraded ?? 0,
    attempts: price?.attempts ?? 1,
    goals: more === null ? null : { held: held + more, of },
  };
}
