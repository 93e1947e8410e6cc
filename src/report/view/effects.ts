import type { VariantResult } from '../../contracts/result/result.js';
import type { Column } from './column.js';
import { cellText, neverCount } from './columns.js';
import { unseenColumns } from './columns-unseen.js';
import { withLoadOf } from './reference.js';
import type { View } from './view.js';

/** An effect that no request shows, as a sentence names it. */
export interface Effect {
  readonly key: string;
  readonly none: string;
  readonly words: (text: string) => string;
  /** A smaller value is not worth a word where the effect is the price of something else. */
  readonly least: number;
  /** Whether it is time that goes by, and nothing that is lost or wrong. */
  readonly isWait: boolean;
}

/** Effects that no request shows, by their columns, in the order in which a report names them. */
export const EFFECTS: readonly Effect[] = [
  {
    key: 'sagas',
    none: 'no saga breaks',
    words: (text) => `${text} of sagas break`,
    least: 0.001,
    isWait: false,
  },
  {
    key: 'lost',
    none: 'no message is lost',
    words: (text) => `messages lost: ${text}`,
    least: 10,
    isWait: false,
  },
  {
    key: 'commits',
    none: 'no commit is lost',
    words: (text) => `commits lost: ${text}`,
    least: 10,
    isWait: false,
  },
  {
    key: 'drain',
    none: 'the backlog is gone at once',
    words: (text) => `the backlog is gone after ${text}`,
    least: 0,
    isWait: true,
  },
  {
    key: 'backlog',
    none: 'nothing waits',
    words: (text) => `at most ${text} ${text === '1' ? 'waits' : 'wait'}`,
    least: 0,
    isWait: true,
  },
  {
    key: 'waiting',
    none: 'nothing waits at the end',
    words: (text) => `${text} still ${text === '1' ? 'waits' : 'wait'} at the end`,
    least: 0,
    isWait: true,
  },
  {
    key: 'twice',
    none: 'no effect happens again',
    words: (text) => `repeated effects: ${text}`,
    least: 10,
    isWait: false,
  },
  {
    key: 'stale',
    none: 'no read is stale',
    words: (text) => `${text} of reads are stale`,
    least: 0.01,
    isWait: false,
  },
];

/** An effect of which one variant has at most half that another one has. */
export interface Halved {
  readonly effect: Effect;
  readonly column: Column;
  readonly before: number;
}

/** Effects of which `to` has at most half that `from` has, in the order in which a report names them. */
export function halvedEffects(
  view: View,
  from: VariantResult,
  to: VariantResult,
): readonly Halved[] {
  const columns = unseenColumns(view);
  const all = EFFECTS.flatMap((effect) => {
    const column = columns.find((one) => one.key === `unseen.${effect.key}`);
    if (column === undefined) return [];
    const [before, after] = [amountOf(column, from), amountOf(column, to)];
    const isHalved = before > 0 && after < Infinity && after * 2 <= before;
    return isHalved ? [{ effect, column, before }] : [];
  });
  // What is left at the end is a part of the backlog.
  const isSaid = all.some(({ effect: { key } }) => key === 'drain' || key === 'backlog');
  return all.filter(({ effect: { key } }) => !isSaid || key !== 'waiting');
}

/** Those of them that lose or break something. */
function lossesTo(view: View, from: VariantResult, to: VariantResult): readonly Halved[] {
  return halvedEffects(view, from, to).filter(({ effect }) => !effect.isWait);
}

/** Those of them that have a size that is worth a word. */
export function avertedLosses(
  view: View,
  from: VariantResult,
  to: VariantResult,
): readonly Halved[] {
  return lossesTo(view, from, to).filter(({ effect, before }) => before >= effect.least);
}

function amountOf(column: Column, variant: VariantResult): number {
  return neverCount(column, variant) > 0 ? Infinity : (column.pick(variant).value ?? 0);
}

/** `no saga breaks`, `1.03 % of sagas break`: how much of an effect a variant has. */
export function effectWords({ effect, column }: Halved, variant: VariantResult): string {
  const isNone = amountOf(column, variant) === 0;
  return isNone ? effect.none : effect.words(cellText(column, variant));
}

/**
 * `messages lost: 399`: what a variant loses or breaks that the one of the report does not. Of that one itself, each loss that
 * another one does not have, however small: its account names it.
 */
export function lossesOf(view: View, variant: VariantResult): readonly string[] {
  const { worstVariant } = view;
  const losses =
    variant === worstVariant
      ? withLoadOf(view, variant).flatMap((other) => lossesTo(view, variant, other))
      : avertedLosses(view, variant, worstVariant);
  return [...new Set(losses.map((loss) => effectWords(loss, variant)))];
}
