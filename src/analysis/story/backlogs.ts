import type { Ns } from '../../kernel/time.js';
import type { RunRecord } from '../../spec/record/record.js';
import type { StoryEvent } from '../../spec/result/cascade.js';
import { secondsOf } from './influence.js';
import { meanSteps } from './links.js';
import { afterReset } from './replays.js';
import type { Steps } from '../measure/steps.js';
import type { Scene } from './scene.js';
import { BARE } from './unseen.js';
import { waitingLines, type WaitingLine } from '../measure/waiting-lines.js';
import { formatInstant, formatSeconds } from '../../text/figures.js';
import { plural } from '../../text/words.js';

/**
 * A backlog begins when the oldest message is this many times older than any message before the first fault. It ends
 * when no message is older than that usual maximum. With a single limit, a consumer close to it would fall behind again
 * and again.
 */
const OLDER = 3;
/** The limit is at least OLD_NS; without a time before a fault it is OLD_WITHOUT_FAULT_NS. */
const OLD_NS: Ns = 1e9;
const OLD_WITHOUT_FAULT_NS: Ns = 10e9;
/** Ages that grow by at least this fraction of the elapsed time are growing. */
const GROWING = 0.1;
/** Minimum number of steps above the limit. */
const STEPS = 2;
/** Most backlogs reported per consumer. */
const EPISODES_MAX = 3;

/** Beginnings and ends of backlogs in the measured time of one run. */
export function backlogEvents(scene: Scene, record: RunRecord): readonly StoryEvent[] {
  const { data, steps, baseline } = scene;
  return waitingLines(data, record, steps).flatMap((line) => {
    const isFaulted = data.plan.faults.length > 0;
    const isChronic = isFaulted && isGrowing(line.ages.subarray(0, baseline), steps);
    const limits = limitsOf(line.ages, baseline, isFaulted && !isChronic);
    const already = isChronic ? ' (growing since before any fault)' : '';
    // Without a fault nothing shows how long a consumer usually takes: messages that it has do not wait.
    const ages = isFaulted
      ? line.ages
      : line.ages.map((age, step) => (line.handled[step] === 1 ? 0 : age));
    return spansAbove(ages, limits)
      .slice(0, EPISODES_MAX)
      .flatMap(([from, until]) => {
        const at = secondsOf(scene, from);
        const most = Math.max(...line.waiting.subarray(from, until));
        const oldest = Math.max(...line.ages.subarray(from, until)) / 1e9;
        const reset = afterReset(data.plan, line.subject, at, steps.lengthNs[0] / 1e9);
        const text = `${waitWords(most, line)}, the oldest for ${formatSeconds(oldest)}${already}${reset}`;
        const places = line.places.map((id) => data.plan.components[id].name);
        const event = { subject: line.subject, ...BARE };
        const chronic = isChronic ? { isChronic } : {};
        const begins: StoryEvent = { ...event, ...chronic, places, at, kind: 'backlog', text };
        // The backlog may have ended within the last step.
        const isOver = until < steps.count || line.endAge <= limits.low;
        const endNs = until < steps.count ? steps.startNs[until] : data.plan.endNs;
        const end = (endNs - data.plan.warmupNs) / 1e9;
        const over = isOver
          ? `caught up after ${formatSeconds(end - at)}`
          : `${waitWords(line.left, line, 'still ')} at ${formatInstant(end)}`;
        const kind = isOver ? 'recovered' : 'notRecovered';
        return [begins, { ...event, at: end, kind, text: over, ends: 'backlog' }];
      });
  });
}

/** `1 message waits`, `2 rows still wait`. */
function waitWords(n: number, { noun }: WaitingLine, still = ''): string {
  return `${plural(n, noun)} ${still}${n === 1 ? 'waits' : 'wait'}`;
}

/** Ages from which a backlog counts, at which it ends, and above which its growth may begin. */
interface Limits {
  readonly high: Ns;
  readonly low: Ns;
  readonly start: Ns;
}

function limitsOf(ages: Float64Array, baseline: number, hasUsual: boolean): Limits {
  const without = OLD_WITHOUT_FAULT_NS;
  if (!hasUsual) return { high: without, low: without, start: OLD_NS };
  const usual = Math.max(0, ...ages.subarray(0, baseline));
  const low = Math.max(OLD_NS, usual);
  return { high: Math.max(OLD_NS, OLDER * usual), low, start: low };
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
 * Spans of steps [from, until) that rise above the high limit, until they are back at the low one. They begin with the
 * growth that leads there, which may be long before the limit. Spans that exceed the high limit in fewer than two steps
 * are left out.
 */
function spansAbove(
  values: Float64Array,
  { high, low, start }: Limits,
): readonly (readonly [number, number])[] {
  const spans: (readonly [number, number])[] = [];
  let from = -1;
  for (let step = 0; step <= values.length; step++) {
    const above = step < values.length && values[step] > (from < 0 ? high : low);
    if (above && from < 0) from = step;
    if (above || from < 0) continue;
    const isLong = values.subarray(from, step).filter((value) => value > high).length >= STEPS;
    const last = spans[spans.length - 1]?.[1] ?? 0;
    if (isLong) spans.push([growthBefore(values, from, last, start), step]);
    from = -1;
  }
  return spans;
}

/** The first step of the growth without a break, above a limit, that leads to a step. */
function growthBefore(values: Float64Array, step: number, first: number, low: number): number {
  let from = step;
  while (from > first && values[from - 1] > low && values[from - 1] < values[from]) from--;
  return from;
}
