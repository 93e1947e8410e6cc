import type { Cell } from '../../cell.js';
import { listBelow, REASON } from '../../reasons.js';
import type { Rewrite } from '../../rewrites.js';
import type { Component, System } from '../../system.js';
import { backendNamed, leadingTo, targetsIn, type Backend } from '../../targets.js';
import { from, fromLater, list, map, plain, type Written, type WrittenMap } from '../../written.js';
import { hostsOf } from '../istio/extras.js';
import { namespaceOf, resource, type DocumentKind } from '../kind.js';
import { gatewaysOf } from './gateways.js';
import { apiMatches, byRank, type ApiMatch } from './matches.js';
import { addMeshRoutes } from './mesh-routes.js';
import { policyOf } from './policies.js';

/** Routes of the gateways of the Gateway API. */
export const apiRoutes: DocumentKind = {
  recognises: resource(/^gateway\.networking\.k8s\.io$/, 'HTTPRoute', 'GRPCRoute'),
  read(document, system) {
    system.later('routes', () => {
      for (const parent of document.get('spec', 'parentRefs')?.items() ?? []) {
        const namespace = parent.get('namespace')?.text() ?? namespaceOf(document);
        const key = `${namespace}/${parent.get('name')?.text()}`;
        const gateway = gatewaysOf(system).get(key);
        if (gateway !== undefined) new Reader(document, { key, gateway }, system).read();
        if (parent.get('kind')?.text() === 'Service') addMeshRoutes(document, parent, system);
      }
      listRoutes(document);
    });
  },
};

/** A route with its place among the others of its gateway. */
export interface Ranked {
  readonly rank: readonly number[];
  readonly route: WrittenMap;
  /** Namespace and name of its gateway. */
  readonly gateway: string;
  /** Namespace and name of its document, and the name of its rule. */
  readonly owner: string;
  readonly rule: string | undefined;
  /** The policy that its document has. */
  readonly own: Written | undefined;
  /** How exactly the policy that it has from another document means it; 0 = it has none. */
  readonly level: number;
}

/** The routes of a gateway, in their order. */
export function rankedRoutes(gateway: Component, system: System): Ranked[] {
  return system.shared(`routes of ${gateway.name}`, (): Ranked[] => []);
}

class Reader {
  private readonly hosts: ReturnType<typeof hostsOf> = hostsOf(
    this.document.get('spec', 'hostnames')?.items() ?? [],
  );

  constructor(
    private readonly document: Cell,
    private readonly parent: { readonly key: string; readonly gateway: Component },
    private readonly system: System,
  ) {}

  read(): void {
    const { document, system } = this;
    const { gateway } = this.parent;
    const known = rankedRoutes(gateway, system);
    for (const rule of document.get('spec', 'rules')?.items() ?? []) {
      const to = this.targetOf(rule);
      if (to === undefined) continue;
      for (const match of apiMatches(rule)) known.push(this.route(rule, match, to));
    }
    // The most exact condition goes first, whatever the order of the documents.
    known.sort((a, b) => byRank(a.rank, b.rank));
    gateway.fields.set('routes', list(known.map(({ route }) => route)));
  }

  private route(rule: Cell, { written, sample, rank }: ApiMatch, to: Written): Ranked {
    const { hosts } = this;
    const { gateway, key } = this.parent;
    const name = `route-${gateway.requests.length + 1}`;
    const host = hosts === null ? undefined : plain(hosts.sample);
    gateway.requests.push(map({ name: plain(name), ...sample, host }));
    const policy = policyOf(rule);
    const route = map(
      {
        name: plain(name),
        match: map({ ...written, host: hosts?.written }),
        to,
        mirror: this.mirrorOf(rule),
        policy: policy.entries.size === 0 ? undefined : policy,
      },
      [rule.get('name')],
    );
    if (sample['path']?.kind === 'scalar')
      this.system.rewriting(route, [rewriteIn(rule, String(sample['path'].value))]);
    const ofHost = hosts === null ? 0 : hosts.sample.startsWith('www.') ? 1 : 2;
    return {
      rank: [ofHost, ...rank],
      route,
      gateway: key,
      owner: `${namespaceOf(this.document)}/${this.document.get('metadata', 'name')?.text()}`,
      rule: rule.get('name')?.text(),
      own: policy.entries.size === 0 ? undefined : policy,
      level: 0,
    };
  }

