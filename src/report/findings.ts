import type { VariantResult } from '../spec/result/result.js';
import { amplifiedEdges, extraAttempts, wasteRows } from './charts/waste.js';
import { sharedAnswers } from './shared-answers.js';
import { breakerLanes } from './charts/breakers.js';
import { lostShare } from './charts/latency.js';
import { snapshotsOf } from './charts/topology.js';
import { isDifferent } from './contrast.js';
import { cellText, differenceOf, latencyColumns, neverCount, outcomeColumns } from './columns.js';
import { unseenColumns } from './columns-unseen.js';
import { NO_BACKLOG } from './family-parts.js';
import {
  formatCount,
  formatInstant,
  formatNumber,
  formatRate,
  formatSeconds,
  formatShare,
} from '../text/figures.js';
import { plural } from '../text/words.js';
import { listed } from './format.js';
import { stateOf } from './topology-frames.js';
import { degradedSubjects } from './words.js';
import { isServer, shades, stepAt, type View } from './view.js';

/** Title of the comparison of variants: the largest difference, or that there is none. */
export function compareFinding(view: View): string {
  const { variants } = view.result;
  if (variants.length === 1) return singleFinding(view);
  const success = outcomeColumns(view)[0]!;
  const ranked = variants
    .slice()
    .sort((a, b) => (success.pick(b).value ?? 0) - (success.pick(a).value ?? 0));
  const best = ranked[0]!;
  const worst = ranked[ranked.length - 1]!;
  const high = success.pick(best).value;
  const low = success.pick(worst).value;
  if (high !== null && low !== null && isDifferent(view, success, worst, best)) {
    const alike = variants.filter((v) => v === best || !isDifferent(view, success, v, best));
    const who =
      alike.length > 3 ? plural(alike.length, 'variant') : listed(alike.map((v) => v.name));
    const least = success.pick(ranked[alike.length - 1]!).value ?? high;
    const share = formatShare(least) === formatShare(high) ? '' : `${formatShare(least)} to `;
    const verb = alike.length === 1 ? 'succeeds' : 'succeed';
    return `${who} ${verb} with ${share}${formatShare(high)} of requests, ${worst.name} with ${formatShare(low)}`;
  }
  return unseenFinding(view) ?? latencyFinding(view);
}

