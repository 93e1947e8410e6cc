import type { VariantResult } from '../contracts/result/result.js';
import { formatShare } from '../text/figures.js';
import { isCalm, joined, MOST, sizeOf, variantHead } from './answer-room.js';
import { changeWords } from './cheapest.js';
import { strongList, type Words } from './emphasis.js';
import { listed } from './format.js';
import { adviceWords, recommendedOf } from './recommended.js';
import { withLoadOf } from './reference.js';
import { settingsOf, settingsTexts, someSettings, type Settings } from './settings.js';
import { leastBehind } from './unseen-words.js';
import { heldBudgets, holdsAll, isRemedy, type View } from './view.js';
import { closestWords } from './words.js';

/** What to do, and the variant that it names without its settings; both null where nothing is to be done or known. */
interface Advice {
  readonly words: Words | null;
  readonly bare: { readonly variant: VariantResult; readonly changes: Settings } | null;
}

/** The variant to take, else the change that helps, else the variant that comes closest. */
export function actWords(view: View): Advice {
  const { worstVariant, result } = view;
  const chosen = recommendedOf(view);
  if (chosen !== null) {
    const { variant, changes, spare, enough } = chosen;
    const isCut = enough !== null && spare.length > 0;
    const all = changes.length + spare.length;
    const few = isCut
      ? `; ${changes.length} of its ${all} changes ${changes.length === 1 ? 'is' : 'are'} enough`
      : '';
    const which = (settings: string): string => `${isCut ? ':' : ' with'} ${settings}`;
    const head = [`${adviceWords(variant)}${few}`];
    return advice(head, { variant, changes, which }, [priceOf(variant)]);
  }
  const survivor = survivorOf(view);
  if (survivor !== null) return survivor;
  const own = worstVariant.counterfactuals;
  const change = own === undefined ? null : changeWords(own);
  if (change !== null) {
    const head: Words = [...variantHead(view), change.words];
    return { words: [...joined(head, [[`: ${change.effect}`]]), '.'], bare: null };
  }
  const judged = result.variants.filter(
    (variant) => variant.unfinished === undefined && heldBudgets(variant).of > 0,
  );
  if (judged.length > 1 && !judged.some(holdsAll)) {
    const { words, closest } = closestWords(view, judged);
    const [variant] = closest;
    if (closest.length !== 1) return { words: [...words, '.'], bare: null };
    const changes = settingsOf(view, variant!);
    return advice(words, { variant: variant!, changes, which: inBrackets }, [priceOf(variant!)]);
  }
  return bestOf(view);
}

/** An advice with its settings, as far as there is room for them. */
function advice(
  head: Words,
  of: {
    readonly variant: VariantResult;
    readonly changes: Settings;
    readonly which: (settings: string) => string;
  },
  rest: readonly Words[],
): Advice {
  const settings = settingsTexts(of.changes, FEW)
    .map(of.which)
    .find((text) => sizeOf([...head, text]) <= MOST);
  const words = joined(head, [settings === undefined ? [] : [settings], ...rest]);
  return { words: [...words, '.'], bare: settings === undefined ? of : null };
}

function inBrackets(settings: string): string {
  return ` (${settings})`;
}

/** Most settings in a sentence. */
const FEW = 3;

/**
 * Where the variant that the report is about does not survive, or is not judged: the survivor with the fewest changes
 * that are settings of the system; null without one.
 */
function survivorOf(view: View): Advice | null {
  const { worstVariant } = view;
  if (holdsAll(worstVariant)) return null;
  const able = withLoadOf(view, worstVariant).filter(isRemedy);
  const changesIn = ({ changes }: VariantResult): number => changes?.length ?? 0;
  const [best, ...others] = able.sort(
    (a, b) =>
      changesIn(a) - changesIn(b) ||
      (b.summary.success.value ?? 0) - (a.summary.success.value ?? 0),
  );
  if (best === undefined) return null;
  const more =
    others.length > 0 ? `; ${listed(others.slice(0, 2).map(({ name }) => name))} too` : '';
  const rest = [priceOf(best), [more]];
  if (best.baseline) return { words: [...joined([adviceWords(best)], rest), '.'], bare: null };
  const { changes = [] } = best;
  const which = (settings: string): string => ` with ${settings}`;
  return advice([adviceWords(best)], { variant: best, changes, which }, rest);
}

/** The variants that serve users best, or else fall least behind; none where all are alike. */
function bestOf(view: View): Advice {
  const { worstVariant, result } = view;
  const successOf = ({ summary }: VariantResult): number => summary.success.value ?? 0;
  const able = withLoadOf(view, worstVariant);
  const most = Math.max(...able.map(successOf), 0);
  if (most - successOf(worstVariant) >= BETTER) {
    const best = able.filter((variant) => most - successOf(variant) < ALIKE).slice(0, NAMED);
    const head: Words = [
      ...strongList(best.map(({ name }) => name)),
      ` ${best.length === 1 ? 'serves' : 'serve'} users best: ${formatShare(most)} of requests succeed, ${worstVariant.name} ${formatShare(successOf(worstVariant))}`,
    ];
    const [variant] = best;
    const changes = settingsOf(view, variant!);
    const own = { variant: variant!, changes, which: inBrackets };
    if (best.length === 1) return advice(head, own, []);
    return { words: [...head, '.'], bare: own };
  }
  const ahead = leastBehind(view);
  if (ahead !== null) {
    const { variant, words } = ahead;
    return advice(words, { variant, changes: settingsOf(view, variant), which: inBrackets }, []);
  }
  const judged = result.variants.filter((variant) => heldBudgets(variant).of > 0);
  const isHeld = isCalm(result) && judged.length > 0 && judged.every(holdsAll);
  const every = judged.length === 1 ? 'it' : 'every variant';
  return { words: isHeld ? [`Nothing: ${every} holds every budget.`] : null, bare: null };
}

/** `canary against rolling: services.pricing.rollout.kind: rolling → canary`: the settings of an advised variant. */
export function settingsLine(view: View, { variant, changes }: NonNullable<Advice['bare']>): Words {
  const base = variant === view.baseline ? view.worstVariant : view.baseline;
  if (changes.length === 0) return [];
  return [
    { strong: variant.name },
    ' against ',
    { strong: base.name },
    `: ${someSettings(changes)}.`,
  ];
}

/** A variant serves users better if this much more of the requests succeed, and alike within the other. */
const BETTER = 0.002;
const ALIKE = 0.0005;
const NAMED = 2;

/** `; 24 % of responses are degraded`: the price of a variant. */
function priceOf({ summary: { degraded } }: VariantResult): Words {
  const share = degraded?.value ?? 0;
  return share < DEGRADED ? [] : [`; ${formatShare(share)} of responses are degraded`];
}

const DEGRADED = 0.005;
