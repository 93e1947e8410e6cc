import { secondsOf } from './influence.js';
import type { Scene } from './scene.js';
import { counterBySteps, countsOf, meterOf } from '../measure/meter-of.js';
import type { MeterRecord, RunRecord } from '../../contracts/record/record.js';
import type { StoryEvent } from '../../contracts/result/cascade.js';
import { triggersIn } from '../measure/background.js';
import { spansIn } from '../measure/faulted.js';
import { picked } from '../measure/gauges.js';
import { OUTCOME_NAMES } from '../../contracts/outcome.js';
import { outcomesIn, sumSteps } from './links.js';
import { poolCapacities, poolPick } from '../measure/client-pools.js';
import { SATURATED } from './saturation.js';
import { maxLevels, meanLevels, type Steps } from '../measure/steps.js';
import { selectStats } from '../measure/subjects.js';
import { mergeSegments } from '../measure/sums.js';
import type { VariantData } from '../measure/variant-data.js';
import { formatCount, formatInstant, formatShare } from '../../text/figures.js';
import { SOON } from './saturation-words.js';
import { plural, verb } from '../../text/words.js';

/** Fewest consecutive steps. */
const STEPS = 2;
/** Reads are stale from this share on, */
const STALE = 0.05;
/** and from this many times the share before the first fault. */
const STALER = 3;
/** A step with fewer reads is not judged. */
const FEW_READS = 10;

type Bare = Pick<StoryEvent, 'cause' | 'mechanism'>;
/** Fields of an event without a known cause. */
export const BARE: Bare = { cause: null, mechanism: null };

/**
 * Events of one run that no request shows by itself: exhausted pools, stale reads, sagas without a consistent end.
 */
export function unseenEvents(scene: Scene, record: RunRecord): readonly StoryEvent[] {
  return [poolEvents, serverEvents, staleEvents, sagaEvents].flatMap((eventsOf) =>
    eventsOf(scene, record),
  );
}

/** The first time after the first fault that all connections between two components are in use and callers wait. */
function poolEvents(scene: Scene, record: RunRecord): readonly StoryEvent[] {
  const { data, steps, baseline } = scene;
  return data.edges.flatMap((edge) => {
    const asked = { data, selection: selectStats(edge.stats, data) };
    const sizes = poolCapacities(asked, record, steps);
    if (!(sizes[0] > 0) || !Number.isFinite(sizes[0])) return [];
    const waiting = picked(record, poolPick(asked, 'waiting'));
    if (waiting.length === 0) return [];
    const used = meanLevels(picked(record, poolPick(asked, 'used')), steps);
    const queue = meanLevels(waiting, steps);
    const isOut = (step: number): boolean =>
      used[step] >= SATURATED * sizes[step] && queue[step] >= 1;
    const span = firstSpan(steps.count, baseline, isOut);
    if (span === null) return [];
    const most = maxLevels(waiting, steps).subarray(...span);
    const longest = most.reduce((top, value) => Math.max(top, value), 0);
    const size = Math.round(sizes[span[0]]);
    const text = `${formatCount(size)} of ${plural(size, 'connection')} in use, up to ${formatCount(longest)} ${verb(longest, 'wait')} for one`;
    const at = secondsOf(scene, span[0]);
    const peak = most.indexOf(longest);
    const when = peak < SOON ? '' : ` at ${formatInstant(secondsOf(scene, span[0] + peak))}`;
    const words = `${text}${when}`;
    return [{ ...BARE, at, kind: 'poolFull' as const, subject: edge.name, text: words }];
  });
}

/** Part of the calls of a step that a server must refuse. */
const REFUSES = 0.01;
/** Steps without a refused call that do not end the time in which calls are refused. */
const GAP = 5;
const REFUSED = OUTCOME_NAMES.indexOf('refused');

