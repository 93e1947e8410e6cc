import { pow } from '../../../kernel/math.js';
import type { Cell } from '../../cell.js';
import { listBelow, REASON } from '../../reasons.js';
import type { System } from '../../system.js';
import { filled, from, list, map, plain, type Written, type WrittenMap } from '../../written.js';
import { durationOf } from '../istio/retries.js';
import { namespaceOf, resource, type DocumentKind } from '../kind.js';
import { annotationsOf, byDefault, GENERIC, type Controller, type Find } from './controller.js';
import { bySession } from './sticky.js';

/** Middlewares by the name that an annotation has for them: `NAMESPACE-NAME@kubernetescrd`. */
function middlewaresOf(system: System): Map<string, Cell> {
  return system.shared('Middlewares of Traefik', () => new Map<string, Cell>());
}

/** Middlewares of Traefik that Ingresses name. */
export const traefikMiddlewares: DocumentKind = {
  name: 'Middleware of Traefik',
  recognises: resource(/^traefik\.(io|containo\.us)$/, 'Middleware'),
  read(document, system) {
    const name = document.get('metadata', 'name')?.text() ?? '';
    middlewaresOf(system).set(`${namespaceOf(document)}-${name}@kubernetescrd`, document);
    system.later('policies', () => {
      listBelow(document, {
        apiVersion: REASON.kind,
        kind: REASON.kind,
        metadata: REASON.name,
        'spec.circuitBreaker':
          'an expression has no counterpart: write `circuitBreaker` in `policy` of the route',
        'spec.chain': 'the Middlewares that it names count',
        'spec.rateLimit':
          'no Ingress of these files uses it, or it counts by another key than the address',
      });
      document.list('no Ingress of these files uses it, or what it does has no counterpart');
    });
  },
};

const USED = 'router.middlewares';

/** The Middlewares of an Ingress in their order; a chain is those that it names. */
function namedBy(find: Find, system: System): readonly Cell[] {
  const all = middlewaresOf(system);
  const expanded = (document: Cell, depth: number): readonly Cell[] => {
    const links = document.get('spec', 'chain', 'middlewares')?.items() ?? [];
    if (links.length === 0 || depth > 8) return [document];
    return links.flatMap((link) => {
      const namespace = link.get('namespace')?.text() ?? namespaceOf(document);
      const found = all.get(`${namespace}-${link.get('name')?.text()}@kubernetescrd`);
      return found === undefined ? [] : expanded(found, depth + 1);
    });
  };
  return (find(USED)?.text() ?? '').split(',').flatMap((name) => {
    const found = all.get(name.trim());
    return found === undefined ? [] : expanded(found, 0);
  });
}

/** The first Middleware with a setting. */
function specOf(documents: readonly Cell[], name: string): Cell | undefined {
  return documents.map((one) => one.get('spec', name)).find((one) => one !== undefined);
}

/**
 * `attempts` counts the first try. A request of which something was sent is not repeated. Source: traefik/traefik
 * pkg/middlewares/retry/retry.go.
 */
function retryOf(retry: Cell | undefined): WrittenMap | undefined {
  const attempts = retry?.get('attempts');
  const count = attempts?.number() ?? 0;
  if (count < 1) return undefined;
  const base = durationOf(retry?.get('initialInterval'));
  const factor = Number(pow(2, 1 / Math.max(1, count - 1)).toPrecision(4));
  return map({
    attempts: from(count, attempts),
    on: list([plain('connect')]),
    backoff:
      base === undefined || count < 2
        ? undefined
        : map({ kind: plain('exponential'), base, factor: plain(factor), jitter: plain('50%') }),
  });
}

/** Seconds of a period; one without a unit is in seconds. */
function periodOf(cell: Cell | undefined): number {
  const [, number, unit = 's'] = /^(\d+)(ms|s|m|h)?$/.exec(cell?.text() ?? '1s') ?? [];
  const scale = { ms: 0.001, s: 1, m: 60, h: 3600 }[unit] ?? 1;
  return number === undefined ? 1 : Number(number) * scale;
}

/** A bucket of tokens by the address of the client, for one of which a request waits half of its interval at most. */
function rateOf(limit: Cell | undefined): readonly Written[] {
  const average = limit?.get('average');
  const criterion = limit?.get('sourceCriterion');
  const isByOther =
    criterion?.get('requestHeaderName') !== undefined ||
    criterion?.get('requestHost')?.value === true;
  const count = average?.number() ?? 0;
  if (limit === undefined || count <= 0 || isByOther) return [];
  const period = limit.get('period');
  const rate = count / periodOf(period);
  const burst = limit.get('burst');
  const wait = rate < 1 ? 500 : 1000 / (2 * Math.floor(rate));
  return [
    map({
      rateLimit: map({
        rate: from(`${Number(rate.toPrecision(6))}/s`, average, period),
        burst:
          (burst?.number() ?? 0) >= 1 ? from(burst!.number()!, burst) : byDefault(1, 'Traefik'),
        maxWait: plain(`${Number(wait.toPrecision(6))}ms`),
        key: plain('client'),
        status: plain(429),
      }),
    }),
  ];
}

/** Requests at once; all of a host together, unless a criterion says otherwise. */
function inFlightOf(limit: Cell | undefined): readonly Written[] {
  const amount = limit?.get('amount');
  const count = amount?.number() ?? 0;
  const key =
    limit?.get('sourceCriterion', 'ipStrategy') === undefined ? undefined : plain('client');
  if (count < 1 || limit?.get('sourceCriterion', 'requestHeaderName') !== undefined) return [];
  return [map({ admit: map({ limit: from(count, amount), key, status: plain(429) }) })];
}

function sizeOf(buffering: Cell | undefined): readonly Written[] {
  const most = buffering?.get('maxRequestBodyBytes');
  const bytes = most?.number() ?? 0;
  return bytes <= 0
    ? []
    : [map({ filter: map({ kind: plain('size'), max: from(`${bytes}B`, most) }) })];
}

/** An annotation of the Service. */
const STICKY = 'traefik.ingress.kubernetes.io/service.sticky.cookie';

/** Traefik repeats nothing and waits without a limit, unless a Middleware or a ServersTransport says so. */
export const traefik: Controller = {
  ...GENERIC,
  named: /traefik/,
  image: /(^|\/)traefik[:@]|(^|\/)traefik$/,
  prefix: 'traefik.ingress.kubernetes.io/',
  ofService: annotationsOf,
  deciding: [STICKY, USED],
  bundle(find, system) {
    const cookie = find(STICKY);
    const bundle = map({
      retry: retryOf(specOf(namedBy(find, system), 'retry')),
      loadBalancing: cookie?.text() === 'true' ? bySession(cookie, system) : undefined,
    });
    return filled(bundle) ?? null;
  },
  middleware(find, { system }) {
    const all = namedBy(find, system);
    return [
      ...sizeOf(specOf(all, 'buffering')),
      ...inFlightOf(specOf(all, 'inFlightReq')),
      ...rateOf(specOf(all, 'rateLimit')),
    ];
  },
  counted: [],
  reasons: [
    [USED, 'its values are in the Middleware'],
    ['router.priority', 'the most exact path goes first: write the routes in another order'],
    ['service.sticky', 'Traefik reads it at the Service'],
    ['service.serverstransport', 'the limits are in another object: write `policy` of the route'],
    ['router.tls', REASON.security],
    ['router.', REASON.port],
    ['', REASON.port],
  ],
};
