import { OUTCOME_NAMES, type OutcomeName } from '../../contracts/outcome.js';
import { meanSteps, outcomesIn, sumSteps, workersThere, type Link } from './links.js';
import { isBreakerLayer } from '../measure/breakers.js';
import { SATURATED } from './saturation.js';
import { formatCount, formatNumber } from '../../text/figures.js';

/**
 * The mechanism by which a degradation spread from a callee to a caller, the share of bad calls with it, and its
 * description.
 */
export interface Mechanism {
  readonly mechanism: string;
  readonly share: number;
  readonly text: string;
}

const BLOCKED = 0.5;
const QUEUE_FULL = 0.9;
/** Part of the time for which a caller's workers must be held for this to be the mechanism. */
const HELD_FOR = 0.2;
/** Minimum number of steps: all workers can be busy in one step by chance. */
const HELD_STEPS = 2;

/** Below this share of failed calls, no failure shows in a p95. */
const FEW = 0.05;
/** Share of the calls, or of their time, that must be waiting to explain a slow caller. */
const MOSTLY = 0.5;
/** Below this share of the caller's requests, failures hardly move its p95, so that less waiting explains it. */
const TOO_FEW = 0.02;
/** Calls that take less than this many times as long are not slow, but many. */
const LONGER = 1.1;

/**
 * The mechanism of most bad attempts of a link in steps [from, until). If few are bad and the caller `isSlow` rather
 * than failing: the reason why the other attempts take long.
 */
export function mechanismOf(
  link: Link,
  from: number,
  until: number,
  baseline: number,
  isSlow: boolean,
): Mechanism {
  const blocked = blockedSlots(link, from, until);
  if (blocked !== null) return blocked;
  const weights = weigh(link, from, until);
  let total = 0;
  for (const { weight } of weights) total += weight;
  if (total === 0) return waiting(link, from, until, baseline);
  if (isSlow && total < FEW * sumSteps(link.made, from, until)) {
    const slow = waiting(link, from, until, baseline);
    const isMoved = total >= TOO_FEW * sumSteps(link.caller.arrivals, from, until);
    // Without a time before the fault there is no reference for slow calls, so that failures are the only evidence.
    const isSeen = baseline > 0 || slow.mechanism !== 'slow';
    if (isSeen && slow.share >= (isMoved ? MOSTLY : 1 - 1 / LONGER)) return slow;
  }
  // Of equal weights the first wins, and their order is fixed.
  const main = weights.reduce((best, entry) => (entry.weight > best.weight ? entry : best));
  const share = main.weight / total;
  return { mechanism: main.mechanism, share, text: main.words(main.weight, link) };
}

/** Share of the caller's workers that wait for a response of the callee. */
export function blockedShare(link: Link, from: number, until: number): number {
  const workers = workersThere(link.caller, from, until);
  if (!(link.caller.workers > 0) || !Number.isFinite(workers)) return 0;
  return Math.min(1, meanSteps(link.inFlight, from, until) / workers);
}

function blockedSlots(link: Link, from: number, until: number): Mechanism | null {
  const { caller } = link;
  const worst = worstSpan(link, from, until);
  const share = blockedShare(link, worst, worst + 1);
  let held = 0;
  for (let step = from; step < until; step++) {
    const isHeld = blockedShare(link, step, step + 1) >= BLOCKED;
    if (isHeld && caller.busy[step] >= SATURATED * workersThere(caller, step)) held++;
  }
  if (held < Math.max(HELD_STEPS, HELD_FOR * (until - from))) return null;
  const workers = Math.round(workersThere(caller, worst));
  const waitingFor = formatCount(Math.min(workers, link.inFlight[worst]));
  const text = `${waitingFor} of ${formatCount(workers)} workers wait for ${link.callee.name}`;
  return { mechanism: 'blockedSlots', share, text };
}

/** The step with the most calls in flight. */
function worstSpan(link: Link, from: number, until: number): number {
  let worst = from;
  for (let step = from; step < until; step++) {
    if (link.inFlight[step] > link.inFlight[worst]) worst = step;
  }
  return worst;
}

