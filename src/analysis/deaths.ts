import type { RunRecord } from '../spec/record.js';
import type { StoryEvent } from '../spec/result-cascade.js';
import { stepAt, type Steps } from './steps.js';
import type { Scene } from './influence.js';
import { downsOf } from './downs.js';
import type { Down } from './downs.js';
import { BARE } from './unseen.js';
import type { VariantData } from './variant-data.js';
import { duration, plural } from './words.js';

type SpansOf = Scene['spansOf'];

/** Processes that die although no fault stops them: of lack of memory, or of a message that they cannot handle. */
export function deathEvents(
  data: VariantData,
  record: RunRecord,
  steps: Steps,
  spansOf: SpansOf,
): readonly StoryEvent[] {
  const { plan } = data;
  const deaths = new Map<number, Down[]>();
  for (const down of ownDeaths(data, record, spansOf)) {
    const { component } = plan.instances[down.instance];
    if (stepAt(steps, down.fromNs) >= steps.count) continue;
    deaths.set(component, [...(deaths.get(component) ?? []), down]);
  }
  return [...deaths].map(([component, downs]) => {
    const { name, memory } = plan.components[component];
    const why = memory === null ? '' : ' for lack of memory';
    return {
      ...BARE,
      at: (downs[0].fromNs - plan.warmupNs) / 1e9,
      kind: 'killed' as const,
      subject: name,
      text: `${plural(downs.length, 'death')}${why}${awayWords(data, downs)}`,
    };
  });
}

/**
 * Components that die again when they are back: some process of theirs ends by itself at least twice behind all faults.
 * Who comes back alone takes the load of all, or finds the message again that kills it.
 */
export function restartLoops(
  data: VariantData,
  record: RunRecord,
  spansOf: SpansOf,
): readonly string[] {
  const { plan } = data;
  const overNs = Math.max(0, ...plan.faults.flatMap(spansOf).map(({ untilNs }) => untilNs));
  const deaths = new Map<number, number>();
  for (const { instance, fromNs } of ownDeaths(data, record, spansOf)) {
    if (fromNs > overNs) deaths.set(instance, (deaths.get(instance) ?? 0) + 1);
  }
  const often = [...deaths].filter(([, times]) => times > 1).map(([instance]) => instance);
  const components = new Set(often.map((instance) => plan.instances[instance].component));
  return [...components].sort((a, b) => a - b).map((component) => plan.components[component].name);
}

/** Ends of processes that no fault brings about, from the end of the warm-up on. */
function ownDeaths(data: VariantData, record: RunRecord, spansOf: SpansOf): readonly Down[] {
  const { plan } = data;
  const stopping = plan.faults.filter(({ knobs }) => knobs.includes('down'));
  return downsOf(data, record, new Set(plan.instances.keys())).filter(
    ({ instance, fromNs: at }) => {
      const isStopped = stopping.some(
        (fault) =>
          fault.instances.includes(instance) &&
          spansOf(fault).some(({ fromNs, untilNs }) => at >= fromNs && at <= untilNs),
      );
      return !isStopped && at >= plan.warmupNs;
    },
  );
}

/** How long the longest of several is, where the platform lets processes wait. */
function awayWords({ plan }: VariantData, downs: readonly Down[]): string {
  const { restart } = plan.components[plan.instances[downs[0].instance].component];
  if (restart === null) return '';
  const spans = downs.map(({ fromNs, untilNs }) => Math.min(untilNs, plan.endNs) - fromNs);
  return `, away for ${downs.length > 1 ? 'up to ' : ''}${duration(Math.max(...spans) / 1e9)}`;
}