/** The first time after the first fault that a database refuses calls because all of its connections are in use. */
function serverEvents(scene: Scene, record: RunRecord): readonly StoryEvent[] {
  const { data, steps, baseline, links } = scene;
  return links.flatMap(({ caller, callee, calls, made }) => {
    const { maxConnections } = data.plan.components[callee.component];
    if (!Number.isFinite(maxConnections)) return [];
    const outages = scene.outagesOf(callee.component);
    const open = openTo(scene, record, callee.component);
    const refusedIn = (from: number, until: number): number =>
      outcomesIn(calls, from, until)[REFUSED];
    // A server that is down refuses, too, and so does a primary that is not the only node.
    const isOut = (step: number): boolean =>
      refusedIn(step, step + 1) > REFUSES * made[step] &&
      (open === null || open[step] >= SATURATED * maxConnections) &&
      outages.every(
        ({ fromNs, untilNs }) => steps.startNs[step] < fromNs || steps.startNs[step] >= untilNs,
      );
    const first = firstSpan(steps.count, baseline, isOut);
    if (first === null) return [];
    const span = [first[0], endOf(first[1], steps.count, isOut)] as const;
    const refused = refusedIn(...span);
    const all = sumSteps(made, ...span);
    const text =
      `all ${formatCount(maxConnections)} connections of the server in use: ` +
      `${formatCount(refused)} of ${plural(all, 'call')} ${verb(refused, 'are', 'is')} refused` +
      (span[1] < steps.count ? ` until ${formatInstant(secondsAt(scene, span[1]))}` : '');
    const subject = `${caller.name}->${callee.name}`;
    return [{ ...BARE, at: secondsOf(scene, span[0]), kind: 'poolFull' as const, subject, text }];
  });
}

/** The most connections that pools have open to a component, by step; null without pools. */
function openTo({ data, steps }: Scene, record: RunRecord, component: number): Float64Array | null {
  const levels = data.edges
    .filter(({ to }) => to === component)
    .flatMap(({ stats }) =>
      picked(record, poolPick({ data, selection: selectStats(stats, data) }, 'open')),
    );
  return levels.length === 0 ? null : maxLevels(levels, steps);
}

/** Start and end of the time in which more reads are stale than ever before the first fault. */
function staleEvents(scene: Scene, record: RunRecord): readonly StoryEvent[] {
  const { steps, baseline } = scene;
  const { plan } = scene.data;
  if (plan.faults.length === 0) return [];
  return record.meters.flatMap((meter) => {
    if (meter.name !== 'staleReads' || meter.part >= 0) return [];
    const { component } = meter;
    const stale = countsOf(meter, steps);
    const reads = counterBySteps(record, 'reads', component, steps);
    const shareIn = (from: number, until: number): number =>
      sumSteps(stale, from, until) / Math.max(1, sumSteps(reads, from, until));
    const limit = Math.max(STALE, STALER * shareIn(0, baseline));
    const isStale = (step: number): boolean =>
      reads[step] >= FEW_READS && stale[step] > limit * reads[step];
    const span = firstSpan(steps.count, baseline, isStale);
    if (span === null) return [];
    const subject = plan.components[component].name;
    const text = `${formatShare(shareIn(...span))} of its reads are stale`;
    return fromTo(scene, span, { kind: 'stale', subject, text }, () => 'reads are fresh again');
  });
}

/** An event at the start of some steps, and its end with a text for its length if the run goes on. */
export function fromTo(
  scene: Scene,
  [from, until]: readonly [number, number],
  begins: Pick<StoryEvent, 'subject' | 'text'> & { readonly kind: 'stale' | 'blocked' },
  overText: (seconds: number) => string,
): readonly StoryEvent[] {
  const { kind, subject, text } = begins;
  const at = secondsOf(scene, from);
  const start: StoryEvent = { ...BARE, at, kind, subject, text };
  if (until >= scene.steps.count) return [start];
  const end = secondsAt(scene, until);
  const over = overText(end - at);
  return [start, { ...BARE, kind: 'recovered', ends: kind, at: end, subject, text: over }];
}

