import type { Cell } from '../../cell.js';
import { listBelow, REASON } from '../../reasons.js';
import type { Component, System } from '../../system.js';
import { guess, plain } from '../../written.js';
import { clusterOf } from '../kubernetes/cluster.js';
import { configMapsOf } from '../kubernetes/environment.js';
import { containerOf } from '../kubernetes/pods.js';
import { namespaceOf, resource, type DocumentKind } from '../kind.js';
import { awsLoadBalancer } from './aws.js';
import { GENERIC, type Controller } from './controller.js';
import { kong } from './kong.js';
import { envoys, googleLoadBalancer } from './managed.js';
import { ingressNginx } from './nginx.js';
import { nginxOfF5 } from './nginx-of-f5.js';
import { fillRoutes } from './routes.js';
import { traefik, traefikGateways } from './traefik.js';

const CONTROLLERS: readonly Controller[] = [
  ingressNginx,
  nginxOfF5,
  awsLoadBalancer,
  googleLoadBalancer,
  traefik,
  kong,
  envoys,
];

/** The Ingresses and their classes in all files. */
interface Ingresses {
  readonly documents: Cell[];
  readonly classes: Cell[];
}

/** Ingresses: the entrance of a cluster, one gateway for each controller that reads them. */
export const ingresses: DocumentKind = {
  recognises: resource(/^(networking\.k8s\.io|extensions)$/, 'Ingress', 'IngressClass'),
  read(document, system) {
    clusterOf(system);
    const all = system.shared('ingresses', (): Ingresses => {
      const made: Ingresses = { documents: [], classes: [] };
      // Gateways of other kinds, to which an Ingress may lead, have their routes then.
      system.later('calls', () => addGateways(made, system));
      return made;
    });
    const isClass = document.get('kind')?.text() === 'IngressClass';
    (isClass ? all.classes : all.documents).push(document);
  },
};

/** Ingresses that one process or load balancer serves. */
interface Group {
  readonly name: string;
  readonly className: string;
  readonly controller: Controller;
  readonly documents: Cell[];
}

function addGateways({ documents, classes }: Ingresses, system: System): void {
  const byClass = new Map<string, Cell[]>();
  for (const document of documents) {
    const className = classOf(document, classes);
    byClass.set(className, [...(byClass.get(className) ?? []), document]);
  }
  const groups = [...byClass].flatMap(([className, own]) =>
    groupsOf(className, own, classes, system),
  );
  const isOne = groups.length === 1;
  for (const group of groups) addGateway(isOne ? { ...group, name: 'ingress' } : group, system);
  for (const one of classes) one.list('says which program reads Ingresses of this class');
}

/** The Ingresses of a class, by what serves them. */
function groupsOf(
  className: string,
  documents: readonly Cell[],
  classes: readonly Cell[],
  system: System,
): readonly Group[] {
  const controller = controllerOf(documents, className, classes, system);
  const groups = new Map<string | null, Group>();
  for (const document of documents) {
    const own = groupOf(document, controller);
    const name = own ?? (className === '' ? 'ingress' : `ingress-${className}`);
    const group = groups.get(own) ?? { name, className, controller, documents: [] };
    group.documents.push(document);
    groups.set(own, group);
  }
  return [...groups.values()];
}

function addGateway({ name, controller, className, documents }: Group, system: System): void {
  const pods = podsOf(controller, className, system);
  const gateway = pods?.component ?? newGateway(name, documents[0]!, system);
  gateway.entry?.relist('users enter by the routes of the gateway');
  gateway.section = 'gateways';
  gateway.product = controller.product;
  if (controller === traefik) traefikGateways(system).push(gateway);
  if (pods !== undefined && controller.isEventLoop) {
    gateway.fields.delete('concurrency');
    gateway.fields.set('runtime', plain('eventLoop'));
    system.ask(
      `How much CPU does one request take in ${gateway.name}? Until you write it as \`work\` of a middleware, no load fills it`,
    );
  }
  fillRoutes({ gateway, controller, settings: pods?.settings }, documents, system);
  for (const document of documents) listIngress(document, controller);
}

function newGateway(name: string, document: Cell, system: System): Component {
  const origin = document.get('metadata', 'name');
  const gateway = system.add(name, {
    namespace: namespaceOf(document),
    section: 'gateways',
    origins: origin === undefined ? [] : [origin],
  });
  gateway.fields.set('replicas', guess(2));
  return gateway;
}

const CLASS = 'kubernetes.io/ingress.class';
const IS_DEFAULT = 'ingressclass.kubernetes.io/is-default-class';

/** The class of an Ingress, else the default one; '' = no file says it. */
function classOf(document: Cell, classes: readonly Cell[]): string {
  const own =
    document.get('spec', 'ingressClassName') ?? document.get('metadata', 'annotations', CLASS);
  const byDefault = classes.find(
    (one) => one.get('metadata', 'annotations', IS_DEFAULT)?.text() === 'true',
  );
  return own?.text() ?? byDefault?.get('metadata', 'name')?.text() ?? '';
}

