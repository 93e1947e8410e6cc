import { BALANCERS } from '../../../scenario/spellings/istio.js';
import type { Cell } from '../../cell.js';
import { listBelow, REASON } from '../../reasons.js';
import type { Component, System } from '../../system.js';
import { clusterOf, hasLabels } from '../kubernetes/cluster.js';
import { filled, from, list, map, plain, type Written } from '../../written.js';
import { namespaceOf, resource, textsOf, type DocumentKind } from '../kind.js';
import { istioMesh } from './mesh.js';
import { bundleOf, type Mesh } from '../mesh.js';

/** Limits, ejections, balancers and subsets of the callees of a mesh. */
export const destinationRules: DocumentKind = {
  recognises: resource(/^networking\.istio\.io$/, 'DestinationRule'),
  read(document, system) {
    const mesh = istioMesh(system);
    system.later('settings', () => {
      const host = document.get('spec', 'host')?.text() ?? '';
      const found = system.findAll(host, namespaceOf(document));
      const callees = found.filter(({ section }) => section === 'services');
      if (callees.length === 0) document.list(`no service of these files has the host ${host}`);
      for (const callee of callees) apply(document.get('spec'), callee, mesh, system);
      listRule(document);
    });
  },
};

/** The one version of a callee whose pods have some labels. */
function versionWith(
  labels: ReadonlyMap<string, string>,
  callee: Component,
  system: System,
): string | undefined {
  const { pods, components, versions } = clusterOf(system);
  const [found, other] = pods.flatMap((each) => {
    const key = `${each.namespace}/${each.name}`;
    const isOne = components.get(key) === callee && hasLabels(each, labels);
    return isOne ? (versions.get(key) ?? []) : [];
  });
  return other === undefined ? found : undefined;
}

function apply(spec: Cell | undefined, callee: Component, mesh: Mesh, system: System): void {
  for (const subset of spec?.get('subsets')?.items() ?? []) {
    const name = subset.get('name')?.text() ?? '';
    const version = versionWith(textsOf(subset.get('labels')), callee, system);
    if (version !== undefined) mesh.subsets.set(`${callee.name}/${name}`, version);
  }
  const policy = spec?.get('trafficPolicy');
  const mode = policy?.get('tls', 'mode');
  if (['ISTIO_MUTUAL', 'DISABLE'].includes(mode?.text() ?? '')) mesh.mtls ??= mode!;
  const simple = policy?.get('loadBalancer', 'simple');
  const balancer = BALANCERS[simple?.text() ?? ''];
  const levels = levelsOf(policy?.get('loadBalancer', 'localityLbSetting'));
  if (balancer !== undefined || levels !== undefined) {
    const kind = balancer === undefined ? plain('leastRequest') : from(balancer, simple);
    callee.fields.set('loadBalancing', map({ kind, priorities: levels }));
  }
  const bundle = bundleOf(mesh, callee);
  const outliers = outliersOf(policy?.get('outlierDetection'));
  if (outliers !== undefined) bundle.set('outlierDetection', outliers);
  const limits = limitsOf(policy?.get('connectionPool'));
  if (limits === undefined) return;
  bundle.set('connections', map({}));
  bundle.set('bulkhead', limits);
}

/** Labels that instances have here without a word: Istio's own ones are equal everywhere. */
const KNOWN_LABEL =
  /^(version|topology\.kubernetes\.io\/(zone|region)|topology\.istio\.io\/(network|cluster|subzone))(=.*)?$/;

/** Levels of instances that a rule turns off, or orders by labels. */
function levelsOf(setting: Cell | undefined): Written | undefined {
  const enabled = setting?.get('enabled');
  if (enabled?.value === false) return from(false, enabled);
  const labels = setting?.get('failoverPriority')?.items() ?? [];
  const names = labels.map((label) => label.text() ?? '');
  if (names.length === 0 || !names.every((name) => KNOWN_LABEL.test(name))) return undefined;
  return map({ failoverPriority: list(labels.map((label, index) => from(names[index]!, label))) });
}

/** Fields that have the same name and meaning here. */
function same(
  cell: Cell | undefined,
  names: readonly string[],
): readonly (readonly [string, Written])[] {
  return names.flatMap((name) => {
    const own = cell?.get(name);
    const value = own?.number() ?? own?.text();
    if (own?.value === true || own?.value === false) return [[name, from(own.value, own)] as const];
    return value === undefined ? [] : [[name, from(value, own)] as const];
  });
}

function outliersOf(cell: Cell | undefined): Written | undefined {
  if (cell === undefined) return undefined;
  const fields = same(cell, [
    'consecutive5xxErrors',
    'consecutiveGatewayErrors',
    'splitExternalLocalOriginErrors',
    'consecutiveLocalOriginFailures',
    'interval',
    'baseEjectionTime',
    'maxEjectionPercent',
    'minHealthPercent',
  ]);
  return map([['kind', plain('istio')], ...fields]);
}

function limitsOf(cell: Cell | undefined): Written | undefined {
  const fields = filled(
    map([
      ...same(cell?.get('tcp'), ['maxConnections']),
      ...same(cell?.get('http'), ['http1MaxPendingRequests', 'http2MaxRequests', 'maxRetries']),
    ]),
  );
  return fields === undefined ? undefined : map([['kind', plain('istio')], ...fields.entries]);
}

function listRule(document: Cell): void {
  listBelow(document, {
    apiVersion: REASON.kind,
    kind: REASON.kind,
    metadata: REASON.name,
    'spec.host': REASON.name,
    'spec.subsets.*.name': REASON.name,
    'spec.subsets.*.labels': REASON.label,
    'spec.subsets.*.trafficPolicy': 'a policy applies to a callee, not to a subset of it',
    'spec.trafficPolicy.portLevelSettings': REASON.port,
    'spec.trafficPolicy.tls': REASON.security,
    'spec.trafficPolicy.loadBalancer.simple': 'this balancer has no counterpart',
    'spec.trafficPolicy.loadBalancer.consistentHash':
      'what is hashed is not known: write `loadBalancing: { kind: ringHash, key: KEY }`',
    'spec.trafficPolicy.loadBalancer.localityLbSetting.enabled': 'it is the default',
    'spec.trafficPolicy.loadBalancer.localityLbSetting.failoverPriority':
      'the labels of pods are not in the scenario: write `labels` and `priorities` of `loadBalancing`',
    'spec.trafficPolicy.loadBalancer.localityLbSetting':
      'zones and regions of nodes are not in these files: write `priorities` of `loadBalancing`',
    'spec.trafficPolicy.loadBalancer.warmupDurationSecs': 'write `slowStart` of `loadBalancing`',
    'spec.trafficPolicy.connectionPool.tcp':
      'of the settings of a connection only the number of connections is read',
    'spec.trafficPolicy.connectionPool.http':
      'of the limits only pending requests, requests and retries are read',
    'spec.trafficPolicy.outlierDetection': 'this version of the check has no counterpart',
    'spec.exportTo': REASON.label,
    'spec.workloadSelector': REASON.label,
  });
}
