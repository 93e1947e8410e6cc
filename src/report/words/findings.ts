import type { VariantResult } from '../../contracts/result/result.js';
import { amplifiedEdges, extraAttempts, wasteRows } from '../charts/waste.js';
import { sharedAnswers } from './shared-answers.js';
import { breakerLanes } from '../charts/breakers.js';
import { lostShare } from '../charts/latency-shares.js';
import type { Column } from '../view/column.js';
import { haveSameLoad } from '../view/reference.js';
import { verdictBetween } from '../view/difference.js';
import { degradedAmong } from './degraded.js';
import { cellText, outcomeColumns } from '../view/columns.js';
import {
  formatCount,
  formatInstant,
  formatNumber,
  formatSeconds,
  formatShare,
  formatSpan,
} from '../../text/figures.js';
import { list, plural } from '../../text/words.js';
import { listed } from '../base/format.js';
import { rankedTogether } from '../view/standing.js';
import { degradedSubjects, everDegraded } from './words.js';
import type { View } from '../view/view.js';

interface Loss {
  readonly variant: VariantResult;
  readonly share: number;
}

/** Title of the loss picture. */
export function lossFinding(view: View): string {
  const lossesOf = (variants: readonly VariantResult[]): readonly Loss[] =>
    variants.map((variant) => ({ variant, share: lostShare(view, variant) }));
  const ranked = lossesOf(rankedTogether(view));
  // The test of a difference needs variants with one load.
  const isRanked = new Set(ranked.map(({ share }) => formatShare(share))).size > 1;
  const shares = isRanked ? ranked : lossesOf(view.result.variants);
  const worst = shares.reduce((a, b) => (b.share > a.share ? b : a));
  const best = shares.reduce((a, b) => (b.share < a.share ? b : a));
  const p99 = best.variant.summary.successLatency.p99.value;
  const within = p99 === null ? '' : `, 99 % ${withinText(p99)}`;
  const all = worst.share > 0 ? 'Nearly every request' : 'Every request';
  if (worst.share < 5e-5)
    return shares.length === 1
      ? `${all} succeeds${within}`
      : `${all} succeeds under every variant${withinRange(view)}`;
  const arrived = view.result.variants.some((variant) =>
    variant.perReplication.some(({ requests }) => requests > 0),
  );
  if (!arrived) return 'No request arrives in the measured time';
  const some =
    worst.share > 1 - 1e-9
      ? 'No request ever succeeds'
      : `${formatShare(worst.share)} of requests never succeed`;
  if (shares.length === 1) return `${some}; of the others${within.slice(1) || ' nothing is known'}`;
  // The test is that of the table: two names would look like a difference.
  if (formatShare(best.share) === formatShare(worst.share)) return `${some}, whichever the variant`;
  const [success] = outcomeColumns(view);
  if (isRanked && !isDifferent(view, success!, worst.variant, best.variant)) {
    const low = formatShare(best.share).replace(/ %$/, '');
    const isOpen = verdictBetween(view, success!, worst.variant, best.variant) === 'unknown';
    const end = isOpen
      ? 'whether the variants differ is open'
      : 'the data show no difference between the variants';
    return `${low} to ${formatShare(worst.share)} of requests never succeed; ${end}`;
  }
  if (best.share < 5e-5) {
    const rest = `${best.share > 0 ? 'nearly ' : ''}every one does${degradedAmong(view, [best.variant])}`;
    return `${some} with ${worst.variant.name}; with ${best.variant.name} ${rest}${within}`;
  }
  return `${some} with ${worst.variant.name}, ${formatShare(best.share)} with ${best.variant.name}`;
}

function withinText(seconds: number): string {
  return seconds === 0 ? 'at once' : `within ${formatSeconds(seconds)}`;
}

/** The p99 of the fastest and of the slowest variant. */
function withinRange(view: View): string {
  const p99 = (variant: VariantResult): number =>
    variant.summary.successLatency.p99.value ?? Infinity;
  const ranked = view.result.variants.slice().sort((a, b) => p99(a) - p99(b));
  const [quick, slow] = [ranked[0]!, ranked[ranked.length - 1]!];
  if (p99(slow) === Infinity) return '';
  const [low, high] = [formatSeconds(p99(quick)), formatSeconds(p99(slow))];
  const start = `, 99 % of them ${withinText(p99(quick))}`;
  return low === high ? start : `${start} (${quick.name}) to ${high} (${slow.name})`;
}

/** The services in two parts: a heading, and the figures that it does not say; or empty. */
export function servicesWords(
  view: View,
  variant: VariantResult,
): { readonly title: string; readonly rest: string } {
  const saturated = variant.cascade.events.find((event) => event.kind === 'saturated');
  if (saturated !== undefined) {
    const { subject, at, text } = saturated;
    return { title: `${subject} saturates first`, rest: `At ${formatInstant(at)}: ${text}.` };
  }
  const [worst] = degradedSubjects(view, variant);
  if (worst !== undefined)
    return {
      title: `${worst.subject} suffers longest`,
      rest: `${formatSeconds(worst.seconds)}; no component runs out of workers.`,
    };
  const hit = everDegraded(view, variant);
  if (hit.length === 0) return { title: 'No component degrades', rest: '' };
  const degrade = hit.length === 1 ? 'degrades' : 'degrade';
  return { title: `Only ${listed(hit)} ${degrade}, hit by a fault`, rest: '' };
}

