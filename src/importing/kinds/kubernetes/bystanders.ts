import { listBelow, REASON } from '../../reasons.js';
import type { DocumentKind } from '../kind.js';

/** Reads what the cluster has and a run has not: each kind with its reason. */
export const bystanders: DocumentKind = {
  name: 'other Kubernetes resources, which are listed',
  recognises: (document) => BYSTANDERS.has(document.get('kind')?.text() ?? ''),
  read(document) {
    listBelow(document, { apiVersion: REASON.kind, kind: REASON.kind });
    document.list(BYSTANDERS.get(document.get('kind')?.text() ?? '')!);
  },
};

const DATA = 'the program reads it, not the simulation';
const BYSTANDERS: ReadonlyMap<string, string> = new Map([
  ['ConfigMap', DATA],
  ['Secret', DATA],
  ['ServiceAccount', REASON.security],
  ['Role', REASON.security],
  ['RoleBinding', REASON.security],
  ['ClusterRole', REASON.security],
  ['ClusterRoleBinding', REASON.security],
  ['NetworkPolicy', REASON.security],
  ['PeerAuthentication', REASON.security],
  ['AuthorizationPolicy', REASON.security],
  ['RequestAuthentication', REASON.security],
  ['Namespace', REASON.name],
  ['PersistentVolume', REASON.storage],
  ['PersistentVolumeClaim', REASON.storage],
  ['StorageClass', REASON.storage],
  ['PriorityClass', REASON.scheduling],
  ['ResourceQuota', REASON.scheduling],
  ['LimitRange', REASON.scheduling],
  ['CustomResourceDefinition', 'defines a kind of documents'],
]);
