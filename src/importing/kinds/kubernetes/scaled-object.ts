import type { Cell } from '../../cell.js';
import { listBelow, REASON } from '../../reasons.js';
import { resource, type DocumentKind } from '../kind.js';

/** A ScaledObject of KEDA. No manifest says which topics there are, so that it is listed with the line to write. */
export const scaledObjects: DocumentKind = {
  name: 'KEDA ScaledObject',
  recognises: resource(/^keda\.sh$/, 'ScaledObject'),
  read(document) {
    listBelow(document, {
      apiVersion: REASON.kind,
      kind: REASON.kind,
      metadata: REASON.name,
    });
    document.list(wayOf(document));
  },
};

/** Triggers by the length of a queue: its name, its target for each replica, and the default of this. */
const QUEUES: Readonly<
  Record<string, readonly [queue: string, target: readonly string[], usual: string]>
> = {
  rabbitmq: ['queueName', ['value', 'queueLength'], '20'],
  'aws-sqs-queue': ['queueURL', ['queueLength'], '5'],
  'azure-servicebus': ['queueName', ['messageCount'], '5'],
  'azure-queue': ['queueName', ['queueLength'], '5'],
};

/** The fields and their defaults: kedacore/keda apis/keda/v1alpha1, and the scaler of each trigger in pkg/scalers. */
function wayOf(document: Cell): string {
  const of = (key: string, usual: string): string => document.get('spec', key)?.text() ?? usual;
  const name = document.get('spec', 'scaleTargetRef', 'name')?.text() ?? 'worker';
  const [min, max] = [of('minReplicaCount', '0'), of('maxReplicaCount', '100')];
  const trigger = document.get('spec', 'triggers')?.items()[0];
  const type = trigger?.get('type')?.text() ?? '';
  const metadata = (...keys: readonly string[]): string | undefined =>
    keys.map((key) => trigger?.get('metadata', key)?.text()).find((text) => text !== undefined);
  const bounds = `min: ${min}, max: ${max}`;
  if (type === 'kafka') {
    const group = `${metadata('topic') ?? 'orders'}.${metadata('consumerGroup') ?? 'workers'}`;
    const target = metadata('lagThreshold') ?? '10';
    return `write its topic in topics, and at ${name} autoscaling: { kind: keda, metric: lag, of: ${group}, target: ${target}, ${bounds} }`;
  }
  const known = Object.hasOwn(QUEUES, type) ? QUEUES[type] : undefined;
  if (known !== undefined) {
    const [key, targets, usual] = known;
    const queue = metadata(key)?.replace(/^.*\//, '') ?? 'jobs';
    return `write its queue in queues, and at ${name} autoscaling: { kind: keda, metric: lag, of: ${queue}, target: ${metadata(...targets) ?? usual}, ${bounds} }`;
  }
  const least = `min: ${min === '0' ? '1' : min}, max: ${max}`;
  if (type === 'cpu')
    return `write it at ${name}, as autoscaling: { metric: cpu, target: ${metadata('value') ?? '70'}%, ${least} }`;
  return `its trigger is ${type || 'in no file'}: write at ${name} autoscaling with a metric like it, such as { metric: concurrency, target: 10, ${least} }`;
}