/** Share of wasted work that a title mentions. */
const WASTED = 0.01;

/** Title of amplification and waste. */
export function wasteFinding(view: View, variant: VariantResult): string {
  const edge = amplifiedEdges(variant)[0];
  const rows = wasteRows(view, variant);
  const waste = rows.find(({ wasted }) => wasted >= WASTED) ?? rows[0];
  const wasted =
    waste !== undefined && waste.wasted >= WASTED
      ? `${waste.name} spends ${formatShare(waste.wasted)} of its busy time on unused results`
      : null;
  const amplified =
    edge === undefined ? null : `${edge.edge} makes ${formatNumber(edge.factor)} attempts per call`;
  const shared = sharedAnswers(variant)[0];
  if (amplified === null && shared !== undefined) {
    const saves = `${formatCount(shared.answers)} answers at ${shared.name} are shared`;
    return wasted === null ? saves : `${saves}; ${wasted}`;
  }
  if (amplified !== null && wasted !== null) return `${amplified}; ${wasted}`;
  return amplified ?? calmWords(variant, wasted);
}

/** Text if no edge makes noticeably more attempts than calls. A few extra attempts are mentioned. */
function calmWords(variant: VariantResult, wasted: string | null): string {
  const extra = extraAttempts(variant);
  const start = extra === null ? 'No retries' : `Only ${extra}`;
  if (wasted !== null) return `${start}, yet ${wasted}`;
  const share = variant.summary.wasted.value ?? 0;
  if (share >= WASTED) return `${start}, yet ${formatShare(share)} of all work is in vain`;
  return `${start} and ${share > 0 ? 'hardly any' : 'no'} work in vain`;
}

/** Time without an open breaker after which the next one opens in another outage. */
const APART = 10;

/** Spans in which some breaker is not closed. */
function outagesOf(
  lanes: ReturnType<typeof breakerLanes>,
): readonly { readonly from: number; readonly until: number }[] {
  const all = lanes.flatMap(({ intervals }) => intervals.filter(({ state }) => state !== 'closed'));
  const spans: { from: number; until: number }[] = [];
  for (const { from, until } of all.sort((one, two) => one.from - two.from)) {
    const last = spans.at(-1);
    if (last === undefined || from > last.until + APART) spans.push({ from, until });
    else last.until = Math.max(last.until, until);
  }
  return spans;
}

/** Title of the breaker lanes. */
export function breakerFinding(view: View, variant: VariantResult): string {
  const lanes = breakerLanes(view, variant);
  if (lanes.length === 0) return 'No breaker ever opens';
  const outages = outagesOf(lanes);
  const how = lanes.every((lane) => lane.dryRun) ? 'Dry run, nothing is refused: ' : '';
  if (outages.length > 1) {
    const spans = outages.map(({ from, until }) => formatSpan(from, until));
    const times =
      spans.length > 3
        ? `${formatCount(spans.length)} times, first from ${spans[0]!}`
        : `from ${list(spans)}`;
    return `${how}${lanes.length === 1 ? 'The breaker opens' : 'Breakers open'} ${times}`;
  }
  const open = lanes.flatMap((lane) => lane.intervals.filter((s) => s.state === 'open'));
  const first = open.reduce((at, s) => Math.min(at, s.from), Infinity);
  const last = lanes.flatMap((l) => l.intervals).reduce((at, s) => Math.max(at, s.until), 0);
  const probes = Math.max(
    ...lanes.map((lane) => lane.intervals.filter((s) => s.state === 'halfOpen').length),
  );
  const opened =
    first === Infinity
      ? 'Breakers probe'
      : `${lanes.length === 1 ? 'The breaker opens' : 'Breakers open'} at ${formatInstant(first)}`;
  const probing =
    probes === 0
      ? ''
      : `, ${lanes.length === 1 ? 'probes' : 'probe up to'} ${plural(probes, 'time')}`;
  const end = view.result.run.duration;
  return `${how}${opened}${probing} and ${last >= end ? 'are not all closed at the end' : `${lanes.length === 1 ? 'closes' : 'are closed'} at ${formatInstant(last)}`}`;
}

/**
 * Whether a title may say that two variants differ in a column. The test is that of the table below it: a difference
 * that the table calls none or undecided is not one. Without replications there is no test, and figures stand alone.
 */
export function isDifferent(
  view: View,
  column: Column,
  one: VariantResult,
  other: VariantResult,
): boolean {
  if (!haveSameLoad(view, one, other)) return false;
  if (cellText(column, one) === cellText(column, other)) return false;
  const verdict = verdictBetween(view, column, one, other);
  return verdict === 'unknown' ? view.result.replications < 2 : verdict !== 'same';
}
