import { list } from '../text/words.js';
import { holdsMessages, type Component, type System } from './system.js';
import { guess, type Written } from './written.js';

/** The last word of the images of message brokers, by the kind of topic that stands for what goes through one. */
const IMAGES: ReadonlyMap<string, string> = new Map([
  ['kafka', 'kafka'],
  ['kafka-native', 'kafka'],
  ['cp-kafka', 'kafka'],
  ['cp-server', 'kafka'],
  ['redpanda', 'kafka'],
  ['rabbitmq', 'bus'],
  ['nats', 'bus'],
  ['nats-server', 'bus'],
  ['nats-streaming', 'bus'],
  ['activemq', 'bus'],
  ['activemq-classic', 'bus'],
  ['activemq-artemis', 'bus'],
  ['artemis', 'bus'],
  ['apache-artemis', 'bus'],
  ['pulsar', 'bus'],
  ['mosquitto', 'bus'],
  ['eclipse-mosquitto', 'bus'],
  ['emqx', 'bus'],
]);

/** Why the values of a broker have no counterpart. */
export const BROKER =
  'a broker is the topics and queues that go through it, which this file does not name';

/** Ports of brokers: an image of a team's own that ends with the name of one is a broker where it listens on such a port. */
const PORTS: ReadonlySet<number> = new Set([1883, 4222, 5672, 6650, 9092, 61616]);

/** The kind of topic that stands for a broker with this image; null = it is none. `ports`: those on which it listens. */
export function brokerOf(image: string, ports: readonly number[] = []): string | null {
  const [, name = ''] = /([^/:@]+)(?:[:@][^/]*)?$/.exec(image.toLowerCase()) ?? [];
  const isBroker = ports.some((port) => PORTS.has(port));
  return IMAGES.get(name) ?? (isBroker ? IMAGES.get(name.replace(/^.*-/, '')) : null) ?? null;
}

/** Makes a component a topic that stands for all messages of a broker, until other files or traces name its topics. */
export function noteBroker(component: Component, system: System): void {
  if (component.product === 'kafka') component.fields.set('partitions', guess(1));
  brokersOf(system).push(component);
}

function brokersOf(system: System): Component[] {
  return system.shared('message brokers', () => []);
}

/** The field of a topic or a queue with what handles its messages, and the field with the name of each of these. */
export function consumersOf({
  section,
}: Component): readonly ['subscribers' | 'consumers', string] {
  return section === 'queues' ? ['consumers', 'name'] : ['subscribers', 'group'];
}

/** Whether a subscriber or a consumer hands its messages to a service. */
export function isHandledBy(consumer: Written, { name }: Component): boolean {
  const call = consumer.kind === 'map' ? consumer.entries.get('call') : undefined;
  return call?.kind === 'scalar' && String(call.value).startsWith(`${name}.`);
}

function handlersOf(component: Component): readonly Written[] {
  const known = component.fields.get(consumersOf(component)[0]);
  return known?.kind === 'list' ? known.items : [];
}

/** Brokers of which no file says what handles their messages. */
export function silentBrokers(system: System): readonly Component[] {
  return brokersOf(system).filter((one) => handlersOf(one).length === 0);
}

/** Leaves brokers out whose topics are known; asks for the messages of the others. `hasTraces`: traces have shown them. */
export function settleBrokers(system: System, hasTraces: boolean): void {
  const silent = silentBrokers(system);
  const named = system.components.filter((one) => holdsMessages(one) && !silent.includes(one));
  if (!hasTraces) guessPublishers(named, silent, system);
  if (silent.length === 0) return;
  if (named.length > 0 || hasTraces) {
    system.dropEdges(
      ({ from, to }) => silent.includes(from) || silent.includes(to),
      () => 'the topics of this broker have names of their own',
    );
    for (const one of silent) system.components.splice(system.components.indexOf(one), 1);
    return;
  }
  const names = list(silent.map(({ name }) => name));
  system.ask(
    `Which messages go through ${names}, and which services handle them? One topic without subscribers is written for each broker.`,
  );
}

/**
 * What calls a broker and handles none of its messages publishes them: a guess where files name one topic or queue alone. Of
 * others without a publisher the card asks.
 */
function guessPublishers(
  named: readonly Component[],
  brokers: readonly Component[],
  system: System,
): void {
  const isPublished = (one: Component): boolean => system.edges.some(({ to }) => to === one);
  const unfed = named.filter((one) => handlersOf(one).length > 0 && !isPublished(one));
  const [only, ...others] = unfed;
  if (only !== undefined && others.length === 0) {
    for (const { from, to, origins } of [...system.edges]) {
      const handles = handlersOf(only).some((one) => isHandledBy(one, from));
      if (brokers.includes(to) && !handles && from.section === 'services')
        for (const origin of origins) system.connect(from, only, origin);
    }
  }
  const silent = unfed.filter((one) => !isPublished(one)).map(({ name }) => name);
  if (silent.length > 0)
    system.ask(`Which services publish to ${list(silent)}? No file says it, so none does.`);
}
