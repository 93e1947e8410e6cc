import type { Plan } from '../../../contracts/plan/plan.js';
import { partName } from '../../../contracts/plan/names.js';
import type { PlanTableLock } from '../../../contracts/plan/sections.js';
import type { Histogram } from '../../../stats/histogram.js';
import { sumOf } from '../../../stats/sums.js';
import { formatSeconds } from '../../../text/figures.js';
import { meterOf } from '../../measure/meter-of.js';
import { mergeSegments } from '../../measure/sums.js';
import { linksFrom, linksInto, type Link } from '../links.js';
import type { Candidate } from './candidate.js';
import type { Place } from './special-conditions.js';

/** Part of the time of the calls of a component that must be waiting for locks. */
const LOCKED = 0.3;
/** A p95 below this part of the longest wait says nothing of the few long ones. */
const RARE = 0.1;

/**
 * Locks for which the requests of a component wait, or those of one below it, before which all connections are then in
 * use: few long waits are enough. null if they are not much of the time.
 */
export function heldByLocks(place: Place): Candidate | null {
  const { scene, lane, from, until } = place;
  const { components } = scene.data.plan;
  const openIn = (links: readonly Link[]): number => {
    let open = 0;
    for (let step = from; step < until; step++)
      open += scene.steps.lengthNs[step] * sumOf(links.map(({ inFlight }) => inFlight[step]));
    return open;
  };
  const callees = linksFrom(scene, lane).map(({ callee }) => callee);
  const below = callees.flatMap((own) => linksFrom(scene, own).map(({ callee }) => callee));
  for (const own of new Set([lane, ...callees, ...below])) {
    if (own.workers === 0) continue;
    const { firstPart, parts } = components[own.component];
    const waits = lockWaits(place, firstPart, firstPart + parts);
    const into = openIn(linksInto(scene, own));
    // Further down, the waits must also be much of the time of the requests here.
    const open = below.includes(own) ? Math.max(into, openIn(linksFrom(scene, lane))) : into;
    if (waits.count === 0 || waits.count * waits.mean() < LOCKED * open) continue;
    const blocking = blockingStatement(place, own.component, waits.max);
    const longest = formatSeconds(waits.max / 1e9);
    const p95 = waits.quantile(0.95);
    return {
      ref: { kind: 'locks', subject: own.name },
      suspect: null,
      lane,
      from,
      ...(blocking === null
        ? {
            evidence:
              p95 < RARE * waits.max
                ? `the longest wait is ${longest}`
                : `p95 of the wait ${formatSeconds(p95 / 1e9)}`,
          }
        : {
            text: `statements of ${own.name} wait up to ${longest} behind ${blocking.name} for its table`,
            evidence: blocking.evidence,
          }),
    };
  }
  return null;
}

/** Waits for locks of some parts in the run. */
function lockWaits({ scene, record }: Place, firstPart: number, end: number): Histogram {
  const { plan, whole } = scene.data;
  const meters = plan.parts
    .slice(firstPart, end)
    .flatMap(
      ({ component }, k) =>
        meterOf(record, 'durations', 'lockWait', component, firstPart + k) ?? [],
    );
  return mergeSegments(
    meters.map(({ segments }) => segments),
    whole.segments,
  );
}

/**
 * The statement that stops most others on its table, and why it takes long; null without one that takes about as long as
 * the longest wait: the others then wait for rows.
 */
function blockingStatement(
  place: Place,
  component: number,
  longest: number,
): { readonly name: string; readonly evidence: string } | null {
  const { scene, record } = place;
  const { plan, whole } = scene.data;
  const waitsOf = ({ part }: PlanTableLock): Histogram => lockWaits(place, part, part + 1);
  const takers = plan.acts.filter((act): act is PlanTableLock => isTableLock(plan, act, component));
  const [most] = takers
    .map((one) => {
      const others = takers.filter((other) => other !== one && stops(one, other));
      return { one, others, count: sumOf(others.map((other) => waitsOf(other).count)) };
    })
    .sort((a, b) => b.count - a.count || a.one.part - b.one.part);
  if (most === undefined || most.count === 0) return null;
  const timesOf = ({ part }: PlanTableLock): Histogram =>
    mergeSegments([record.parts[part].latency], whole.segments);
  const name = partName(plan, most.one.part);
  const [waited, took] = [waitsOf(most.one).max, timesOf(most.one).max];
  if (!(2 * took >= longest)) return null;
  if (2 * waited < took) return { name, evidence: `${name} takes ${formatSeconds(took / 1e9)}` };
  const slowest = most.others.reduce((best, next) =>
    timesOf(next).quantile(0.5) > timesOf(best).quantile(0.5) ? next : best,
  );
  const usual = formatSeconds(timesOf(slowest).quantile(0.5) / 1e9);
  const evidence =
    `${name} waits ${formatSeconds(waited / 1e9)} itself; the longest statement on the table is ` +
    `${partName(plan, slowest.part)}, ${usual}`;
  return { name, evidence };
}

function isTableLock({ parts }: Plan, act: Plan['acts'][number], component: number): boolean {
  return act.act === 'tableLock' && parts[act.part].component === component;
}

/** Whether a statement waits while another one holds its table, or waits for it. */
function stops({ table, mode }: PlanTableLock, other: PlanTableLock): boolean {
  return other.table === table && ((other.conflicts >> mode) & 1) !== 0;
}
