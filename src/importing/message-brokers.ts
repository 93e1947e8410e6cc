import { list } from '../text/words.js';
import type { Component, System } from './system.js';
import { guess } from './written.js';

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

/** The kind of topic that stands for a broker with this image; null = it is none. */
export function brokerOf(image: string): string | null {
  const [, name = ''] = /([^/:@]+)(?:[:@][^/]*)?$/.exec(image.toLowerCase()) ?? [];
  return IMAGES.get(name) ?? null;
}

/** Makes a component a topic that stands for all messages of a broker, until other files or traces name its topics. */
export function noteBroker(component: Component, system: System): void {
  if (component.product === 'kafka') component.fields.set('partitions', guess(1));
  brokersOf(system).push(component);
}

function brokersOf(system: System): Component[] {
  return system.shared('message brokers', () => []);
}

/** Leaves brokers out whose topics are known; asks for the messages of the others. `hasTraces`: traces have shown them. */
export function settleBrokers(system: System, hasTraces: boolean): void {
  const silent = brokersOf(system).filter(({ fields }) => !fields.has('subscribers'));
  const isNamed = system.components.some(
    (one) => one.section === 'topics' && !silent.includes(one),
  );
  if (silent.length === 0) return;
  if (isNamed || hasTraces) {
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
