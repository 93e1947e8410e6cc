import type { Distribution } from '../../../kernel/distribution.js';
import type { Topic } from '../../../contracts/scenario/messaging.js';
import type { Bus } from '../../../contracts/scenario/queues.js';
import type { Scenario } from '../../../contracts/scenario/scenario.js';
import { cursorAt, type Context } from '../../resolve/context.js';
import type { Parts } from '../kind.js';
import type { Step } from '../../../contracts/scenario/steps.js';
import { eachStep } from '../../../language/each-step.js';
import { listsOfEndpoint } from '../../../language/fallback-steps.js';
import type { CallEdge } from '../../resolve/call-edge.js';

/** Reports cycles of messages that take no time: such a cycle would never end. */
export function checkEvents(context: Context, scenario: Parts, calls: readonly CallEdge[]): void {
  const events = eventEdges(scenario);
  const cycle = eventCycle(events, calls, ({ certain, takesTime }) => certain && !takesTime);
  if (cycle === null) return;
  const [name, part] = cycle[0].split('.');
  const message =
    `endless message cycle without any delay: ${cycle.join(' -> ')}. Give a step on it some ` +
    'work, or the publish step a probability';
  cursorAt(context, 'services', name, 'endpoints', part).report('FL408', message);
}

/** A message from the part that publishes it to the part that handles it. */
interface EventEdge {
  readonly from: string;
  readonly topic: string;
  readonly to: string;
  /** It is published by every execution of the part, and every handler accepts it. */
  readonly certain: boolean;
  /** It takes some time regardless of draws. */
  readonly takesTime: boolean;
}

/** All messages from endpoints to handlers. Requests of workloads cannot be part of a cycle. */
export function eventEdges({
  services,
  topics,
}: Pick<Scenario, 'services' | 'topics'>): readonly EventEdge[] {
  const edges: EventEdge[] = [];
  for (const [name, service] of services) {
    for (const [part, endpoint] of service.endpoints) {
      const { steps } = endpoint;
      const certain = new Set(steps);
      const note = (step: Step): void => {
        if (step.verb !== 'publish') return;
        const topic = topics.get(step.topic);
        if (topic === undefined) return;
        const isSure = certain.has(step) && isCertain(step);
        const takesTime = isOnBroker(topic) || takes(topic.publishLatency) || step.via === 'outbox';
        for (const { call, filter } of topic.subscribers) {
          edges.push({
            from: `${name}.${part}`,
            topic: topic.name,
            to: `${call.component}.${call.part}`,
            certain: isSure && filter === 1,
            takesTime: takesTime || steps.some(spends),
          });
        }
      };
      for (const list of listsOfEndpoint(service, endpoint)) eachStep(list, note);
    }
  }
  return edges;
}

function isOnBroker(topic: Topic | Bus): boolean {
  return topic.kind === 'kafka' && topic.broker !== null;
}

/** A cycle of messages, as the parts from the first back to it; null = none. */
export function eventCycle(
  events: readonly EventEdge[],
  calls: readonly CallEdge[],
  admits: (edge: EventEdge) => boolean,
): readonly string[] | null {
  const next = new Map<string, string[]>();
  const link = (from: string, to: string): void => {
    next.set(from, [...(next.get(from) ?? []), to]);
  };
  for (const edge of events) if (admits(edge)) link(edge.from, edge.to);
  for (const { from, to, certain } of calls) if (certain) link(from, to);
  for (const { from } of events) {
    const path = circleFrom(from, next, new Set(events.map((edge) => `${edge.from}>${edge.to}`)));
    if (path !== null) return path;
  }
  return null;
}

/** The shortest path from a part back to itself that contains a message. */
function circleFrom(
  start: string,
  next: ReadonlyMap<string, readonly string[]>,
  events: ReadonlySet<string>,
): readonly string[] | null {
  const before = new Map<string, string>();
  const queue = [start];
  for (const part of queue) {
    for (const to of next.get(part) ?? []) {
      if (to === start) {
        const path = [start];
        for (let at = part; at !== start; at = before.get(at)!) path.unshift(at);
        const circle = [start, ...path];
        const isMessage = circle.some((own, k) => k > 0 && events.has(`${circle[k - 1]}>${own}`));
        if (isMessage) return circle;
      } else if (!before.has(to)) {
        before.set(to, part);
        queue.push(to);
      }
    }
  }
  return null;
}

function isCertain(step: Step): boolean {
  const { times } = step;
  return (
    step.probability === 1 &&
    step.when === null &&
    !(times.kind === 'constant' && times.value === 0)
  );
}

/** Whether a step takes some time in every execution of the part. */
function spends(step: Step): boolean {
  if (!isCertain(step)) return false;
  if (step.verb === 'work' || step.verb === 'wait') return takes(step.time);
  return step.verb === 'query' || step.verb === 'call' || step.verb === 'transaction';
}

function takes(time: Distribution): boolean {
  return !(time.kind === 'constant' && time.valueNs === 0);
}
