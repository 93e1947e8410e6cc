import { Cell } from '../../cell.js';
import { isRoutable, type Backend } from '../../targets.js';
import { listBelow, REASON } from '../../reasons.js';
import type { Component, System } from '../../system.js';
import { guess } from '../../written.js';
import { hostsIn } from '../kubernetes/addresses.js';
import type { DocumentKind } from '../kind.js';
import { UNUSED } from './middlewares.js';
import { addRouters, type Router } from './routers.js';
import { matchesOf } from './rule.js';

/** The dynamic configuration of one Traefik: labels of containers, and files. */
interface Dynamic {
  readonly parts: { readonly http: Cell; readonly owner: Component | null }[];
  /** The container that runs it; null = none of these files does. */
  gateway: Component | null;
}

function dynamicOf(system: System): Dynamic {
  return system.shared('dynamic configuration of Traefik', () => {
    const made: Dynamic = { parts: [], gateway: null };
    system.later('routes', () => fill(made, system));
    return made;
  });
}

const IMAGE = /(^|[/-])traefik(-(custom|proxy|gateway|ee))?([:@]|$)/;

/** Notes the container that runs Traefik: by its image, or by what it is started with. */
export function noteTraefik(
  component: Component,
  image: string,
  commands: readonly (Cell | undefined)[],
  system: System,
): void {
  const isStarted = commands
    .flatMap((command) => command?.leaves() ?? [])
    .some((cell) => /--providers\.(docker|swarm|file)\b/.test(cell.text() ?? ''));
  if (IMAGE.test(image) || isStarted) dynamicOf(system).gateway ??= component;
}

/** Files of Traefik with `http.routers`, `http.services` and `http.middlewares`. */
export const traefikFiles: DocumentKind = {
  recognises: (document) => document.get('http', 'routers') !== undefined,
  read(document, system) {
    const http = document.get('http')!;
    dynamicOf(system).parts.push({ http, owner: null });
    system.later('policies', () => {
      listBelow(document, { tls: REASON.security, tcp: 'only HTTP routes are simulated' });
      listBelow(document, { udp: 'only HTTP routes are simulated' });
      listHttp(http);
      document.list(REST);
    });
  },
};

function listHttp(http: Cell): void {
  for (const kind of ['routers', 'services', 'middlewares'])
    for (const [, each] of http.get(kind)?.entries() ?? []) listBelow(each, LISTED[kind]!);
}

/** Reason of labels and settings that no route uses. */
const REST = 'Traefik reads it, and no route uses it, or what it does has no counterpart';

const LISTED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  routers: {
    entryPoints: REASON.port,
    tls: REASON.security,
    rule: 'its service is not in these files',
    service: 'no service of these files is behind it, or the route names its component',
    priority: 'decides the order of the routes',
    middlewares: 'the values of a middleware of these files count',
  },
  services: { 'loadBalancer.passHostHeader': 'the content of requests is not simulated' },
  middlewares: UNUSED,
};

/** Notes the labels of a container, `traefik.http.routers.web.rule` and the like. */
export function noteLabels(
  owner: Component,
  labels: readonly (readonly [string, Cell])[],
  system: System,
): void {
  const isOff = labels.some(([key, cell]) => key === 'traefik.enable' && cell.text() === 'false');
  const own = labels.flatMap(([key, cell]): (readonly [readonly string[], Cell])[] => {
    const [first = '', second = '', ...path] = key.split('.');
    const isHttp = first.toLowerCase() === 'traefik' && second.toLowerCase() === 'http';
    return isHttp ? [[path, cell]] : [];
  });
  const http = isOff ? undefined : treeOf(own);
  if (http?.get('routers') !== undefined || http?.get('middlewares') !== undefined)
    dynamicOf(system).parts.push({ http, owner });
  system.later('routes', () => {
    if (http !== undefined) listHttp(http);
    for (const [key, cell] of labels) if (key.startsWith('traefik.')) cell.list(REST);
  });
}

/** Options whose names labels may write in any case. */
const OPTIONS: ReadonlyMap<string, string> = new Map(
  [
    'rateLimit',
    'inFlightReq',
    'circuitBreaker',
    'forwardAuth',
    'stripPrefix',
    'redirectScheme',
    'sourceCriterion',
    'requestHeaderName',
    'requestHost',
    'ipStrategy',
    'maxRequestBodyBytes',
    'initialInterval',
    'checkPeriod',
    'fallbackDuration',
    'recoveryDuration',
    'loadBalancer',
    'entryPoints',
  ].map((name) => [name.toLowerCase(), name]),
);