/** By the program of the class, the annotations, the name of the class, or the only one that runs in these files. */
function controllerOf(
  documents: readonly Cell[],
  className: string,
  classes: readonly Cell[],
  system: System,
): Controller {
  const defined = classes.find((one) => one.get('metadata', 'name')?.text() === className);
  const program = defined?.get('spec', 'controller')?.text() ?? '';
  const keys = documents.flatMap((document) =>
    (document.get('metadata', 'annotations')?.entries() ?? []).map(([key]) => key),
  );
  const isRunning = (one: Controller): boolean => podsOf(one, className, system) !== undefined;
  const named = CONTROLLERS.filter((one) => one.named.test(className));
  const running = CONTROLLERS.filter(isRunning);
  const found =
    CONTROLLERS.find((one) => one.named.test(program)) ??
    CONTROLLERS.find((one) => keys.some((key) => isOwn(key, one))) ??
    named.find(isRunning) ??
    named[0] ??
    (running.length === 1 ? running[0] : undefined);
  if (found !== undefined) return found;
  system.ask(
    `Which controller reads the Ingress ${documents[0]!.get('metadata', 'name')?.text()}? Without its class, such as ingressClassName: nginx, the scenario has none of its retries and time limits`,
  );
  return GENERIC;
}

/** Whether only this controller reads an annotation. */
function isOwn(key: string, { prefix, marks }: Controller): boolean {
  return (prefix !== '' && key.startsWith(prefix)) || marks.test(key);
}

function groupOf(document: Cell, { group, prefix }: Controller): string | null {
  if (group === null) return null;
  const shared = document.get('metadata', 'annotations', `${prefix}${group}`)?.text();
  return shared ?? document.get('metadata', 'name')?.text() ?? 'ingress';
}

interface ControllerPods {
  readonly component: Component;
  /** Settings of the whole controller. */
  readonly settings: Cell | undefined;
}

/** The component of the controller, if its pods are in these files; of several the one with this class. */
export function podsOf(
  { image }: Pick<Controller, 'image'>,
  className: string,
  system: System,
): ControllerPods | undefined {
  const { pods, components } = clusterOf(system);
  const found = pods.flatMap((each) => {
    const container = containerOf(each.pod);
    const component = components.get(`${each.namespace}/${each.name}`);
    const isOne = image?.test(container?.get('image')?.text() ?? '') === true;
    if (!isOne || component === undefined) return [];
    const args = (container?.get('args')?.items() ?? []).map((cell) => cell.text() ?? '');
    const config = optionOf(args, 'configmap')?.replace(/^.*\//, '');
    const settings = configMapsOf(system).get(`${each.namespace}/${config}`)?.get('data');
    return [{ component, settings, className: optionOf(args, 'ingress-class') }];
  });
  return found.find((one) => one.className === className) ?? found[0];
}

function optionOf(args: readonly string[], name: string): string | undefined {
  const start = `--${name}=`;
  return args.find((arg) => arg.startsWith(start))?.slice(start.length);
}

function listIngress(document: Cell, controller: Controller): void {
  const { prefix, reasons } = controller;
  for (const [key, cell] of document.get('metadata', 'annotations')?.entries() ?? []) {
    const name = key.startsWith(prefix) ? key.slice(prefix.length) : key;
    const known = isOwn(key, controller)
      ? reasons.find(([start]) => name.startsWith(start))
      : undefined;
    cell.list(
      known?.[1] ?? (key === CLASS ? REASON.label : 'another program reads this annotation'),
    );
  }
  listBelow(document, {
    apiVersion: REASON.kind,
    kind: REASON.kind,
    metadata: REASON.name,
    'spec.ingressClassName': 'says which program reads the Ingress',
    'spec.tls': REASON.security,
    'spec.rules.*.host': 'no route of this host leads to a service of these files',
    'spec.rules.*.http.paths.*.pathType': REASON.kind,
    'spec.rules.*.http.paths.*.backend.service.port': REASON.port,
    'spec.rules.*.http.paths.*.backend.servicePort': REASON.port,
    'spec.rules.*.http.paths.*.backend.service.name': 'no service of these files has this name',
    'spec.rules.*.http.paths.*.backend.serviceName': 'no service of these files has this name',
    'spec.rules.*.http.paths.*.backend.resource': 'it is no service',
    'spec.rules.*.http.paths.*.path':
      'the route reaches no service of these files, or its expression has no counterpart',
    'spec.defaultBackend': 'it is no service of these files, or only its port is left',
    'spec.backend': 'it is no service of these files, or only its port is left',
    status: 'the state of the moment is no setting',
  });
}
