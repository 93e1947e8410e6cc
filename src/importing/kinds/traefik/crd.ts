import type { Cell } from '../../cell.js';
import { listBelow, REASON } from '../../reasons.js';
import type { System } from '../../system.js';
import { namespaceOf, resource, type DocumentKind } from '../kind.js';
import { UNUSED } from './middlewares.js';

const GROUP = /^traefik\.(io|containo\.us)$/;

/** Resources of Traefik by `namespace/name`. */
function resources(kind: string, system: System): Map<string, Cell> {
  return system.shared(`${kind} of Traefik`, () => new Map<string, Cell>());
}

/** Middlewares of Traefik, which Ingresses and IngressRoutes name. */
export const traefikMiddlewares: DocumentKind = {
  recognises: resource(GROUP, 'Middleware'),
  read(document, system) {
    resources('Middleware', system).set(keyOf(document), document);
    system.later('policies', () => {
      listBelow(document, {
        apiVersion: REASON.kind,
        kind: REASON.kind,
        metadata: REASON.name,
        ...Object.fromEntries(Object.entries(UNUSED).map(([key, why]) => [`spec.${key}`, why])),
      });
      document.list('no route of these files uses it, or what it does has no counterpart');
    });
  },
};

/** TraefikServices, which share requests between Services or copy them. */
export const traefikServices: DocumentKind = {
  recognises: resource(GROUP, 'TraefikService'),
  read(document, system) {
    resources('TraefikService', system).set(keyOf(document), document);
    system.later('policies', () => {
      listBelow(document, { apiVersion: REASON.kind, kind: REASON.kind, metadata: REASON.name });
      document.list('no route of these files leads to it, or only its port is left');
    });
  },
};

function keyOf(document: Cell): string {
  return `${namespaceOf(document)}/${document.get('metadata', 'name')?.text()}`;
}

/** What a reference `{ name, namespace }` of a document names. */
export function referred(
  kind: string,
  reference: Cell | undefined,
  document: Cell,
  system: System,
): Cell | undefined {
  const namespace = reference?.get('namespace')?.text() ?? namespaceOf(document);
  return resources(kind, system).get(`${namespace}/${reference?.get('name')?.text()}`);
}

/** The settings of Middlewares that references name, in their order; a chain is those that it names. */
export function specsOf(
  references: readonly Cell[],
  owner: Cell,
  system: System,
  depth = 0,
): readonly Cell[] {
  return references.flatMap((reference): readonly Cell[] => {
    const found = referred('Middleware', reference, owner, system);
    if (found === undefined) return [];
    const links = found.get('spec', 'chain', 'middlewares')?.items() ?? [];
    if (links.length > 0 && depth <= 8) return specsOf(links, found, system, depth + 1);
    const spec = found.get('spec');
    return spec === undefined ? [] : [spec];
  });
}

/** The same for the names of an annotation, `NAMESPACE-NAME@kubernetescrd`. */
export function specsNamed(names: string, system: System): readonly Cell[] {
  const all = [...resources('Middleware', system).values()];
  return names.split(',').flatMap((name) => {
    const [wanted, provider] = name.trim().split('@');
    const found = all.find((one) => keyOf(one).replace('/', '-') === wanted);
    const own = found?.get('metadata');
    if (provider !== 'kubernetescrd' || found === undefined || own === undefined) return [];
    return specsOf([own], found, system);
  });
}
