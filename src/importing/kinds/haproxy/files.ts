import { pathProblem } from '../../../language/routing/path.js';
import { DerivedCell, type Cell } from '../../cell.js';
import { HAPROXY, isHaproxy } from '../../haproxy-file.js';
import type { Component, System } from '../../system.js';
import { targetsIn, type Backend } from '../../targets.js';
import { from, list, map, plain, type Written, type WrittenMap } from '../../written.js';
import { resolve, type Variables } from '../compose/variables.js';
import { byDefault } from '../ingress/controller.js';
import { hostsIn } from '../kubernetes/addresses.js';
import { directivesOf, flat, named, type Directive } from '../proxies/directives.js';
import type { ProxyKind } from '../proxies/files.js';
import { backendsAt, fillGateway, routeName, type Route } from '../proxies/routes.js';
import { alternativesOf, namedIn } from './conditions.js';

/** HAProxy. */
export const haproxy: ProxyKind = {
  name: 'HAProxy',
  recognises: (document) => document.get(HAPROXY) !== undefined,
  isFile: isHaproxy,
  passes: (document) => named(flat(directivesOf(document)), 'server').length > 0,
  connect(owner, documents, variables, system) {
    const sections = withDefaults(documents.flatMap(directivesOf));
    const reader = new Reader(sections, owner, variables, system);
    fillGateway(owner, reader.routes(), system);
    for (const document of documents) document.list(REST);
  },
};

const REST = 'HAProxy reads it, and no route to a component uses it, or it has no counterpart';
const CONDITION = 'this condition has no counterpart: write the route';
const UNKNOWN = 'no service of these files has this address';

/** A section with the lines of the `defaults` before it, which its own ones override. */
interface Section {
  readonly kind: string;
  readonly name: string;
  readonly own: readonly Directive[];
  readonly defaults: readonly Directive[];
}

function withDefaults(all: readonly Directive[]): readonly Section[] {
  let defaults: readonly Directive[] = [];
  return all.map(({ name: kind, words: [name = ''], block: own }) => {
    if (kind === 'defaults') defaults = own;
    return { kind, name, own, defaults };
  });
}

/** The words after a keyword such as `timeout server`, and where they are. */
function setting(
  { own, defaults }: Section,
  ...keys: readonly string[]
): { readonly words: readonly string[]; readonly cell: Cell } | undefined {
  const [name, ...first] = keys;
  for (const lines of [own, defaults]) {
    const found = lines.findLast(
      (one) => one.name === name && first.every((word, k) => one.words[k] === word),
    );
    if (found !== undefined) return { words: found.words.slice(first.length), cell: found.cell };
  }
  return undefined;
}

const UNITS: Readonly<Record<string, number>> = {
  us: 1e-3,
  ms: 1,
  s: 1e3,
  m: 6e4,
  h: 36e5,
  d: 864e5,
};

/** Milliseconds of a time, which is one without a unit. */
function millisOf(text: string | undefined): number | undefined {
  const [, count, unit = 'ms'] = /^(\d+)(us|ms|[smhd])?$/.exec(text ?? '') ?? [];
  return count === undefined || Number(count) === 0 ? undefined : Number(count) * UNITS[unit]!;
}

class Reader {
  constructor(
    private readonly sections: readonly Section[],
    private readonly owner: Component,
    private readonly variables: Variables,
    private readonly system: System,
  ) {}

  routes(): readonly Route[] {
    const frontends = this.sections.filter(({ kind }) => kind === 'frontend' || kind === 'listen');
    return frontends.flatMap((frontend) => {
      const acls = namedIn(frontend.own);
      const used = named(frontend.own, 'use_backend').flatMap((line) => {
        const [name = '', ...condition] = line.words;
        return this.routesTo(name, frontend, line.cell, alternativesOf(condition, acls));
      });
      const rest = setting(frontend, 'default_backend');
      const name = rest?.words[0] ?? (frontend.kind === 'listen' ? frontend.name : undefined);
      const [server] = named(frontend.own, 'server');
      const at = rest?.cell ?? server?.cell;
      if (name === undefined || at === undefined) return used;
      return [...used, ...this.routesTo(name, frontend, at, alternativesOf([], acls))];
    });
  }

