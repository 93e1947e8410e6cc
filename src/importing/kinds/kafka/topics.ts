import type { Cell } from '../../cell.js';
import { listBelow, REASON } from '../../reasons.js';
import type { Component, System } from '../../system.js';
import { from, originsIn, plain, type Written } from '../../written.js';
import { namespaceOf, resource, type DocumentKind } from '../kind.js';
import { clusterOf, kafkaClusters, type KafkaCluster } from './cluster.js';
import { msText } from './values.js';

/** The topics of all files by the name that clients use. */
export function kafkaTopics(system: System): Map<string, Component> {
  return system.shared('kafka topics', () => new Map<string, Component>());
}

/** The setting of what happens to old messages, and why it has no counterpart. */
export const CLEANUP = 'cleanup.policy';
export const BY_AGE = 'messages are deleted by their age alone';

/** A topic of Strimzi. */
export const kafkaTopicResources: DocumentKind = {
  recognises: resource(/^kafka\.strimzi\.io$/, 'KafkaTopic'),
  read(document, system) {
    const spec = document.get('spec');
    const name = spec?.get('topicName') ?? document.get('metadata', 'name');
    if (name?.text() !== undefined) {
      system.later('parts', () => {
        const cluster = kafkaClusters(system).get(clusterOf(document) ?? '');
        addTopic(name, { spec, cluster, namespace: namespaceOf(document) }, system);
      });
    }
    system.later('routes', () => listTopic(document));
  },
};

/** Adds a topic, unless there is one of this name. `spec`: `partitions`, `replicas` and `config`. `text`: the name that clients use. */
export function addTopic(
  name: Cell,
  about: {
    readonly spec: Cell | undefined;
    readonly cluster: KafkaCluster | undefined;
    readonly namespace: string;
  },
  system: System,
  text = name.text()!,
): Component {
  const { spec, cluster, namespace } = about;
  const topics = kafkaTopics(system);
  const known = topics.get(text);
  if (known !== undefined) return known;
  const component = system.add(text, {
    namespace,
    section: 'topics',
    product: 'kafka',
    origins: [name],
  });
  topics.set(text, component);
  system.addHost(text, namespace, component);
  const config = spec?.get('config');
  const defaults = cluster?.document?.get('spec', 'kafka', 'config');
  const { fields } = component;
  const set = (field: string, value: Written | undefined): void => {
    if (value !== undefined) fields.set(field, value);
  };
  // The component of the cluster may come from a later document.
  system.later('settings', () => {
    const replicas = spec?.get('replicas');
    const least = config?.get('min.insync.replicas');
    const broker = cluster?.component ?? null;
    if (broker === null) {
      const reason = 'replicas act on a broker, and no broker of these files has the topic';
      for (const cell of [replicas, least]) cell?.list(reason);
      return;
    }
    fields.set('broker', plain(broker.name));
    const copies = [replicas, defaults?.get('default.replication.factor')];
    set('replication', countOf(...copies));
    set('minInsyncReplicas', leastOf([least, defaults?.get('min.insync.replicas')], copies));
  });
  system.later('policies', () => {
    const producer = fields.get('producer');
    if (producer === undefined || fields.has('broker')) return;
    fields.delete('producer');
    for (const cell of originsIn(producer))
      cell.relist('producers act on a broker, and no broker of these files has the topic');
  });
  set('partitions', countOf(spec?.get('partitions'), defaults?.get('num.partitions')));
  set('retention', retentionOf(config?.get('retention.ms')) ?? hoursOf(defaults));
  return component;
}

/** The first of some whole numbers. */
function countOf(...cells: readonly (Cell | undefined)[]): Written | undefined {
  const found = cells.find((cell) => (cell?.number() ?? 0) >= 1);
  return found === undefined ? undefined : from(found.number()!, found);
}

/**
 * The replicas that a write needs: no more than there are. Source: Apache Kafka, core/src/main/scala/kafka/cluster/
 * Partition.scala, effectiveMinIsr.
 */
function leastOf(
  cells: readonly (Cell | undefined)[],
  copies: readonly (Cell | undefined)[],
): Written | undefined {
  const isCount = (cell: Cell | undefined): boolean => (cell?.number() ?? 0) >= 1;
  const least = cells.find(isCount);
  if (least === undefined) return undefined;
  const all = copies.find(isCount)?.number() ?? 1;
  return from(Math.min(least.number()!, all), least);
}

/** -1 keeps messages for ever. */
function retentionOf(cell: Cell | undefined): Written | undefined {
  const ms = cell?.number();
  if (ms === undefined) return undefined;
  return from(ms < 0 ? 'none' : msText(ms), cell);
}

function hoursOf(defaults: Cell | undefined): Written | undefined {
  const ms = defaults?.get('log.retention.ms');
  if (ms !== undefined) return retentionOf(ms);
  const hours = defaults?.get('log.retention.hours');
  const count = hours?.number();
  if (count === undefined) return undefined;
  return from(count < 0 ? 'none' : `${count}h`, hours);
}

function listTopic(document: Cell): void {
  document.get('spec', 'config', CLEANUP)?.list(BY_AGE);
  listBelow(document, {
    apiVersion: REASON.kind,
    kind: REASON.kind,
    'metadata.name': REASON.name,
    metadata: REASON.label,
    'spec.topicName': REASON.name,
    'spec.config': 'segments, sizes and compression of a log have no counterpart',
    spec: 'this setting of a topic has no counterpart',
  });
}
