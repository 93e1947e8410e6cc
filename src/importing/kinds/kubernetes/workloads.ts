import type { Cell } from '../../cell.js';
import { listBelow, REASON } from '../../reasons.js';
import { namespaceOf, resource, textsOf, type DocumentKind } from '../kind.js';
import { clusterOf } from './cluster.js';
import type { Pods } from './component.js';
import { listPod } from './pods.js';

/** Deployments and everything else that keeps pods running, also a Rollout of Argo. */
export const workloads: DocumentKind = {
  name: 'Kubernetes Deployment, StatefulSet, DaemonSet or ReplicaSet',
  recognises: (document) => isWorkload(document) || isArgoRollout(document),
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

const isWorkload = resource(
  /^(apps|extensions)$/,
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
);
const isArgoRollout = resource(/^argoproj\.io$/, 'Rollout');

/** Gives the reasons once the settings of components have used what they can. */
function listWorkload(document: Cell): void {
  listBelow(document, {
    apiVersion: REASON.kind,
    kind: REASON.kind,
    metadata: REASON.name,
    'spec.selector': REASON.label,
    'spec.serviceName': REASON.name,
    'spec.template.metadata': REASON.label,
    'spec.podManagementPolicy': 'pods of a set start independently of each other',
    'spec.volumeClaimTemplates': REASON.storage,
    'spec.persistentVolumeClaimRetentionPolicy': REASON.storage,
  });
}
