import type { VariantResult } from '../../contracts/result/result.js';
import type { TopologyNode } from '../../contracts/result/topology.js';
import {
  formatCount,
  formatDifferenceWithin,
  formatNumber,
  formatShare,
} from '../../text/figures.js';
import { plural } from '../../text/words.js';
import type { Words } from '../base/emphasis.js';
import { listed } from '../base/format.js';
import type { Column } from '../view/column.js';
import { cellText, latencyColumns, neverCount, outcomeColumns } from '../view/columns.js';
import { decidingWords } from '../view/deciding-words.js';
import { differenceOf, isWorse, verdictBetween, type Difference } from '../view/difference.js';
import { effectWords, halvedEffects } from '../view/effects.js';
import { nodeIn } from '../view/nodes.js';
import { haveSameLoad, replacedBy } from '../view/reference.js';
import type { View } from '../view/view.js';

/** Most figures that the line names. */
const NAMED = 4;

/** The line about a price, and whether it is that there is none. */
export interface Price {
  readonly words: Words;
  readonly isNone: boolean;
}

/** Nothing has a price. */
export const NO_PRICE: Price = { words: [], isNone: true };

/**
 * What a variant costs: instances and cores that it adds, and figures that are worse than those of the variant that it is
 * an alternative to. `Price of full against naive: 9.65 % of requests degraded instead of 0 %.` Empty where nothing
 * compares.
 */
export function priceLine(
  view: View,
  variant: VariantResult,
  other = replacedBy(view, variant),
): Price {
  if (other === variant || !haveSameLoad(view, variant, other)) return NO_PRICE;
  const figures = figuresBetween(view, variant, other);
  const worse = figures.filter(({ isOpen }) => !isOpen);
  const large = worse.filter(({ isLarge }) => isLarge).map(({ words }) => words);
  const open = figures.filter(({ isOpen }) => isOpen).map(({ words }) => words);
  const all = [...addedParts(view, variant, other), ...large];
  const left = all.length - NAMED;
  const named = left > 1 ? [...all.slice(0, NAMED), plural(left, 'other figure')] : all;
  const isNone = all.length === 0 && open.length === 0;
  const none = worse.length === 0 ? 'no figure is worse in these runs' : SMALL;
  const found =
    all.length > 0 ? listed(named) : `perhaps ${listed(open)}; these runs do not decide it`;
  const words = [
    { strong: 'Price' },
    ' of ',
    { strong: variant.name },
    ' against ',
    { strong: other.name },
    `: ${isNone ? none : found}.`,
  ];
  return { words, isNone };
}

/** The price of each of some variants that are advised alike, against the same one. */
export function priceLines(view: View, variants: readonly VariantResult[]): Price {
  const other = replacedBy(view, variants[0]!);
  const all = variants
    .map((variant) => priceLine(view, variant, other))
    .filter(({ words }) => words.length > 0);
  return {
    words: all.flatMap(({ words }, k): Words => (k === 0 ? words : [' ', ...words])),
    isNone: all.every(({ isNone }) => isNone),
  };
}

/** Differences that are worth a name: of a share, and of another figure as a part of it. */
const SHARE = 0.005;
const PART = 0.05;
const SMALL = 'less than half a point of each share, and less than 5 % of each other figure';

/**
 * `Difference in success of full from naive: +20.5 pt ± 0.1 (95 % confidence, 5 runs).` One run of each has no interval.
 * Empty where it is too small to matter.
 */
export function gainLine(view: View, variant: VariantResult): Words {
  const other = replacedBy(view, variant);
  if (other === variant || !haveSameLoad(view, variant, other)) return [];
  const success = outcomeColumns(view).find(({ key }) => key === 'success')!;
  const one = variant === view.baseline ? other : variant;
  const found = differenceOf(view, success, one);
  const size = Math.abs(found.difference ?? 0);
  if (found.verdict === 'same' || size <= (found.margin ?? 0)) return effectGain(view, variant);
  return [
    { strong: 'Difference' },
    ' in success of ',
    { strong: one.name },
    ' from ',
    { strong: view.baseline.name },
    `: ${differenceWords(found, success.unit, view.result.replications)}.`,
  ];
}

