import type { Cell } from '../../cell.js';
import { listBelow, REASON } from '../../reasons.js';
import type { Component, System } from '../../system.js';
import { from, map, plain, type Written, type WrittenMap } from '../../written.js';
import { namespaceOf, resource, type DocumentKind } from '../kind.js';
import { clusterOf } from './cluster.js';
import { autoscale, coresTarget, METRIC, shareOf } from './hpa.js';
import { addHolder, lagOf, messagesOf, type Messages } from './keda-messages.js';
import { countOf, possible, secondsOf } from './quantities.js';

/**
 * A ScaledObject of KEDA: by the messages of a topic or queue, whose consumer is the workload; by the CPU, which is an autoscaler
 * of Kubernetes; by a query of Prometheus for the rate of its requests. Other triggers are listed with what to write.
 */
export const scaledObjects: DocumentKind = {
  recognises: resource(/^keda\.(sh|k8s\.io)$/, 'ScaledObject'),
  read(document, system) {
    clusterOf(system);
    // After the topics of all files.
    system.later('parts', () => system.later('parts', () => addHolders(document, system)));
    system.later('routes', () => {
      scale(document, system);
      for (const trigger of triggersOf(document)) trigger.list(wayOf(document, trigger));
      listBelow(document, {
        apiVersion: REASON.kind,
        kind: REASON.kind,
        metadata: REASON.name,
        'spec.scaleTargetRef': REASON.name,
        'spec.advanced.horizontalPodAutoscalerConfig.name': REASON.name,
        'spec.fallback': 'KEDA always gets its metrics in a run',
      });
      document.list('no trigger of this object can act, or nothing in a run does it');
    });
  },
};

function triggersOf(document: Cell): readonly Cell[] {
  return document.get('spec', 'triggers')?.items() ?? [];
}

function typeOf(trigger: Cell | undefined): string {
  return trigger?.get('type')?.text() ?? '';
}

function workloadOf(document: Cell, system: System): Component | undefined {
  const target = document.get('spec', 'scaleTargetRef');
  // Version 1 of KEDA, in the group keda.k8s.io, has `deploymentName`.
  const name = (target?.get('name') ?? target?.get('deploymentName'))?.text() ?? '';
  const found = clusterOf(system).components.get(`${namespaceOf(document)}/${name}`);
  return found?.section === 'services' && found.versions.length === 0 ? found : undefined;
}

function addHolders(document: Cell, system: System): void {
  if (workloadOf(document, system) === undefined) return;
  const most = document.get('spec', 'maxReplicaCount')?.number() ?? MOST;
  for (const trigger of triggersOf(document)) {
    const messages = messagesOf(trigger);
    if (messages !== null) addHolder(messages, namespaceOf(document), most, system);
  }
}

/** Default of `maxReplicaCount`. */
const MOST = 100;

function scale(document: Cell, system: System): void {
  const spec = document.get('spec');
  const component = workloadOf(document, system);
  if (component === undefined) return;
  const triggers = triggersOf(document);
  const messages = triggers.flatMap((trigger) => messagesOf(trigger) ?? []);
  const lags = messages.map((each) => lagOf(each, component, namespaceOf(document), system));
  const others = triggers.flatMap((trigger) => otherMetric(trigger, component, system));
  if (lags.length + others.length === 0) return;
  const config = spec?.get('advanced', 'horizontalPodAutoscalerConfig');
  // It runs when the scenario begins, as a Deployment does before its autoscaler looks.
  if (!component.fields.has('replicas'))
    component.fields.set('replicas', { ...plain(1), note: 'Kubernetes default' });
  const isKeda = lags.length > 0;
  const least = spec?.get('minReplicaCount');
  const isAtRest = isKeda && (least?.number() ?? 0) === 0;
  const min = isAtRest
    ? { ...plain(0), origins: least === undefined ? [] : [least], note: noteOf(least) }
    : (possible(countOf(least)) ?? { ...plain(1), note: 'KEDA default' });
  const max = possible(countOf(spec?.get('maxReplicaCount'))) ?? {
    ...plain(MOST),
    note: 'KEDA default',
  };
  autoscale(component, [...lags, ...others], { min, max }, config?.get('behavior'), {
    kind: isKeda ? plain('keda') : undefined,
    ...(isAtRest && restOf(spec, messages)),
    allowIdleConsumers: isKeda ? idleOf(messages) : undefined,
  });
  listBelow(document, {
    'spec.triggers.*.type': REASON.kind,
    'spec.triggers.*.metricType': REASON.kind,
    'spec.triggers.*.name': REASON.name,
    'spec.triggers.*.authenticationRef': REASON.security,
    'spec.triggers.*.metadata.type': REASON.kind,
    'spec.triggers.*.metadata.mode': REASON.kind,
    'spec.triggers.*.metadata.protocol': REASON.kind,
    'spec.triggers.*.metadata.containerName': REASON.name,
    'spec.pollingInterval': POLLED,
    'spec.cooldownPeriod': POLLED,
    'spec.minReplicaCount': POLLED,
  });
  for (const trigger of triggers)
    if (messagesOf(trigger) !== null)
      trigger.get('metadata')?.list('says where the messages are, or how KEDA asks for them');
}