const ENDS = ['stuck', 'inconsistent', 'lost'] as const;

/**
 * Sagas without a consistent end, at the start of the first of them; if no fault was active then, and one began while it
 * was running, at the start of that fault.
 */
function sagaEvents(scene: Scene, record: RunRecord): readonly StoryEvent[] {
  const { data, steps } = scene;
  const { plan } = data;
  return record.meters.flatMap((meter) => {
    if (meter.name !== 'accepted' || plan.components[meter.component].kind !== 'saga') return [];
    const ends = ENDS.map((name) => ({
      name,
      counts: counterBySteps(record, name, meter.component, steps),
    }));
    const broken = (step: number): number =>
      ends.reduce((sum, { counts }) => sum + (counts[step] ?? 0), 0);
    const first = steps.startNs.findIndex((_, step) => broken(step) > 0);
    if (first < 0) return [];
    const words = ends.flatMap(({ name, counts }) => {
      const sum = sumSteps(counts, 0, steps.count);
      return sum > 0 ? [`${formatCount(sum)} ${name}`] : [];
    });
    const all = sumSteps(countsOf(meter, steps), 0, steps.count);
    const { name } = plan.components[meter.component];
    const begun = secondsAt(scene, first);
    const fault = nextFault(data, record, begun, reachSeconds(data, record, meter, steps));
    const which = fault !== null ? 'the first was under way' : 'the first begins here';
    const text = `of ${plural(all, 'saga')} ${words.join(', ')}; ${which}`;
    const at = fault ?? begun;
    return [{ ...BARE, at, kind: 'unsettled' as const, subject: name, text }];
  });
}

/** The start of the first fault within some seconds after a time; null without one, or if a fault is active then. */
function nextFault(
  data: VariantData,
  record: RunRecord,
  at: number,
  within: number,
): number | null {
  const spans = triggersIn(data.plan)
    .flatMap((fault) => spansIn(data, fault, record))
    .map((span) => [span.fromNs, span.untilNs].map((ns) => (ns - data.plan.warmupNs) / 1e9));
  if (spans.some(([from, until]) => from <= at && at < until)) return null;
  const next = spans.map(([from]) => from).filter((from) => from > at && from <= at + within);
  return next.length === 0 ? null : Math.min(...next);
}

/** Longest time before a fault at which a saga may begin and still be hurt by it: the usual p99, and one step. */
function reachSeconds(
  data: VariantData,
  record: RunRecord,
  saga: MeterRecord,
  steps: Steps,
): number {
  const own = meterOf(record, 'durations', 'duration', saga.component);
  const usual = mergeSegments([own?.segments ?? []], data.before.segments);
  const longest = usual.count === 0 ? 0 : usual.quantile(0.99);
  return (longest + steps.lengthNs[0]) / 1e9;
}

/** The first steps [from, until) after a step in which a condition holds for long enough. */
export function firstSpan(
  steps: number,
  since: number,
  holds: (step: number) => boolean,
  least = STEPS,
): readonly [number, number] | null {
  let from = -1;
  for (let step = since; step <= steps; step++) {
    const is = step < steps && holds(step);
    if (is && from < 0) from = step;
    if (is || from < 0) continue;
    if (step - from >= least) return [from, step];
    from = -1;
  }
  return null;
}

/** The end of a span: by chance a condition may not hold in a few steps of it. */
function endOf(until: number, steps: number, holds: (step: number) => boolean): number {
  let end = until;
  for (let step = end; step < Math.min(steps, end + GAP); step++) if (holds(step)) end = step + 1;
  return end;
}

/** Seconds from the end of the warm-up at which a step begins, whatever begins within it. */
function secondsAt({ data, steps }: Scene, step: number): number {
  return (steps.startNs[step] - data.plan.warmupNs) / 1e9;
}
