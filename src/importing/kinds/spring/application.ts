import { backgroundOf } from '../../background.js';
import type { Cell } from '../../cell.js';
import { listBelow } from '../../reasons.js';
import type { Component, System } from '../../system.js';
import { plural } from '../../../text/words.js';
import { from, map, type Written } from '../../written.js';
import type { DocumentKind } from '../kind.js';
import { useChannels } from '../kafka/channels.js';
import { useTopics } from '../kafka/spring.js';
import { connectCallees, storesOf } from './callees.js';
import { connectStore, hikariSourcesOf, withPool } from './databases.js';
import { routeRequests } from './gateway.js';
import { expanded, layered, resolved } from './layers.js';
import { micronautCallees } from './micronaut.js';
import { Netflix, withLimits } from './netflix.js';
import { APPLICATION, ownedBy, ownersOf, suffixOf, type Owned } from './owners.js';
import { activeIn, inProduction, placeIn, profilesOf } from './profiles.js';
import { countIn, durationIn, property, valueOf } from './properties.js';
import { dataSourcesOf, quarkusCallees, quarkusStores } from './quarkus.js';
import { instancesOf } from './resilience4j.js';
import { settingsOfProcess, type ProcessSource } from './sources.js';
import { routeZuul } from './zuul.js';

/** Configuration of a Spring Boot application. */
export const applications: DocumentKind = {
  recognises: (document) =>
    document.get('kind') === undefined &&
    // Settings of Loki and Tempo have a `server`, too. Keys of Spring have dashes.
    document.get('server', 'http_listen_port') === undefined &&
    document
      .entries()
      .some(([key]) =>
        /^(spring|server|micronaut|resilience4j|hystrix|ribbon|zuul|feign|(%[\w,-]+\.)?(quarkus|mp))(\.|$)/.test(
          key,
        ),
      ),
  read: (document, system) => addSettings(document, () => [], system),
};

/** Settings of all files and processes, which are bound together: a process overrides a file. */
interface Settings {
  /** Files, and the components that use them besides those that they name. */
  readonly documents: Map<Cell, () => readonly Component[]>;
  readonly processes: Map<Component, ProcessSource>;
}

function settingsOf(system: System): Settings {
  return system.shared('settings of Spring', () => {
    const made: Settings = { documents: new Map(), processes: new Map() };
    system.later('settings', () => configureAll(made, system));
    return made;
  });
}

/** Notes a file with settings; to be called before the phase `settings`. */
export function addSettings(
  document: Cell,
  usedBy: () => readonly Component[],
  system: System,
): void {
  settingsOf(system).documents.set(document, usedBy);
}

/** Notes what a process is started with; to be called before the phase `settings`. */
export function addProcess(component: Component, source: ProcessSource, system: System): void {
  settingsOf(system).processes.set(component, source);
}

/** What each process is started with, by its component. */
export function processSources(system: System): ReadonlyMap<Component, ProcessSource> {
  return settingsOf(system).processes;
}

/**
 * The services that read a ConfigMap by its name, without a volume. Source: docs.spring.io/spring-cloud-kubernetes, Using a
 * ConfigMap PropertySource.
 */
export function readersOf(configMap: string, system: System): readonly Component[] {
  const { documents, processes } = settingsOf(system);
  const names = (settings: Cell | undefined): boolean => {
    const config = property(settings, 'spring.cloud.kubernetes.config');
    const sources = config?.get('sources')?.items() ?? [];
    const all = [config?.get('name'), ...sources.map((one) => one.get('name'))];
    return all.some((cell) => valueOf(cell) === configMap);
  };
  const ofFiles = [...documents.keys()].filter(names);
  const ofProcesses = [...processes].filter(([, source]) => names(settingsOfProcess(source)));
  return [
    ...ofFiles.flatMap((document) => ownersOf(document, system)),
    ...ofProcesses.map(([component]) => component),
  ];
}

