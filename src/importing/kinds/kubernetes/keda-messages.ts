import type { Cell } from '../../cell.js';
import { consumersOf, isHandledBy } from '../../message-brokers.js';
import { allowedName } from '../../names.js';
import type { Component, System } from '../../system.js';
import {
  from,
  fromLater,
  guess,
  list,
  map,
  plain,
  type Written,
  type WrittenMap,
} from '../../written.js';
import { addTopic, kafkaTopics } from '../kafka/topics.js';

/** A trigger of KEDA by messages that wait. */
interface MessageTrigger {
  /** Kind of the queue; `kafka`: it is a topic with a consumer group. */
  readonly product: 'kafka' | 'rabbitmq' | 'sqs' | 'simple';
  /** Key of its name, and of its target for each replica with the default. */
  readonly name: string;
  readonly target: readonly string[];
  readonly usual: number;
  /** Key of the length above which the workload is active. */
  readonly activation: string;
  /** Keys of a topic and of a subscription of it, which has messages of its own, as a queue has. */
  readonly subscription?: readonly [topic: string, name: string];
}

const KAFKA: MessageTrigger = {
  product: 'kafka',
  name: 'topic',
  target: ['lagThreshold'],
  usual: 10,
  activation: 'activationLagThreshold',
};

const SERVICE_BUS: MessageTrigger = {
  product: 'simple',
  name: 'queueName',
  target: ['messageCount'],
  usual: 5,
  activation: 'activationMessageCount',
  subscription: ['topicName', 'subscriptionName'],
};

const REDIS: MessageTrigger = {
  product: 'simple',
  name: 'listName',
  target: ['listLength'],
  usual: 5,
  activation: 'activationListLength',
};

const RABBITMQ: MessageTrigger = {
  product: 'rabbitmq',
  name: 'queueName',
  target: ['value', 'queueLength'],
  usual: 20,
  activation: 'activationValue',
};

const SQS: MessageTrigger = {
  product: 'sqs',
  name: 'queueURL',
  target: ['queueLength'],
  usual: 5,
  activation: 'activationQueueLength',
};

const PUBSUB: MessageTrigger = {
  product: 'simple',
  name: 'subscriptionName',
  target: ['value', 'subscriptionSize'],
  usual: 10,
  activation: 'activationValue',
};

/** Source: kedacore/keda, the scaler of each trigger in pkg/scalers. */
const TRIGGERS: ReadonlyMap<string, MessageTrigger> = new Map([
  ['kafka', KAFKA],
  ['apache-kafka', KAFKA],
  ['rabbitmq', RABBITMQ],
  ['aws-sqs-queue', SQS],
  ['azure-servicebus', SERVICE_BUS],
  ['azure-queue', { ...SQS, product: 'simple', name: 'queueName' }],
  ['gcp-pubsub', PUBSUB],
  ['redis', REDIS],
  ['redis-cluster', REDIS],
  ['redis-sentinel', REDIS],
]);

/** What a trigger says about the messages that it counts. */
export interface Messages {
  readonly kind: MessageTrigger;
  /** Its topic, queue or subscription. */
  readonly name: Cell;
  /** The topic of a subscription. */
  readonly topic: Cell | undefined;
  readonly group: Cell | undefined;
  readonly metadata: Cell;
}

/** The messages that a trigger counts; null = it counts none, or does not name them. Other modes of RabbitMQ count rates. */
export function messagesOf(trigger: Cell): Messages | null {
  const kind = TRIGGERS.get(trigger.get('type')?.text() ?? '');
  const metadata = trigger.get('metadata');
  const [of, subscription] = kind?.subscription ?? ['', ''];
  const own = metadata?.get(kind?.name ?? '');
  const topic = own === undefined ? metadata?.get(of) : undefined;
  const name = own ?? (topic === undefined ? undefined : metadata?.get(subscription));
  const group = metadata?.get('consumerGroup');
  const mode = metadata?.get('mode')?.text();
  const needed = [name, ...(topic ? [topic] : []), ...(kind === KAFKA ? [group] : [])];
  const isNamed = needed.every((cell) => NAMED.test(cell?.text() ?? ''));
  if (kind === undefined || metadata === undefined || name === undefined) return null;
  const isCount = mode === undefined || COUNTS.has(mode);
  return isNamed && isCount ? { kind, name, topic, group, metadata } : null;
}

