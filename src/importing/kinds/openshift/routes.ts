import type { Cell } from '../../cell.js';
import { listBelow, REASON } from '../../reasons.js';
import type { Component, System } from '../../system.js';
import { backendNamed, leadingTo, targetsIn, type Backend } from '../../targets.js';
import {
  from,
  guess,
  list,
  map,
  plain,
  type WrittenMap,
  type WrittenScalar,
} from '../../written.js';
import { byRank } from '../gateway-api/matches.js';
import { durationOf } from '../istio/retries.js';
import { clusterOf } from '../kubernetes/cluster.js';
import { namespaceOf, resource, type DocumentKind } from '../kind.js';
import { addRequests, requestName } from '../requests.js';

/** Routes of OpenShift: all of them are one gateway, the HAProxy of the cluster. */
export const openshiftRoutes: DocumentKind = {
  recognises: resource(/^(route\.openshift\.io)?$/, 'Route'),
  read(document, system) {
    clusterOf(system);
    const all = system.shared('Routes of OpenShift', () => {
      const made = { documents: [] as Cell[] };
      system.later('calls', () => addGateway(made.documents, system));
      return made;
    });
    all.documents.push(document);
  },
};

const PREFIX = 'haproxy.router.openshift.io/';

function addGateway(documents: readonly Cell[], system: System): void {
  const routes = documents.flatMap((document) => {
    const [first, ...others] = targetsOf(document, system);
    const rank = rankOf(document);
    return first === undefined ? [] : [{ document, rank, targets: [first, ...others] as const }];
  });
  routes.sort((a, b) => byRank(a.rank, b.rank));
  const [first] = routes;
  if (first !== undefined) {
    const name = first.document.get('metadata', 'name');
    const gateway = system.add('router', {
      section: 'gateways',
      origins: name === undefined ? [] : [name],
    });
    gateway.fields.set('replicas', guess(2));
    const written = routes.map(({ document, targets }) =>
      routeOf(gateway, document, targets, system),
    );
    gateway.fields.set('outbound', map({ default: limitsOf(undefined) }));
    gateway.fields.set('routes', list(written));
  }
  for (const each of documents) listRoute(each);
}

/** The longest path of a host first. */
function rankOf(document: Cell): readonly number[] {
  return [document.get('spec', 'path')?.text()?.length ?? 0];
}

/** A Route without a host gets one of its own, which begins with its name and namespace. */
function hostOf(document: Cell): WrittenScalar {
  const host = document.get('spec', 'host');
  const name = document.get('metadata', 'name');
  return host?.text()
    ? from(host.text()!, host)
    : from(`${name?.text()}-${namespaceOf(document)}`, name);
}

/** `to` and the alternate backends, with weights between 0 and 256; 100 without one. */
function targetsOf(document: Cell, system: System): readonly Backend[] {
  const spec = document.get('spec');
  const to = spec?.get('to');
  const all = [
    ...(to === undefined ? [] : [to]),
    ...(spec?.get('alternateBackends')?.items() ?? []),
  ];
  const namespace = namespaceOf(document);
  return targetsIn(
    all.flatMap((backend) => {
      const weight = backend.get('weight');
      return backendNamed(backend.get('name'), namespace, system, { weight, usual: 100 });
    }),
  );
}

function routeOf(
  gateway: Component,
  document: Cell,
  targets: readonly [Backend, ...Backend[]],
  system: System,
): WrittenMap {
  const host = hostOf(document);
  const path = document.get('spec', 'path');
  const stem = (path?.text() ?? '').replace(/\/+$/, '');
  const takes = (one: string): boolean => one === stem || one.startsWith(`${stem}/`);
  for (const { component, host: place } of targets) system.connect(gateway, component, place);
  const name = requestName(gateway, document.get('metadata', 'name')?.text() ?? null);
  const taken = { sample: stem || '/', takes };
  addRequests(gateway, targets[0].component, taken, name, { host: plain(host.value) });
  const timeout = document.get('metadata', 'annotations', `${PREFIX}timeout`);
  return map({
    name: plain(name),
    match: map({
      path: stem === '' ? from('/*', path) : list([from(stem, path), plain(`${stem}/*`)]),
      host,
    }),
    to: leadingTo(targets, system),
    policy: timeout === undefined ? undefined : limitsOf(timeout),
  });
}

/**
 * Source: openshift/router haproxy-config.template: `option redispatch`, and a random balance. haproxy stream.h
 * stream_choose_redispatch: without a cookie a failed connection is tried at another server, at once.
 */
function limitsOf(timeout: Cell | undefined): WrittenMap {
  const usual = (value: WrittenScalar['value'], product = 'OpenShift router'): WrittenScalar => ({
    ...plain(value),
    note: `${product} default`,
  });
  return map({
    timeout: durationOf(timeout) ?? usual('30s'),
    connections: map({ connectTimeout: usual('5s') }),
    retry: map({ attempts: usual(4, 'HAProxy'), on: list([plain('connect')]) }),
  });
}

function listRoute(document: Cell): void {
  for (const [key, cell] of document.get('metadata', 'annotations')?.entries() ?? []) {
    if (key.startsWith(`${PREFIX}rate-limit`))
      cell.list('write `rateLimit` or `admit` with `key: client` as middleware of the route');
    else if (key === `${PREFIX}balance`)
      cell.list('write `loadBalancing` in `policy` of the route');
    else if (key.startsWith(PREFIX)) cell.list('it changes no request that is simulated');
  }
  listBelow(document, {
    apiVersion: REASON.kind,
    kind: REASON.kind,
    metadata: REASON.name,
    'spec.to.kind': REASON.kind,
    'spec.to.name': 'no service of these files has this name',
    'spec.to.weight': 'one target gets all requests',
    'spec.alternateBackends': 'no service of these files has this name, or it gets no requests',
    'spec.host': 'no service of these files is behind it',
    'spec.subdomain': REASON.name,
    'spec.path': 'no service of these files is behind it',
    'spec.port': REASON.port,
    'spec.tls': REASON.security,
    'spec.wildcardPolicy': REASON.kind,
    'spec.httpHeaders': 'the content of requests is not simulated',
    status: 'the state of the moment is no setting',
  });
}
