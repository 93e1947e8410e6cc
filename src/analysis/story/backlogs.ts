import type { Ns } from '../../kernel/time.js';
import { partName } from '../../contracts/plan/names.js';
import type { HeldUpRecord } from '../../contracts/record/held-up.js';
import type { RunRecord } from '../../contracts/record/record.js';
import type { StoryEvent } from '../../contracts/result/cascade.js';
import { triggersIn } from '../measure/background.js';
import type { VariantData } from '../measure/variant-data.js';
import { secondsOf } from './influence.js';
import { meanSteps } from './links.js';
import { spoilersOf } from './redelivered.js';
import { afterReset } from './replays.js';
import { stepAt, type Steps } from '../measure/steps.js';
import type { Scene } from './scene.js';
import { BARE } from './unseen.js';
import { waitingLines, type WaitingLine } from '../measure/waiting-lines.js';
import { formatCount, formatInstant, formatSeconds } from '../../text/figures.js';
import { list, plural } from '../../text/words.js';

/**
 * A backlog begins when the oldest message is this many times older than any message before the first fault. It ends
 * when no message is older than that usual maximum. With a single limit, a consumer close to it would fall behind again
 * and again.
 */
const OLDER = 3;
/** The limit is at least OLD_NS; without a time before a fault it is OLD_WITHOUT_FAULT_NS. */
const OLD_NS: Ns = 1e9;
const OLD_WITHOUT_FAULT_NS: Ns = 10e9;
/** Messages of this part of the limit are not young any more. */
const YOUNG = 0.1;
/** Ages that grow by at least this fraction of the elapsed time are growing. */
const GROWING = 0.1;
/** Minimum number of steps above the limit. */
const STEPS = 2;
/** Most backlogs reported per consumer. */
const EPISODES_MAX = 3;

/** Beginnings and ends of backlogs in the measured time of one run. */
export function backlogEvents(scene: Scene, record: RunRecord): readonly StoryEvent[] {
  const { data, steps, baseline } = scene;
  const begun = faultsBegun(scene);
  const risen = firstInSteps(scene, scene.loads.risesNs);
  return waitingLines(data, record, steps).flatMap((line) => {
    const isFaulted = data.plan.faults.length > 0;
    const isChronic = isFaulted && isGrowing(line.ages.subarray(0, baseline), steps);
    const limits = limitsOf(line.ages, baseline, isFaulted && !isChronic);
    const already = isChronic ? ' (growing since before any fault)' : '';
    // Without a fault nothing shows how long a consumer usually takes: messages that it has do not wait.
    const ages = isFaulted
      ? line.ages
      : line.ages.map((age, step) => (line.handled[step] === 1 ? 0 : age));
    return spansAbove({ ages, steps, begun, risen }, limits)
      .slice(0, EPISODES_MAX)
      .flatMap(([from, until]) => {
        const at = Math.max(secondsOf(scene, from), begun.get(from) ?? 0, risen.get(from) ?? 0);
        const most = Math.max(...line.waiting.subarray(from, until));
        const oldest = Math.max(...line.ages.subarray(from, until)) / 1e9;
        const endNs = until < steps.count ? steps.startNs[until] : data.plan.endNs;
        const held = heldIn(data, record, line, steps.startNs[from], endNs);
        const reset = afterReset(data.plan, line.subject, at, steps.lengthNs[0] / 1e9);
        const text = `up to ${waitWords(most, line)}, the oldest for ${formatSeconds(oldest)}${already}${reset}${stopWords(scene, held, at)}`;
        const places = line.places.map((id) => data.plan.components[id].name);
        const event = { subject: line.subject, ...BARE };
        const chronic = isChronic ? { isChronic } : {};
        const begins: StoryEvent = { ...event, ...chronic, places, at, kind: 'backlog', text };
        // The backlog may have ended within the last step.
        const isOver = until < steps.count || line.endAge <= limits.low;
        const end = (endNs - data.plan.warmupNs) / 1e9;
        const over = isOver
          ? `caught up after ${formatSeconds(end - at)}`
          : `${waitWords(line.left, line, 'still ')} at ${formatInstant(end)}${heldWords(held)}${spoiledWords(data, record, line)}`;
        const kind = isOver ? 'recovered' : 'notRecovered';
        return [begins, { ...event, at: end, kind, text: over, ends: 'backlog' }];
      });
  });
}

