import type { Cell } from '../../cell.js';
import { listBelow, REASON } from '../../reasons.js';
import type { Component, System } from '../../system.js';
import { rewriteOf, type Rewrite } from '../../rewrites.js';
import { requestPoliciesOf } from '../../request-policies.js';
import { targetsIn, leadingTo } from '../../targets.js';
import { from, list, map, plain, type Written, type WrittenMap } from '../../written.js';
import { namespaceOf, resource, type DocumentKind } from '../kind.js';
import { ISTIO, istioMesh } from './mesh.js';
import { delegatesOf, keyOf, rulesOf } from './delegates.js';
import { byRank } from '../gateway-api/matches.js';
import { bundleOf, type Mesh } from '../mesh.js';
import { ruleBundle } from './retries.js';
import { addInjected, hostsOf, mirrorOf } from './extras.js';
import {
  alternativesOf,
  matchOf,
  MESH,
  meshHeaders,
  plainName,
  samplePath,
  takesRequest,
  type RouteMatch,
} from './matches.js';

/** Routes of gateways, and routes and policies inside the mesh. */
export const virtualServices: DocumentKind = {
  recognises: resource(/^networking\.istio\.io$/, 'VirtualService'),
  read(document, system) {
    const mesh = istioMesh(system);
    if ((document.get('spec', 'hosts')?.items() ?? []).length === 0)
      delegatesOf(system).set(keyOf(document), document);
    system.later('routes', () => {
      new Reader(document, system, mesh).read();
      // A delegate may come before the one that names it.
      system.later('policies', () => listRoutes(document));
    });
  },
};

