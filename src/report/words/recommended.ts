import type { EnoughChanges } from '../../contracts/result/enough.js';
import type { VariantResult } from '../../contracts/result/result.js';
import type { VariantChange } from '../../contracts/scenario/scenario.js';
import { formatCount } from '../../text/figures.js';
import { allOf, plural } from '../../text/words.js';
import { plainWords, type Words } from '../base/emphasis.js';
import { settingsTexts } from '../view/settings.js';
import { heldBudgets, isRemedy, type View } from '../view/view.js';

/** The variant to take, and which of its changes are enough. */
export interface Recommended {
  readonly variant: VariantResult;
  /** Changes of the baseline: those that are enough, and the others. Without runs that tell them apart all are in `changes`. */
  readonly changes: readonly VariantChange[];
  readonly spare: readonly VariantChange[];
  readonly enough: EnoughChanges | null;
}

/** The variant to take: it holds every budget and does not succeed less than the baseline; null if there is none. */
export function recommendedOf(view: View): Recommended | null {
  const { result, winner, baseline } = view;
  const variant = result.variants.find(({ name }) => name === winner);
  if (variant === undefined || variant.baseline) return null;
  const success = variant.summary.success.value ?? 0;
  const isNoWorse = success >= (baseline.summary.success.value ?? 0);
  if (!isRemedy(view, variant) || !isNoWorse) return null;
  const { changes = [], enough = null } = variant;
  const paths = enough === null ? null : new Set<string>(enough.paths);
  const isEnough = ({ path }: VariantChange): boolean => paths?.has(path) ?? true;
  return {
    variant,
    changes: changes.filter(isEnough),
    spare: changes.filter((own) => !isEnough(own)),
    enough,
  };
}

/** Most changes that a sentence lists. */
export const SHORT = 4;

/** `Use full: it holds all 6 budgets, naive holds 3. 2 of its 9 changes are enough: ...`. */
export function recommendedWords(view: View, own: Recommended): string {
  const { variant, changes } = own;
  const { of } = heldBudgets(variant);
  const other = heldBudgets(view.baseline);
  const base =
    other.of === of
      ? `, ${view.baseline.name} holds ${other.held === 0 ? 'none' : other.held}`
      : '';
  const told = enoughWords(own);
  const list =
    changes.length > SHORT || changes.length === 0 ? '' : `: ${settingsTexts(changes).values}`;
  const rest =
    told ?? (changes.length === 0 ? '' : `It changes ${plural(changes.length, 'setting')}`);
  return `${plainWords(adviceWords(variant))}${base}.${rest === '' ? '' : ` ${rest}${list}.`}`;
}

/** The heading of what to do. */
export function recommendedTitle({ result, baseline }: View, chosen: Recommended | null): string {
  if (chosen !== null) {
    const { of } = heldBudgets(chosen.variant);
    const other = heldBudgets(baseline);
    const use = plainWords(adviceWords(chosen.variant));
    // Of budgets of single variants, the numbers of those that are held do not compare.
    const isMore = chosen.variant !== baseline && other.of === of && other.held < of;
    return isMore ? `${use}, ${baseline.name} ${other.held === 0 ? 'none' : other.held}` : use;
  }
  const counted = result.variants.filter((variant) => heldBudgets(variant).of > 0);
  const holding = counted.filter((variant) => heldBudgets(variant).broken === 0);
  if (counted.length > 0 && holding.length === 0) return 'No variant holds every budget';
  return result.variants.length > 1 ? 'Changes of each variant' : 'Changes that were tried';
}

/** `Use full: it holds all 6 budgets`; of the baseline `Keep`. */
export function adviceWords(variant: VariantResult): Words {
  const { of } = heldBudgets(variant);
  const verb = variant.baseline ? 'Keep' : 'Use';
  return [`${verb} `, { strong: variant.name }, `: it holds ${allOf(of, 'budget')}`];
}

/** The other changes are worth a mention if fewer requests than this share of those that still fail do so with them. */
const LESS = 0.9;

/** `2 of its 9 changes are enough`, with what they avert; null where that is not known. */
export function enoughWords({ changes, spare, enough }: Recommended): string | null {
  if (enough === null) return null;
  const { length } = changes;
  const all = length + spare.length;
  const [failed, before, whole] = [enough.failed, enough.failedBefore, enough.failedWithAll].map(
    (own) => formatCount(Math.round(own!)),
  );
  const isMore =
    spare.length > 0 && enough.failedWithAll < LESS * enough.failed && whole !== failed;
  const rest = isMore ? `; ${whole} with all of its changes` : '';
  const gain = ` (${failed} requests fail instead of ${before}${rest})`;
  if (spare.length === 0) return `It needs each of its ${all} changes${gain}`;
  const least = enough.isCut === true ? ', and fewer may be' : '';
  return `${length} of its ${all} changes ${length === 1 ? 'is' : 'are'} enough${least}${gain}`;
}