/** The same of harm that no request shows, in one run of each: `no saga breaks instead of 0.02 %`. */
function effectGain(view: View, variant: VariantResult): Words {
  const { worstVariant, result } = view;
  const [found] = halvedEffects(view, worstVariant, variant);
  if (found === undefined || result.replications > 1) return [];
  const words = `${effectWords(found, variant)} instead of ${cellText(found.column, worstVariant)}`;
  return [
    { strong: 'Difference' },
    ' of ',
    { strong: variant.name },
    ' from ',
    { strong: worstVariant.name },
    `: ${words}, ${ONE_PAIR}.`,
  ];
}

const ONE_PAIR = 'in one pair of runs with the same random draws, so without an interval';

function differenceWords(found: Difference, unit: Column['unit'], runs: number): string {
  const { interval, confidence, verdict, runsToDecide = null } = found;
  const { difference, half } = formatDifferenceWithin(found.difference!, interval, unit);
  if (runs === 1) return `${difference} ${ONE_PAIR}`;
  const known = confidence === null ? '' : `${formatShare(confidence)} confidence, `;
  const never = 'more replications do not help';
  const open =
    verdict === 'unknown'
      ? `; these runs do not decide: ${decidingWords(runsToDecide, never)}`
      : '';
  return `${difference} ${half} (${known}${plural(runs, 'run')})${open}`.replace('  ', ' ');
}

/** `12 instances of enricher instead of 6`, `4 cores of each instead of 2`. */
function addedParts(view: View, variant: VariantResult, other: VariantResult): readonly string[] {
  const known: readonly TopologyNode[] = view.result.topology.nodes;
  const added = (variant.nodes ?? []).filter(({ name }) => known.every((one) => one.name !== name));
  const before = (node: TopologyNode): TopologyNode | null =>
    known.includes(node) ? nodeIn(other, node) : null;
  return [...known, ...added].flatMap((node) => {
    const [own, old] = [nodeIn(variant, node), before(node)];
    // What an autoscaler adds is a figure of the runs.
    if (own.external || own.scaling !== undefined || own.kind === 'workload') return [];
    const [now, then] = [own.replicas, old?.replicas ?? 0];
    const more =
      now > then
        ? [`${formatCount(now)} instances of ${own.name} instead of ${formatCount(then)}`]
        : [];
    const [cores, had] = [own.cores, old?.cores ?? null];
    const larger =
      cores !== null && had !== null && cores > had
        ? [`${formatNumber(cores)} cores of ${own.name} instead of ${formatNumber(had)}`]
        : [];
    return [...more, ...larger];
  });
}

/** A figure that is worse, and whether that is worth a name. `isOpen`: further runs may show the opposite. */
interface Worse {
  readonly words: string;
  readonly isLarge: boolean;
  readonly isOpen: boolean;
}

/** The figures of the tables that are worse, or seem to be by an amount that is worth a name, in their order. */
function figuresBetween(
  view: View,
  variant: VariantResult,
  other: VariantResult,
): readonly Worse[] {
  const columns = [...outcomeColumns(view), latencyColumns(view, 'latency')[2]!];
  return columns.flatMap((column) => {
    const isNever = neverCount(column, variant) > neverCount(column, other);
    const isOpen = !isNever && !isWorse(view, column, variant, other);
    if (isOpen && !seemsWorse(view, column, variant, other)) return [];
    const [now, then] = [variant, other].map((one) => cellText(column, one));
    const words = figureWords(column, now!, then!);
    if (now === then) return [];
    return [{ words, isLarge: isNever || isLarge(column, variant, other), isOpen }];
  });
}

/** Whether a figure is worse by an amount that is worth a name, and the runs do not decide it. */
function seemsWorse(
  view: View,
  column: Column,
  variant: VariantResult,
  other: VariantResult,
): boolean {
  if (verdictBetween(view, column, variant, other) !== 'unknown') return false;
  const [now, then] = [column.pick(variant).value, column.pick(other).value];
  if (now === null || then === null || !isLarge(column, variant, other)) return false;
  return column.better === 'more' ? now < then : now > then;
}

function isLarge({ pick, unit }: Column, variant: VariantResult, other: VariantResult): boolean {
  const [now, then] = [pick(variant).value ?? 0, pick(other).value ?? 0];
  return Math.abs(now - then) >= (unit === 'share' ? SHARE : PART * Math.abs(then));
}

/** `9.65 % of requests degraded instead of 0 %`, `attempts per call 1.3 instead of 1`. */
function figureWords({ head, of, unit }: Column, now: string, then: string): string {
  const name = head.toLowerCase();
  const isPart = unit === 'share' && of.startsWith('of ');
  return `${isPart ? `${now} ${of} ${name}` : `${name} ${of} ${now}`} instead of ${then}`;
}
