import type { Cell } from '../../cell.js';
import type { Component, System } from '../../system.js';
import { rewriteOf, type Rewrite } from '../../rewrites.js';
import { sharesOf, targetsIn } from '../../targets.js';
import { from, fromLater, list, map, plain, type Written, type WrittenMap } from '../../written.js';
import { hostsOf } from '../istio/extras.js';
import { durationOf, outcomesOf } from '../istio/retries.js';
import { entryOf, type Cluster } from './clusters.js';

/** What routes refer to. */
export interface Targets {
  readonly clusters: ReadonlyMap<string, Cluster>;
  readonly system: System;
}

/** The routes of a virtual host, in their order. */
export function routesOf(host: Cell, gateway: Component, targets: Targets): readonly Written[] {
  const hosts = hostsOf(host.get('domains')?.items() ?? []);
  return (host.get('routes')?.items() ?? []).flatMap((route) => {
    const match = matchOf(route.get('match'));
    const action = route.get('route');
    const to = action === undefined ? undefined : targetOf(action, gateway, targets);
    if (match === null || to === undefined) return [];
    const name = `route-${gateway.requests.length + 1}`;
    gateway.requests.push(
      map({
        name: plain(name),
        ...match.sample,
        host: hosts === null ? undefined : plain(hosts.sample),
      }),
    );
    const policy = policyOf(action!, host, targets);
    const written = map(
      {
        name: plain(name),
        match: map({ ...match.written, host: hosts?.written }),
        to,
        mirror: mirrorOf(action!, targets),
        policy: policy.size === 0 ? undefined : map(policy),
      },
      [route.get('name')],
    );
    return [targets.system.rewriting(written, [rewriteIn(route)])];
  });
}

function rewriteIn(route: Cell): Rewrite | null {
  const match = route.get('match');
  const from = match?.get('prefix') ?? match?.get('path_separated_prefix') ?? match?.get('path');
  const to = route.get('route', 'prefix_rewrite')?.text();
  if (to !== undefined) return { from: from?.text() ?? '', to };
  const regex = route.get('route', 'regex_rewrite');
  const pattern = regex?.get('pattern', 'regex')?.text();
  return pattern === undefined
    ? null
    : rewriteOf(pattern, regex!.get('substitution')?.text() ?? '');
}

interface Match {
  readonly written: Readonly<Record<string, Written | undefined>>;
  readonly sample: Readonly<Record<string, Written | undefined>>;
}

/** null = a condition that has no counterpart, so that the route would take other requests than Envoy's. */
function matchOf(match: Cell | undefined): Match | null {
  const path = pathOf(match);
  if (path === null || match?.get('query_parameters') !== undefined) return null;
  const headers: (readonly [string, Written])[] = [];
  let method: ReturnType<typeof from> | undefined;
  for (const header of match?.get('headers')?.items() ?? []) {
    const name = header.get('name')?.text() ?? '';
    const exact = header.get('string_match', 'exact') ?? header.get('exact_match');
    const text = exact?.text();
    if (text === undefined) return null;
    if (name === ':method') method = from(text, header.get('name'), exact);
    else headers.push([name, from(text, header.get('name'), exact)]);
  }
  const plainHeaders = headers.map(([name, value]) => [name, bare(value)] as const);
  return {
    written: {
      path: path.written,
      method,
      headers: headers.length === 0 ? undefined : map(headers),
    },
    sample: {
      path: path.sample === null ? undefined : plain(path.sample),
      method: method === undefined ? undefined : plain(method.value),
      headers: headers.length === 0 ? undefined : map(plainHeaders),
    },
  };
}

function bare(value: Written): Written {
  return value.kind === 'scalar' ? plain(value.value) : value;
}

function pathOf(
  match: Cell | undefined,
): { readonly written: Written; readonly sample: string | null } | null {
  const prefix = match?.get('prefix');
  const path = match?.get('path');
  const regex = match?.get('safe_regex', 'regex');
  const separated = match?.get('path_separated_prefix');
  if (prefix?.text() !== undefined) {
    return { written: from(`${prefix.text()}*`, prefix), sample: prefix.text()! };
  }
  if (separated?.text() !== undefined) {
    const stem = separated.text()!;
    return { written: list([from(stem, separated), from(`${stem}/*`, separated)]), sample: stem };
  }
  if (path?.text() !== undefined)
    return { written: from(path.text()!, path), sample: path.text()! };
  return regex?.text() === undefined
    ? null
    : { written: from(`~${regex.text()!}`, regex), sample: null };
}

