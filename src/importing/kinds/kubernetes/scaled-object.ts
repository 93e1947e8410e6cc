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

/** The fields and their defaults: kedacore/keda apis/keda/v1alpha1, and kafka_scaler.go for lagThreshold. */
function wayOf(document: Cell): string {
  const of = (key: string, usual: string): string => document.get('spec', key)?.text() ?? usual;
  const name = document.get('spec', 'scaleTargetRef', 'name')?.text() ?? 'worker';
  const [min, max] = [of('minReplicaCount', '0'), of('maxReplicaCount', '100')];
  const trigger = document.get('spec', 'triggers')?.items()[0];
  if (trigger?.get('type')?.text() !== 'kafka')
    return `write it at ${name}, as autoscaling: { metric: cpu, target: 70%, min: ${min === '0' ? '1' : min}, max: ${max} }`;
  const metadata = (key: string, usual: string): string =>
    trigger.get('metadata', key)?.text() ?? usual;
  const lag = `of: ${metadata('topic', 'orders')}.${metadata('consumerGroup', 'workers')}, target: ${metadata('lagThreshold', '10')}`;
  return `write its topic in topics, and at ${name} autoscaling: { kind: keda, metric: lag, ${lag}, min: ${min}, max: ${max} }`;
}
