import { NS_PER_SECOND, type Ns } from '../kernel/time.js';
import type { Path } from '../scenario/located.js';
import type { Consumption } from '../contracts/scenario/consumers.js';
import type { Subscriber, Topic } from '../contracts/scenario/messaging.js';
import type { Bus, MessageQueue, QueueConsumer } from '../contracts/scenario/queues.js';
import type { Scenario } from '../contracts/scenario/scenario.js';
import { coresForRequests, hostOf, mostOf, type Demands } from './demand.js';

/** A consumer group, the subscriber of a bus, or the consumer of a queue. */
export type Consumer = OfLog | OfQueue;

interface Common {
  /** Its name in metrics: `topic.group`, `queue.consumer`. */
  readonly name: string;
  readonly path: Path;
  /** The part that handles a message. */
  readonly part: string;
}

interface OfLog extends Common {
  readonly kind: 'log';
  readonly holder: Topic;
  readonly spec: Subscriber;
}

interface OfQueue extends Common {
  readonly kind: 'queue';
  readonly holder: MessageQueue | Bus;
  readonly spec: QueueConsumer;
}

/** All consumers, by the topics and queues in the order of the file. */
export function consumersOf({
  topics,
  queues,
}: Pick<Scenario, 'topics' | 'queues'>): readonly Consumer[] {
  const all: Consumer[] = [];
  const pushed = (holder: MessageQueue | Bus, section: string, list: string): void => {
    const specs = 'consumers' in holder ? holder.consumers : holder.subscribers;
    specs.forEach((spec, index) => {
      // A subscriber of system events has an entry for each instance, and one place in the file.
      const path = [section, holder.name, list, ...(spec.instance === null ? [index] : [])];
      all.push({ kind: 'queue', holder, spec, path, ...named(holder.name, spec.name, spec) });
    });
  };
  for (const topic of topics.values()) {
    if (topic.kind === 'bus') pushed(topic, 'topics', 'subscribers');
    else {
      topic.subscribers.forEach((spec, index) => {
        const path = ['topics', topic.name, 'subscribers', index];
        all.push({
          kind: 'log',
          holder: topic,
          spec,
          path,
          ...named(topic.name, spec.group, spec),
        });
      });
    }
  }
  for (const queue of queues.values()) pushed(queue, 'queues', 'consumers');
  return all;
}

function named(
  holder: string,
  name: string,
  { call }: Consumer['spec'],
): Pick<Consumer, 'name' | 'part'> {
  return { name: `${holder}.${name}`, part: `${call.component}.${call.part}` };
}

/** What a consumer can do without queueing, over all its instances. */
export interface Capacity {
  /** Executions at once that an even load can reach, and the members that share the partitions. */
  readonly handlers: number;
  readonly members: number;
  readonly onceNs: Ns;
  readonly perSecond: number;
  readonly replicas: number;
  /** Executions per second that the cores of one replica allow. */
  readonly byCoresOfOne: number;
}

/**
 * Highest rate of a consumer, with messages spread evenly over the partitions: the members with the most partitions are
 * full first.
 */
export function capacityOf(scenario: Scenario, demands: Demands, consumer: Consumer): Capacity {
  const { spec, part } = consumer;
  const { workNs } = demands.of(part);
  const elapsedNs = deliveryNs(demands, spec);
  const { component } = spec.call;
  const replicas = isOwn(consumer) ? 1 : mostOf(scenario, component);
  const members = replicas * spec.concurrency;
  const partitions = consumer.kind === 'log' ? consumer.holder.partitions : Infinity;
  const handlers = partitions === Infinity ? members : partitions / Math.ceil(partitions / members);
  const byHandlers = elapsedNs === 0 ? Infinity : handlers / elapsedNs;
  const cores = coresForRequests(hostOf(scenario, component)!);
  const byCoresOfOne = workNs === 0 ? Infinity : (cores / workNs) * NS_PER_SECOND;
  const perSecond = Math.min(byHandlers * NS_PER_SECOND, replicas * byCoresOfOne);
  return { handlers, members, onceNs: elapsedNs, perSecond, replicas, byCoresOfOne };
}

/** Mean time of one run: the query of the inbox, then the handler. */
export function deliveryNs(demands: Demands, { call, inbox }: Consumption): Ns {
  const part = `${call.component}.${call.part}`;
  const query = inbox?.query ?? null;
  const askedNs = query === null ? 0 : demands.call(part, query.database, query.operation);
  return askedNs + demands.of(part).elapsedNs;
}

/** Whether a single process handles all of its messages. */
function isOwn({ kind, spec }: Consumer): boolean {
  return kind === 'queue' && (spec as QueueConsumer).instance !== null;
}

/** Largest number of runs of the handler for a message that fails each time; a number without a limit counts as 1. */
export function triesOfMessage({ kind, holder, spec }: Consumer): number {
  const { retry } = spec;
  const own = limited(retry?.attempts ?? 1);
  // SQS and JetStream deliver a failed message again by themselves, after its time to confirm it.
  const isSilent = kind === 'queue' && holder.rules.failure === 'silence';
  if (!isSilent) return own;
  const received = limited(holder.rules.maxReceiveCount);
  // Tries inside the consumer belong to one delivery.
  return retry === null || retry.mode === 'inProcess' ? own * received : Math.min(own, received);
}

function limited(tries: number): number {
  return tries === Infinity ? 1 : tries;
}
