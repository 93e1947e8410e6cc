import { invariant } from '../../kernel/invariant.js';
import type { PlanGroup, PlanTopic } from '../../contracts/plan/messaging.js';
import { handlerOf, consumerParts } from '../consumers.js';
import { isFree } from '../free.js';
import type { LaidPart } from '../layout.js';
import type { Writer } from '../writer.js';
import { planBrokers } from './broker.js';
import { HOLDER, NAME_ONLY, sourcesOf, type PlanModule } from './kind.js';

/** Topics that are logs. Topics that push are planned as queues. */
export const topic: PlanModule<'topic', 'group', 'topics'> = {
  components: {
    topic: ({ topics }) =>
      sourcesOf('topic', topics, (spec) => ({
        ...HOLDER,
        parts:
          spec.kind === 'bus'
            ? consumerParts(spec.subscribers)
            : spec.subscribers.map((subscriber) => [
                subscriber.group,
                { kind: 'group', subscriber },
              ]),
      })),
  },
  parts: { group: ({ subscriber }) => ({ ...NAME_ONLY, consumes: subscriber }) },
  plan: ({ w, programs }) => ({ topics: planTopics(w, programs) }),
};

/** The topics with their groups, in component order. */
function planTopics(w: Writer, programs: readonly number[]): readonly PlanTopic[] {
  const brokers = planBrokers(w);
  return w.layout.components.flatMap((component) => {
    const { source } = component;
    if (source.kind !== 'topic' || source.spec.kind === 'bus') return [];
    const { spec } = source;
    const groups = component.parts.map((part) => groupOf(w, part, programs));
    const latency = isFree(spec.publishLatency) ? -1 : w.distributions.id(spec.publishLatency);
    const broker =
      spec.broker === null
        ? -1
        : brokers.findIndex(({ component: id }) => id === w.layout.byName.get(spec.broker!)!.id);
    return [{ component: component.id, spec, latency, broker, groups }];
  });
}

function groupOf(w: Writer, part: LaidPart, programs: readonly number[]): PlanGroup {
  const { source } = part;
  invariant(source.kind === 'group', 'topic-part-without-group');
  const { subscriber } = source as Extract<LaidPart['source'], { kind: 'group' }>;
  return { ...handlerOf(w, part.id, subscriber, programs), spec: subscriber };
}