  private targetOf(rule: Cell): Written | undefined {
    const found = (rule.get('backendRefs')?.items() ?? []).flatMap(
      (one) => this.backend(one) ?? [],
    );
    const [first, ...others] = targetsIn(found);
    return first === undefined ? undefined : leadingTo([first, ...others], this.system);
  }

  private backend(reference: Cell | undefined): Backend | undefined {
    const { system, parent } = this;
    const namespace = reference?.get('namespace')?.text() ?? namespaceOf(this.document);
    const weight = reference?.get('weight');
    const [found] = backendNamed(reference?.get('name'), namespace, system, { weight });
    if (found?.component.section !== 'services') return undefined;
    system.connect(parent.gateway, found.component, found.host);
    return found;
  }

  private mirrorOf(rule: Cell): WrittenMap | undefined {
    const filter = rule
      .get('filters')
      ?.items()
      .find((one) => one.get('requestMirror') !== undefined);
    const mirror = filter?.get('requestMirror');
    const found = this.backend(mirror?.get('backendRef'));
    if (found === undefined) return undefined;
    filter!.get('type')?.list(REASON.kind);
    const percent = mirror!.get('percent');
    const numerator = mirror!.get('fraction', 'numerator');
    const denominator = mirror!.get('fraction', 'denominator');
    const share =
      percent?.number() ??
      (numerator === undefined
        ? undefined
        : ((numerator.number() ?? 0) * 100) / (denominator?.number() ?? 100));
    return map({
      to: fromLater(() => this.system.targetOf(found.component), found.host),
      share: share === undefined ? undefined : from(`${share}%`, percent, numerator, denominator),
    });
  }
}

/** URLRewrite of the whole path, or of the prefix of the condition. */
function rewriteIn(rule: Cell, from: string): Rewrite | null {
  const filters = rule.get('filters')?.items() ?? [];
  const path = filters.map((one) => one.get('urlRewrite', 'path')).find((one) => one !== undefined);
  const to = path?.get('replacePrefixMatch')?.text() ?? path?.get('replaceFullPath')?.text();
  return to === undefined ? null : { from, to };
}

function listRoutes(document: Cell): void {
  const content = 'the content of requests is not simulated';
  listBelow(document, {
    apiVersion: REASON.kind,
    kind: REASON.kind,
    metadata: REASON.name,
    'spec.parentRefs': 'no gateway and no service of these files, or no file says which mesh runs',
    'spec.hostnames': REASON.name,
    'spec.rules.*.name': REASON.name,
    'spec.rules.*.matches.*.path.type': REASON.kind,
    'spec.rules.*.matches.*.method.type': REASON.kind,
    'spec.rules.*.matches.*.headers.*.type': REASON.kind,
    'spec.rules.*.matches.*.headers.*.name': REASON.name,
    'spec.rules.*.matches': 'a condition on the query or by an expression has no counterpart',
    'spec.rules.*.filters': content,
    'spec.rules.*.backendRefs.*.port': REASON.port,
    'spec.rules.*.backendRefs.*.group': REASON.kind,
    'spec.rules.*.backendRefs.*.kind': REASON.kind,
    'spec.rules.*.backendRefs.*.namespace': REASON.name,
    'spec.rules.*.backendRefs.*.filters': content,
    'spec.rules.*.backendRefs.*.weight': 'one target gets all requests',
    'spec.rules.*.backendRefs.*.name': 'no service of these files has this name',
    'spec.rules.*.sessionPersistence':
      'a call has no address of a client that could stay with an instance',
    'spec.rules.*.timeouts': 'no limit is the default, or the route has no target',
    'spec.rules.*.retry': 'the route has no target, or the status is no failure',
    status: 'the state of the moment is no setting',
  });
}
