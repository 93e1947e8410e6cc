import type { Cell } from '../../cell.js';
import { allowedName } from '../../names.js';
import { listBelow, REASON } from '../../reasons.js';
import type { Component, System } from '../../system.js';
import { filled, from, fromLater, list, map, plain, type Written } from '../../written.js';
import { pathsIn } from '../spring/layers.js';
import { countIn, durationIn, flagIn, numberIn, property, valueOf } from '../spring/properties.js';
import { kafkaTopics } from './topics.js';
import { sizeIn } from './values.js';

/** How a service uses a topic: a place of its file names it. */
export interface Use {
  readonly topic: Component;
  readonly place: Cell;
  readonly group: Cell | undefined;
  /** Settings of this use alone; undefined = those of `spring.kafka`. */
  readonly binding: Cell | undefined;
}

/** Publishes and subscribes as `spring.cloud.stream` says, or as `spring.kafka` and a value with the name of a topic suggest. */
export function useTopics(document: Cell, service: Component, system: System): void {
  const kafka = property(document, 'spring.kafka');
  const stream = property(document, 'spring.cloud.stream.bindings');
  const bound = bindingsIn(stream, system);
  const named = kafka === undefined || bound.length > 0 ? [] : namedIn(document, kafka, system);
  const all = [...bound, ...named];
  const published = all.filter(({ isRead }) => !isRead);
  for (const { use } of published) {
    system.connect(service, use.topic, use.place);
    const producer = producerOf(kafka);
    if (producer !== undefined && !use.topic.fields.has('producer')) {
      use.topic.fields.set('producer', producer);
    }
  }
  for (const { use, isRead } of all) {
    if (!isRead) continue;
    if (published.some((other) => other.use.topic === use.topic)) {
      use.place.list('a handler that publishes what it reads would never end: write it by hand');
      continue;
    }
    subscribe(use, consumerOf(kafka), service, system);
  }
  const settings = filled(map(consumerOf(kafka)));
  if (!all.some(({ isRead }) => isRead) && settings !== undefined)
    system.consumers.set(service, settings);
  listBelow(kafka, {
    'bootstrap-servers': REASON.name,
    'client-id': REASON.name,
    security: REASON.security,
    ssl: REASON.security,
    jaas: REASON.security,
    admin: REASON.program,
  });
  kafka?.list('no topic of these files is named here, or this setting of Kafka has no counterpart');
}

interface Found {
  readonly use: Use;
  readonly isRead: boolean;
}

/** `NAME-in-0` reads, `NAME-out-0` writes, as functional bindings are named. */
function bindingsIn(stream: Cell | undefined, system: System): readonly Found[] {
  const topics = kafkaTopics(system);
  return (stream?.entries() ?? []).flatMap(([name, binding]): Found[] => {
    const [, direction] = /-(in|out)-\d+$/.exec(name) ?? [];
    const place = property(binding, 'destination');
    const topic = topics.get(valueOf(place) ?? '');
    if (direction === undefined || place === undefined || topic === undefined) return [];
    const group = property(binding, 'group');
    return [{ use: { topic, place, group, binding }, isRead: direction === 'in' }];
  });
}

/** Values outside of `spring` that are the name of a topic: `app.topics.orders: orders`. */
function namedIn(document: Cell, kafka: Cell, system: System): readonly Found[] {
  const group = property(kafka, 'consumer.group-id');
  const isProducer = property(kafka, 'producer') !== undefined;
  const topics = kafkaTopics(system);
  const standard = property(kafka, 'template.default-topic');
  const own = document
    .entries()
    .filter(([key]) => !/^(spring|server|resilience4j|management|logging)(\.|$)/.test(key))
    .flatMap(([key, cell]) => pathsIn(cell, key));
  const all = [...(standard === undefined ? [] : [['', standard] as const]), ...own];
  return all.flatMap(([path, place]): Found[] => {
    const topic = topics.get(valueOf(place) ?? '');
    if (topic === undefined) return [];
    const isOut = place === standard || /out|produc|publish|send/i.test(path);
    const isRead = !isOut && (group !== undefined || !isProducer);
    return [{ use: { topic, place, group, binding: undefined }, isRead }];
  });
}

