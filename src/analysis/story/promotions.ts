import { JOURNAL, PROMOTED, type RunRecord } from '../../contracts/record/record.js';
import type { StoryEvent } from '../../contracts/result/cascade.js';
import { formatCount, formatSeconds } from '../../text/figures.js';
import { plural } from '../../text/words.js';
import type { Scene } from './scene.js';
import { BARE } from './unseen.js';

/** Replicas that become primaries: the end of an outage whose node may stay away. */
export function promotionEvents(scene: Scene, record: RunRecord): readonly StoryEvent[] {
  const { data } = scene;
  const { timeNs, kind, subject, value } = record.journal;
  const found = new Map<string, { at: number; component: number; what: number; count: number }>();
  for (let k = 0; k < timeNs.length; k++) {
    if (kind[k] !== JOURNAL.promoted || timeNs[k] < 0) continue;
    const { component } = data.plan.instances[subject[k]];
    const what = value[k];
    const key = `${component} ${what} ${timeNs[k]}`;
    const own = found.get(key) ?? { at: timeNs[k] / 1e9, component, what, count: 0 };
    found.set(key, { ...own, count: own.count + 1 });
  }
  return [...found.values()].map(({ at, component, what, count }) => {
    const { name, instances } = data.plan.components[component];
    const since = startBefore(scene, component, at);
    const after = since === null ? '' : ` after ${formatSeconds(at - since)}`;
    const text = `${what === PROMOTED.partition ? leaders(count) : replicas(count, instances)}${after}`;
    return { ...BARE, at, kind: 'promoted', subject: name, text };
  });
}

function leaders(count: number): string {
  return `${plural(count, 'partition')} ${count === 1 ? 'gets a new leader' : 'get new leaders'}`;
}

function replicas(count: number, nodes: number): string {
  if (count > 1) return `${formatCount(count)} replicas take over`;
  return `${nodes === 2 ? 'the' : 'a'} replica takes over`;
}

/** Start of the last fault on a component before a time, in seconds; null without one. */
function startBefore(scene: Scene, component: number, at: number): number | null {
  const { plan } = scene.data;
  const starts = plan.faults
    .filter(({ instances }) => instances.some((id) => plan.instances[id].component === component))
    .flatMap((fault) => scene.spansOf(fault))
    .map(({ fromNs }) => (fromNs - plan.warmupNs) / 1e9)
    .filter((start) => start <= at);
  return starts.length === 0 ? null : Math.max(...starts);
}