function noteOf(cell: Cell | undefined): string | null {
  return cell === undefined ? 'KEDA default' : null;
}

/** When the first replica starts, and the last ones stop. */
function restOf(
  spec: Cell | undefined,
  messages: readonly Messages[],
): Readonly<Record<string, Written | undefined>> {
  const cells = messages.map(({ kind, metadata }) => metadata.get(kind.activation));
  const activation = cells.find((cell) => Number.isInteger(cell?.number()));
  return {
    pollingInterval: secondsOf(spec?.get('pollingInterval')),
    cooldownPeriod: secondsOf(spec?.get('cooldownPeriod')),
    activationLagThreshold:
      activation === undefined ? undefined : from(activation.number()!, activation),
  };
}

function idleOf(messages: readonly Messages[]): Written | undefined {
  const cells = messages.map(({ metadata }) => metadata.get('allowIdleConsumers'));
  const cell = cells.find((each) => each?.text() === 'true');
  return cell === undefined ? undefined : from(true, cell);
}

const POLLED =
  'acts only where the fewest replicas are 0, and messages that wait start the first one';

/** The metric of a trigger without messages; none if the language has none like it. */
function otherMetric(trigger: Cell, component: Component, system: System): readonly WrittenMap[] {
  switch (typeOf(trigger)) {
    case 'cpu':
      return metricOf(trigger, component);
    case 'memory':
      trigger.list(METRIC);
      return [];
    case 'prometheus':
      return rateOf(trigger, component, system);
    default:
      return [];
  }
}

/** Names of counters of requests that a service gets. */
const REQUESTS =
  /^sum\(\s*(?:rate|irate)\(\s*(?:http_requests_total|http_server_requests(?:_seconds)?_count|http_server_request_duration_seconds_count|istio_requests_total|nginx_ingress_controller_requests|envoy_cluster_upstream_rq_total)\{([^{}]*)\}\s*\[\w+\]\s*\)\s*\)$/;

/** Requests per second for each replica, where the query is the sum of them and one of its labels names the workload. */
function rateOf(trigger: Cell, component: Component, system: System): readonly WrittenMap[] {
  const metadata = trigger.get('metadata');
  const [query, threshold] = [metadata?.get('query'), metadata?.get('threshold')];
  const [, labels = ''] = REQUESTS.exec(query?.text()?.trim() ?? '') ?? [];
  const values = [...labels.matchAll(/=\s*"([^"]*)"/g)].map(([, value = '']) => value);
  const isOfPods = trigger.get('metricType')?.text() !== 'Value';
  const target = threshold?.number() ?? 0;
  if (!isOfPods || target <= 0 || !values.some((value) => system.named(value) === component))
    return [];
  metadata!.get('serverAddress')?.list(REASON.name);
  metadata!.list('how KEDA asks for the metric');
  return [map({ metric: from('rate', query), target: from(`${target}/s`, threshold) })];
}

function metricOf(trigger: Cell, component: Component): ReturnType<typeof shareOf> {
  const value = trigger.get('metadata', 'value');
  const type = trigger.get('metricType') ?? trigger.get('metadata', 'type');
  if (value === undefined) return [];
  return type?.text() === 'AverageValue'
    ? coresTarget(value, component)
    : shareOf(value, value.number(), component);
}

/** What to write for a trigger that has no metric. */
function wayOf(document: Cell, trigger: Cell): string {
  const of = (key: string, usual: string): string => document.get('spec', key)?.text() ?? usual;
  const name = document.get('spec', 'scaleTargetRef', 'name')?.text() ?? 'worker';
  const [min, max] = [of('minReplicaCount', '0'), of('maxReplicaCount', `${MOST}`)];
  const least = `min: ${min === '0' ? '1' : min}, max: ${max}`;
  return `its trigger is ${typeOf(trigger) || 'in no file'}: write at ${name} autoscaling with a metric like it, such as { metric: concurrency, target: 10, ${least} }`;
}
