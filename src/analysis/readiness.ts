import { INSTANCE_STATE, JOURNAL } from '../spec/record.js';
import type { RunRecord } from '../spec/record.js';
import type { StoryEvent } from '../spec/result-cascade.js';
import { BARE } from './unseen.js';
import type { VariantData } from './variant-data.js';
import { count, plural } from './words.js';

/** Instances of a component that have said that they are not to be called. */
interface Turned {
  firstNs: number;
  lastNs: number;
  readonly all: Set<number>;
  readonly unready: Set<number>;
}

/**
 * Components whose probes take instances off the lists of their callers, the first time, and when all of them are back. One that
 * only starts is on no list yet.
 */
export function readinessEvents({ plan }: VariantData, record: RunRecord): readonly StoryEvent[] {
  const { timeNs, kind, subject, value } = record.journal;
  const started = new Map<number, number>();
  const turned = new Map<number, Turned>();
  for (let k = 0; k < timeNs.length; k++) {
    if (kind[k] !== JOURNAL.instance) continue;
    const instance = subject[k];
    const state = value[k];
    const { component } = plan.instances[instance];
    const own = turned.get(component);
    if (state === INSTANCE_STATE.up) started.set(instance, timeNs[k]);
    if (state === INSTANCE_STATE.unready && started.get(instance) !== timeNs[k] && timeNs[k] >= 0) {
      const at = own ?? { firstNs: timeNs[k], lastNs: 0, all: new Set(), unready: new Set() };
      at.all.add(instance);
      at.unready.add(instance);
      turned.set(component, at);
    } else if (state === INSTANCE_STATE.ready && own?.unready.delete(instance) === true) {
      own.lastNs = timeNs[k];
    }
  }
  return [...turned].flatMap(([component, { firstNs, lastNs, all, unready }]) => {
    const { name, instances } = plan.components[component];
    const event = (kind: 'ejected' | 'returned', atNs: number, text: string): StoryEvent => ({
      ...BARE,
      at: atNs / 1e9,
      kind,
      subject: name,
      text,
    });
    const text = `${count(all.size)} of ${plural(instances, 'instance')} not ready`;
    const events = [event('ejected', firstNs, text)];
    if (unready.size === 0) events.push(event('returned', lastNs, 'all are ready again'));
    return events;
  });
}
