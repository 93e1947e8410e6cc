import type { Cell } from '../../cell.js';
import { listBelow, REASON } from '../../reasons.js';
import type { Component, System } from '../../system.js';
import { from, guess, type Written } from '../../written.js';
import { namespaceOf, resource, type DocumentKind } from '../kind.js';

/** A cluster of Kafka with the defaults of its topics. */
export interface KafkaCluster {
  readonly name: string;
  readonly document: Cell | null;
  readonly pools: Cell[];
  component: Component | null;
}

const STRIMZI = /^kafka\.strimzi\.io$/;
/** Label of Strimzi that names the cluster of a resource. */
const CLUSTER = 'strimzi.io/cluster';

/** The clusters of all files by name. */
export function kafkaClusters(system: System): Map<string, KafkaCluster> {
  return system.shared('kafka', () => new Map<string, KafkaCluster>());
}

/** A cluster of Strimzi. */
export const kafkas: DocumentKind = {
  recognises: resource(STRIMZI, 'Kafka', 'KafkaNodePool'),
  read(document, system) {
    const clusters = kafkaClusters(system);
    const isPool = document.get('kind')?.text() === 'KafkaNodePool';
    const name = isPool ? clusterOf(document) : document.get('metadata', 'name')?.text();
    if (name !== undefined) {
      const known = clusters.get(name) ?? { name, document: null, pools: [], component: null };
      clusters.set(name, { ...known, document: isPool ? known.document : document });
      if (isPool) known.pools.push(document);
      else system.later('parts', () => add(clusters.get(name)!, system));
    }
    system.later('routes', () => listCluster(document));
  },
};

function add(cluster: KafkaCluster, system: System): void {
  const { document, pools, name } = cluster;
  const component = system.add(name, {
    namespace: namespaceOf(document!),
    section: 'brokers',
    product: 'kafka',
    origins: [document!.get('metadata', 'name')!],
  });
  cluster.component = component;
  const nodes = nodesOf(document!, pools);
  if (nodes !== undefined) component.fields.set('nodes', nodes);
  component.fields.set('latency', guess('exponential(2ms)'));
  const config = document!.get('spec', 'kafka', 'config');
  const unclean = config?.get('unclean.leader.election.enable');
  if (typeof unclean?.value === 'boolean') {
    component.fields.set('uncleanElection', from(unclean.value, unclean));
  }
}

/** Brokers of all pools, or of a cluster without pools. Controllers hold no messages. */
function nodesOf(document: Cell, pools: readonly Cell[]): Written | undefined {
  const counts = pools.flatMap((pool) => {
    const roles = (pool.get('spec', 'roles')?.items() ?? []).map((cell) => cell.text());
    const replicas = pool.get('spec', 'replicas');
    return roles.includes('broker') && replicas?.number() !== undefined ? [replicas] : [];
  });
  const own = counts.length > 0 ? counts : [document.get('spec', 'kafka', 'replicas')];
  const known = own.filter((cell) => cell?.number() !== undefined);
  if (known.length === 0) return undefined;
  return from(
    known.reduce((sum, cell) => sum + cell!.number()!, 0),
    ...known,
  );
}

/** The cluster that a resource belongs to; undefined if it does not say. */
export function clusterOf(document: Cell): string | undefined {
  return document.get('metadata', 'labels', CLUSTER)?.text();
}

function listCluster(document: Cell): void {
  listBelow(document, {
    apiVersion: REASON.kind,
    kind: REASON.kind,
    metadata: REASON.name,
    'spec.roles': 'controllers hold no messages',
    'spec.replicas': 'controllers hold no messages',
    'spec.storage': REASON.storage,
    'spec.resources':
      'a broker is described by its `latency`: write `cpu` to make it work on cores',
    'spec.kafka.resources':
      'a broker is described by its `latency`: write `cpu` to make it work on cores',
    'spec.kafka.storage': REASON.storage,
    'spec.kafka.listeners': REASON.port,
    'spec.kafka.authorization': REASON.security,
    'spec.kafka.version': REASON.program,
    'spec.kafka.metadataVersion': REASON.program,
    'spec.kafka.metricsConfig': 'metrics are not simulated',
    'spec.kafka.config': 'no topic of these files uses this default, or it has no counterpart',
    'spec.kafka.rack': REASON.scheduling,
    'spec.kafka.template': REASON.label,
    'spec.kafka.jvmOptions': REASON.program,
    'spec.jvmOptions': REASON.program,
    'spec.template': REASON.label,
    'spec.zookeeper': 'how a cluster elects a leader is `electionTime`',
    'spec.entityOperator': 'operators of a cluster carry no messages',
    'spec.cruiseControl': 'operators of a cluster carry no messages',
    'spec.kafkaExporter': 'metrics are not simulated',
    'spec.clusterCa': REASON.security,
    'spec.clientsCa': REASON.security,
    spec: 'this setting of Kafka has no counterpart',
  });
}