  private routesTo(
    name: string,
    frontend: Section,
    line: Cell,
    alternatives: ReturnType<typeof alternativesOf>,
  ): readonly Route[] {
    const backend = this.sections.find(
      (one) => one.name === name && (one.kind === 'backend' || one.kind === 'listen'),
    );
    const isHttp = setting(frontend, 'mode')?.words[0] === 'http';
    const [first, ...others] = backend === undefined || !isHttp ? [] : this.targetsOf(backend);
    if (backend === undefined || first === undefined) {
      line.list(isHttp ? UNKNOWN : 'only HTTP routes are simulated');
      return [];
    }
    return alternatives.flatMap((match): readonly Route[] => {
      if (match === null || (match.paths ?? []).some((path) => pathProblem(path) !== null)) {
        line.list(CONDITION);
        return [];
      }
      return [
        {
          name: match.paths === null ? name : routeName(match.paths[0]!),
          match,
          origin: line,
          targets: [first, ...others],
          limits: { policy: this.policyOf(backend, first, others.length > 0) },
          rewrites: [],
        },
      ];
    });
  }

  /** Servers in use, with their weights. */
  private targetsOf(backend: Section): readonly Backend[] {
    return targetsIn(
      serversOf(backend).flatMap(({ address, weight, line: { cell } }): readonly Backend[] => {
        const { owner, system } = this;
        const { text, missing } = resolve(
          new DerivedCell(cell.path, [cell], address),
          this.variables,
        );
        if (missing.length > 0) return [];
        const host = new DerivedCell(cell.path, [cell], text);
        return backendsAt(text, host, owner, system).map((one) => ({ ...one, share: weight }));
      }),
    );
  }

  /**
   * Calls above `maxconn` of a server wait, by default as long as a connection may take. Failed connections are repeated, three times, after
   * a second at most. Source: HAProxy Configuration Manual, timeout queue, retries, maxconn of server.
   */
  private policyOf(backend: Section, first: Backend, isShared: boolean): WrittenMap {
    const time = (kind: string): Written | undefined => {
      const found = setting(backend, 'timeout', kind);
      const millis = millisOf(found?.words[0]);
      return millis === undefined ? undefined : from(`${millis}ms`, found!.cell);
    };
    const limits = serversOf(backend).filter(({ address }) => {
      const [found] = hostsIn(address);
      return this.system.find(found?.host ?? '', this.owner.namespace) === first.component;
    });
    const most = limits.reduce((sum, { maxconn }) => sum + maxconn, 0);
    const isLimited = limits.length > 0 && limits.every(({ maxconn }) => maxconn > 0);
    const connect = time('connect');
    const retries = setting(backend, 'retries');
    const count = Number(/^\d+$/.exec(retries?.words[0] ?? '')?.[0] ?? 3);
    const wait = Math.min(1000, millisOf(setting(backend, 'timeout', 'connect')?.words[0]) ?? 1000);
    return map({
      timeout: time('server'),
      retry:
        count < 1
          ? undefined
          : map({
              attempts:
                retries === undefined ? byDefault(4, 'HAProxy') : from(count + 1, retries.cell),
              on: list([plain('connect')]),
              backoff: isShared
                ? undefined
                : map({ kind: plain('constant'), base: plain(`${wait}ms`) }),
            }),
      bulkhead: isLimited
        ? map({
            maxConcurrent: from(most, ...limits.map(({ line }) => line.cell)),
            maxQueue: plain('unlimited'),
            maxWait: time('queue') ?? connect,
          })
        : undefined,
      connections: connect === undefined ? undefined : map({ connectTimeout: connect }),
    });
  }
}

interface Server {
  readonly address: string;
  readonly weight: number;
  /** 0 = no limit. */
  readonly maxconn: number;
  readonly line: Directive;
}

/** `server NAME ADDRESS weight 3 maxconn 100`; those of `backup` get requests while the others are down. */
function serversOf(backend: Section): readonly Server[] {
  const common = setting(backend, 'default-server')?.words ?? [];
  return [
    ...named(backend.own, 'server').map((line) => ({ line, at: 1 })),
    ...named(backend.own, 'server-template').map((line) => ({ line, at: 2 })),
  ].flatMap(({ line, at }) => {
    const { words } = line;
    if (words.includes('backup') || words.includes('disabled')) {
      line.cell.list('a server that gets no requests while the others do: write it as a fallback');
      return [];
    }
    const option = (name: string): number | undefined => {
      const own = [words, common].find((one) => one.includes(name));
      const value = own?.[own.indexOf(name) + 1] ?? '';
      return /^\d+$/.test(value) ? Number(value) : undefined;
    };
    const address = words[at] ?? '';
    return [{ address, weight: option('weight') ?? 1, maxconn: option('maxconn') ?? 0, line }];
  });
}
