import type { VariantResult } from '../../contracts/result/result.js';
import { matteringMargin } from '../../stats/margin.js';
import { formatSeconds } from '../../text/figures.js';
import { plural } from '../../text/words.js';
import { halvedEffects } from '../view/effects.js';
import { latencyColumns } from '../view/columns.js';
import type { Column } from '../view/column.js';
import { decidingWords } from '../view/deciding-words.js';
import { differenceBetween, differenceOf, isWorse } from '../view/difference.js';
import { heldBudgets, requestLabel, type View } from '../view/view.js';
import type { Words } from '../base/emphasis.js';
import { advice, bracketsOf, NOTHING, type Advice } from './advised.js';
import { ALIKE, BETTER, mostServed, successOf, withoutQuestions } from './best-served.js';
import { handledMore } from './handled.js';
import { referenceOf, withLoadOf } from '../view/reference.js';
import { settingsOf } from '../view/settings.js';

/** The part of a change that the comparison needs: a setting leaves a share of the harm. */
interface Changed {
  readonly isSetting: boolean;
  readonly left: number;
}

/** A variant that is quicker than another one, and the words that say by how much. */
interface Quicker extends Pair {
  readonly words: Words;
  /** Another kind of requests is slower with it. */
  readonly isTraded: boolean;
}

interface Pair {
  readonly quick: VariantResult;
  readonly slow: VariantResult;
}

/**
 * `cached is quicker: p99 232 ms, in now 465 ms`: of variants of the same load in which as many requests succeed, the one
 * with the shortest times, where the intervals decide it. null where another of its quantiles is longer, where fewer of one
 * kind of requests succeed, or where it has clearly more of a harm that no request shows, such as a backlog.
 */
function quickerOf(view: View): Quicker | null {
  const ours = comparedWith(view);
  const columns = quantilesOf(view);
  for (const column of columns) {
    const pair = endsOf(view, column, ours);
    if (pair === null || !isWorse(view, column, pair.slow, pair.quick)) continue;
    const { quick, slow } = pair;
    const isWrong =
      columns.some((other) => isWorse(view, other, quick, slow)) ||
      halvedEffects(view, quick, slow).length > 0 ||
      view.requests.some((one) => servedOf(slow, one) - servedOf(quick, one) >= BETTER);
    if (isWrong) return null;
    const slower = longerWords(view, quick, slow);
    if (slower === null) {
      const words: Words = [{ strong: quick.name }, ' is quicker: ', ...bothTimes(column, pair)];
      return { ...pair, words, isTraded: false };
    }
    const quicker = longerWords(view, slow, quick);
    if (quicker === null) return null;
    const words: Words = [
      { strong: quick.name },
      ' is quicker for ',
      ...quicker,
      ', ',
      { strong: slow.name },
      ' for ',
      ...slower,
    ];
    return { ...pair, words: [...words, '.'], isTraded: true };
  }
  return null;
}

/** `users.buy (p99 232 ms, in now 465 ms)`: the kinds of requests that take longer in one variant; null without any. */
function longerWords(view: View, longer: VariantResult, shorter: VariantResult): Words | null {
  const found = view.requests.flatMap((request) => {
    const [own, other] = [longer, shorter].map((one) => partOf(one, request)?.successLatency);
    const one = QUANTILES.flatMap((quantile) => longerBy(own, other, quantile) ?? [])[0];
    return one === undefined ? [] : [{ request, ...one }];
  });
  const [most, ...others] = found.sort((a, b) => b.time / b.least - a.time / a.least);
  if (most === undefined) return null;
  const rest = others.length === 0 ? '' : ` and ${plural(others.length, 'other request')}`;
  return [
    `${requestLabel(view, most.request)}${rest} (${most.quantile} ${formatSeconds(most.least)}, in `,
    { strong: longer.name },
    ` ${formatSeconds(most.time)})`,
  ];
}

const QUANTILES = ['p99', 'p95', 'p50'] as const;

/** Longer by a part that matters, and than the interval of the other one: both have the same random numbers. */
function longerBy(own: Times | undefined, other: Times | undefined, quantile: Quantile) {
  const [time, least] = [own?.[quantile] ?? null, other?.[quantile] ?? null];
  if (time === null || least === null) return null;
  const upTo = other?.ci95[quantile]?.[1] ?? least;
  const isLonger = time > upTo && time - least > matteringMargin('seconds', least);
  return isLonger ? { quantile, time, least } : null;
}