/** Adds a service to the subscribers of a topic. `settings`: those of its consumers. */
export function subscribe(
  use: Use,
  settings: Readonly<Record<string, Written | undefined>>,
  service: Component,
  system: System,
): void {
  const { topic, place, group, binding } = use;
  const known = topic.fields.get('subscribers');
  const others = known?.kind === 'list' ? known.items : [];
  const said = valueOf(group);
  const own = said === undefined ? undefined : allowedName(said);
  const isTaken = others.some(
    (one) => one.kind === 'map' && scalarOf(one.entries.get('group')) === own,
  );
  const name = own === undefined || isTaken ? plain(service.name) : from(own, group);
  const tries = numberIn(property(binding, 'consumer.max-attempts'));
  const concurrency = countIn(property(binding, 'consumer.concurrency'));
  const subscriber = map({
    group: name,
    call: { ...fromLater(() => system.targetOf(service), place), note: 'guess' },
    ...settings,
    ...(concurrency !== undefined && { concurrency }),
    retry:
      tries === undefined || tries < 1
        ? undefined
        : map({ attempts: from(tries, property(binding, 'consumer.max-attempts')) }),
  });
  topic.fields.set('subscribers', list([...others, subscriber]));
  system.subscribed.add(service);
}

/** Settings of all consumers of an application. */
function consumerOf(kafka: Cell | undefined): Readonly<Record<string, Written | undefined>> {
  const consumer = (name: string): Cell | undefined => property(kafka, `consumer.${name}`);
  const raw = (name: string): Cell | undefined =>
    consumer(`properties.${name}`) ?? property(kafka, `properties.${name}`);
  return {
    concurrency: countIn(property(kafka, 'listener.concurrency')),
    maxPollRecords: countIn(consumer('max-poll-records')) ?? countIn(raw('max.poll.records')),
    maxPollInterval:
      durationIn(consumer('max-poll-interval')) ?? durationIn(raw('max.poll.interval.ms')),
    sessionTimeout: durationIn(raw('session.timeout.ms')),
    heartbeatInterval:
      durationIn(consumer('heartbeat-interval')) ?? durationIn(raw('heartbeat.interval.ms')),
    autoOffsetReset: resetOf(consumer('auto-offset-reset')),
    commit: commitOf(consumer('enable-auto-commit'), property(kafka, 'listener.ack-mode')),
    autoCommitInterval: durationIn(consumer('auto-commit-interval')),
  };
}

function scalarOf(written: Written | undefined): unknown {
  return written?.kind === 'scalar' ? written.value : undefined;
}

function resetOf(cell: Cell | undefined): Written | undefined {
  const word = valueOf(cell)?.toLowerCase();
  return word === 'earliest' || word === 'latest' ? from(word, cell) : undefined;
}

/** Spring commits after each poll (`BATCH`) or each record (`RECORD`), unless the client does it by itself. */
function commitOf(auto: Cell | undefined, mode: Cell | undefined): Written | undefined {
  const flag = flagIn(auto);
  if (flag?.value === true) return from('auto', auto);
  const word = valueOf(mode)?.toUpperCase();
  if (word === 'RECORD') return from('afterEach', mode);
  if (word === 'BATCH') return from('afterBatch', mode);
  return flag === undefined ? undefined : from('afterBatch', auto);
}

function producerOf(kafka: Cell | undefined): Written | undefined {
  const producer = (name: string): Cell | undefined => property(kafka, `producer.${name}`);
  const raw = (name: string): Cell | undefined =>
    producer(`properties.${name}`) ?? property(kafka, `properties.${name}`);
  return filled(
    map({
      acks: acksOf(producer('acks')),
      linger: durationIn(raw('linger.ms')),
      batchSize: sizeIn(producer('batch-size')),
      bufferMemory: sizeIn(producer('buffer-memory')),
      maxBlock: durationIn(raw('max.block.ms')),
      requestTimeout: durationIn(raw('request.timeout.ms')),
      deliveryTimeout: durationIn(raw('delivery.timeout.ms')),
      retries: countIn(producer('retries')),
      retryBackoff: durationIn(raw('retry.backoff.ms')),
      retryBackoffMax: durationIn(raw('retry.backoff.max.ms')),
      idempotence: flagIn(raw('enable.idempotence')),
    }),
  );
}

function acksOf(cell: Cell | undefined): Written | undefined {
  const word = valueOf(cell)?.toLowerCase();
  if (word === '-1' || word === 'all') return from('all', cell);
  return word === '0' || word === '1' ? from(Number(word), cell) : undefined;
}
