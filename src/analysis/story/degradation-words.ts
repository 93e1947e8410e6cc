import type { EventFigure, StoryEvent } from '../../contracts/result/cascade.js';
import { twoParts } from '../../contracts/result/fault-text.js';
import type { Episode } from './health.js';
import type { Lane } from '../measure/lanes.js';
import { maxSteps, meanSteps, sumSteps } from './links.js';
import { formatCount, formatSeconds, formatShare } from '../../text/figures.js';
import { plural, verb } from '../../text/words.js';

/** Failures are reported if success falls below this multiple of the usual. */
const LESS_SUCCESS = 0.98;
/** Slowness is reported if latency exceeds this multiple of the usual. */
export const SLOWER = 1.3;
const BUSY = 0.8;
/** Share of requests above which those that the end of a run cuts off are what is wrong with it. */
const MOST = 0.5;

/** A degradation by its figure: `success 97 %`, and `5 of 175 requests fail`. */
export type Degradation = Pick<StoryEvent, 'text' | 'head' | 'detail'> & {
  readonly figure: EventFigure;
  /** The step of the figure, where it is that of one step. */
  readonly peak?: number;
};

/**
 * Describes a degradation: the share that fails, else how slow responses are, else how many the end of the run cuts off,
 * else the worst step of either, else the resource that is used up. Where the end cuts most of them off, that comes first.
 * Steps [0, baseline) show what is usual, and of latencies steps [0, calm).
 */
export function degradationOf(
  lane: Lane,
  episode: Episode,
  baseline: number,
  calm = baseline,
): Degradation {
  const { from, until } = episode;
  if (sumSteps(lane.arrivals, from, until) === 0)
    return { figure: shareOf('success', 0), text: 'no request reaches it' };
  const cut = unanswered(lane, from, until);
  return (
    failures(lane, from, until, baseline) ??
    (cut !== null && cut.figure.value > MOST ? cut : null) ??
    slowness(lane, from, until, calm) ??
    cut ??
    worstStep(lane, from, until, baseline, calm) ??
    resources(lane, from, until)
  );
}

function shareOf(metric: EventFigure['metric'], value: number): EventFigure {
  return { metric, value, unit: 'share' };
}

function failures(lane: Lane, from: number, until: number, baseline: number): Degradation | null {
  // Requests in flight at the end of the run have neither failed nor succeeded.
  const finished = sumSteps(lane.finished, from, until);
  const succeeded = sumSteps(lane.succeeded, from, until);
  const good = sumSteps(lane.good, from, until);
  if (!isLess(good / finished, lane, 'good', baseline)) return null;
  const failed = finished - succeeded;
  const late = succeeded - good;
  const all = formatCount(finished);
  if (late > failed) {
    const fail = failed > 0 ? `, ${formatCount(failed)} fail` : '';
    const counts = `${formatCount(late)} of ${all} requests come too late${fail}`;
    const figure = shareOf('goodput', good / finished);
    return { figure, ...twoParts(`goodput ${formatShare(figure.value)}`, counts, ': ') };
  }
  const come = late > 0 ? `, ${formatCount(late)} come too late` : '';
  const counts = `${formatCount(failed)} of ${all} requests fail${come}`;
  const figure = shareOf('success', succeeded / finished);
  return { figure, ...twoParts(`success ${formatShare(figure.value)}`, counts, ': ') };
}

/** True for a degradation with more failures than usual, whatever its other signs. */
export function isOfFailures(lane: Lane, { from, until }: Episode, baseline: number): boolean {
  const success = sumSteps(lane.succeeded, from, until) / sumSteps(lane.finished, from, until);
  return isLess(success, lane, 'succeeded', baseline);
}

function isLess(
  ratio: number,
  lane: Lane,
  column: 'good' | 'succeeded',
  baseline: number,
): boolean {
  const before = sumSteps(lane[column], 0, baseline) / sumSteps(lane.finished, 0, baseline);
  return ratio < LESS_SUCCESS * (Number.isNaN(before) ? 1 : before);
}

function unanswered(lane: Lane, from: number, until: number): Degradation | null {
  const arrivals = sumSteps(lane.arrivals, from, until);
  const open = arrivals - sumSteps(lane.finished, from, until);
  if (!(open > (1 - LESS_SUCCESS) * arrivals)) return null;
  const text = `${formatCount(open)} of ${formatCount(arrivals)} requests are not answered before the run ends`;
  return { figure: shareOf('unanswered', open / arrivals), text };
}