/** Modes of a trigger that count the messages which wait. */
const COUNTS: ReadonlySet<string> = new Set(['QueueLength', 'SubscriptionSize']);

/** A name that no other program has to put in. */
const NAMED = /^[^${}()]*[A-Za-z0-9][^${}()]*$/;

/** Adds the topic or queue of a trigger that no other file has. `most`: replicas that each need a partition. */
export function addHolder(
  messages: Messages,
  namespace: string,
  most: number,
  system: System,
): void {
  const { kind, name } = messages;
  if (kind !== KAFKA) {
    queueOf(messages, namespace, system);
    return;
  }
  if (kafkaTopics(system).has(name.text()!)) return;
  addTopic(name, { spec: undefined, cluster: undefined, namespace }, system);
  kafkaTopics(system)
    .get(name.text()!)!
    .fields.set('partitions', guess(Math.max(1, most)));
}

/** The queue of a name; the name of SQS is the end of its address. A subscription has the name of its topic before its own. */
function queueOf(
  { kind: { product }, name, topic }: Messages,
  namespace: string,
  system: System,
): Component {
  const queues = system.shared('queues of triggers', () => new Map<string, Component>());
  const own = name.text()!.replace(/^.*\//, '');
  const text = topic === undefined ? own : `${topic.text()!}-${own}`;
  const key = `${product} ${text}`;
  const known = queues.get(key);
  if (known !== undefined) return known;
  const origins = topic === undefined ? [name] : [topic, name];
  const made = system.add(text, { namespace, section: 'queues', product, origins });
  queues.set(key, made);
  return made;
}

/** Makes a service the consumer of the messages that scale it, and returns their metric. */
export function lagOf(
  messages: Messages,
  service: Component,
  namespace: string,
  system: System,
): WrittenMap {
  const { kind, name, group, metadata } = messages;
  const holder =
    kind === KAFKA ? kafkaTopics(system).get(name.text()!)! : queueOf(messages, namespace, system);
  const own = groupAt(holder, messages, service, system);
  const target = kind.target.map((key) => metadata.get(key)).find((cell) => cell !== undefined);
  const count = target?.number() ?? 0;
  const usual: Written = { ...plain(kind.usual), note: 'KEDA default' };
  return map({
    metric: plain('lag'),
    of: from(own === null ? holder.name : `${holder.name}.${own}`, name, group),
    target: count > 0 ? from(count, target) : usual,
  });
}

/** The group of a topic in which a service handles the messages; null for a queue. */
function groupAt(
  holder: Component,
  { name, group }: Messages,
  service: Component,
  system: System,
): string | null {
  const [key, called] = consumersOf(holder);
  const known = holder.fields.get(key);
  const others = known?.kind === 'list' ? known.items : [];
  const isQueue = holder.section === 'queues';
  const wanted = isQueue ? service.name : allowedName(group!.text()!);
  const nameIn = (one: Written): string =>
    one.kind === 'map' && one.entries.get(called)?.kind === 'scalar'
      ? String((one.entries.get(called) as { readonly value: unknown }).value)
      : '';
  const there = others.find((one) => isHandledBy(one, service) || nameIn(one) === wanted);
  if (there !== undefined) return isQueue ? null : nameIn(there);
  const consumer = map({
    [called]: isQueue ? plain(wanted) : from(wanted, group),
    call: fromLater(() => system.targetOf(service), name),
  });
  holder.fields.set(key, list([...others, consumer]));
  system.subscribed.add(service);
  return isQueue ? null : wanted;
}
