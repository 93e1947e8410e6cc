import { JOURNAL, REGISTRY_EVENT, type RunRecord } from '../../contracts/record/record.js';
import type { StoryEvent } from '../../contracts/result/cascade.js';
import { twoParts } from '../../contracts/result/fault-text.js';
import { plural } from '../../text/words.js';
import type { VariantData } from '../measure/variant-data.js';
import { BARE } from './unseen.js';

/** Kinds of events that remove an instance from the answers of a registry, in words. */
const REMOVED: ReadonlyMap<number, string> = new Map([
  [REGISTRY_EVENT.evicted, 'evicted'],
  [REGISTRY_EVENT.critical, 'critical'],
  [REGISTRY_EVENT.deregistered, 'deregistered'],
]);

/** Events of a registry itself: a verb, and after a colon the effect. */
const OWN: ReadonlyMap<number, Pick<StoryEvent, 'kind' | 'text' | 'head' | 'detail'>> = new Map([
  [
    REGISTRY_EVENT.preserving,
    { kind: 'registry', ...twoParts('begins self-preservation', 'nothing is evicted', ': ') },
  ],
  [REGISTRY_EVENT.evicting, { kind: 'registryBack', text: 'ends self-preservation' }],
  [REGISTRY_EVENT.silent, { kind: 'registry', text: 'does not answer' }],
  [REGISTRY_EVENT.back, { kind: 'registryBack', text: 'answers again' }],
]);

/** Removals of one sort, of the instances of one component. */
interface Removals {
  readonly name: string;
  readonly word: string;
  readonly atNs: number;
  readonly instances: Set<number>;
}

/**
 * Events of registries: the first removal of each sort per component, and each change of the registry itself. A cancelled
 * registration is no event, because it is part of a planned end.
 */
export function discoveryEvents({ plan }: VariantData, record: RunRecord): readonly StoryEvent[] {
  if (plan.registries.length === 0) return [];
  const { timeNs, kind, subject, value } = record.journal;
  const events: StoryEvent[] = [];
  const removals = new Map<string, Removals>();
  for (let k = 0; k < timeNs.length; k++) {
    if (kind[k] !== JOURNAL.registry || timeNs[k] < 0) continue;
    const { component } = plan.instances[subject[k]];
    const { name } = plan.components[component];
    const own = OWN.get(value[k]);
    if (own !== undefined) {
      events.push({ ...BARE, at: timeNs[k] / 1e9, subject: name, ...own });
      continue;
    }
    const word = REMOVED.get(value[k]);
    if (word === undefined) continue;
    const id = `${name} ${word}`;
    const known = removals.get(id) ?? { name, word, atNs: timeNs[k], instances: new Set<number>() };
    known.instances.add(subject[k]);
    removals.set(id, known);
  }
  for (const { name, word, atNs, instances } of removals.values()) {
    const count = plural(instances.size, 'instance');
    const text = instances.size === 1 ? `an instance is ${word}` : `first of ${count} ${word}`;
    events.push({ ...BARE, at: atNs / 1e9, kind: 'unlisted', subject: name, text });
  }
  return events;
}
