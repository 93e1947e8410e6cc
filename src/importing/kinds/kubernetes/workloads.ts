import type { Cell } from '../../cell.js';
import { listBelow, REASON } from '../../reasons.js';
import { namespaceOf, resource, textsOf, type DocumentKind } from '../kind.js';
import { clusterOf } from './cluster.js';
import type { Pods } from './component.js';
import { isKnative, listFunction } from './knative.js';
import { JOB } from './bystanders.js';
import { listPod } from './pods.js';

/** Deployments and everything else that keeps pods running, also a Rollout of Argo or a Service of Knative; and pods by themselves. */
export const workloads: DocumentKind = {
  recognises: (document) => KINDS.some((isOne) => isOne(document)),
  read(document, system) {
    const template = isPod(document) ? document : document.get('spec', 'template');
    const owner = document
      .get('metadata', 'ownerReferences')
      ?.items()
      .find((one) => KEEPERS.has(one.get('kind')?.text() ?? ''));
    if (owner?.get('kind')?.text() === 'Job') {
      document.list(JOB);
      return;
    }
    const pods: Pods = {
      name: document.get('metadata', 'name')?.text() ?? 'unnamed',
      namespace: namespaceOf(document),
      labels: textsOf(template?.get('metadata', 'labels')),
      document,
      pod: template?.get('spec'),
      owner: owner?.get('name')?.text() ?? null,
    };
    clusterOf(system).pods.push(pods);
    if (isKnative(document)) listFunction(document, pods.pod);
    listWorkload(document);
    listPod(pods.pod);
  },
};

/** Kinds that make pods, or that make what makes them. */
const KEEPERS: ReadonlySet<string> = new Set([
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'Rollout',
  'DeploymentConfig',
  'ReplicationController',
  'Job',
]);

const isPod = resource(/^$/, 'Pod');
const KINDS = [
  resource(/^(apps|extensions)$/, 'Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'),
  resource(/^argoproj\.io$/, 'Rollout'),
  resource(/^apps\.openshift\.io$/, 'DeploymentConfig'),
  resource(/^$/, 'ReplicationController'),
  isKnative,
  isPod,
];

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
    'spec.triggers': REASON.program,
    status: 'the state of the moment is no setting',
  });
}
