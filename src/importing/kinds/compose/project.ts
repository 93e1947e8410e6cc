import { backgroundOf, isInBackground, isWatcher, WATCHES } from '../../background.js';
import type { Cell } from '../../cell.js';
import { noteDeployment } from '../../deployments.js';
import { listBelow, listExtensions, REASON } from '../../reasons.js';
import { BROKER, noteBroker } from '../../message-brokers.js';
import type { Component, System } from '../../system.js';
import { plural } from '../../../text/words.js';
import { noteClosed } from '../../workers.js';
import { from, map, plain } from '../../written.js';
import { noteProcess } from '../envoy/processes.js';
import { noteContainer } from '../proxies/files.js';
import { clusterOf, leaveOut, runningIn } from '../kubernetes/cluster.js';
import { databasesIn } from '../kubernetes/products.js';
import { addProcess } from '../spring/application.js';
import { noteLabels, noteTraefik } from '../traefik/dynamic.js';
import { callsOf, variablesOf } from './calls.js';
import { Container, type FileAt } from './container.js';
import { filesOf, type ProjectFiles } from './project-files.js';
import { fieldsOf } from './fields.js';
import { Values } from './values.js';

/** All Compose files and `.env` files of an import. Later files override earlier ones, as for Docker Compose. */
export interface Project {
  readonly files: Cell[];
  /** Variables that texts of the files name. */
  readonly variables: Map<string, Cell>;
  /** Files with variables by their path. */
  readonly environments: Map<string, Cell>;
}

/** The Compose files of an import, which become components once all are read. */
export function projectOf(system: System): Project {
  return system.shared('compose', () => {
    const made: Project = { files: [], variables: new Map(), environments: new Map() };
    // Before the pods of manifests, of which those that these files run too may be left out.
    system.later('files', () => build(made, system));
    return made;
  });
}

function build({ files: all, variables, environments }: Project, system: System): void {
  const files = filesOf(all, system);
  const kept = withoutAlternatives(files, system);
  const containers = containersOf(kept, files.at);
  const values = new Values(variables, environments);
  const used = new Set(
    [...containers.values()].flatMap((container) =>
      container.environmentFiles().flatMap((cell) => values.variablesIn(cell) ?? []),
    ),
  );
  // Docker Compose puts variables of `.env` in; a file that only a service names sets its environment alone.
  const own = [...environments].filter(([path]) => /(^|\/)\.env$/.test(path));
  const others = [...environments].filter(([, file]) => !used.has(file));
  const project = (own.length > 0 ? own : others).map(([, file]) => file);
  for (const file of project) for (const [name, cell] of file.entries()) variables.set(name, cell);
  const made: (readonly [Container, Component])[] = [];
  // Two systems may be watched by the same tools.
  const parts = [...containers].filter(([, one]) => leftOut(one, values) !== WATCHES);
  const manifests = manifestsOf(
    parts.map(([name]) => name),
    kept[0],
    system,
  );
  const databases = databasesIn(
    [...containers.values()].flatMap((container) =>
      variablesOf(container, values).map(({ value }) => value.text() ?? ''),
    ),
  );
  for (const container of containers.values()) {
    const reason = manifests ?? leftOut(container, values);
    if (reason !== null) {
      if (reason === WATCHES) system.tools.add(container.name);
      container.list(reason);
      continue;
    }
    made.push([container, add(container, values, system, databases)]);
  }
  restarts(
    made.map(([container]) => container),
    values,
    system,
  );
  for (const [container, component] of made) {
    const commands = [container.get('entrypoint'), container.get('command')].map((cell) =>
      values.inserted(cell),
    );
    addProcess(component, { variables: variablesOf(container, values), commands }, system);
    if (component.section === 'services')
      noteProxies(container, component, { values, commands }, system);
  }
  system.later('calls', () => {
    for (const [container, component] of made) callsOf(container, component, values, system);
    entrances(made, values, system);
    for (const [container] of made) container.listRest();
    for (const file of all) listFile(file);
    for (const file of environments.values()) {
      if (project.includes(file)) file.list('a variable: the values that use it count');
      else file.list(used.has(file) ? REASON.environment : 'no service names this file');
    }
  });
}

/** What the container says as a proxy, or to one. */
function noteProxies(
  container: Container,
  component: Component,
  {
    values,
    commands,
  }: { readonly values: Values; readonly commands: readonly (Cell | undefined)[] },
  system: System,
): void {
  const [files, folder] = [container.files(values), container.buildFolder(values)];
  // Its build copies this configuration by convention.
  const built = folder === undefined ? undefined : `${folder}envoy.yaml`;
  noteContainer({ component, files, folders: container.buildFolders(values) }, system);
  noteProcess({ component, commands, files, built }, container.programs(values), system);
  noteTraefik(component, values.text(container.get('image')) ?? '', commands, system);
  const asked = system.shared('variables of labels', () => new Set<string>());
  const unset = (name: string, cell: Cell): void => {
    if (!/traefik.*rule/.test(`${cell.path} ${cell.text()}`)) return;
    if (asked.size === 0)
      system.ask(
        `Which host is ${name} (${cell.place})? No file sets this variable, and routes have its name: add the .env file`,
      );
    asked.add(name);
  };
  noteLabels(component, container.labels(values, unset), system);
}

