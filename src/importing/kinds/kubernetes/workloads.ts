import type { Cell } from '../../cell.js';
import { listBelow, REASON } from '../../reasons.js';
import { namespaceOf, resource, textsOf, type DocumentKind } from '../kind.js';
import { clusterOf } from './cluster.js';
import type { Pods } from './component.js';
import { listPod } from './pods.js';

/** Deployments and everything else that keeps pods running. */
export const workloads: DocumentKind = {
  name: 'Kubernetes Deployment, StatefulSet, DaemonSet or ReplicaSet',
  recognises: resource(
    /^(apps|extensions)$/,
    'Deployment',
    'StatefulSet',
    'DaemonSet',
    'ReplicaSet',
  ),
  read(document, system) {
    const template = document.get('spec', 'template');
    const pods: Pods = {
      name: document.get('metadata', 'name')?.text() ?? 'unnamed',
      namespace: namespaceOf(document),
      labels: textsOf(template?.get('metadata', 'labels')),
      document,
      pod: template?.get('spec'),
    };
    clusterOf(system).pods.push(pods);
    listWorkload(document);
    listPod(pods.pod);
  },
};

function listWorkload(document: Cell): void {
  const rollout =
    'acts only while a rollout runs: write `rollout` with a second version to simulate one';
  listBelow(document, {
    apiVersion: REASON.kind,
    kind: REASON.kind,
    metadata: REASON.name,
    'spec.selector': REASON.label,
    'spec.serviceName': REASON.name,
    'spec.template.metadata': REASON.label,
    'spec.strategy': rollout,
    'spec.updateStrategy': rollout,
    'spec.minReadySeconds': rollout,
    'spec.progressDeadlineSeconds': rollout,
    'spec.revisionHistoryLimit': 'old versions take no part in a run',
    'spec.podManagementPolicy': 'pods of a set start independently of each other',
    'spec.volumeClaimTemplates': REASON.storage,
    'spec.persistentVolumeClaimRetentionPolicy': REASON.storage,
    'spec.paused': rollout,
  });
}
