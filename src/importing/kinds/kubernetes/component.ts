import { backgroundOf, isInBackground } from '../../background.js';
import type { Cell } from '../../cell.js';
import { BROKER, brokerOf, noteBroker } from '../../message-brokers.js';
import { listBelow } from '../../reasons.js';
import type { Component, System } from '../../system.js';
import { from, map, plain, type Written } from '../../written.js';
import { noteProcess } from '../envoy/processes.js';
import { addProcess } from '../spring/application.js';
import { connectAddresses, connectArguments } from './addresses.js';
import { variablesOf } from './environment.js';
import { fillFunction, isKnative } from './knative.js';
import { containerOf, cpuOf, limitOf, processFields } from './pods.js';
import { coresOf, countOf, possible } from './quantities.js';
import { spread } from './spread.js';
import { connectionsOf, coresUsedBy, productIn } from './products.js';
import { ROLLOUT_REASONS, rolloutOf } from './strategy.js';

/** Pods that one workload keeps running. */
export interface Pods {
  readonly name: string;
  readonly namespace: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly document: Cell;
  /** Specification of the pod. */
  readonly pod: Cell | undefined;
  /** Name of the object that keeps it, such as a ReplicaSet of a Deployment; null = none. */
  readonly owner: string | null;
}

/** Builds the component of a group of pods; several of them are its versions. */
export function addComponent(
  wanted: string,
  origin: Cell | undefined,
  group: readonly Pods[],
  system: System,
  called: string | null,
): Component {
  const [first, ...others] = group;
  const product = productIn(containerOf(first!.pod), called);
  const isDatabase = product !== null && others.length === 0;
  const image = containerOf(first!.pod)?.get('image')?.text() ?? '';
  const ports = (containerOf(first!.pod)?.get('ports')?.items() ?? []).flatMap(
    (port) => port.get('containerPort')?.number() ?? [],
  );
  const broker = product !== null || others.length > 0 ? null : brokerOf(image, ports);
  const name = first!.document.get('metadata', 'name');
  const versions = isDatabase || others.length === 0 ? [] : versionNames(group);
  const component = system.add(wanted, {
    namespace: first!.namespace,
    section: isDatabase ? 'databases' : broker !== null ? 'topics' : 'services',
    product: isDatabase ? product : broker,
    origins: origin === undefined || origin === name ? [name!] : [origin, name!],
    versions,
    isLoad: makesLoad(first!.name, image, ports.length > 0),
  });
  if (component.section === 'services' && isInBackground([first!.name, image]))
    backgroundOf(system).add(component);
  for (const { labels } of group)
    for (const label of NAMES)
      if (labels.has(label)) system.addAlias(labels.get(label)!, component);
  component.cores = coresOf(limitOf(first!.pod)) ?? null;
  component.replicas = first!.document.get('spec', 'replicas')?.number() ?? 1;
  if (component.isLoad)
    first!.document.relist('a load generator is a workload, which has no process');
  else if (component.section === 'topics') {
    first!.document.relist(BROKER);
    noteBroker(component, system);
  } else if (isDatabase) fillDatabase(component, first!);
  else if (isKnative(first!.document)) fillFunction(component, first!, system);
  else fillService(component, group, versions, system);
  for (const { document } of group) {
    system.later('calls', () => listBelow(document, ROLLOUT_REASONS));
  }
  for (const { pod, namespace } of group) {
    const container = containerOf(pod);
    const variables = variablesOf(container, namespace, system);
    const commands = [container?.get('command'), container?.get('args')];
    if (component.section === 'services') {
      addProcess(component, { variables, commands }, system);
      noteProcess({ component, commands, files: [] }, [container?.get('image')?.text()], system);
    }
    system.later('calls', () => {
      for (const { name, value } of variables)
        connectAddresses(component, name, value.text(), namespace, system, [value]);
      connectArguments(component, commands, namespace, system);
    });
  }
  return component;
}

/**
 * Labels with the name of an application, which Helm puts behind that of its release: `orders` of `shop-orders`. Source:
 * kubernetes.io/docs, Recommended Labels; istio.io, canonical service.
 */
const NAMES = ['service.istio.io/canonical-name', 'app.kubernetes.io/name', 'app'];