/** `1 message waits`, `2 rows still wait`. */
function waitWords(n: number, { noun }: WaitingLine, still = ''): string {
  return `${plural(n, noun)} ${still}${n === 1 ? 'waits' : 'wait'}`;
}

/**
 * Why messages of a queue stay that more consumers do not work off: the oldest one has come during a fault whose messages
 * fail in every attempt, and deliveries are repeated up to the end. In a log one record holds up all others.
 */
function spoiledWords({ plan }: VariantData, record: RunRecord, line: WaitingLine): string {
  const [component] = line.places;
  if (!plan.queues.some((queue) => queue.component === component)) return '';
  const came = plan.endNs - line.endAge;
  const isSpoiled = spoilersOf(plan, component).some(({ spans }) =>
    spans.some(({ fromNs, untilNs }) => came >= fromNs && came < untilNs),
  );
  const last = plan.grid.edges.length - 2;
  const isRepeated = record.meters.some(
    (meter) =>
      meter.form === 'counter' &&
      meter.name === 'redeliveries' &&
      meter.component === component &&
      meter.counts[last] > 0,
  );
  return isSpoiled && isRepeated ? ': some of them fail in every attempt' : '';
}

/** Records that hold up a partition in a span of absolute time, where a fault makes records fail in every attempt. */
function heldIn(
  { plan }: VariantData,
  { heldUp = [] }: RunRecord,
  { places: [component], subject }: WaitingLine,
  fromNs: Ns,
  endNs: Ns,
): readonly HeldUpRecord[] {
  if (spoilersOf(plan, component).length === 0) return [];
  return heldUp.filter(
    (one) => partName(plan, one.part) === subject && one.fromNs < endNs && one.untilNs > fromNs,
  );
}

/** `; partition 2 stops at 30 s, at a record that fails in every attempt`; empty if none does. */
function stopWords(scene: Scene, held: readonly HeldUpRecord[], begins: number): string {
  const [first, ...others] = held;
  if (first === undefined) return '';
  const at = (first.fromNs - scene.data.plan.warmupNs) / 1e9;
  const when = formatInstant(at) === formatInstant(begins) ? '' : ` at ${formatInstant(at)}`;
  if (others.length === 0)
    return `; partition ${first.partition} stops${when} at a record that fails in every attempt`;
  const which = [...new Set(held.map(({ partition }) => partition))]
    .sort((a, b) => a - b)
    .map(String);
  return `; ${which.length === 1 ? 'partition' : 'partitions'} ${list(which)} ${which.length === 1 ? 'stops' : 'stop'} at records that fail in every attempt`;
}

/** `: 1,803 of them behind that record`, of those that are left at the end; empty if none holds any up. */
function heldWords(held: readonly HeldUpRecord[]): string {
  const open = held.filter(({ untilNs }) => untilNs === Infinity);
  const behind = open.reduce((sum, one) => sum + one.behind, 0);
  if (behind === 0) return '';
  const of = open.length === 1 ? `a record of partition ${open[0].partition}` : 'records';
  return `, ${formatCount(behind)} of them behind ${of} that ${open.length === 1 ? 'fails' : 'fail'} in every attempt`;
}

/** The first fault that begins in a step, in seconds: a backlog that it makes begins no earlier within the step. */
function faultsBegun(scene: Scene): ReadonlyMap<number, number> {
  const starts = triggersIn(scene.data.plan).flatMap((fault) =>
    scene.spansOf(fault).map(({ fromNs }) => fromNs),
  );
  return firstInSteps(scene, starts);
}

