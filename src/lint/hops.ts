import type { Scenario } from '../contracts/scenario/scenario.js';
import { projectorOf, relayOf } from './beside-steps.js';
import { componentOf, type Sent } from './calls.js';
import { capacityOf, consumersOf, type Consumer } from './consumers.js';
import { mostOf, type Demands } from './demand.js';
import { triesOf } from './layers.js';

/**
 * A way on which work spreads: a call, a message to a topic or queue, a message from there to its handler. Topics,
 * queues and event stores are ends of their own, by their names; all others are parts.
 */
export interface Hop {
  readonly from: string;
  readonly to: string;
  /** Mean number of runs of its end for each of its start, without failures. */
  readonly times: number;
  /** The largest number, with all retries and failure handlers. */
  readonly most: number;
  /** Highest rate per second that takes this way; Infinity = no limit. */
  readonly perSecond: number;
  /** Its end runs as a request, in a worker; otherwise beside the workers. */
  readonly isRequest: boolean;
}

/** All ways of a scenario. */
export function hopsOf(scenario: Scenario, { calls, publications }: Sent): readonly Hop[] {
  const common = { perSecond: Infinity, isRequest: false };
  return [
    ...calls.map(({ from, to, times, most, layers, commands }) => {
      const all = most === 0 ? 0 : most * triesOf(layers) * commands;
      return { from, to, times, most: all, perSecond: Infinity, isRequest: true };
    }),
    ...publications.flatMap(({ from, to, isRow, times, most }) => {
      const own = { ...common, from, times, most };
      return isRow
        ? [
            { ...own, to },
            { ...own, to: relayOf(componentOf(from)) },
          ]
        : [{ ...own, to }];
    }),
    ...[...scenario.projections.values()].flatMap((own) =>
      own.lifecycle === 'async'
        ? [
            {
              ...common,
              from: own.from,
              to: projectorOf(own),
              times: 1 / own.batchSize,
              most: Infinity,
            },
          ]
        : [],
    ),
    ...deliveries(scenario),
    ...letters(scenario),
    ...[...scenario.queues.values()].flatMap(({ name, source }) =>
      source === null ? [] : [{ ...common, from: source, to: name, times: 1, most: Infinity }],
    ),
  ];
}

/** From topics and queues to the parts that handle their messages, and which consumer does. */
interface Delivery extends Hop {
  readonly consumer: Consumer;
}

function deliveries(scenario: Scenario): readonly Delivery[] {
  const consumers = consumersOf(scenario);
  // The consumers of a queue share its messages, those of a topic each get all of them.
  const threads = ({ spec }: Consumer): number =>
    mostOf(scenario, spec.call.component) * spec.concurrency;
  const together = new Map<string, number>();
  for (const own of consumers) {
    const { name } = own.holder;
    together.set(name, (together.get(name) ?? 0) + threads(own));
  }
  return consumers.map((consumer) => {
    const { holder, spec, part } = consumer;
    const share = 'consumers' in holder ? threads(consumer) / together.get(holder.name)! : 1;
    return {
      from: holder.name,
      to: part,
      // With full batches there are the fewest runs.
      times: (share * spec.filter) / spec.batch,
      // A backlog can arrive at any rate, and each of its messages again.
      most: Infinity,
      perSecond: Infinity,
      isRequest: consumer.kind === 'queue' && consumer.spec.invokes,
      consumer,
    };
  });
}

/** Dead letters, which only failures send. */
function letters(scenario: Scenario): readonly Hop[] {
  const { queues, topics } = scenario;
  const ways = [
    ...[...queues.values(), ...topics.values()].map((holder) => [
      holder.name,
      'deadLetter' in holder ? holder.deadLetter : null,
    ]),
    ...consumersOf(scenario).map(({ holder, spec }) => [holder.name, spec.deadLetter]),
  ];
  return ways.flatMap(([from, to]) =>
    from === null || to === null
      ? []
      : [{ from, to, times: 0, most: Infinity, perSecond: Infinity, isRequest: false }],
  );
}

/** The same ways, on which no more messages are handled than their consumers can. */
export function withCapacities(
  hops: readonly Hop[],
  scenario: Scenario,
  demands: Demands,
): readonly Hop[] {
  return hops.map((hop) => {
    const { consumer } = hop as Partial<Delivery>;
    if (consumer === undefined) return hop;
    return { ...hop, perSecond: capacityOf(scenario, demands, consumer).perSecond };
  });
}

/** Whether an end is a part, not a topic, queue or event store. */
export function isPart(end: string): boolean {
  return end.includes('.');
}
