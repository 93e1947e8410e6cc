import type { StoryEvent } from '../spec/result/cascade.js';
import type { SweepFigures } from '../spec/result/sweep.js';
import type { VariantData } from './measure/variant-data.js';
import { storiesOf } from './story/cascade.js';

/** A resource is used up, or processes die: the reason, where a worse health is only its effect. */
const REASONS: readonly StoryEvent['kind'][] = ['saturated', 'poolFull', 'killed', 'pending'];
const EFFECTS: readonly StoryEvent['kind'][] = ['down', 'failing', 'degraded', 'backlog'];

/**
 * The component that gives in first in the first run: the first one that runs out of something, else the first one that
 * degrades and is hit by no fault. Undefined if none does.
 */
export function firstToGive(data: VariantData): SweepFigures['gives'] {
  const [story] = storiesOf({ ...data, records: data.records.slice(0, 1) });
  const { plan, componentIds, variant } = data;
  const hit = new Set(variant.scenario.faults.flatMap(({ target }) => target));
  const isServer = ({ subject }: StoryEvent): boolean => {
    const id = componentIds.get(subject);
    return id !== undefined && plan.components[id].kind !== 'workload';
  };
  const own = story.events.filter(isServer);
  const first =
    own.find(({ kind }) => REASONS.includes(kind)) ??
    own.find(({ kind, subject }) => EFFECTS.includes(kind) && !hit.has(subject));
  if (first === undefined) return undefined;
  const { subject, kind, at, text } = first;
  return { subject, kind, at, text };
}
