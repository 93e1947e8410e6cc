import type { Cell } from '../../cell.js';
import { listBelow, REASON } from '../../reasons.js';
import type { Component, System } from '../../system.js';
import { rewriteOf, type Rewrite } from '../../rewrites.js';
import { sharesOf, targetsIn } from '../../targets.js';
import { from, fromLater, list, map, plain, type Written, type WrittenMap } from '../../written.js';
import { namespaceOf, resource, type DocumentKind } from '../kind.js';
import { istioMesh } from './mesh.js';
import { bundleOf, type Mesh } from '../mesh.js';
import { ruleBundle } from './retries.js';
import { addInjected, hostsOf, mirrorOf } from './extras.js';
import { headersOf, matchOf, samplePath, type RouteMatch } from './matches.js';

/** Routes of gateways, and routes and policies inside the mesh. */
export const virtualServices: DocumentKind = {
  name: 'Istio VirtualService',
  recognises: resource(/^networking\.istio\.io$/, 'VirtualService'),
  read(document, system) {
    const mesh = istioMesh(system);
    system.later('routes', () => {
      new Reader(document, system, mesh).read();
      listRoutes(document);
    });
  },
};

class Reader {
  private readonly namespace: string = namespaceOf(this.document);
  /** Hosts of the requests that its routes take; null = all. */
  private readonly hosts: ReturnType<typeof hostsOf> = hostsOf(
    this.document.get('spec', 'hosts')?.items() ?? [],
  );

  constructor(
    private readonly document: Cell,
    private readonly system: System,
    private readonly mesh: Mesh,
  ) {}

