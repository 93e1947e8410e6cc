import type { Ns } from '../../kernel/time.js';
import type { RunRecord } from '../../spec/record.js';
import type { StoryEvent } from '../../spec/result-cascade.js';
import { meanSteps } from './links.js';
import type { Steps } from '../measure/steps.js';
import type { VariantData } from '../measure/variant-data.js';
import { waitingLines, type WaitingLine } from '../measure/waiting-lines.js';
import { duration, moment, plural } from '../../text/words.js';

/**
 * Messages pile up where the oldest of them is this many times as old as it ever was before the first fault, until
 * it is no older than it was then: a consumer that hovers about one limit would fall behind again and again.
 */
const OLDER = 3;
/** and at least so old; where there is no time before a fault, as old as this. */
const OLD_NS: Ns = 1e9;
const OLD_WITHOUT_FAULT_NS: Ns = 10e9;
/** Ages that grow by so much of the time that goes by are growing. */
const GROWING = 0.1;
/** So many steps in a row. */
const STEPS = 2;
/** Told of one consumer. */
const EPISODES_MAX = 3;

/** When messages pile up, and when they are caught up with, in the measured time of one run. */
export function backlogEvents(
  data: VariantData,
  record: RunRecord,
  steps: Steps,
  baseline: number,
): readonly StoryEvent[] {
  return waitingLines(data, record, steps).flatMap((line) => {
    const limits = limitsOf(line.ages, steps, baseline, data.plan.faults.length > 0);
    return spansAbove(line.ages, limits)
      .slice(0, EPISODES_MAX)
      .flatMap(([from, until]) => {
        const at = (steps.startNs[from] - data.plan.warmupNs) / 1e9;
        const most = Math.max(...line.waiting.subarray(from, until));
        const oldest = Math.max(...line.ages.subarray(from, until)) / 1e9;
        const text = `${waitWords(most, line)}, the oldest for ${duration(oldest)}`;
        const event = { subject: line.subject, cause: null, mechanism: null };
        const begins: StoryEvent = { ...event, at, kind: 'backlog', text };
        // The last step may have seen the end of it.
        const isOver = until < steps.count || line.endAge <= limits.low;
        const endNs = until < steps.count ? steps.startNs[until] : data.plan.endNs;
        const end = (endNs - data.plan.warmupNs) / 1e9;
        const over = isOver
          ? `caught up after ${duration(end - at)}`
          : `${waitWords(line.left, line, 'still ')} at ${moment(end)}`;
        const kind = isOver ? 'recovered' : 'notRecovered';
        return [begins, { ...event, at: end, kind, text: over, ends: 'backlog' }];
      });
  });
}

/** `1 message waits`, `2 rows still wait`. */
function waitWords(n: number, { noun }: WaitingLine, still = ''): string {
  return `${plural(n, noun)} ${still}${n === 1 ? 'waits' : 'wait'}`;
}

/** Ages above which a backlog begins, and at which it is over. */
interface Limits {
  readonly high: Ns;
  readonly low: Ns;
}

function limitsOf(ages: Float64Array, steps: Steps, baseline: number, isFaulted: boolean): Limits {
  const before = ages.subarray(0, baseline);
  if (!isFaulted || isGrowing(before, steps))
    return { high: OLD_WITHOUT_FAULT_NS, low: OLD_WITHOUT_FAULT_NS };
  const usual = Math.max(0, ...before);
  return { high: Math.max(OLD_NS, OLDER * usual), low: Math.max(OLD_NS, usual) };
}

/**
 * Who falls further and further behind before the first fault has no usual age: the ages of the last third of that time
 * are all above those of the first, by a tenth of the time between.
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

/** Spans of steps [from, until) that rise above the high limit, short ones left out, until they are at the low one. */
function spansAbove(
  values: Float64Array,
  { high, low }: Limits,
): readonly (readonly [number, number])[] {
  const spans: (readonly [number, number])[] = [];
  let from = -1;
  for (let step = 0; step <= values.length; step++) {
    const above = step < values.length && values[step] > (from < 0 ? high : low);
    if (above && from < 0) from = step;
    if (above || from < 0) continue;
    const isLong = values.subarray(from, step).filter((value) => value > high).length >= STEPS;
    if (isLong) spans.push([from, step]);
    from = -1;
  }
  return spans;
}