function configureAll({ documents, processes }: Settings, system: System): void {
  const files = new Map<Component, Cell>();
  const partial: (Owned & { readonly profiles: string })[] = [];
  for (const { document, components, profile } of ownedBy(documents, system)) {
    const own = inProduction(document);
    const profiles = profilesOf(document, profile ?? suffixOf(document, system));
    if (profiles !== null) partial.push({ document: own, components, profiles });
    else for (const one of components) files.set(one, layered(own, files.get(one))!);
    if (components.length > 0) continue;
    document.list('no component has this name: write --map FILE=NAME, or spring.application.name');
    system.ask(
      `Which components have the settings of ${document.file}? --map ${document.file}=NAME,NAME`,
    );
  }
  layProfiles(partial, files, processes, system);
  const background = backgroundOf(system);
  for (const component of new Set([...files.keys(), ...processes.keys()])) {
    const source = processes.get(component);
    const own = source === undefined ? undefined : settingsOfProcess(source);
    const all = layered(own, files.get(component));
    if (component.section !== 'services' || all === undefined) continue;
    const settings = expanded(resolved(all));
    configure(settings, component, system);
    for (const server of connectCallees(settings, component, system)) background.add(server);
  }
  for (const document of documents.keys()) {
    listBelow(expanded(document), {
      spring: 'this setting of Spring has no counterpart',
      quarkus: 'this setting of Quarkus has no counterpart',
      mp: 'this setting of MicroProfile has no counterpart',
      micronaut: 'this setting of Micronaut has no counterpart',
      server: 'this setting of the server has no counterpart',
      resilience4j: 'no instance that names a component uses it',
      hystrix:
        'no call of these files is known to be this command of Hystrix, or it has no counterpart',
      ribbon: 'no call of these files is known to use this client, or it has no counterpart',
      feign: 'no call of these files is known to use this client, or it has no counterpart',
      zuul: 'what Zuul does to a request is not simulated: write `policy` or `middleware`',
      eureka: 'says how callers find instances: write `discovery`',
    });
    document.list('a setting of the program, not of its resources or calls');
  }
}

/** Puts the settings of the profiles that run over those of all, for each component. */
function layProfiles(
  partial: readonly (Owned & { readonly profiles: string })[],
  files: Map<Component, Cell>,
  processes: Settings['processes'],
  system: System,
): void {
  const left = new Set(partial);
  const unsaid = new Set<Component>();
  for (const component of new Set(partial.flatMap(({ components }) => components))) {
    const source = processes.get(component);
    const process = source === undefined ? undefined : settingsOfProcess(source);
    const active = activeIn(layered(process, files.get(component)));
    if (active.length === 0) unsaid.add(component);
    const own = partial
      .filter(({ components }) => components.includes(component))
      .map((one) => ({ one, place: placeIn(active, one.profiles) }))
      .filter(({ place }) => place >= 0)
      .sort((a, b) => a.place - b.place);
    for (const { one } of own) {
      files.set(component, layered(one.document, files.get(component))!);
      left.delete(one);
    }
  }
  for (const { document } of left)
    document.list('only a profile uses it: the settings of all profiles count');
  const open = [...left].filter(({ components }) => components.some((one) => unsaid.has(one)));
  const names = new Set(open.map(({ document }) => document.file));
  const [first] = open;
  if (first === undefined) return;
  const isMicronaut = property(first.document, 'micronaut') !== undefined;
  const [kind, variable] = isMicronaut
    ? ['environments of Micronaut', 'MICRONAUT_ENVIRONMENTS']
    : ['profiles of Spring', 'SPRING_PROFILES_ACTIVE'];
  system.ask(
    `Which ${kind} run? Left out: settings of ${plural(names.size, 'file')} for some of them, such as ${first.document.file}. Write ${variable} in the environment of the service`,
  );
}