/**
 * The base and the files that change it, without those of a folder that define services of another one again: `docker compose up` reads none but the base and its
 * override, so that they are other ways to run the same system. Of several folders the file with the most services is the base. Files
 * that are named are merged, as with `-f`.
 */
function withoutAlternatives(files: ProjectFiles, system: System): readonly Cell[] {
  const { included } = files;
  const read = withoutTests(files, system);
  const owners = ownersOf(read);
  const taken = new Set<string>();
  const left: Cell[] = [];
  const kept = [...read]
    .sort((a, b) => rankOf(a) - rankOf(b))
    .filter((file) => {
      const names = servicesIn(file);
      const keys = names.map((name) => `${folderOf(file)} ${name}`);
      const isElsewhere = names.some((name) => folderOf(owners.get(name)!) !== folderOf(file));
      const isAgain = rankOf(file) > 1 && keys.some((key) => taken.has(key));
      if (system.found.has(file.file) && !included.has(file) && (isAgain || isElsewhere)) {
        file.list('docker compose up does not read this file');
        left.push(file);
        return false;
      }
      for (const key of keys) taken.add(key);
      return true;
    });
  const [first] = left;
  if (first !== undefined) {
    const shared = servicesIn(first).find((name) => owners.get(name) !== first);
    const base = kept.find((file) => folderOf(file) === folderOf(first)) ?? owners.get(shared!);
    system.ask(
      `Does ${first.file} run too? Left out: ${plural(left.length, 'Compose file')} with services of another one. To merge it: faultline import ${base?.file} ${first.file}`,
    );
  }
  return kept;
}

/** The files without those of a folder that run tests, such as `compose.tests.yaml` and `ci/compose.yaml`, unless all do. */
function withoutTests({ read, included }: ProjectFiles, system: System): readonly Cell[] {
  const isTest = (one: Cell): boolean => system.found.has(one.file) && !included.has(one);
  const tests = read.filter((one) => isTest(one) && OF_TESTS.test(one.file));
  if (tests.length === read.length) return read;
  for (const file of tests) file.list('a Compose file of tests');
  return read.filter((file) => !tests.includes(file));
}

/** A folder of tests, or a part of the name, as in `docker-compose-tests.override.yml`. */
const OF_TESTS =
  /(^|[/\\])(ci|e2e|(\w+-)?tests?)[/\\]|compose[^/\\]*[._-](ci|e2e|tests?)([._-][^/\\]*)?\.ya?ml$/i;

function servicesIn(file: Cell): readonly string[] {
  return (file.get('services')?.entries() ?? []).map(([name]) => name);
}

/** The file of each service: of several that with the most services. */
function ownersOf(files: readonly Cell[]): ReadonlyMap<string, Cell> {
  const owners = new Map<string, Cell>();
  for (const file of files) {
    const names = servicesIn(file);
    for (const name of names) {
      const known = owners.get(name);
      if (known === undefined || servicesIn(known).length < names.length) owners.set(name, file);
    }
  }
  return owners;
}

function folderOf({ file }: Cell): string {
  return file.replace(/[^/\\]*$/, '');
}

/** The services of all files by name. A base file comes before the files that change it. */
function containersOf(files: readonly Cell[], fileAt: FileAt): ReadonlyMap<string, Container> {
  const containers = new Map<string, Container>();
  for (const file of files) {
    for (const [name, cell] of file.get('services')?.entries() ?? []) {
      const known = containers.get(name);
      if (known === undefined) containers.set(name, new Container(name, [cell]));
      else known.override(cell);
    }
  }
  for (const container of containers.values()) container.extend(containers, fileAt);
  return containers;
}

/** `compose.yaml` is the base; `compose.override.yaml` changes it. Of the others those of developers are the last ones. */
function rankOf({ file }: Cell): number {
  const [, between] = /(?:^|[/\\])(?:docker-)?compose([^/\\]*)\.ya?ml$/i.exec(file) ?? [];
  if (between === '') return 0;
  if (between === '.override') return 1;
  return /dev|test|local|debug|\bci\b/i.test(between ?? '') ? 3 : 2;
}

function programsOf(container: Container, values: Values): readonly string[] {
  return container.programs(values).map((text) => text ?? '');
}

function leftOut(container: Container, values: Values): string | null {
  if (!container.isActive(values))
    return 'runs only with its profile: docker compose up leaves it out';
  const replicas = values.text(container.get('deploy', 'replicas') ?? container.get('scale'));
  if (replicas === '0') return 'has 0 replicas: docker compose up starts none';
  return programsOf(container, values).some(isWatcher) ? WATCHES : null;
}

/**
 * A repository often runs one system in several ways. Manifests count, unless they have fewer than half as many workloads, such as a
 * corrected Deployment beside a chart. Null = no manifest counts that has a service of these names.
 */
