import type { Cell } from '../../cell.js';
import { listBelow, REASON } from '../../reasons.js';
import type { Component, System } from '../../system.js';
import { plain, type WrittenScalar } from '../../written.js';
import { namespaceOf, resource, type DocumentKind } from '../kind.js';
import { clusterOf } from './cluster.js';
import { autoscale, coresTarget, METRIC, shareOf } from './hpa.js';
import { countOf } from './quantities.js';

/**
 * A ScaledObject of KEDA. Its trigger by the CPU is an autoscaler of Kubernetes. No manifest says which topics there are, so that
 * the others are listed, each with the line to write.
 */
export const scaledObjects: DocumentKind = {
  name: 'KEDA ScaledObject',
  recognises: resource(/^keda\.sh$/, 'ScaledObject'),
  read(document, system) {
    clusterOf(system);
    system.later('settings', () => {
      const triggers = document.get('spec', 'triggers')?.items() ?? [];
      listBelow(document, {
        apiVersion: REASON.kind,
        kind: REASON.kind,
        metadata: REASON.name,
        'spec.scaleTargetRef': REASON.name,
      });
      const others = triggers.filter((trigger) => !isOfPods(trigger));
      if (others.length === 0) scale(document, triggers, system);
      for (const trigger of others) trigger.list(wayOf(document, trigger));
      document.list(
        others.length > 0 ? wayOf(document, others[0]!) : 'no trigger of this object can act',
      );
    });
  },
};

function typeOf(trigger: Cell | undefined): string {
  return trigger?.get('type')?.text() ?? '';
}

/** Metrics of pods, which the autoscaler of Kubernetes reads by itself. */
function isOfPods(trigger: Cell): boolean {
  return ['cpu', 'memory'].includes(typeOf(trigger));
}

/** An object with nothing but such triggers never scales to zero. Source: keda.sh, CPU. */
function scale(document: Cell, triggers: readonly Cell[], system: System): void {
  const spec = document.get('spec');
  const name = spec?.get('scaleTargetRef', 'name')?.text() ?? '';
  const component = clusterOf(system).components.get(`${namespaceOf(document)}/${name}`);
  for (const trigger of triggers) if (typeOf(trigger) === 'memory') trigger.list(METRIC);
  if (component?.section !== 'services') return;
  const metrics = triggers
    .filter((trigger) => typeOf(trigger) === 'cpu')
    .flatMap((trigger) => metricOf(trigger, component));
  if (metrics.length === 0) return;
  const count = (key: string, usual: number): WrittenScalar =>
    countOf(spec?.get(key)) ?? { ...plain(usual), note: 'KEDA default' };
  const bounds = { min: count('minReplicaCount', 1), max: count('maxReplicaCount', 100) };
  const config = spec?.get('advanced', 'horizontalPodAutoscalerConfig');
  autoscale(component, metrics, bounds, config?.get('behavior'));
  listBelow(document, {
    'spec.triggers.*.type': REASON.kind,
    'spec.triggers.*.metricType': REASON.kind,
    'spec.triggers.*.metadata.type': REASON.kind,
    'spec.triggers.*.metadata.containerName': REASON.name,
    'spec.pollingInterval': POLLED,
    'spec.cooldownPeriod': POLLED,
    'spec.minReplicaCount': POLLED,
    'spec.advanced.horizontalPodAutoscalerConfig.name': REASON.name,
  });
}

const POLLED = 'acts only where a trigger scales to zero, which CPU and memory alone do not';

function metricOf(trigger: Cell, component: Component): ReturnType<typeof shareOf> {
  const value = trigger.get('metadata', 'value');
  const type = trigger.get('metricType') ?? trigger.get('metadata', 'type');
  if (value === undefined) return [];
  return type?.text() === 'AverageValue'
    ? coresTarget(value, component)
    : shareOf(value, value.number(), component);
}

/** Triggers by the length of a queue: its name, its target for each replica, the default of this, and the length that activates it. */
const QUEUES: Readonly<
  Record<
    string,
    readonly [queue: string, target: readonly string[], usual: string, activation: string]
  >
> = {
  rabbitmq: ['queueName', ['value', 'queueLength'], '20', 'activationValue'],
  'aws-sqs-queue': ['queueURL', ['queueLength'], '5', 'activationQueueLength'],
  'azure-servicebus': ['queueName', ['messageCount'], '5', 'activationMessageCount'],
  'azure-queue': ['queueName', ['queueLength'], '5', 'activationQueueLength'],
};

/** The fields and their defaults: kedacore/keda apis/keda/v1alpha1, and the scaler of each trigger in pkg/scalers. */
function wayOf(document: Cell, trigger: Cell): string {
  const of = (key: string, usual: string): string => document.get('spec', key)?.text() ?? usual;
  const name = document.get('spec', 'scaleTargetRef', 'name')?.text() ?? 'worker';
  const [min, max] = [of('minReplicaCount', '0'), of('maxReplicaCount', '100')];
  const type = typeOf(trigger);
  const metadata = (...keys: readonly string[]): string | undefined =>
    keys.map((key) => trigger.get('metadata', key)?.text()).find((text) => text !== undefined);
  const more = (field: string, value: string | undefined, unit = ''): string =>
    value === undefined ? '' : `, ${field}: ${value}${unit}`;
  const bounds = (activation: string): string =>
    `min: ${min}, max: ${max}` +
    more('pollingInterval', document.get('spec', 'pollingInterval')?.text(), 's') +
    more('cooldownPeriod', document.get('spec', 'cooldownPeriod')?.text(), 's') +
    more('activationLagThreshold', metadata(activation)) +
    more('allowIdleConsumers', type === 'kafka' ? metadata('allowIdleConsumers') : undefined);
  if (type === 'kafka') {
    const group = `${metadata('topic') ?? 'orders'}.${metadata('consumerGroup') ?? 'workers'}`;
    const target = metadata('lagThreshold') ?? '10';
    return `write its topic in topics, and at ${name} autoscaling: { kind: keda, metric: lag, of: ${group}, target: ${target}, ${bounds('activationLagThreshold')} }`;
  }
  const known = Object.hasOwn(QUEUES, type) ? QUEUES[type] : undefined;
  if (known !== undefined) {
    const [key, targets, usual, activation] = known;
    const queue = metadata(key)?.replace(/^.*\//, '') ?? 'jobs';
    return `write its queue in queues, and at ${name} autoscaling: { kind: keda, metric: lag, of: ${queue}, target: ${metadata(...targets) ?? usual}, ${bounds(activation)} }`;
  }
  const least = `min: ${min === '0' ? '1' : min}, max: ${max}`;
  return `its trigger is ${type || 'in no file'}: write at ${name} autoscaling with a metric like it, such as { metric: concurrency, target: 10, ${least} }`;
}
