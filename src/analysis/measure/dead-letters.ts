import { sumOf } from '../../stats/sums.js';
import { meterOf } from './meter-of.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { RunRecord } from '../../contracts/record/record.js';
import { sumCells } from './sums.js';
import type { VariantData } from './variant-data.js';

/** A subject that sends dead letters, identified as in its meters, with the component ids of its targets. */
interface Sender {
  readonly component: number;
  readonly part: number;
  readonly targets: readonly number[];
}

/**
 * Queues and topics in which dead letters stay: some are sent there, no consumer reads them, and nothing passes them
 * on. A message that is dead-lettered elsewhere, such as to a retry delay queue, is not dead.
 */
export function restingPlaces(plan: Plan): ReadonlySet<number> {
  const targets = new Set(sendersOf(plan).flatMap((sender) => sender.targets));
  const read = new Set(plan.projections.map(({ topic }) => topic));
  for (const { component, groups } of plan.topics) if (groups.length > 0) read.add(component);
  for (const { component, queues } of plan.queues) {
    if (queues.some((queue) => queue.consumers.length > 0 || queue.deadLetter >= 0))
      read.add(component);
  }
  return new Set([...targets].filter((target) => !read.has(target)));
}

/**
 * Queues without consumers whose messages expire within the run, such as a retry delay queue: messages there wait on
 * purpose. Maps the component id to the component that gets the expired messages; -1 = they are dropped.
 */
export function delayQueues(plan: Plan): ReadonlyMap<number, number> {
  const runNs = plan.endNs - plan.warmupNs;
  return new Map(
    plan.queues.flatMap(({ component, rules, queues }) => {
      const [only] = queues;
      const isDelay = queues.length === 1 && only.part < 0 && only.consumers.length === 0;
      return isDelay && rules.lifetimeNs < runNs ? [[component, only.deadLetter] as const] : [];
    }),
  );
}

/** True if everything that a subject dead-letters goes to a queue or topic that is read or passes messages on. */
export function passesOn(plan: Plan, component: number, part: number): boolean {
  const resting = restingPlaces(plan);
  const own = sendersOf(plan).find((each) => each.component === component && each.part === part);
  return own !== undefined && own.targets.length > 0 && !own.targets.some((id) => resting.has(id));
}

/** Dead letters in such a place at the end of each run, without those that were sent back (redriven). */
export function restingEach(data: VariantData, place: number): readonly number[] {
  const senders = sendersOf(data.plan).filter(({ targets }) => targets.includes(place));
  return data.records.map((record) => {
    const sent = senders.map(({ component, part }) =>
      total(data, record, 'deadLettered', component, part),
    );
    // Other publishers may also write there.
    const came = total(data, record, 'published', place);
    const dead = Math.min(came, sumOf(sent));
    if (total(data, record, 'redriven', place) === 0) return dead;
    const lag = meterOf(record, 'gauge', 'lag', place, -1);
    return lag === undefined ? dead : Math.min(dead, lag.end);
  });
}

function sendersOf(plan: Plan): readonly Sender[] {
  const known = (ids: readonly number[]): readonly number[] => ids.filter((id) => id >= 0);
  return [
    ...plan.topics.flatMap(({ component, groups }) =>
      groups.map(({ part, deadLetter }) => ({ component, part, targets: known([deadLetter]) })),
    ),
    ...plan.queues.flatMap(({ queues }) =>
      queues.map(({ component, part, deadLetter, consumers }) => ({
        component,
        part,
        targets: known([deadLetter, ...consumers.map((consumer) => consumer.deadLetter)]),
      })),
    ),
  ];
}

function total(
  { whole }: VariantData,
  record: RunRecord,
  name: string,
  component: number,
  part = -1,
): number {
  const meter = meterOf(record, 'counter', name, component, part);
  return meter === undefined ? 0 : sumCells(meter.counts, whole.cells);
}