/** Labels as the mappings that they write. */
function treeOf(labels: readonly (readonly [readonly string[], Cell])[]): Cell | undefined {
  const [first] = labels;
  if (first === undefined) return undefined;
  if (labels.some(([path]) => path.length === 0)) return first[1];
  const groups = new Map<string, (readonly [readonly string[], Cell])[]>();
  for (const [[key = '', ...path], cell] of labels) {
    const name = OPTIONS.get(key.toLowerCase()) ?? key;
    groups.set(name, [...(groups.get(name) ?? []), [path, cell]]);
  }
  const entries = [...groups].map(([key, own]) => [key, treeOf(own)!] as const);
  const [, cell] = first;
  return new Cell(cell.path, cell.file, cell.line, new Map(entries));
}

/** A name of `routers`, `services` or `middlewares`, without its provider: `auth@file`. */
function bare(name: string): string {
  return name.trim().replace(/@(docker|file|swarm)$/, '');
}

function fill({ parts, gateway: running }: Dynamic, system: System): void {
  const reader = new Reader(parts, system);
  const routers = reader.routers();
  const first = routers.find(
    ({ rule, backends }) => backends.length > 0 && matchesOf(rule.text() ?? '') !== null,
  );
  if (first === undefined) return;
  const gateway = running ?? system.add('traefik', { section: 'gateways', origins: [first.rule] });
  if (running === null) gateway.fields.set('replicas', guess(1));
  gateway.section = 'gateways';
  addRouters(gateway, routers, system);
}

interface Named {
  readonly name: string;
  readonly cell: Cell;
  readonly owner: Component | null;
}

/** Joins routers, services and middlewares by their names. */
class Reader {
  private readonly services = this.byName('services');
  private readonly middlewares = this.byName('middlewares');

  constructor(
    private readonly parts: Dynamic['parts'],
    private readonly system: System,
  ) {}

  routers(): readonly Router[] {
    return this.all('routers').flatMap(({ name, cell, owner }): readonly Router[] => {
      const rule = cell.get('rule');
      const service = cell.get('service') ?? rule;
      if (rule === undefined || service === undefined) return [];
      const balanced = this.services.get(bare(service.text() ?? '')) ?? this.services.get(name);
      return [
        {
          rule,
          name,
          priority: cell.get('priority'),
          backends: this.backendsOf(service, owner),
          mirror: null,
          specs: this.specsOf(cell.get('middlewares')),
          sticky: balanced?.cell.get('loadBalancer', 'sticky', 'cookie'),
          namespace: '',
        },
      ];
    });
  }

  private all(kind: string): readonly Named[] {
    return this.parts.flatMap(({ http, owner }) =>
      (http.get(kind)?.entries() ?? []).map(([name, cell]) => ({ name, cell, owner })),
    );
  }

  private byName(kind: string): ReadonlyMap<string, Named> {
    return new Map(this.all(kind).map((one) => [one.name, one]));
  }

  private specsOf(names: Cell | undefined, depth = 0): readonly Cell[] {
    const items = names?.items() ?? [];
    const texts = (items.length > 0 ? items : [names]).flatMap(
      (one) => one?.text()?.split(',') ?? [],
    );
    return texts.flatMap((name) => {
      const found = this.middlewares.get(bare(name))?.cell;
      const links = found?.get('chain', 'middlewares');
      if (links !== undefined && depth < 8) return this.specsOf(links, depth + 1);
      return found === undefined ? [] : [found];
    });
  }

  private backendsOf(name: Cell, owner: Component | null, depth = 0): readonly Backend[] {
    const service = this.services.get(bare(name.text() ?? ''));
    // The only service of a container is the container.
    if (service === undefined || service.owner !== null)
      return backendOf(service?.owner ?? owner, name);
    const weighted = service.cell.get('weighted', 'services')?.items() ?? [];
    if (depth < 8 && weighted.length > 0)
      return weighted.flatMap((one) => {
        const weight = one.get('weight');
        const found = this.backendsOf(one.get('name') ?? one, null, depth + 1);
        return found.map((each) => ({ ...each, share: weight?.number() ?? 1, origins: [weight] }));
      });
    const servers = service.cell.get('loadBalancer', 'servers')?.items() ?? [];
    const found = servers.flatMap((server) => {
      const url = server.get('url');
      const [address] = hostsIn(url?.text() ?? '');
      return address === undefined ? [] : backendOf(this.system.find(address.host), url!);
    });
    return found.slice(0, 1);
  }
}

function backendOf(component: Component | null | undefined, host: Cell): readonly Backend[] {
  return component && isRoutable(component)
    ? [{ component, host, name: component.name, share: 1, origins: [] }]
    : [];
}
