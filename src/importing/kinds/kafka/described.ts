import { Cell } from '../../cell.js';
import { DESCRIBED } from '../../kafka-describe.js';
import { listBelow, REASON } from '../../reasons.js';
import type { Component, System } from '../../system.js';
import { from, guess } from '../../written.js';
import type { DocumentKind } from '../kind.js';
import type { KafkaCluster } from './cluster.js';
import { addTopic, BY_AGE, CLEANUP, kafkaTopics } from './topics.js';

/** What `kafka-topics.sh --describe` prints of a running cluster. */
export const describedTopics: DocumentKind = {
  recognises: (document) => document.get(DESCRIBED) !== undefined,
  read(document, system) {
    const topics = document.get(DESCRIBED)!.entries();
    const cluster: KafkaCluster = { name: 'kafka', document: null, pools: [], component: null };
    // Brokers of other files are known by then, and topics ask for theirs after this.
    system.later('settings', () => {
      cluster.component = brokerOf(topics, system);
    });
    for (const [name, topic] of topics) {
      system.later('parts', () => {
        if (kafkaTopics(system).has(name)) {
          topic.list('another file has this topic');
          return;
        }
        const spec = new Map<string, Cell>();
        const take = (key: string, cell: Cell | undefined): void => {
          if (cell !== undefined) spec.set(key, cell);
        };
        take('partitions', topic.get('PartitionCount'));
        take('replicas', topic.get('ReplicationFactor'));
        take('config', topic.get('Configs'));
        const own = new Cell(topic.path, topic.file, topic.line, spec);
        addTopic(topic.get('Topic')!, { spec: own, cluster, namespace: '' }, system);
      });
      system.later('routes', () => listTopic(topic));
    }
  },
};

/** The only broker of the files, else a new one with the nodes that have replicas. */
function brokerOf(topics: readonly (readonly [string, Cell])[], system: System): Component {
  const known = system.components.filter(({ section }) => section === 'brokers');
  if (known.length === 1) return known[0]!;
  const replicas = topics.flatMap(([, topic]) =>
    (topic.get('partitions')?.items() ?? []).flatMap((one) => one.get('Replicas') ?? []),
  );
  const nodes = new Set(replicas.flatMap((cell) => (cell.text() ?? '').split(',')));
  nodes.delete('');
  const broker = system.add('kafka', {
    section: 'brokers',
    product: 'kafka',
  });
  // The first line that has each node.
  const seen = new Set<string>();
  const origins = replicas.filter((cell) => {
    const own = (cell.text() ?? '').split(',').filter((node) => !seen.has(node));
    for (const node of own) seen.add(node);
    return own.length > 0;
  });
  // Without the lines of the partitions, replicas of one topic are on as many nodes.
  const copies = topics.flatMap(([, topic]) => topic.get('ReplicationFactor') ?? []);
  const most = copies.reduce((sum, cell) => Math.max(sum, cell.number() ?? 0), 0);
  const isSeen = nodes.size >= most;
  const places = isSeen ? origins : copies.filter((cell) => cell.number() === most).slice(0, 1);
  const count = Math.max(nodes.size, most);
  if (count > 0) broker.fields.set('nodes', from(count, ...places));
  broker.fields.set('latency', guess('exponential(2ms)'));
  return broker;
}

function listTopic(topic: Cell): void {
  const behind = (topic.get('partitions')?.items() ?? []).filter((one) => {
    const count = (key: string): number => (one.get(key)?.text() ?? '').split(',').length;
    return one.get('Isr') !== undefined && count('Isr') < count('Replicas');
  });
  for (const one of behind) {
    one.get('Isr')!.list('replicas that are not in sync: a run begins with all of them in sync');
  }
  topic.get('Configs', CLEANUP)?.list(BY_AGE);
  listBelow(topic, {
    TopicId: REASON.name,
    Topic: REASON.name,
    Configs: 'segments, sizes and compression of a log have no counterpart',
    partitions: 'which node leads a partition is decided in the run',
  });
  topic.list('this setting of a topic has no counterpart');
}
