import type { Cell } from '../../cell.js';
import type { Component, System } from '../../system.js';
import { filled, from, guess, map, type Written } from '../../written.js';
import { countIn, durationIn, flagIn, property, valueOf } from '../spring/properties.js';
import { subscribe } from './spring.js';
import { addTopic, kafkaTopics } from './topics.js';

/**
 * Channels of MicroProfile Reactive Messaging over Kafka: `mp.messaging.outgoing.NAME` publishes, `mp.messaging.incoming.NAME`
 * subscribes. A channel names a topic, also one that no other file has. Source: smallrye.io, SmallRye Reactive Messaging, Kafka
 * connector.
 */
export function useChannels(settings: Cell, service: Component, system: System): void {
  const root = property(settings, 'mp.messaging');
  const channels = (way: string): readonly (readonly [string, Cell])[] =>
    (property(root, way)?.entries() ?? []).filter(([, own]) => isKafka(own, settings));
  const published = new Set<Component>();
  for (const [name, own] of channels('outgoing')) {
    const topic = topicOf(name, own, service, system);
    system.connect(service, topic, placeOf(own));
    published.add(topic);
    const producer = producerOf(own);
    if (producer !== undefined && !topic.fields.has('producer'))
      topic.fields.set('producer', producer);
  }
  for (const [name, own] of channels('incoming')) {
    const topic = topicOf(name, own, service, system);
    if (published.has(topic)) {
      own.list('a handler that publishes what it reads would never end: write it by hand');
      continue;
    }
    // Without a group of its own a channel has the name of the application.
    const group = property(own, 'group.id');
    subscribe(
      { topic, place: placeOf(own), group, binding: undefined },
      consumerOf(own),
      service,
      system,
    );
  }
}

function isKafka(own: Cell, settings: Cell): boolean {
  const connector = valueOf(property(own, 'connector'));
  if (connector !== undefined) return connector === 'smallrye-kafka';
  return property(settings, 'kafka.bootstrap.servers') !== undefined;
}

/** The value that says most about a channel. */
function placeOf(own: Cell): Cell {
  return property(own, 'topic') ?? property(own, 'connector') ?? own.leaves()[0] ?? own;
}

function topicOf(channel: string, own: Cell, service: Component, system: System): Component {
  const named = property(own, 'topic');
  const name = valueOf(named) ?? channel;
  const known = kafkaTopics(system).get(name);
  if (known !== undefined) return known;
  const made = addTopic(
    named ?? placeOf(own),
    { spec: undefined, cluster: undefined, namespace: service.namespace },
    system,
    name,
  );
  made.fields.set('partitions', guess(1));
  return made;
}

function consumerOf(own: Cell): Readonly<Record<string, Written | undefined>> {
  const of = (name: string): Cell | undefined => property(own, name);
  const reset = of('auto.offset.reset');
  const word = valueOf(reset);
  return {
    concurrency: countIn(of('concurrency')) ?? countIn(of('partitions')),
    maxPollRecords: countIn(of('max.poll.records')),
    maxPollInterval: durationIn(of('max.poll.interval.ms')),
    sessionTimeout: durationIn(of('session.timeout.ms')),
    heartbeatInterval: durationIn(of('heartbeat.interval.ms')),
    autoOffsetReset: word === 'earliest' || word === 'latest' ? from(word, reset) : undefined,
    commit:
      flagIn(of('enable.auto.commit'))?.value === true
        ? from('auto', of('enable.auto.commit'))
        : undefined,
  };
}

function producerOf(own: Cell): Written | undefined {
  const of = (name: string): Cell | undefined => property(own, name);
  const acks = of('acks');
  const word = valueOf(acks);
  return filled(
    map({
      acks:
        word === 'all' || word === '-1'
          ? from('all', acks)
          : word === '0' || word === '1'
            ? from(Number(word), acks)
            : undefined,
      linger: durationIn(of('linger.ms')),
      maxBlock: durationIn(of('max.block.ms')),
      requestTimeout: durationIn(of('request.timeout.ms')),
      deliveryTimeout: durationIn(of('delivery.timeout.ms')),
    }),
  );
}
