import type { Cell } from './cell.js';
import { Names } from './names.js';
import type { Rewrite } from './rewrites.js';
import { plainKey } from './traced-parts.js';
import type { Written, WrittenMap, WrittenScalar } from './written.js';

/** What is done after all documents are read, in this order. */
export const PHASES = ['files', 'parts', 'settings', 'routes', 'calls', 'policies'] as const;

export type Phase = (typeof PHASES)[number];

/** Sections in which a component can be. */
export type Section = 'services' | 'databases' | 'gateways' | 'brokers' | 'topics' | 'queues';

/** Whether components of a section hold messages: they are published to, and not called. */
export function holdsMessages({ section }: { readonly section: Section }): boolean {
  return section === 'topics' || section === 'queues';
}

/** A part of the scenario that is being built. */
export interface Component {
  readonly name: string;
  /** Where its files place it: names of hosts are first those of its namespace. */
  readonly namespace: string;
  /** A service whose file has routes becomes a gateway. */
  section: Section;
  /** Kind of a database, a topic or a gateway. */
  product: string | null;
  readonly origins: readonly Cell[];
  /** Fields, in the order in which they are written. */
  readonly fields: Map<string, Written>;
  /** Versions that run side by side; empty = one. */
  readonly versions: readonly string[];
  /** Endpoints or operations, if something says what they do. */
  endpoints: WrittenMap | null;
  /** Cores that one instance may use; null = no file says it. */
  cores: number | null;
  replicas: number | null;
  /** Where the files say that it is called from outside; null = nowhere. */
  entry: Cell | null;
  /** Work of a request, if only metrics say it. */
  work: WrittenScalar | null;
  /** Requests that a gateway has routes for. */
  readonly requests: WrittenMap[];
  /** It makes the load of a test, and is no part of the system. */
  isLoad: boolean;
}

/** A call that the files suggest. Whether and how often it happens, they do not say. */
export interface Edge {
  readonly from: Component;
  readonly to: Component;
  readonly origins: readonly Cell[];
  /** Calls for each request of the caller, if metrics count both. */
  readonly ratio?: { readonly value: number; readonly note: string };
}

/** Name of the endpoint of a service, if nothing says more. */
export const ENDPOINT = 'handle';
/** Name of the operation of a database. */
export const OPERATION = 'query';

/** What a name of a host leads to. */
interface Place {
  readonly component: Component;
  /** undefined = all of its versions. */
  readonly version: string | undefined;
}

/** What the documents have given so far. Readers add to it. */
export class System {
  readonly names: Names;
  readonly components: Component[] = [];
  readonly edges: Edge[] = [];
  /** Services that handle messages: they are no entrances. */
  readonly subscribed = new Set<Component>();
  /** Components that users do not reach, with what says so. */
  readonly inner = new Map<Component, Cell>();
  /** Sections besides those of the components, such as `mesh`. */
  readonly sections = new Map<string, Written>();
  /** Workloads, if something says what they are. */
  load: WrittenMap | null = null;
  /** The rate of all requests from outside, if only metrics say it, and by component. */
  arrivals: WrittenScalar | null = null;
  readonly weights = new Map<Component, number>();
  /** Settings of the consumers of a service, for topics that only traces show. */
  readonly consumers = new Map<Component, WrittenMap>();
  /** Questions about the files, the most useful one first. */
  readonly questions: string[] = [];
  /** Entrances of traces that are taken to be gateways of the files, although their names differ. */
  readonly joined = new Map<string, Component>();
  /** How routes change the path of a request. */
  readonly rewrites = new Map<Written, readonly Rewrite[]>();
  /** Files that were found in a folder, and not named. */
  readonly found = new Set<string>();
  /** Addresses that no document describes, with the variable that has each and the component that reads it. */
  readonly outside = new Map<string, string>();
  /** Ways to run the same services: of each that counts, the others. */
  readonly deployments = new Map<string, readonly string[]>();
  /** Names of tools that watch the system, which are left out. */
  readonly tools = new Set<string>();
  private readonly hosts = new Map<string, Place>();
  private readonly namespaces = new Set<string>();
  /** Other names, such as those of labels. A name of several components is none. */
  private readonly aliases = new Map<string, Component | null>();
  private readonly families = new Map<string, object>();
  private readonly work = new Map<Phase, (() => void)[]>(PHASES.map((phase) => [phase, []]));

  constructor(mapped: ReadonlyMap<string, string>) {
    this.names = new Names(mapped);
  }

  /** What the readers of one family share, such as all resources of a cluster. */
  shared<T extends object>(key: string, make: () => T): T {
    const known = this.families.get(key) as T | undefined;
    if (known !== undefined) return known;
    const made = make();
    this.families.set(key, made);
    return made;
  }

  /** Notes a question to those that run the system. */
  ask(question: string): void {
    if (!this.questions.includes(question)) this.questions.push(question);
  }

  /** Performs `action` once all documents are read, and the phases before. */
  later(phase: Phase, action: () => void): void {
    this.work.get(phase)!.push(action);
  }

  /** Performs what was left for later. */
  finish(): void {
    for (const phase of PHASES) for (const action of this.work.get(phase)!) action();
  }

  add(wanted: string, about: Partial<Omit<Component, 'name' | 'fields'>>): Component {
    const { namespace = '', ...rest } = about;
    const component: Component = {
      section: 'services',
      product: null,
      origins: [],
      versions: [],
      endpoints: null,
      cores: null,
      replicas: null,
      entry: null,
      work: null,
      isLoad: false,
      requests: [],
      ...rest,
      namespace,
      name: this.names.take(wanted, namespace),
      fields: new Map(),
    };
    this.components.push(component);
    return component;
  }