class Reader {
  private readonly namespace: string = namespaceOf(this.document);
  /** Its rules and those of its delegates, each with the namespace of its hosts. */
  private readonly rules: ReadonlyMap<Cell, string> = new Map(
    rulesOf(this.document, this.system).map(({ rule, namespace }) => [rule, namespace]),
  );
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
    // A delegate has no requests of its own.
    if ((spec?.get('hosts')?.items() ?? []).length === 0) return;
    const names = (spec?.get('gateways')?.items() ?? []).map((cell) => cell.text() ?? '');
    for (const name of names) {
      const gateway = this.mesh.gateways.get(plainName(name));
      if (gateway !== undefined) this.addRoutes(gateway, plainName(name));
    }
    if (names.length > 0 && !names.includes(MESH)) return;
    for (const host of spec?.get('hosts')?.items() ?? []) {
      const callee = this.system.find(host.text() ?? '', this.namespace);
      if (callee?.section === 'services') this.inside(callee, this.rulesAt(MESH));
    }
  }

  /** The rules that get requests at a gateway, or inside the mesh: those up to the first one that takes all. */
  private rulesAt(place: string): readonly Cell[] {
    const here = [...this.rules.keys()].filter((rule) => alternativesOf(rule, place)?.length !== 0);
    const rest = here.findIndex((rule) => alternativesOf(rule, place) === null);
    const rules = rest < 0 ? here : here.slice(0, rest + 1);
    for (const rule of here.slice(rules.length)) rule.list('a rule before it takes all requests');
    return rules;
  }

  private addRoutes(gateway: Component, name: string): void {
    const known = routesOf(gateway, this.system);
    for (const rule of this.rulesAt(name)) {
      const to = this.targetOf(rule, gateway);
      if (to === undefined) continue;
      const bundle = ruleBundle(rule);
      const takesAll = alternativesOf(rule, name) === null;
      for (const match of matchOf(rule, name)) {
        const route = this.route(gateway, rule, match, to, bundle);
        known.push({ rank: [rankOf(this.hosts?.sample), takesAll ? 0 : 1], route });
      }
    }
    known.sort((a, b) => byRank(a.rank, b.rank));
    gateway.fields.set('routes', list(known.map(({ route }) => route)));
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
    const namespace = this.rules.get(rule);
    const find = (host: string): Component | undefined => this.system.find(host, namespace);
    const route = map(
      {
        name: plain(name),
        match: map({ ...match.written, host: match.written['host'] ?? this.hosts?.written }),
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
    const namespace = this.rules.get(rule) ?? this.namespace;
    const found = routes.flatMap((route) => {
      const host = route.get('destination', 'host');
      const component = this.system.find(host?.text() ?? '', namespace);
      if (component?.section !== 'services' || host === undefined) return [];
      if (gateway !== null) this.system.connect(gateway, component, host);
      else if (component !== callee) this.system.inner.set(component, host);
      const weight = route.get('weight');
      // Of several targets one without a weight gets nothing.
      const share = weight?.number() ?? (routes.length === 1 ? 100 : 0);
      const name = this.versioned(component, host.text()!, route, namespace);
      return [{ name, component, host, share, origins: [weight] }];
    });
    const [first, ...others] = targetsIn(found);
    if (first === undefined) return undefined;
    if (gateway === null && others.length === 0) return from(first.name, first.host);
    return leadingTo([first, ...others], this.system);
  }

  /** `reviews@v2` if the subset or the host names a version that runs. */
  private versioned(
    { name, versions }: Component,
    host: string,
    route: Cell,
    namespace: string,
  ): string {
    const subset = route.get('destination', 'subset')?.text();
    if (subset === undefined) return this.system.partAt(host, namespace);
    const version = this.mesh.subsets.get(`${name}/${subset}`) ?? subset;
    return versions.includes(version) ? `${name}@${version}` : name;
  }

  private inside(callee: Component, rules: readonly Cell[]): void {
    const last = rules.at(-1);
    if (last === undefined) return;
    const takesAll = alternativesOf(last, MESH) === null;
    if (takesAll) addInjected(last, callee, this.system);
    // Where no rule takes all requests, the only one has those that are not refused.
    const bundle = takesAll || rules.length === 1 ? ruleBundle(last) : [];
    for (const [field, value] of bundle) bundleOf(this.mesh, callee).set(field, value);
    if (rules.length > 1) this.byRequest(callee, rules, takesAll ? last : null);
    const routes = rules.flatMap((rule) => {
      const to = this.targetOf(rule, null, callee);
      if (to === undefined) return [];
      const isRest = takesAll && rule === last;
      const matches = isRest ? [undefined] : meshHeaders(rule).map((headers) => map({ headers }));
      return matches.map((match) => ({ to, match }));
    });
    // One target alone is no choice.
    const isChoice = ({ to }: { readonly to: Written }): boolean =>
      to.kind !== 'scalar' || to.value !== callee.name;
    if (!routes.some(isChoice)) return;
    const rest = map({ name: plain('rest'), to: plain(callee.name) });
    const all = routes.map(({ to, match }, k) => map({ name: plain(`route-${k + 1}`), match, to }));
    this.mesh.routes.set(callee, list(routes.at(-1)!.match === undefined ? all : [...all, rest]));
  }

  /** Limits and retries of the rules that some requests take. Those of the `rest` are what the callee has. */
  private byRequest(callee: Component, rules: readonly Cell[], rest: Cell | null): void {
    const { mesh, system } = this;
    requestPoliciesOf(system).set(callee, {
      get shared() {
        const isOfRules = (field: string): boolean => OF_RULES.includes(field);
        return new Map([...bundleOf(mesh, callee)].filter(([field]) => !isOfRules(field)));
      },
      of(request) {
        const rule = rules.find((each) => takesRequest(each, request));
        if (rule === undefined || rule === rest) return null;
        const own = ruleBundle(rule);
        const retry = own.get('retry') ?? ISTIO.retry!;
        return { own: new Map([...own, ['retry', retry]]), sharing: [] };
      },
    });
  }
}

/** What a rule says of its requests. The rest of a bundle is that of the DestinationRule. */
const OF_RULES: readonly string[] = ['deadline', 'timeout', 'retry'];

interface RankedRoute {
  readonly rank: readonly number[];
  readonly route: WrittenMap;
}

/** The routes of a gateway so far: those of an exact host first, and those that take all requests of a host last. */
function routesOf(gateway: Component, system: System): RankedRoute[] {
  return system.shared(`routes of the Gateway ${gateway.name}`, (): RankedRoute[] => []);
}

function rankOf(host: string | undefined): number {
  return host === undefined ? 0 : host.startsWith('www.') ? 1 : 2;
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
  const policy =
    'without traces of these requests, a callee has one policy in the mesh: that of the rule that takes all requests';
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
    'spec.http.*.match': 'inside the mesh a route is chosen by exact headers and versions alone',
    'spec.http.*.delegate': REASON.name,
    'spec.http.*.route.*.destination.port': REASON.port,
    'spec.http.*.route.*.destination.subset': REASON.label,
    'spec.http.*.route.*.destination.host': REASON.name,
    'spec.http.*.route.*.weight': 'one target gets all requests, or it gets none',
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
    'spec.http.*.timeout': policy,
    'spec.http.*.retries': policy,
    'spec.tcp': 'only HTTP routes are simulated',
    'spec.tls': 'only HTTP routes are simulated',
  });
}
