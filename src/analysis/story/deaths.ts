import { groupedBy } from '../../text/order.js';
import type { RunRecord } from '../../contracts/record/record.js';
import type { StoryEvent } from '../../contracts/result/cascade.js';
import { stepAt } from '../measure/steps.js';
import { downtimesOf, type Downtime } from '../measure/downtimes.js';
import { stops } from './outages.js';
import type { Scene } from './scene.js';
import { BARE } from './unseen.js';
import type { VariantData } from '../measure/variant-data.js';
import { formatCount, formatSeconds } from '../../text/figures.js';
import { plural } from '../../text/words.js';

type SpansOf = Scene['spansOf'];

/**
 * Deaths of processes that no fault stops: out of memory, killed by a probe, or by a message that they cannot handle.
 */
export function deathEvents(scene: Scene, record: RunRecord): readonly StoryEvent[] {
  const { data, steps, spansOf } = scene;
  const { plan } = data;
  const deaths = groupedBy(ownDeaths(data, record, spansOf), (down) =>
    stepAt(steps, down.fromNs) < steps.count ? plan.instances[down.instance].component : null,
  );
  return [...deaths].map(([component, downtimes]) => {
    const { name, memory } = plan.components[component];
    const byProbe = downtimes.filter(({ restartRequested }) => restartRequested).length;
    const own =
      byProbe === 0 ? ' for lack of memory' : `, ${formatCount(byProbe)} of them by its probes`;
    const why =
      byProbe === downtimes.length ? ' by its probes' : memory === null && byProbe === 0 ? '' : own;
    return {
      ...BARE,
      at: (downtimes[0].fromNs - plan.warmupNs) / 1e9,
      kind: 'killed' as const,
      subject: name,
      text: `${plural(downtimes.length, 'death')}${why}${awayWords(data, downtimes)}`,
    };
  });
}

/** Deaths in this first part of the time after all faults are aftermath. */
const AFTERMATH = 1 / 3;

/**
 * Components in a restart loop: well after all faults, one of their processes ends by itself for at least the second
 * time, and none did before the first fault. A process that comes back alone gets the load of all, or gets the poison
 * message again.
 */
export function restartLoops(
  data: VariantData,
  record: RunRecord,
  spansOf: SpansOf,
): readonly string[] {
  const { plan } = data;
  const spans = plan.faults.flatMap(spansOf);
  if (spans.length === 0) return [];
  const firstNs = spans.reduce((first, { fromNs }) => Math.min(first, fromNs), Infinity);
  const overNs = spans.reduce((last, { untilNs }) => Math.max(last, untilNs), 0);
  const lateNs = overNs + AFTERMATH * (plan.endNs - overNs);
  const before = new Set<number>();
  const deaths = new Map<number, number>();
  const looping = new Set<number>();
  for (const { instance, fromNs } of ownDeaths(data, record, spansOf)) {
    const { component } = plan.instances[instance];
    if (fromNs < firstNs) before.add(component);
    if (fromNs <= overNs) continue;
    const times = (deaths.get(instance) ?? 0) + 1;
    deaths.set(instance, times);
    if (times > 1 && fromNs >= lateNs) looping.add(component);
  }
  return [...looping]
    .filter((component) => !before.has(component))
    .sort((a, b) => a - b)
    .map((component) => plan.components[component].name);
}

/** Deaths of processes of a component with a limit of memory that neither a fault nor a probe causes. */
export function memoryDeaths(
  data: VariantData,
  record: RunRecord,
  spansOf: SpansOf,
  component: number,
): readonly Downtime[] {
  const { instances, components } = data.plan;
  if (components[component].memory === null) return [];
  return ownDeaths(data, record, spansOf).filter(
    ({ instance, restartRequested }) =>
      instances[instance].component === component && !restartRequested,
  );
}

/** Ends of processes that no fault causes, from the end of the warm-up. */
function ownDeaths(data: VariantData, record: RunRecord, spansOf: SpansOf): readonly Downtime[] {
  const { plan } = data;
  const stopping = plan.faults
    .filter((fault) => stops(fault, 'kill'))
    .map((fault) => ({ instances: new Set(fault.instances), spans: spansOf(fault) }));
  return downtimesOf(data, record, new Set(plan.instances.keys())).filter(
    ({ instance, fromNs: at, askedNs, end, absent }) => {
      const isStopped = stopping.some(
        ({ instances, spans }) =>
          instances.has(instance) &&
          spans.some(({ fromNs, untilNs }) => at >= fromNs && at <= untilNs),
      );
      const isAsked = askedNs !== null && end !== null;
      return !isStopped && !isAsked && !absent && at >= plan.warmupNs;
    },
  );
}

/** The longest time that one of the processes was down, if the platform delays restarts. */
function awayWords({ plan }: VariantData, downtimes: readonly Downtime[]): string {
  const { restart } = plan.components[plan.instances[downtimes[0].instance].component];
  if (restart === null) return '';
  const lengthOf = ({ fromNs, untilNs }: Downtime): number =>
    Math.min(untilNs, plan.endNs) - fromNs;
  const longest = downtimes.reduce((most, down) => (lengthOf(down) > lengthOf(most) ? down : most));
  const ns = lengthOf(longest);
  if (ns === 0) return '';
  if (longest.untilNs > plan.endNs) return `, away for ${formatSeconds(ns / 1e9)} and more`;
  return `, away for ${downtimes.length > 1 ? 'up to ' : ''}${formatSeconds(ns / 1e9)}`;
}