  read(): void {
    const spec = this.document.get('spec');
    const all = spec?.get('http')?.items() ?? [];
    const rest = all.findIndex((rule) => !takesSome(rule));
    const rules = rest < 0 ? all : all.slice(0, rest + 1);
    for (const rule of all.slice(rules.length))
      rule.list('a rule before it takes all requests, because it has no match');
    const names = (spec?.get('gateways')?.items() ?? []).map((cell) => cell.text() ?? '');
    for (const name of names) {
      const gateway = this.mesh.gateways.get(name.replace(/^.*\//, ''));
      if (gateway !== undefined) this.addRoutes(gateway, rules);
    }
    if (names.length > 0 && !names.includes('mesh')) return;
    for (const host of spec?.get('hosts')?.items() ?? []) {
      const callee = this.system.find(host.text() ?? '', this.namespace);
      if (callee?.section === 'services') this.inside(callee, rules);
    }
  }

  private addRoutes(gateway: Component, rules: readonly Cell[]): void {
    const added = rules.flatMap((rule) => {
      const to = this.targetOf(rule, gateway);
      if (to === undefined) return [];
      const bundle = ruleBundle(rule);
      return matchOf(rule).map((match) => this.route(gateway, rule, match, to, bundle));
    });
    const known = gateway.fields.get('routes');
    gateway.fields.set('routes', list([...(known?.kind === 'list' ? known.items : []), ...added]));
  }

  private route(
    gateway: Component,
    rule: Cell,
    match: RouteMatch,
    to: Written,
    bundle: ReadonlyMap<string, Written>,
  ): WrittenMap {
    const number = gateway.requests.length + 1;
    const name = `route-${number}`;
    const path = samplePath(match);
    gateway.requests.push(
      map({
        name: plain(name),
        path: path === null ? undefined : plain(path),
        host: this.hosts === null ? undefined : plain(this.hosts.sample),
        ...match.sample,
      }),
    );
    const find = (host: string): Component | undefined => this.system.find(host, this.namespace);
    const route = map(
      {
        name: plain(name),
        match: map({ ...match.written, host: this.hosts?.written }),
        to,
        mirror: mirrorOf(rule, find, this.system),
        policy: bundle.size === 0 ? undefined : map(bundle),
      },
      [rule.get('name')],
    );
    return this.system.rewriting(route, rewritesOf(rule, match));
  }

  /** Where a rule sends its requests: one target, or several with their weights. */
  private targetOf(rule: Cell, gateway: Component | null, callee?: Component): Written | undefined {
    const routes = rule.get('route')?.items() ?? [];
    const found = routes.flatMap((route) => {
      const host = route.get('destination', 'host');
      const component = this.system.find(host?.text() ?? '', this.namespace);
      if (component?.section !== 'services' || host === undefined) return [];
      if (gateway !== null) this.system.connect(gateway, component, host);
      else if (component !== callee) this.system.inner.set(component, host);
      const weight = route.get('weight');
      const share = weight?.number() ?? 100;
      const name = this.versioned(component, route);
      return [{ name, component, host, share, origins: [weight] }];
    });
    const targets = targetsIn(found);
    const [first] = targets;
    if (first === undefined) return undefined;
    const { name, component, host } = first;
    if (targets.length > 1) return sharesOf(targets);
    if (gateway === null) return from(name, host);
    return fromLater(() => (name.includes('@') ? name : this.system.targetOf(component)), host);
  }

  /** `reviews@v2` if the subset names a version that runs. */
  private versioned({ name, versions }: Component, route: Cell): string {
    const subset = route.get('destination', 'subset')?.text();
    if (subset === undefined) return name;
    const labels = this.mesh.subsets.get(`${name}/${subset}`);
    const version = labels?.get('version') ?? subset;
    return versions.includes(version) ? `${name}@${version}` : name;
  }

  private inside(callee: Component, rules: readonly Cell[]): void {
    const plainRule = rules.at(-1);
    if (plainRule === undefined) return;
    const bundle = ruleBundle(plainRule);
    if (!takesSome(plainRule)) addInjected(plainRule, callee, this.system);
    for (const [field, value] of bundle) bundleOf(this.mesh, callee).set(field, value);
    const routes = rules.flatMap((rule, index) => {
      const to = this.targetOf(rule, null, callee);
      const headers = headersOf(rule);
      if (to === undefined || (headers === null && takesSome(rule))) return [];
      const match = headers === null ? undefined : map({ headers });
      return [{ rule, route: map({ name: plain(`route-${index + 1}`), match, to }) }];
    });
    // One target alone is no choice.
    const isChoice = ({ route }: { readonly route: WrittenMap }): boolean => {
      const to = route.entries.get('to');
      return to?.kind !== 'scalar' || to.value !== callee.name;
    };
    if (!routes.some(isChoice)) return;
    const rest = map({ name: plain('rest'), to: plain(callee.name) });
    const all = routes.map(({ route }) => route);
    this.mesh.routes.set(callee, list(takesSome(routes.at(-1)!.rule) ? [...all, rest] : all));
  }
}

/** Whether a rule has a condition. */
function takesSome(rule: Cell): boolean {
  return (rule.get('match')?.items() ?? []).length > 0;
}

/** A `uri` replaces the path of the condition: a whole one, or a prefix. */
function rewritesOf(rule: Cell, { paths }: RouteMatch): readonly (Rewrite | null)[] {
  const uri = rule.get('rewrite', 'uri')?.text();
  const regex = rule.get('rewrite', 'uriRegexRewrite');
  const pattern = regex?.get('match')?.text();
  if (pattern !== undefined) return [rewriteOf(pattern, regex!.get('rewrite')?.text() ?? '')];
  if (uri === undefined) return [];
  const plainPaths = paths.filter((path) => !path.startsWith('~'));
  return plainPaths.map((path) => ({ from: path.replace(/\*$/, ''), to: uri }));
}

function listRoutes(document: Cell): void {
  const experiment =
    'a fault of the requests of a gateway, or of some requests only, is an experiment: write it under `faults`';
  const mirror =
    'the routes of gateways alone have copies, one of each request, to a service of these files';
  listBelow(document, {
    apiVersion: REASON.kind,
    kind: REASON.kind,
    metadata: REASON.name,
    'spec.hosts': REASON.name,
    'spec.gateways': REASON.name,
    'spec.exportTo': REASON.label,
    'spec.http.*.name': REASON.name,
    'spec.http.*.match': 'inside the mesh a route is chosen by headers and versions alone',
    'spec.http.*.route.*.destination.port': REASON.port,
    'spec.http.*.route.*.destination.subset': REASON.label,
    'spec.http.*.route.*.destination.host': REASON.name,
    'spec.http.*.route.*.weight':
      'one target gets all requests, or no version of these files is meant',
    'spec.http.*.route.*.headers': 'the content of requests is not simulated',
    'spec.http.*.fault': experiment,
    'spec.http.*.mirror': mirror,
    'spec.http.*.mirrors': mirror,
    'spec.http.*.mirrorPercentage': mirror,
    'spec.http.*.mirrorPercent': mirror,
    'spec.http.*.rewrite': 'a path leads to a route, whatever it is rewritten to',
    'spec.http.*.redirect': 'a redirect reaches no service',
    'spec.http.*.corsPolicy': 'the content of requests is not simulated',
    'spec.http.*.headers': 'the content of requests is not simulated',
    'spec.http.*.timeout': 'a callee has one policy in the mesh: that of the rule without a match',
    'spec.http.*.retries': 'a callee has one policy in the mesh: that of the rule without a match',
    'spec.tcp': 'only HTTP routes are simulated',
    'spec.tls': 'only HTTP routes are simulated',
  });
}