/** The first of some instants in each step that has one, in seconds. */
function firstInSteps(
  { data, steps }: Scene,
  instantsNs: readonly Ns[],
): ReadonlyMap<number, number> {
  const first = new Map<number, number>();
  for (const ns of [...instantsNs].sort((a, b) => b - a))
    first.set(stepAt(steps, ns), (ns - data.plan.warmupNs) / 1e9);
  return first;
}

/** Ages of the oldest message by step, and the steps in which faults begin and in which loads rise. */
interface Ages {
  readonly ages: Float64Array;
  readonly steps: Steps;
  readonly begun: ReadonlyMap<number, number>;
  readonly risen: ReadonlyMap<number, number>;
}

/** Ages from which a backlog counts, at which it ends, and which are usual. */
interface Limits {
  readonly high: Ns;
  readonly low: Ns;
  readonly usual: Ns;
}

function limitsOf(ages: Float64Array, baseline: number, hasUsual: boolean): Limits {
  const without = OLD_WITHOUT_FAULT_NS;
  if (!hasUsual) return { high: without, low: without, usual: 0 };
  const usual = Math.max(0, ...ages.subarray(0, baseline));
  return { high: Math.max(OLD_NS, OLDER * usual), low: Math.max(OLD_NS, usual), usual };
}

/**
 * A consumer that falls behind steadily before the first fault has no usual age: every age in the last third of that
 * time exceeds every age in the first third, by at least a tenth of the time between them on average.
 */
function isGrowing(before: Float64Array, { lengthNs }: Steps): boolean {
  const third = Math.floor(before.length / 3);
  if (third === 0) return false;
  const first = before.subarray(0, third);
  const last = before.subarray(-third);
  const rise = meanSteps(last, 0, third) - meanSteps(first, 0, third);
  const between = (before.length - third) * lengthNs[0];
  return Math.min(...last) > Math.max(...first) && rise > GROWING * between;
}

/**
 * Spans of steps [from, until) that rise above the high limit, until they are back at the low one. Spans that exceed the
 * high limit in fewer than two steps are left out.
 */
function spansAbove(line: Ages, limits: Limits): readonly (readonly [number, number])[] {
  const { ages: values } = line;
  const { high, low } = limits;
  const spans: (readonly [number, number])[] = [];
  let from = -1;
  for (let step = 0; step <= values.length; step++) {
    const above = step < values.length && values[step] > (from < 0 ? high : low);
    if (above && from < 0) from = step;
    if (above || from < 0) continue;
    const isLong = values.subarray(from, step).filter((value) => value > high).length >= STEPS;
    const last = spans[spans.length - 1]?.[1] ?? 0;
    if (isLong) spans.push([startBefore(line, from, last, limits), step]);
    from = -1;
  }
  return spans;
}

/**
 * The step in which the rise to a step begins, not its alarm: since then no message has been young, and before that each
 * step that is above the usual age adds to it. A consumer that is a tenth too slow takes ten seconds to be a second behind.
 * A fault that begins during the rise is its start, however long messages usually wait. Ages that grow only since the
 * load rises have been usual before: some messages take long to handle.
 */
function startBefore(
  { ages, steps, begun, risen }: Ages,
  step: number,
  first: number,
  { high, usual }: Limits,
): number {
  const young = Math.max(usual, YOUNG * high);
  const isRising = (at: number): boolean =>
    ages[at] - (at > 0 ? ages[at - 1] : 0) >= GROWING * steps.lengthNs[at];
  let from = step;
  while (from > first && (ages[from - 1] > young || (ages[from - 1] > usual && isRising(from - 1))))
    from--;
  for (let at = from; at >= first && isRising(at); at--) if (begun.has(at)) return at;
  // The oldest message of the first step has come since then.
  const oldest = stepAt(steps, steps.startNs[from] - ages[from]);
  for (let at = step; at >= Math.max(first, oldest); at--) {
    const grown = at > from ? ages[at - 1] - ages[from] : 0;
    const since = Math.max(0, steps.startNs[at] - steps.startNs[from]);
    if (risen.has(at) && grown <= GROWING * since) return at;
  }
  return from;
}
