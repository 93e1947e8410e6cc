import type { VariantResult } from '../../contracts/result/result.js';
import { formatShare } from '../../text/figures.js';
import { joined, MOST, sizeOf } from './answer-room.js';
import { changedBest } from './changed-best.js';
import { avertedLosses, effectWords } from '../view/effects.js';
import { strongList, type Words } from '../base/emphasis.js';
import { questionsBetween, withLoadOf } from '../view/reference.js';
import { settingsOf, settingsTexts } from '../view/settings.js';
import { gainLine, priceLines } from './price.js';
import { undoneWords } from '../view/undone.js';
import { heldBudgets, holdsAll, type View } from '../view/view.js';
import { advice, bracketsOf, NOTHING, type Advice } from './advised.js';

/** A variant serves users better if this much more of the requests succeed, and alike within the other. */
export const BETTER = 0.002;
export const ALIKE = 0.0005;
const NAMED = 2;

/**
 * The variants of the same load and faults that serve users clearly better than the one that the report is about, and than a
 * change of it that leaves a share of its failures; else null.
 */
export function bestServed(view: View, left = 1): Advice | null {
  const { worstVariant } = view;
  const all = withoutQuestions(view, withLoadOf(view, worstVariant));
  // Where it holds all that it has to, a variant without budgets is no better one.
  const judged = holdsAll(worstVariant) ? all.filter((own) => heldBudgets(own).of > 0) : all;
  const most = mostServed(judged);
  if (most - 1 + left * (1 - successOf(worstVariant)) < BETTER) return null;
  const ours = all.filter((own) => successOf(own) <= most);
  return servesBest(view, ours, most, ours.length < all.length ? ' of those with budgets' : '');
}

function servesBest(
  view: View,
  able: readonly VariantResult[],
  most: number,
  among: string,
): Advice {
  const { worstVariant } = view;
  const alike = able.filter((variant) => most - successOf(variant) < ALIKE);
  // As many requests succeed in all of these, so one that loses more than another one is not the best.
  const best = alike
    .filter((one) => alike.every((other) => avertedLosses(view, one, other).length === 0))
    .slice(0, NAMED);
  const named = best.length > 0 ? best : alike.slice(0, NAMED);
  const head: Words = [
    ...strongList(named.map(({ name }) => name)),
    ` ${named.length === 1 ? 'serves' : 'serve'} users best${among}: ${formatShare(most)} of requests succeed, ${worstVariant.name} ${formatShare(successOf(worstVariant))}`,
  ];
  const [variant] = named;
  const changes = settingsOf(view, variant!);
  const own = { variant: variant!, changes, which: bracketsOf(view, variant!) };
  if (named.length === 1) {
    const shares = [variant!, worstVariant].map((one) => formatShare(successOf(one)));
    const better = ` serves users best (${shares[0]}, ${worstVariant.name} ${shares[1]})`;
    const changed = changedBest(variant!, [{ strong: variant!.name }, better]);
    return changed === null ? advice(view, head, own) : { ...NOTHING, ...changed };
  }
  const below = own.changes.length === 0 ? '' : ` (settings of ${variant!.name} below)`;
  const words: Words = [...joined(head, [[below]]), '.'];
  return { words, bare: own, price: priceLines(view, named), gain: gainLine(view, variant!) };
}

/**
 * Where users are better off only with another fault, if they behave otherwise, or in a variant without the budgets that are
 * held: nothing that has to be set, and worth knowing.
 */
export function otherFault(view: View, able: readonly VariantResult[], most: number): Advice {
  const { worstVariant } = view;
  const best = able.find((variant) => successOf(variant) === most)!;
  const differing = questionsBetween(best, worstVariant);
  const other =
    differing.length === 0
      ? ''
      : differing.some((path) => !path.startsWith('workloads.'))
        ? ', with another fault'
        : ', with other users';
  const textOf = (settings: string): Words => [
    'In ',
    { strong: best.name },
    `${other}${settings}${other === '' ? '' : ','} ${formatShare(most)} of requests succeed, in `,
    { strong: worstVariant.name },
    ` ${formatShare(successOf(worstVariant))}.`,
  ];
  const full = textOf(` (${settingsTexts(settingsOf(view, best)).values})`);
  return { ...NOTHING, words: sizeOf(full) <= MOST ? full : textOf('') };
}

/** `written is safer: no saga breaks, in in-memory 1.03 % of sagas break`; null where no variant loses clearly less. */
export function losesLeast(
  view: View,
  able: readonly VariantResult[],
): { readonly variant: VariantResult; readonly words: Words } | null {
  const { worstVariant } = view;
  const found = able.flatMap((variant) => {
    const isServed = successOf(worstVariant) - successOf(variant) < ALIKE;
    const [averted] = isServed ? avertedLosses(view, worstVariant, variant) : [];
    const isSafe = avertedLosses(view, variant, worstVariant).length === 0;
    return averted === undefined || !isSafe ? [] : [{ variant, averted }];
  });
  const rankOf = ({ variant, averted }: (typeof found)[number]): number =>
    averted.column.pick(variant).value ?? 0;
  const [best] = found.sort((a, b) => rankOf(a) - rankOf(b));
  if (best === undefined) return null;
  const { variant, averted } = best;
  const words: Words = [
    { strong: variant.name },
    ` is safer: ${effectWords(averted, variant)}, in `,
    { strong: worstVariant.name },
    ` ${effectWords(averted, worstVariant)}`,
  ];
  return { variant, words };
}

/** Those of some variants that answer the same question, and in which every planned operation ends. */
export function withoutQuestions(
  view: View,
  able: readonly VariantResult[],
): readonly VariantResult[] {
  return able.filter(
    (variant) =>
      variant === view.worstVariant ||
      (questionsBetween(variant, view.worstVariant).length === 0 &&
        undoneWords(view, variant) === null),
  );
}

/** The largest share of requests that succeeds in one of some variants. */
export function mostServed(some: readonly VariantResult[]): number {
  return Math.max(...some.map(successOf), 0);
}

/** The share of requests that succeeds in a variant; 0 where none ends. */
export function successOf({ summary }: VariantResult): number {
  return summary.success.value ?? 0;
}