interface Weight {
  readonly mechanism: string;
  readonly weight: number;
  words(weight: number, link: Link): string;
}

function weigh(link: Link, from: number, until: number): readonly Weight[] {
  const attempts = outcomesIn(link.attempts, from, until);
  const calls = outcomesIn(link.calls, from, until);
  const wire = (name: OutcomeName): number => attempts[OUTCOME_NAMES.indexOf(name)];
  // A call that is rejected before it is sent may be counted only as a call.
  const either = (name: OutcomeName): number =>
    Math.max(wire(name), calls[OUTCOME_NAMES.indexOf(name)]);
  const isFull = isQueueFull(link, from, until);
  const refused = either('refused');
  const entry = (mechanism: string, weight: number, text: string): Weight => ({
    mechanism,
    weight,
    words: (n, { callee }) => `${formatCount(n)} ${text} ${callee.name}`,
  });
  return [
    entry('calleeTimeout', wire('timeout'), 'timeouts waiting for'),
    entry('calleeError', wire('serverError') + (isFull ? 0 : refused), 'errors from'),
    entry(
      'queueFull',
      wire('rejectedOverload') + (isFull ? refused : 0),
      'refusals by the full queue of',
    ),
    entry('netLoss', either('connectTimeout') + wire('reset'), 'broken connections to'),
    entry('poolWait', either('poolTimeout'), 'calls without a connection to'),
    link.layers.some(isBreakerLayer)
      ? entry('breakerOpen', either('rejectedBreaker'), 'calls refused by the open breaker to')
      : entry('noInstance', either('rejectedBreaker'), 'calls find no instance in the list of'),
    entry(
      'limited',
      either('rejectedBulkhead') + either('rejectedRateLimit') + wire('throttled'),
      'calls refused by limits to',
    ),
    entry('deadline', either('deadlineExceeded'), 'deadlines passed waiting for'),
    entry('abandoned', either('abandoned'), 'users gave up waiting for'),
  ];
}

/** Explains a caller that is slow with no or few failures: by a pool, a queue, or a slow callee. */
function waiting(link: Link, from: number, until: number, baseline: number): Mechanism {
  const { callee } = link;
  const inFlight = meanSteps(link.inFlight, from, until);
  const waiters = meanSteps(link.waiting, from, until);
  if (waiters > 0 && waiters >= inFlight / 2) {
    const share = Math.min(1, waiters / Math.max(inFlight, waiters));
    return {
      mechanism: 'poolWait',
      share,
      text: `${formatCount(waiters)} calls wait for a connection to ${callee.name}`,
    };
  }
  const queued = meanSteps(callee.queue, from, until) - meanSteps(callee.queue, 0, baseline);
  const held = meanSteps(callee.busy, from, until);
  if (queued > 0 && queued >= held) {
    const share = queued / (queued + held);
    return {
      mechanism: 'queueWait',
      share,
      text: `${formatCount(queued)} requests wait in the queue of ${callee.name}`,
    };
  }
  // Mean time of a call in steps, by Little's law. The calls in flight alone do not show it, because a caller whose
  // calls take longer may make fewer.
  const each = (first: number, last: number): number =>
    meanSteps(link.inFlight, first, last) / meanSteps(link.made, first, last);
  const before = each(0, baseline);
  const times = each(from, until) / before;
  const isKnown = inFlight > 0 && before > 0;
  const share = isKnown ? Math.max(0, 1 - 1 / times) : 1;
  const how = isKnown && Number.isFinite(times) ? `${formatNumber(times)} times as long` : 'longer';
  const level = meanSteps(link.inFlight, 0, baseline);
  const text =
    times < LONGER
      ? `${formatNumber(inFlight)} calls to ${callee.name} are under way, ${formatNumber(level)} before`
      : `answers of ${callee.name} take ${how}`;
  return { mechanism: 'slow', share, text };
}

function isQueueFull(link: Link, from: number, until: number): boolean {
  const { callee } = link;
  for (let step = from; step < until; step++) {
    const places = callee.placesAt[step] * callee.there[step];
    if (callee.queueMax[step] >= QUEUE_FULL * places) return callee.busy[step] > 0;
  }
  return false;
}