  /** A name by which others reach a component, or one version of it. The first one of a name stays. */
  addHost(host: string, namespace: string, component: Component, version?: string): void {
    this.namespaces.add(namespace);
    const place = { component, version };
    const forms = [`${host}.${namespace}`, `${host}.${namespace}.svc`];
    for (const form of [...forms, `${host}.${namespace}.svc.cluster.local`]) {
      if (!this.hosts.has(form)) this.hosts.set(form, place);
    }
    if (!this.hosts.has(host)) this.hosts.set(host, place);
  }

  /** The component behind a host name, as seen from a namespace. */
  find(host: string, namespace = ''): Component | undefined {
    return this.placeOf(host, namespace)?.component;
  }

  /** A target of weights: `web@v2` where the host leads to one version alone, else the name of the component behind it. */
  partAt(host: string, namespace: string): string {
    const { component, version } = this.placeOf(host, namespace) ?? {};
    return version === undefined ? (component?.name ?? host) : `${component!.name}@${version}`;
  }

  private placeOf(host: string, namespace: string): Place | undefined {
    const plain = host.replace(/\.$/, '').toLowerCase();
    // A service that only a file without namespaces has: one of Docker Compose, or of manifests for `kubectl apply -n shop`.
    const [, first = '', own = ''] = /^([^.]+)\.([^.]+)\.svc(?:\.|$)/.exec(plain) ?? [];
    const bare = this.namespaces.has(own) ? undefined : this.hosts.get(`${first}.default`);
    return (
      this.hosts.get(`${plain}.${namespace}`) ??
      this.hosts.get(plain) ??
      this.hosts.get(`${first}.`) ??
      bare
    );
  }

  /** The component that traces or other files call by a name of their own: the host, or nearly its name. */
  named(name: string): Component | undefined {
    const mapped = this.names.mappedTo(name);
    const found =
      this.find(mapped ?? name) ?? this.components.find((component) => component.name === mapped);
    if (found !== undefined) return found;
    const key = plainKey(name);
    const near = this.components.filter((component) => plainKey(component.name) === key);
    if (near.length > 0) return near.length === 1 ? near[0] : undefined;
    return this.aliases.get(key) ?? undefined;
  }

  /** A name that people and settings use for a component, if no other one has it. */
  addAlias(name: string, component: Component): void {
    const key = plainKey(name);
    const known = this.aliases.get(key);
    this.aliases.set(key, known === undefined || known === component ? component : null);
  }

  /** The components whose host names match a pattern such as `*.shop.svc.cluster.local`. */
  findAll(host: string, namespace = ''): readonly Component[] {
    if (!host.startsWith('*')) {
      const one = this.find(host, namespace);
      return one === undefined ? [] : [one];
    }
    const end = host.slice(1);
    const found = [...this.hosts].filter(([name]) => end === '' || name.endsWith(end));
    return [...new Set(found.map(([, { component }]) => component))];
  }

  /** What a route to the component names that has this name, or to a version of it: `web.handle`, `web@v2`. */
  routeTo(name: string, component: Component): string {
    return name.includes('@') ? name : this.targetOf(component);
  }

  /** What a call of a component names: its first endpoint, or itself. */
  targetOf(component: Component): string {
    const { name, section, endpoints } = component;
    if (section === 'gateways' || holdsMessages(component)) return name;
    const [first = section === 'databases' ? OPERATION : ENDPOINT] =
      endpoints?.entries.keys() ?? [];
    return `${name}.${first}`;
  }

  /** Where requests from outside arrive: what is called from outside, and what nothing is known to call. */
  entrances(edges: readonly Edge[] = this.edges): readonly Component[] {
    const isPart = ({ isLoad, section }: Component): boolean =>
      !isLoad && (section === 'services' || section === 'gateways');
    const called = new Set([
      ...edges.filter(({ from }) => !from.isLoad).map(({ to }) => to),
      ...this.subscribed,
    ]);
    const parts = this.components.filter(isPart);
    const found = parts.filter(
      (part) => part.entry !== null || (!called.has(part) && !this.inner.has(part)),
    );
    return found.length > 0 ? found : parts.slice(0, 1);
  }

  /** Removes edges. Those with a reason are listed with it. */
  dropEdges(isDropped: (edge: Edge) => boolean, reason: (edge: Edge) => string | null): void {
    const dropped = this.edges.filter(isDropped);
    for (const edge of dropped) {
      const text = reason(edge);
      if (text !== null) for (const origin of edge.origins) origin.relist(text);
      this.edges.splice(this.edges.indexOf(edge), 1);
    }
  }

  /** Notes how a route changes the path of a request: with it, traces of the service behind it show the path at the gateway. */
  rewriting(route: WrittenMap, rewrites: readonly (Rewrite | null)[]): WrittenMap {
    const known = rewrites.filter((one) => one !== null);
    if (known.length > 0) this.rewrites.set(route, known);
    return route;
  }

  /** A call between two components that the files suggest; several places of the same call become one. */
  connect(from: Component, to: Component, origin: Cell): void {
    if (from === to) return;
    const known = this.edges.findIndex((edge) => edge.from === from && edge.to === to);
    const origins = known < 0 ? [origin] : [...this.edges[known]!.origins, origin];
    if (known < 0) this.edges.push({ from, to, origins });
    else this.edges[known] = { from, to, origins };
  }
}
