import type { Subscriber, Topic } from '../../../contracts/scenario/messaging.js';
import { cursorAt, type Context, type Cursor } from '../../resolve/context.js';
import type { Parts } from '../kind.js';

/** An entry of a group, and where it is written. */
interface Entry {
  readonly topic: Topic;
  readonly own: Subscriber;
  readonly here: Cursor;
}

/** Reports groups and consumers whose entries in several topics contradict each other. */
export function checkConsumers(context: Context, { topics }: Pick<Parts, 'topics'>): void {
  const entries = [...topics.values()].flatMap((topic): Entry[] =>
    topic.kind !== 'kafka'
      ? []
      : topic.subscribers.map((own, index) => {
          return {
            topic,
            own,
            here: cursorAt(context, 'topics', topic.name, 'subscribers', index),
          };
        }),
  );
  entries.forEach((entry, index) => {
    const earlier = entries.slice(0, index);
    checkProtocol(entry, earlier);
    if (entry.own.consumer !== null) checkConsumer(entry, earlier, entries);
  });
}

/** The coordinator refuses a member that supports no protocol of the others (InconsistentGroupProtocolException). */
function checkProtocol(entry: Entry, earlier: readonly Entry[]): void {
  const { topic, own, here } = entry;
  const other = earlier.find(
    (one) => one.own.group === own.group && one.topic.broker === topic.broker,
  );
  if (other === undefined) return;
  const [before, now] = [other.own.rebalance.protocol, own.rebalance.protocol];
  if (before === now) return;
  const message =
    `group ${own.group} has protocol: ${before} in topic ${other.topic.name} and ${now} here; a group ` +
    `has one: write protocol: ${before}, or another group`;
  here.in('group').conflict(message);
}

function checkConsumer(
  { topic, own, here }: Entry,
  earlier: readonly Entry[],
  all: readonly Entry[],
): void {
  const { consumer, group } = own;
  const wrong = (message: string): void => here.in('consumer').conflict(message);
  if (all.filter((one) => one.own.consumer === consumer).length === 1) {
    wrong(`consumer ${consumer} reads no other topic: write it there too, or remove it here`);
    return;
  }
  const other = earlier.find((one) => one.own.consumer === consumer);
  if (other === undefined) return;
  const there = `in topic ${other.topic.name}`;
  if (other.own.group !== group) {
    wrong(
      `consumer ${consumer} is in group ${other.own.group} ${there}: write that group here too`,
    );
  } else if (other.topic.broker !== topic.broker) {
    const where = (broker: string | null): string => broker ?? 'no broker';
    wrong(
      `consumer ${consumer} reads one cluster: ${other.topic.name} has ${where(other.topic.broker)}, ` +
        `${topic.name} has ${where(topic.broker)}: give both the same broker, or write two consumers`,
    );
  } else if (other.own.call.component !== own.call.component) {
    wrong(
      `consumer ${consumer} runs in ${other.own.call.component} ${there}: call an endpoint of it here ` +
        'too, or write another consumer',
    );
  } else if (other.own.concurrency !== own.concurrency) {
    wrong(
      `consumer ${consumer} has ${other.own.concurrency} threads ${there}, and ${own.concurrency} here: ` +
        `write concurrency: ${other.own.concurrency}`,
    );
  }
}