/** For variants with equal success: the first effect that no request shows and that differs between them. */
function unseenFinding(view: View): string | null {
  const { variants } = view.result;
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

/** Title of the loss picture. */
export function lossFinding(view: View): string {
  const shares = view.result.variants.map((variant) => ({
    variant,
    share: lostShare(view, variant),
  }));
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
  if (!isDifferent(view, outcomeColumns(view)[0]!, worst.variant, best.variant)) {
    const low = formatShare(best.share).replace(/ %$/, '');
    return `${low} to ${formatShare(worst.share)} of requests never succeed; the data show no difference between the variants`;
  }
  if (best.share < 5e-5) {
    const rest = best.share > 0 ? 'nearly every one does' : 'every one does';
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

/** Title of the services figure. */
export function servicesFinding(view: View, variant: VariantResult): string {
  const saturated = variant.cascade.events.find((event) => event.kind === 'saturated');
  if (saturated !== undefined)
    return `${saturated.subject} saturates first, at ${formatInstant(saturated.at)}: ${saturated.text}`;
  const ill = degradedSubjects(view, variant);
  if (ill.length === 0) return 'No component degrades';
  const worst = ill[0]!;
  return `${worst.subject} suffers longest, ${formatSeconds(worst.seconds)}; no component runs out of workers`;
}

/** Title of the topology figure: the state at the end. */
export function topologyFinding(view: View, variant: VariantResult): string {
  const moments = snapshotsOf(view, variant);
  const nodes = view.result.topology.nodes.filter(isServer);
  const degraded = (at: number): string[] =>
    nodes
      .filter((node) => stateOf(variant, node.name, stepAt(variant.timeline, at)) !== 'ok')
      .map((node) => node.name);
  const end = moments[moments.length - 1]!;
  const still = degraded(end.at);
  const span = shades(view)[0];
  if (still.length > 0 && span !== undefined && end.at > span.until) {
    return `${formatSeconds(end.at - span.until)} after the fault ended, ${listed(still.slice(0, 4))} ${still.length === 1 ? 'is' : 'are'} still degraded`;
  }
  const worst = moments.reduce((a, b) => (degraded(b.at).length > degraded(a.at).length ? b : a));
  const count = degraded(worst.at).length;
  if (count === 0) return 'Every component stays healthy';
  return `${count} of ${plural(nodes.length, 'component')} ${count === 1 ? 'is' : 'are'} degraded at ${formatInstant(worst.at)}; ${still.length === 0 ? 'all are healthy at the end' : `${still.length} still at the end`}`;
}

/** Title of amplification and waste. */
export function wasteFinding(view: View, variant: VariantResult): string {
  const edge = amplifiedEdges(variant)[0];
  const waste = wasteRows(view, variant).reduce<{ name: string; wasted: number } | null>(
    (most, row) => (most === null || row.wasted > most.wasted ? row : most),
    null,
  );
  // The figure of the table, which weighs every component by its work.
  const ofAll = variant.summary.wasted.value ?? 0;
  const wasted =
    waste !== null && waste.wasted >= NOTABLE
      ? `${waste.name} spends ${formatShare(waste.wasted)} of its busy time on unused results`
      : ofAll >= NOTABLE
        ? `${formatShare(ofAll)} of the work is for unused results`
        : null;
  const during =
    view.headline === null || edge === undefined
      ? null
      : (variant.edges[edge.edge]?.amplificationDuring[view.headline.id] ?? null);
  const amplified =
    edge === undefined
      ? null
      : during !== null
        ? `${edge.edge} makes ${formatNumber(during)} attempts per call during the fault`
        : `${edge.edge} makes ${formatNumber(edge.factor)} attempts per call`;
  const shared = sharedAnswers(variant)[0];
  if (amplified === null && shared !== undefined) {
    const saves = `${formatCount(shared.answers)} answers at ${shared.name} are shared`;
    return wasted === null ? saves : `${saves}; ${wasted}`;
  }
  if (amplified !== null && wasted !== null) return `${amplified}; ${wasted}`;
  return amplified ?? calmWords(variant, Math.max(waste?.wasted ?? 0, ofAll), wasted);
}

/** Share of wasted work that a title mentions. */
const NOTABLE = 0.01;

/** Text if no edge makes noticeably more attempts than calls. A few extra attempts are mentioned. */
function calmWords(variant: VariantResult, share: number, wasted: string | null): string {
  const extra = extraAttempts(variant);
  const start = extra === null ? 'No retries' : `Only ${extra}`;
  if (wasted !== null) return `${start}, yet ${wasted}`;
  return `${start} and ${share > 0 ? 'hardly any' : 'no'} work in vain`;
}

/** Title of the breaker lanes. */
export function breakerFinding(view: View, variant: VariantResult): string {
  const lanes = breakerLanes(view, variant);
  if (lanes.length === 0) return 'No breaker ever opens';
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
  const how = lanes.every((lane) => lane.dryRun) ? 'Dry run, nothing is refused: ' : '';
  return `${how}${opened}${probing} and ${last >= end ? 'are not all closed at the end' : `${lanes.length === 1 ? 'closes' : 'are closed'} at ${formatInstant(last)}`}`;
}

function singleFinding(view: View): string {
  const { summary } = view.result.variants[0]!;
  const { value } = summary.success;
  const p99 = summary.successLatency.p99.value;
  const within = p99 === null ? '' : `; 99 % of the answers within ${formatSeconds(p99)}`;
  if (value === null) return 'No request finished';
  return `${value === 1 ? `All ${formatCount(summary.requests)} requests succeed` : `${formatShare(value)} of requests succeed`}, ${formatRate(summary.goodput.value ?? 0)}${within}`;
}

function latencyFinding(view: View): string {
  const p99 = latencyColumns(view, 'successLatency')[2]!;
  const others = view.result.variants.filter((v) => v.name !== view.baseline.name);
  const differing = others.filter((v) =>
    ['better', 'worse'].includes(differenceOf(view, p99, v).verdict),
  );
  const unknown = others.filter((v) => differenceOf(view, p99, v).verdict === 'unknown');
  const shown = differing.length > 0 ? differing : unknown;
  if (shown.length === 0) return 'The data show no difference between the variants';
  const all = [view.baseline, ...shown];
  const best = all.reduce((a, b) =>
    (p99.pick(b).value ?? Infinity) < (p99.pick(a).value ?? Infinity) ? b : a,
  );
  const worst = all.reduce((a, b) => ((p99.pick(b).value ?? 0) > (p99.pick(a).value ?? 0) ? b : a));
  const success = new Set(view.result.variants.map((v) => v.summary.success.value));
  const same = `Success ${success.size === 1 ? 'does not differ' : 'hardly differs'}`;
  const p99s = `${formatSeconds(p99.pick(best).value ?? 0)} with ${best.name}, ${formatSeconds(p99.pick(worst).value ?? 0)} with ${worst.name}`;
  if (differing.length > 0) return `${same}; p99 of the responses is ${p99s}`;
  return `${same}; the data can't tell whether p99 of the responses differs: ${p99s}`;
}