/** Names of programs that make the load of a test. */
const LOAD_GENERATOR =
  /^load |-traffic(:|$)|load-?gen|locust|\bk6\b|vegeta|fortio|gatling|jmeter|load-?test|virtual-(customer|user|worker)/i;
/** Names of such programs, if nothing can ask them: a simulator with a port stands for a service. */
const UNASKED = /(^|[-_])(bot|simulat(ion|or))$/i;

/** Whether a program makes the load of a test. `isAsked`: it listens on a port. */
export function makesLoad(name: string, image: string, isAsked: boolean): boolean {
  return LOAD_GENERATOR.test(`${name} ${image}`) || (!isAsked && UNASKED.test(name));
}

function fillService(
  component: Component,
  group: readonly Pods[],
  versions: readonly string[],
  system: System,
): void {
  const { fields } = component;
  const [first, ...others] = group;
  if (versions.length === 0) {
    const replicas = replicasOf(first!);
    askAboutNone(component, first!, system);
    if (replicas !== undefined) fields.set('replicas', replicas);
  } else {
    const counts = group.map(
      (pods, index) => [versions[index]!, replicasOf(pods) ?? plain(1)] as const,
    );
    fields.set('replicas', map(counts));
  }
  for (const [key, value] of processFields(first!.pod, first!.document.get('kind')))
    fields.set(key, value);
  const rollout = versions.length === 0 ? rolloutOf(first!.document, system) : undefined;
  if (rollout !== undefined) fields.set('rollout', rollout);
  if (versions.length === 0) spread(component, first!.pod, system);
  if (versions.length === 0) return;
  const rest = others.map((pods, index) => {
    const name = pods.document.get('metadata', 'name');
    return [
      versions[index + 1]!,
      map(processFields(pods.pod, pods.document.get('kind')), [name]),
    ] as const;
  });
  fields.set('versions', map([[versions[0]!, map([])], ...rest]));
}

/** Replicas of a database follow a primary, which counts as one pod. */
function fillDatabase({ fields, product }: Component, { document, pod }: Pods): void {
  fields.set('cpu', cpuOf(pod, coresUsedBy(product!)));
  const container = containerOf(pod);
  const most = connectionsOf([container?.get('args'), container?.get('command')]);
  if (most !== undefined) fields.set('maxConnections', most);
  const reason = 'a database of the language has cores, connections and replicas';
  container?.get('resources')?.relist(reason);
  listBelow(container, {
    readinessProbe: reason,
    livenessProbe: reason,
    startupProbe: reason,
    lifecycle: reason,
  });
  listBelow(pod, { terminationGracePeriodSeconds: reason });
  const cell = document.get('spec', 'replicas');
  const pods = cell?.number() ?? 1;
  if (pods > 1) fields.set('replicas', from(pods - 1, cell));
  else cell?.list('one pod is the primary, which has no replicas');
}

function replicasOf({ document }: Pods): Written | undefined {
  const cell = document.get('spec', 'replicas');
  const count = cell?.number();
  if (count !== undefined && !Number.isInteger(count)) cell!.list('is no whole number');
  if (count === undefined || !Number.isInteger(count)) return undefined;
  // A component without instances cannot be written. It is asked for as if one were running.
  return possible(countOf(cell)) ?? { ...from(1, cell), note: `which has ${count}` };
}

function askAboutNone({ name }: Component, { document }: Pods, system: System): void {
  const cell = document.get('spec', 'replicas');
  if ((cell?.number() ?? 1) < 1)
    system.ask(
      `Does ${name} run? ${cell!.place} has ${cell!.text()} replicas, and the scenario has 1`,
    );
}

/** Names of versions: the label `version`, else the rest of the name. */
function versionNames(group: readonly Pods[]): readonly string[] {
  const names = group.map(({ labels, name }) => labels.get('version') ?? name);
  const isUnique = new Set(names).size === names.length;
  return (isUnique ? names : group.map(({ name }) => name)).map((name) =>
    /^[A-Za-z]/.test(name)
      ? name.replace(/[^A-Za-z0-9_-]/g, '-')
      : `v${name.replace(/[^A-Za-z0-9_-]/g, '-')}`,
  );
}