/** One cluster, or several with their weights. */
function targetOf(
  action: Cell,
  gateway: Component,
  { clusters, system }: Targets,
): Written | undefined {
  const one = action.get('cluster');
  const several = action.get('weighted_clusters', 'clusters')?.items() ?? [];
  const all = one === undefined ? several : [];
  const single = clusters.get(one?.text() ?? '');
  if (one !== undefined) {
    const component = single?.component ?? null;
    // Its own port of statistics is no service.
    if (component === null || component === gateway) return undefined;
    system.connect(gateway, component, one);
    return fromLater(() => system.targetOf(component), one);
  }
  const weights = all.flatMap((entry) => {
    const cluster = clusters.get(entry.get('name')?.text() ?? '');
    const weight = entry.get('weight');
    const share = weight?.number();
    if (cluster?.component === null || cluster === undefined || share === undefined) return [];
    system.connect(gateway, cluster.component, entry.get('name')!);
    return [{ name: cluster.component.name, share, origins: [weight, entry.get('name')] }];
  });
  const targets = targetsIn(weights);
  return targets.length === 0 ? undefined : sharesOf(targets);
}

/** Envoy's limit of a route that has none. Source: route_components.proto, RouteAction.timeout. */
const DEFAULT_TIMEOUT = '15s';

/** The cluster, the time limits and the retries of a route; retries of its virtual host if it has none. */
function policyOf(action: Cell, host: Cell, { clusters, system }: Targets): Map<string, Written> {
  const fields = new Map<string, Written>();
  const cluster = clusters.get(action.get('cluster')?.text() ?? '');
  const entry = cluster === undefined ? null : entryOf(cluster, system);
  if (entry !== null) fields.set('cluster', plain(entry));
  const timeout = action.get('timeout');
  const total = durationOf(timeout);
  if (total !== undefined) fields.set('deadline', total);
  else if (timeout?.text() !== undefined && !/[1-9]/.test(timeout.text()!)) {
    fields.set('deadline', from('none', timeout));
  }
  const retries = action.get('retry_policy') ?? host.get('retry_policy');
  const each = durationOf(retries?.get('per_try_timeout'));
  if (each !== undefined) fields.set('timeout', each);
  const retry = retryOf(retries, cluster?.budget);
  if (retry !== undefined) fields.set('retry', retry);
  // A policy of its own replaces that of the gateway, and the limit with it.
  if (fields.size > 0 && !fields.has('deadline')) fields.set('deadline', plain(DEFAULT_TIMEOUT));
  return fields;
}

/** Source: api/envoy/config/route/v3/route_components.proto, RetryPolicy. */
function retryOf(cell: Cell | undefined, budget: Written | undefined): WrittenMap | undefined {
  const conditions = outcomesOf(cell?.get('retry_on'), cell?.get('retriable_status_codes'));
  if (cell === undefined || conditions === undefined) return undefined;
  const retries = cell.get('num_retries');
  const count = retries?.number();
  if (count === 0) return map({ kind: plain('envoy'), attempts: from(1, retries) });
  const backoff = map({
    base: durationOf(cell.get('retry_back_off', 'base_interval')),
    max: durationOf(cell.get('retry_back_off', 'max_interval')),
  });
  const predicates = cell.get('retry_host_predicate')?.items() ?? [];
  const previous = predicates
    .map((one) => one.get('name'))
    .find((name) => /previous_hosts$/.test(name?.text() ?? ''));
  return map({
    kind: plain('envoy'),
    // Envoy counts the tries after the first one, and makes one of them unless it says otherwise.
    attempts: count === undefined ? undefined : from(count + 1, retries),
    on: conditions,
    backoff: backoff.entries.size === 0 ? undefined : backoff,
    budget,
    otherInstance: previous === undefined ? undefined : from(true, previous),
  });
}

/** The first cluster that gets copies. */
function mirrorOf(action: Cell, { clusters, system }: Targets): WrittenMap | undefined {
  const [first] = action.get('request_mirror_policies')?.items() ?? [];
  const name = first?.get('cluster');
  const component = clusters.get(name?.text() ?? '')?.component ?? null;
  if (component === null || name === undefined) return undefined;
  const share = first!.get('runtime_fraction', 'default_value');
  const numerator = share?.get('numerator');
  const denominator = share?.get('denominator');
  const of = { HUNDRED: 1, TEN_THOUSAND: 100, MILLION: 10_000 }[denominator?.text() ?? 'HUNDRED'];
  const part = numerator?.number();
  return map({
    to: fromLater(() => system.targetOf(component), name),
    share:
      part === undefined || of === undefined
        ? undefined
        : from(`${part / of}%`, numerator, denominator),
  });
}
