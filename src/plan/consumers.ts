import { countsMessages } from '../language/batches.js';
import type { Ns } from '../kernel/time.js';
import type { Consumption } from '../contracts/scenario/consumers.js';
import type { QueueConsumer } from '../contracts/scenario/queues.js';
import { partOf, type LaidPart, type NamedPart } from './layout.js';
import type { Writer } from './writer.js';
import type { PlanHandler } from '../contracts/plan/messaging.js';

/** Time limit of an execution of the handler: the smaller of its own limit and that of its consumer. */
function handlingLimit(own: Ns | null, { policy }: Consumption): Ns | null {
  const most = Math.min(own ?? Infinity, policy?.timeoutNs ?? Infinity);
  return most === Infinity ? null : most;
}

/** How the part of a group or a consumer handles messages, once all programs are written. */
export function handlerOf(
  { layout, lookups }: Pick<Writer, 'layout' | 'lookups'>,
  part: number,
  consumption: Consumption,
  programs: readonly number[],
): PlanHandler {
  const { call, deadLetter } = consumption;
  const { byName } = layout;
  const handler = partOf(byName.get(call.component)!, call.part!);
  const { endpoint } = handler.source as Extract<LaidPart['source'], { kind: 'endpoint' }>;
  const own = programs[part]!;
  return {
    part,
    handler: handler.id,
    deadLetter: deadLetter === null ? -1 : byName.get(deadLetter)!.id,
    program: own < 0 ? programs[handler.id]! : own,
    lookup: lookups.get(part) ?? -1,
    perMessage: countsMessages(endpoint.steps),
    timeLimitNs: handlingLimit(endpoint.timeLimitNs, consumption),
  };
}

/** The parts of a queue or a bus. */
export function consumerParts(consumers: readonly QueueConsumer[]): readonly NamedPart[] {
  return consumers.map((consumer) => [consumer.name, { kind: 'consumer', consumer }]);
}
