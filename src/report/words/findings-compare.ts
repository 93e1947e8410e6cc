import type { VariantResult } from '../../contracts/result/result.js';
import { cellText, latencyColumns, neverCount, outcomeColumns } from '../view/columns.js';
import { unseenColumns } from '../view/columns-unseen.js';
import { degradedAmong } from './degraded.js';
import { openWords } from '../view/deciding-words.js';
import { differenceOf, isWorse, verdictBetween } from '../view/difference.js';
import { NO_BACKLOG } from '../families/family-parts.js';
import { listed } from '../base/format.js';
import { loadGroups, referenceOf } from '../view/reference.js';
import { formatRate, formatSeconds, formatShare } from '../../text/figures.js';
import { plural } from '../../text/words.js';
import type { View } from '../view/view.js';

/** Title of the comparison of variants: the largest difference, or that there is none. */
export function compareFinding(view: View): string {
  const { variants } = view.result;
  if (variants.length === 1) return singleFinding(view);
  // With several loads the title is about the first with two variants, that of the baseline if it has them.
  const compared = loadGroups(view).find((group) => group.length > 1);
  if (compared === undefined) return 'The variants have other loads, and are not ranked';
  const success = outcomeColumns(view)[0]!;
  const valueOf = (variant: VariantResult): number => success.pick(variant).value ?? 0;
  const best = compared.reduce((a, b) => (valueOf(b) > valueOf(a) ? b : a));
  const worst = compared.reduce((a, b) => (valueOf(b) < valueOf(a) ? b : a));
  const [high, low] = [success.pick(best).value, success.pick(worst).value];
  if (high === null || low === null)
    return unseenFinding(view, compared) ?? latencyFinding(view, compared);
  if (high === 0) return 'No request succeeds with any of the variants';
  if (isWorse(view, success, worst, best)) {
    const alike = compared.filter((v) => Math.abs((success.pick(v).value ?? -1) - high) < 1e-9);
    const who =
      alike.length === 1
        ? best.name
        : alike.length > 3
          ? plural(alike.length, 'variant')
          : listed(alike.map((v) => v.name));
    const verb = alike.length === 1 ? 'succeeds' : 'succeed';
    const degraded = degradedAmong(view, alike);
    return `${who} ${verb} with ${formatShare(high)} of requests${degraded}, ${worst.name} with ${formatShare(low)}`;
  }
  const isOpen = verdictBetween(view, success, worst, best) === 'unknown';
  if (isOpen && high - low > OPEN)
    return `Whether success differs is open: ${formatShare(high)} with ${best.name}, ${formatShare(low)} with ${worst.name}`;
  return unseenFinding(view, compared) ?? latencyFinding(view, compared);
}

/** Difference of success from which a title says that the data cannot tell. */
const OPEN = 0.005;

/** For variants with equal success: the first effect that no request shows and that differs between them. */
function unseenFinding(view: View, variants: readonly VariantResult[]): string | null {
  for (const column of unseenColumns(view)) {
    const words = UNSEEN_WORDS.get(column.key);
    const known = variants.filter(
      (variant) => column.pick(variant).value !== null || neverCount(column, variant) > 0,
    );
    const valueOf = (variant: VariantResult): number => column.pick(variant).value ?? Infinity;
    const ranked = [...known].sort((a, b) => valueOf(a) - valueOf(b));
    const [best, worst] = [ranked[0], ranked[ranked.length - 1]];
    if (words === undefined || best === undefined || worst === undefined) continue;
    if (!(valueOf(best) * CLEARLY < valueOf(worst))) continue;
    const alike = (one: VariantResult): string =>
      listed(
        known
          .filter((v) => cellText(column, v) === cellText(column, one))
          .slice(0, 3)
          .map((v) => v.name),
      );
    return words(cellText(column, best), alike(best), cellText(column, worst), alike(worst));
  }
  return null;
}

/** The worst variant must be this many times worse to be mentioned. */
const CLEARLY = 1.5;

type Contrast = (low: string, best: string, high: string, worst: string) => string;

const UNSEEN_WORDS: ReadonlyMap<string, Contrast> = new Map<string, Contrast>([
  [
    'unseen.sagas',
    (low, best, high, worst) =>
      `${high} of the sagas come to no consistent end with ${worst}, ${low} with ${best}`,
  ],
  [
    'unseen.drain',
    (low, best, high, worst) => {
      const late = `${high === 'never' ? 'never' : `${high} after it`} with ${worst}`;
      return low === NO_BACKLOG
        ? `No backlog outlives the fault with ${best}; it is gone ${late}`
        : `The backlog is gone ${low} after the fault with ${best}, ${late}`;
    },
  ],
  [
    'unseen.backlog',
    (low, best, high, worst) => `${high} wait at most with ${worst}, ${low} with ${best}`,
  ],
  [
    'unseen.stale',
    (low, best, high, worst) => `${high} of the reads are stale with ${worst}, ${low} with ${best}`,
  ],
]);

function singleFinding(view: View): string {
  const { run, variants } = view.result;
  const { summary } = variants[0]!;
  const { value } = summary.success;
  const mean = run.rates === undefined ? '' : ' on average';
  const p99 = summary.successLatency.p99.value;
  const within = p99 === null ? '' : `; 99 % of the answers within ${formatSeconds(p99)}`;
  if (value === null) return 'No request finished';
  return `${value === 1 ? 'All requests succeed' : `${formatShare(value)} of requests succeed`}${degradedAmong(view, variants)}, ${formatRate(summary.goodput.value ?? 0)}${mean}${within}`;
}

function latencyFinding(view: View, variants: readonly VariantResult[]): string {
  const p99 = latencyColumns(view, 'successLatency')[2]!;
  const reference = referenceOf(view, variants[0]!);
  const others = variants.filter((v) => v !== reference);
  const differing = others.filter((v) =>
    ['better', 'worse'].includes(differenceOf(view, p99, v).verdict),
  );
  const unknown = others.filter((v) => differenceOf(view, p99, v).verdict === 'unknown');
  const shown = differing.length > 0 ? differing : unknown;
  const isAll = variants.length === view.result.variants.length;
  if (shown.length === 0)
    return `The data show no difference between ${isAll ? 'the variants' : listed(variants.map(({ name }) => name))}`;
  const all = [reference, ...shown];
  const best = all.reduce((a, b) =>
    (p99.pick(b).value ?? Infinity) < (p99.pick(a).value ?? Infinity) ? b : a,
  );
  const worst = all.reduce((a, b) => ((p99.pick(b).value ?? 0) > (p99.pick(a).value ?? 0) ? b : a));
  const success = new Set(variants.map((v) => v.summary.success.value));
  const same = `Success ${success.size === 1 ? 'does not differ' : 'hardly differs'}`;
  const p99s = `${formatSeconds(p99.pick(best).value ?? 0)} with ${best.name}, ${formatSeconds(p99.pick(worst).value ?? 0)} with ${worst.name}`;
  if (differing.length > 0) return `${same}; p99 of the responses is ${p99s}`;
  const other = best === reference ? worst : best;
  const open = openWords(differenceOf(view, p99, other), view.result.replications, p99.unit);
  return `${same}; p99 of the responses is undecided${open === '' ? '' : ` (${open})`}: ${p99s}`;
}
