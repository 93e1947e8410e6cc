import { listBelow, REASON } from '../../reasons.js';
import type { DocumentKind } from '../kind.js';

/** Reads what the cluster has and a run has not: each kind with its reason. */
export const bystanders: DocumentKind = {
  recognises: (document) => BYSTANDERS.has(document.get('kind')?.text() ?? ''),
  read(document) {
    listBelow(document, { apiVersion: REASON.kind, kind: REASON.kind });
    document.list(BYSTANDERS.get(document.get('kind')?.text() ?? '')!);
  },
};

const METRICS = 'metrics are not simulated';
/** Why jobs, and their pods, are no component. */
export const JOB =
  'a job runs beside the requests: write its load as a workload if it takes their resources';
const WEBHOOK = 'the server of the cluster calls it, and no request of users';
const ANALYSIS = 'judges a rollout: write `analysis` in `rollout`';
const MOMENT = 'the state of the moment is no setting';
const BYSTANDERS: ReadonlyMap<string, string> = new Map([
  ['Secret', 'the program reads it, not the simulation'],
  ['ServiceAccount', REASON.security],
  ['Role', REASON.security],
  ['RoleBinding', REASON.security],
  ['ClusterRole', REASON.security],
  ['ClusterRoleBinding', REASON.security],
  ['NetworkPolicy', REASON.security],
  ['PeerAuthentication', REASON.security],
  ['AuthorizationPolicy', REASON.security],
  ['RequestAuthentication', REASON.security],
  ['FrontendConfig', REASON.security],
  ['ManagedCertificate', REASON.security],
  ['Certificate', REASON.security],
  ['Issuer', REASON.security],
  ['ClusterIssuer', REASON.security],
  ['PodSecurityPolicy', REASON.security],
  ['SecurityGroupPolicy', REASON.security],
  ['ServerAuthorization', REASON.security],
  ['MeshTLSAuthentication', REASON.security],
  ['ExternalSecret', REASON.security],
  ['SealedSecret', REASON.security],
  ['Namespace', REASON.name],
  ['Job', JOB],
  ['CronJob', JOB],
  ['ValidatingWebhookConfiguration', WEBHOOK],
  ['MutatingWebhookConfiguration', WEBHOOK],
  ['APIService', WEBHOOK],
  ['AnalysisRun', ANALYSIS],
  ['Experiment', ANALYSIS],
  ['MetricTemplate', ANALYSIS],
  ['AlertProvider', METRICS],
  ['Endpoints', MOMENT],
  ['EndpointSlice', MOMENT],
  ['Event', MOMENT],
  ['Lease', MOMENT],
  ['ControllerRevision', MOMENT],
  ['Node', REASON.scheduling],
  ['VerticalPodAutoscaler', 'sizes of pods stay as they are in a run: write `cpu` and `memory`'],
  ['PersistentVolume', REASON.storage],
  ['PersistentVolumeClaim', REASON.storage],
  ['StorageClass', REASON.storage],
  ['PriorityClass', REASON.scheduling],
  ['ResourceQuota', REASON.scheduling],
  ['LimitRange', REASON.scheduling],
  ['KafkaUser', REASON.security],
  ['KafkaConnect', 'connectors of Kafka are services that no file describes: write them by hand'],
  ['KafkaConnector', 'connectors of Kafka are services that no file describes: write them by hand'],
  ['KafkaBridge', 'a bridge to HTTP is a service that no file describes: write it by hand'],
  ['KafkaMirrorMaker2', 'copies between clusters are not simulated'],
  ['KafkaRebalance', 'operators of a cluster carry no messages'],
  ['PodMonitor', METRICS],
  ['ServiceMonitor', METRICS],
  ['PodMonitoring', METRICS],
  ['Probe', METRICS],
  ['AlertmanagerConfig', METRICS],
  ['PrometheusRule', METRICS],
  ['CustomResourceDefinition', 'defines a kind of documents'],
]);
