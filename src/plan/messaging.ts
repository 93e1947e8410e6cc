import type { Distribution } from '../kernel/distribution.js';
import { invariant } from '../kernel/invariant.js';
import type { PlanTopic } from '../spec/messaging.js';
import type { Interner } from './canonical.js';
import { isFree } from './free.js';
import type { LaidPart, Layout } from './layout.js';
import { partOf } from './layout.js';

/** The topics with their groups, in the order of their names. */
export function planTopics(
  layout: Layout,
  distributions: Interner<Distribution>,
): readonly PlanTopic[] {
  return layout.components.flatMap((component) => {
    const { source } = component;
    if (source.kind !== 'topic' || source.topic.kind === 'bus') return [];
    const spec = source.topic;
    const groups = component.parts.map((part) => groupOf(layout, part));
    const latency = isFree(spec.publishLatency) ? -1 : distributions.id(spec.publishLatency);
    return [{ component: component.id, spec, latency, groups }];
  });
}

function groupOf(layout: Layout, part: LaidPart): PlanTopic['groups'][number] {
  const { source } = part;
  invariant(source.kind === 'group', 'topic-part-without-group');
  const { subscriber } = source as Extract<LaidPart['source'], { kind: 'group' }>;
  const service = layout.byName.get(subscriber.call.component)!;
  const handler = partOf(service, subscriber.call.part!).id;
  return { part: part.id, handler, spec: subscriber };
}