function slowness(lane: Lane, from: number, until: number, calm: number): Degradation | null {
  const usual = medianOf(lane.latency, 0, calm);
  const slow = medianOf(lane.latency, from, until);
  return slow > SLOWER * usual ? slowTo(slow, usual, 'p95') : null;
}

function slowTo(value: number, usual: number, what: 'p95' | 'p95 up to'): Degradation {
  const text = `${what} ${formatSeconds(value)} instead of ${formatSeconds(usual)}`;
  return { figure: { metric: 'latency', value, unit: 'seconds', usual }, text };
}

function worstStep(
  lane: Lane,
  from: number,
  until: number,
  baseline: number,
  calm: number,
): Degradation | null {
  const { value: success, step } = lowest(lane, 'succeeded', from, until);
  if (isLess(success, lane, 'succeeded', baseline))
    return {
      peak: step,
      figure: shareOf('success', success),
      text: `success down to ${formatShare(success)}`,
    };
  const { value: good, step: late } = lowest(lane, 'good', from, until);
  if (isLess(good, lane, 'good', baseline)) {
    const text = `goodput down to ${formatShare(good)}`;
    return { peak: late, figure: shareOf('goodput', good), text };
  }
  const slowest = maxSteps(lane.latency, from, until);
  const usual = medianOf(lane.latency, 0, calm);
  if (!(slowest > SLOWER * usual)) return null;
  return { ...slowTo(slowest, usual, 'p95 up to'), peak: stepOf(lane.latency, slowest, from) };
}

/** The first step from one on in which a column reaches a value. */
function stepOf(column: Float64Array, value: number, from: number): number {
  let step = from;
  while (step < column.length - 1 && !(column[step] >= value)) step++;
  return step;
}

function resources(lane: Lane, from: number, until: number): Degradation {
  const queue = maxSteps(lane.queueMax, from, until);
  const waiting = maxSteps(lane.poolWaiting, from, until);
  const workers = meanSteps(lane.workersAt, from, until);
  const busy = sumSteps(lane.busy, from, until) / sumSteps(lane.up, from, until) / workers;
  const use = shareOf('workers', Math.min(1, busy));
  const used = `${formatShare(use.value)} of the workers in use`;
  const queued = `queue up to ${formatCount(queue)}`;
  const longest = stepOf(lane.queueMax, queue, from);
  if (busy >= BUSY && queue > 0) return { peak: longest, figure: use, text: `${used}, ${queued}` };
  if (queue > 0) {
    const figure = { metric: 'queue', value: queue, unit: 'count' } as const;
    return { peak: longest, figure, text: queued };
  }
  if (waiting >= 1) {
    const text = `up to ${plural(waiting, 'call')} ${verb(waiting, 'wait')} for a connection`;
    const peak = stepOf(lane.poolWaiting, waiting, from);
    return { peak, figure: { metric: 'waiting', value: waiting, unit: 'count' }, text };
  }
  if (busy > 0) return { figure: use, text: used };
  // Users have no workers.
  const finished = sumSteps(lane.finished, from, until);
  const success = finished === 0 ? 1 : sumSteps(lane.succeeded, from, until) / finished;
  return { figure: shareOf('success', success), text: 'a few more failures than usual' };
}

/** The step with the least of a share, and that share. */
function lowest(
  lane: Lane,
  column: 'good' | 'succeeded',
  from: number,
  until: number,
): { readonly value: number; readonly step: number } {
  let least = { value: 1, step: from };
  for (let step = from; step < until; step++) {
    const value = lane[column][step] / lane.finished[step];
    if (value < least.value) least = { value, step };
  }
  return least;
}

/** The median of a column in steps [from, until), of the steps that have a value; NaN without any. */
export function medianOf(column: Float64Array, from: number, until: number): number {
  const values = [...column.subarray(from, until)].filter((value) => !Number.isNaN(value));
  values.sort((a, b) => a - b);
  return values.length === 0 ? NaN : values[values.length >> 1];
}

/** Whether calls only wait for a connection, as a small pool makes them by design. */
export function isWaiting({ figure }: Pick<StoryEvent, 'figure'>): boolean {
  return figure?.metric === 'waiting';
}