type Quantile = (typeof QUANTILES)[number];
type Times = VariantResult['components'][string]['successLatency'];

function partOf({ components }: VariantResult, request: string): Part | undefined {
  const [workload, ...part] = request.split('.');
  const own = components[workload!];
  return part.length === 0 ? own : own?.parts[part.join('.')];
}

type Part = VariantResult['components'][string]['parts'][string];

function servedOf(variant: VariantResult, request: string): number {
  return partOf(variant, request)?.success ?? 0;
}

/** `Not decided which is quicker: p99 232 ms, in now 240 ms (about 30 replications would decide)`; null where they are alike. */
function undecidedQuicker(view: View): Words | null {
  const column = quantilesOf(view)[0]!;
  const pair = endsOf(view, column, comparedWith(view));
  if (pair === null || view.result.replications === 1) return null;
  const { quick, slow } = pair;
  if (differenceBetween(view, column, quick, slow).verdict !== 'unknown') return null;
  const reference = referenceOf(view, quick);
  if (reference !== quick && reference !== slow) return null;
  const other = reference === quick ? slow : quick;
  const { runsToDecide, difference, margin } = differenceOf(view, column, other);
  if (
    runsToDecide === undefined ||
    runsToDecide === null ||
    Math.abs(difference ?? 0) <= (margin ?? 0)
  )
    return null;
  const runs = decidingWords(runsToDecide, '');
  return ['Not decided which is quicker: ', ...bothTimes(column, pair), ` (${runs}).`];
}

/** The quicker variant with its settings, or that the runs do not decide which one it is; null where neither is known. */
export function quickerAdvice(view: View): Advice | null {
  const found = quickerOf(view);
  if (found === null) {
    const open = undecidedQuicker(view);
    return open === null ? null : { ...NOTHING, words: open };
  }
  const { quick: variant, slow, words } = found;
  if (found.isTraded) return { ...NOTHING, words };
  const changes = settingsOf(view, variant);
  const without = handledMore(variant, slow);
  const rest: Words[] = without === null ? [] : [[`; ${without}`]];
  return advice(view, words, { variant, changes, which: bracketsOf(view, variant) }, rest);
}

/**
 * The quicker variant without budgets, where the requests of the variant that the report is about are slow and do not fail: if it has no
 * more slow requests than a change that leaves a share of them, the one that the user asked about is the answer.
 */
export function quickServed(view: View, change: Changed | null): Advice | null {
  const { worstVariant } = view;
  if (change === null || heldBudgets(worstVariant).of > 0) return null;
  const left = change.isSetting ? change.left : 1;
  const quick = quickerOf(view);
  if (quick === null || quick.isTraded || 1 - successOf(worstVariant) >= BETTER) return null;
  const [most, own] = [worstVariant, quick.quick].map(slowOf);
  const isLess = most! >= BETTER && own! - left * most! < BETTER;
  return isLess ? quickerAdvice(view) : null;
}

function slowOf({ summary }: VariantResult): number {
  return summary.slow?.value ?? 0;
}

function comparedWith(view: View): readonly VariantResult[] {
  return withoutQuestions(view, withLoadOf(view, view.worstVariant));
}

/** p99, p95 and p50 of the requests that succeed, in the order in which they are compared. */
function quantilesOf(view: View): readonly Column[] {
  const [p50, p95, p99] = latencyColumns(view, 'successLatency');
  return [p99!, p95!, p50!];
}

/** The variants with the shortest and the longest times, the one that the report is about if it is clearly longer. */
function endsOf(view: View, column: Column, ours: readonly VariantResult[]): Pair | null {
  const most = mostServed(ours);
  const timeOf = (variant: VariantResult): number => column.pick(variant).value ?? Infinity;
  const alike = ours.filter((one) => most - successOf(one) < ALIKE && timeOf(one) < Infinity);
  const sorted = [...alike].sort((a, b) => timeOf(a) - timeOf(b));
  const [quick] = sorted;
  const { worstVariant } = view;
  if (quick === undefined || sorted.length < 2) return null;
  const isAbout = sorted.includes(worstVariant) && isWorse(view, column, worstVariant, quick);
  return { quick, slow: isAbout ? worstVariant : sorted.at(-1)! };
}

function bothTimes(column: Column, { quick, slow }: Pair): Words {
  const [least, most] = [quick, slow].map((one) => formatSeconds(column.pick(one).value ?? 0));
  return [`${column.head} ${least}, in `, { strong: slow.name }, ` ${most}`];
}
