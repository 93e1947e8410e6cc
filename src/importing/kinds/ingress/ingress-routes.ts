import type { Cell } from '../../cell.js';
import { backendNamed, type Backend } from '../../targets.js';
import { listBelow, REASON } from '../../reasons.js';
import type { System } from '../../system.js';
import { guess } from '../../written.js';
import { clusterOf } from '../kubernetes/cluster.js';
import { namespaceOf, resource, type DocumentKind } from '../kind.js';
import { referred, specsOf } from '../traefik/crd.js';
import { addRouters, type Router } from '../traefik/routers.js';
import { podsOf } from './ingresses.js';
import { traefik, traefikGateways } from './traefik.js';

/** IngressRoutes of Traefik: all of them are one gateway, which is the component of Traefik if its pods are in the files. */
export const ingressRoutes: DocumentKind = {
  recognises: resource(/^traefik\.(io|containo\.us)$/, 'IngressRoute'),
  read(document, system) {
    clusterOf(system);
    const all = system.shared('IngressRoutes', () => {
      const made = { documents: [] as Cell[] };
      // After the Ingresses, whose gateway it may be.
      system.later('policies', () => {
        addGateway(made.documents, system);
        for (const each of made.documents) listRoute(each);
      });
      return made;
    });
    all.documents.push(document);
  },
};

function addGateway(documents: readonly Cell[], system: System): void {
  const routers = documents.flatMap((document) =>
    (document.get('spec', 'routes')?.items() ?? []).flatMap((route) =>
      routerOf(document, route, system),
    ),
  );
  const [first] = routers;
  if (first === undefined) return;
  const [only, ...others] = traefikGateways(system);
  const running =
    podsOf(traefik, '', system)?.component ?? (others.length === 0 ? only : undefined);
  const named = documents[0]!.get('metadata', 'name');
  const gateway =
    running ??
    system.add('traefik', {
      namespace: first.namespace,
      section: 'gateways',
      origins: named === undefined ? [] : [named],
    });
  if (running === undefined) gateway.fields.set('replicas', guess(2));
  gateway.entry?.relist('users enter by the routes of the gateway');
  gateway.section = 'gateways';
  addRouters(gateway, routers, system);
}

function routerOf(document: Cell, route: Cell, system: System): readonly Router[] {
  const rule = route.get('match');
  const services = route.get('services')?.items() ?? [];
  if (rule === undefined) return [];
  const reader = new Services(document, system);
  const backends = services.flatMap((service) => reader.backendsOf(service, services.length));
  if (backends.length === 0) return [];
  const mirrors = services.flatMap((service) => reader.mirrorOf(service) ?? []);
  const cookie = services.map((service) => service.get('sticky', 'cookie'));
  return [
    {
      rule,
      name: null,
      priority: route.get('priority'),
      backends,
      mirror: mirrors[0] ?? null,
      specs: specsOf(route.get('middlewares')?.items() ?? [], document, system),
      sticky: cookie.find((one) => one !== undefined),
      namespace: namespaceOf(document),
    },
  ];
}

/** Reads references to Services and TraefikServices of a document. */
class Services {
  constructor(
    private readonly document: Cell,
    private readonly system: System,
    private readonly depth = 0,
  ) {}

  /** Services of a reference with their weights; those of a TraefikService share its weight. */
  backendsOf(reference: Cell, count: number): readonly Backend[] {
    const { document, system, depth } = this;
    const weight = count > 1 ? reference.get('weight') : undefined;
    const share = weight?.number() ?? 1;
    const named = this.named(reference);
    if (named !== undefined && depth < 8) {
      const inner = new Services(named, system, depth + 1);
      const weighted = named.get('spec', 'weighted', 'services')?.items() ?? [];
      const mirrored = named.get('spec', 'mirroring');
      const all = mirrored === undefined ? weighted : [mirrored];
      const found = all.flatMap((one) => inner.backendsOf(one, all.length));
      const total = found.reduce((sum, one) => sum + one.share, 0);
      return found.map((one) => ({
        ...one,
        share: count > 1 ? (one.share / total) * share : one.share,
        origins: [...one.origins, weight],
      }));
    }
    const namespace = reference.get('namespace')?.text() ?? namespaceOf(document);
    return backendNamed(reference.get('name'), namespace, system, { weight });
  }

  /** The Service that gets copies of the requests. */
  mirrorOf(reference: Cell): Router['mirror'] {
    const named = this.named(reference);
    const mirror = named?.get('spec', 'mirroring', 'mirrors')?.items()[0];
    if (named === undefined || mirror === undefined) return null;
    const [found] = new Services(named, this.system, 8).backendsOf(mirror, 1);
    const isService = found?.component.section === 'services';
    return isService ? { ...found, percent: mirror.get('percent') } : null;
  }

  private named(reference: Cell): Cell | undefined {
    if (reference.get('kind')?.text() !== 'TraefikService') return undefined;
    return referred('TraefikService', reference, this.document, this.system);
  }
}

function listRoute(document: Cell): void {
  listBelow(document, {
    apiVersion: REASON.kind,
    kind: REASON.kind,
    metadata: REASON.name,
    'spec.entryPoints': REASON.port,
    'spec.ingressClassName': 'says which program reads the IngressRoute',
    'spec.tls': REASON.security,
    'spec.parentRefs': 'routes of routes have no counterpart',
    'spec.routes.*.kind': REASON.kind,
    'spec.routes.*.syntax': REASON.kind,
    'spec.routes.*.match': 'its service is not in these files',
    'spec.routes.*.priority': 'decides the order of the routes',
    'spec.routes.*.middlewares': 'the values of a Middleware of these files count',
    'spec.routes.*.observability': 'the output of programs is not simulated',
    'spec.routes.*.services.*.kind': REASON.kind,
    'spec.routes.*.services.*.namespace': REASON.name,
    'spec.routes.*.services.*.name': 'no service of these files has this name, or it names others',
    'spec.routes.*.services.*.port': REASON.port,
    'spec.routes.*.services.*.scheme': REASON.port,
    'spec.routes.*.services.*.weight': 'one service gets all requests',
    'spec.routes.*.services.*.passHostHeader': 'the content of requests is not simulated',
    'spec.routes.*.services.*.sticky': REASON.name,
    'spec.routes.*.services.*.strategy': 'write `loadBalancing` of the service',
    'spec.routes.*.services.*.serversTransport':
      'the limits are in another object: write `policy` of the route',
    'spec.routes.*.services.*.healthCheck': 'only a Service of type ExternalName has these checks',
    'spec.routes.*.services.*.nativeLB': 'addresses are not simulated',
    'spec.routes.*.services.*.responseForwarding': 'the content of requests is not simulated',
    status: 'the state of the moment is no setting',
  });
}