function manifestsOf(
  names: readonly string[],
  file: Cell | undefined,
  system: System,
): string | null {
  const cluster = clusterOf(system);
  const { pods } = cluster;
  const running = runningIn(cluster);
  const [stem, own] = [stemOf(pods.map(({ name }) => name)), stemOf(names)];
  const alike = names.filter((name) => running.has(stem + name.slice(own.length)));
  const exact = names.filter((name) => running.has(name));
  const isAlike = exact.length === 0 && alike.length > 2 && 2 * alike.length >= names.length;
  const both = isAlike ? alike : exact;
  const [first] = both;
  if (first === undefined) return null;
  const [deployed] = system.deployments.keys();
  const apart = new Set(pods.map(({ document }) => document.file));
  const manifests = deployed ?? (apart.size === 1 ? [...apart][0]! : folderOf(pods[0]!.document));
  const tell = (counting: string, other: string, paths: readonly [string, string]): void => {
    if (deployed !== undefined || isAlike) noteDeployment(...paths, system);
    else
      system.ask(
        `Do Kubernetes or Docker Compose run ${first} and the other services? Both have files here, and ${counting} count: else import ${other} alone`,
      );
  };
  if (2 * Math.max(both.length, pods.length) >= names.length) {
    tell('those of Kubernetes', 'the Compose file', [manifests, file!.file]);
    return 'manifests of Kubernetes in these files run the same services, and count';
  }
  tell(`the ${names.length} services of ${file!.file}`, 'the manifests', [file!.file, manifests]);
  const reason = 'files of Docker Compose run the same services, and count';
  leaveOut(
    cluster,
    new Set([...names, ...(isAlike ? alike.map((name) => stem + name.slice(own.length)) : [])]),
    reason,
  );
  return null;
}

/** What all names begin with, such as `teastore-`; only one of several says something. */
function stemOf(names: readonly string[]): string {
  const [first = ''] = names;
  const parts = first.split('-').slice(0, -1);
  const stems = parts.map((_, k) => `${parts.slice(0, k + 1).join('-')}-`);
  const isOfAll = (stem: string): boolean => names.every((name) => name.startsWith(stem));
  return names.length < 3 ? '' : (stems.findLast(isOfAll) ?? '');
}

function add(
  container: Container,
  values: Values,
  system: System,
  databases: ReadonlyMap<string, string>,
): Component {
  const role = container.role(values, databases);
  const component = system.add(container.name, { ...role, origins: container.layers });
  if (
    role.section === 'services' &&
    isInBackground([container.name, ...programsOf(container, values)])
  )
    backgroundOf(system).add(component);
  for (const host of container.hosts(values)) system.addHost(host.toLowerCase(), '', component);
  if (role.isLoad) container.list('a load generator is a workload, which has no process');
  else if (role.section === 'topics') {
    container.list(BROKER);
    noteBroker(component, system);
  } else fieldsOf(container, component, values);
  return component;
}

/**
 * Docker starts a process again after 100 ms, and waits twice as long each time, up to a minute; after a
 * process that ran for 10 s the next wait is 100 ms again. Source: moby, restartmanager/restartmanager.go.
 */
function restarts(containers: readonly Container[], values: Values, system: System): void {
  const cells = containers.flatMap((container) => container.get('restart') ?? []);
  const acting = cells.filter((cell) =>
    /^(always|unless-stopped|on-failure(:\d+)?)$/.test(values.text(cell) ?? ''),
  );
  if (acting.length === 0 || system.sections.has('platform')) return;
  const [first] = acting;
  for (const cell of acting.slice(1))
    cell.list(`is written once for all services, from ${first!.place}`);
  const restart = map({
    initial: from('100ms', first),
    factor: plain(2),
    max: plain('60s'),
    resetAfter: plain('10s'),
  });
  system.sections.set('platform', map({ kind: plain('custom'), restart }));
}

/** Published ports are entrances. Often each port is published, so that those count that no other service calls. */
function entrances(
  made: readonly (readonly [Container, Component])[],
  values: Values,
  system: System,
): void {
  const published = made.flatMap(([container, component]) => {
    const port = container.publishedPort(values);
    return port === undefined || component.section !== 'services' ? [] : [{ component, port }];
  });
  const isCalledBy = (component: Component, isCaller: (caller: Component) => boolean): boolean =>
    system.edges.some(({ to, from: caller }) => to === component && isCaller(caller));
  const first = published.filter(
    ({ component }) => !isCalledBy(component, ({ isLoad }) => !isLoad),
  );
  // Behind a gateway of another file a published port is for tests.
  const open = published.filter(
    ({ component }) => !isCalledBy(component, ({ section }) => section === 'gateways'),
  );
  for (const { component, port } of first.length > 0 ? first : open) component.entry ??= port;
  for (const [container, component] of made)
    if (!container.isOpen(values)) noteClosed(component, container.layers[0]!, system);
}

function listFile(file: Cell): void {
  listBelow(file, {
    version: REASON.kind,
    name: REASON.name,
    networks: 'networks of containers are not simulated',
    volumes: REASON.storage,
    configs: REASON.program,
    secrets: REASON.security,
    include: 'another file, which counts if it is one of these files',
    models: REASON.program,
  });
  listExtensions(file);
}