function configure(document: Cell, component: Component, system: System): void {
  const { fields } = component;
  const threads = countIn(property(document, 'server.tomcat.threads.max'));
  if (threads !== undefined) fields.set('concurrency', threads);
  const capacity = countIn(property(document, 'server.tomcat.accept-count'));
  if (capacity !== undefined) fields.set('queue', map({ capacity }));
  ending(document, component);
  for (const { url, pool } of [...hikariSourcesOf(document), ...dataSourcesOf(document)])
    withPool(url, pool, component, system);
  for (const { place, host, product } of [...storesOf(document), ...quarkusStores(document)])
    connectStore(component, place, host, product, system);
  for (const path of APPLICATION) property(document, path)?.list('names the component');
  const outbound: (readonly [string, Written])[] = [];
  for (const [name, { bundle, place }] of instancesOf(document)) {
    const callee = calleeOf(name, system);
    if (callee?.section !== 'services' || callee === component) continue;
    system.connect(component, callee, place);
    outbound.push([callee.name, bundle]);
  }
  const named = (name: string): Component | undefined => calleeOf(name, system);
  for (const { callee, bundle, place } of [
    ...quarkusCallees(document, component, system, named),
    ...micronautCallees(document, component, system, named),
  ]) {
    system.connect(component, callee, place);
    if (bundle !== null) outbound.push([callee.name, bundle]);
  }
  if (outbound.length > 0) fields.set('outbound', map(outbound));
  useNetflix(new Netflix(document), component, system);
  routeRequests(document, component, system);
  routeZuul(document, component, system);
  useTopics(document, component, system);
  useChannels(document, component, system);
}

/**
 * `server.shutdown`: graceful finishes the requests in flight, within the time of a phase. A pod may end before: its own
 * grace counts then.
 */
function ending(document: Cell, { fields }: Component): void {
  const shutdown = property(document, 'server.shutdown');
  const word = valueOf(shutdown)?.toLowerCase();
  if (word !== 'graceful' && word !== 'immediate') return;
  const known = fields.get('lifecycle');
  const own = known?.kind === 'map' ? known.entries : new Map<string, Written>();
  const limit = property(document, 'spring.lifecycle.timeout-per-shutdown-phase');
  const grace = word === 'graceful' && !own.has('terminationGrace') ? durationIn(limit) : undefined;
  fields.set(
    'lifecycle',
    map([
      ...own,
      ['drain', from(word === 'graceful', shutdown)] as const,
      ...(grace === undefined ? [] : [['terminationGrace', grace] as const]),
    ]),
  );
}

/**
 * Bundles of Hystrix, Ribbon and Feign, and for all callees where files say so. One of resilience4j has only the limits of the client,
 * which are within its breaker and its retries, unless it has a time limiter.
 */
function useNetflix(netflix: Netflix, component: Component, system: System): void {
  const add = (callee: Component, names: readonly string[]): Cell | null => {
    const known = component.fields.get('outbound');
    const own = new Map(known?.kind === 'map' ? known.entries : []);
    const first = own.get(callee.name);
    if (callee.section !== 'services' || callee === component) return null;
    const found = netflix.bundleOf(names);
    const bundle = found === null ? null : withLimits(first, found.bundle);
    if (bundle === null) return null;
    component.fields.set('outbound', map(own.set(callee.name, bundle)));
    return found!.place;
  };
  for (const name of netflix.names()) {
    const callee = calleeOf(name, system);
    const place = callee === undefined ? null : add(callee, [name, callee.name]);
    if (place !== null) system.connect(component, callee!, place);
  }
  if (!netflix.isEverywhere) return;
  system.later('policies', () => {
    for (const { from: caller, to } of [...system.edges])
      if (caller === component && component.section === 'services') add(to, [to.name]);
  });
}

/** The component that an instance of resilience4j is named after: `payment`, `paymentService` or `payment-client`. */
function calleeOf(name: string, system: System): Component | undefined {
  return system.named(name) ?? system.named(name.replace(/[-_]?(service|client)$/i, ''));
}
