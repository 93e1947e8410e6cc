import { CADDY, isCaddyfile } from '../../caddy-file.js';
import type { System } from '../../system.js';
import { from, list, map, plain, type Written } from '../../written.js';
import { directivesOf, flat, named, type Directive } from '../proxies/directives.js';
import { both, type Condition } from '../proxies/match.js';
import type { ProxyKind } from '../proxies/files.js';
import { EVERY, fillGateway, routeName, type Route } from '../proxies/routes.js';
import { policyOf, sizeOf } from './limits.js';
import { below, conditionOf, matchersOf, order, type Matchers } from './matchers.js';
import { sitesOf } from './sites.js';
import { Upstreams } from './upstreams.js';

/** Caddy. */
export const caddy: ProxyKind = {
  name: 'Caddy',
  recognises: (document) => document.get(CADDY) !== undefined,
  isFile: isCaddyfile,
  passes: (document) => named(flat(directivesOf(document)), 'reverse_proxy').length > 0,
  connect(owner, documents, variables, system) {
    const upstreams = new Upstreams(owner, variables, system);
    const reader = new Reader(upstreams, system);
    const sites = documents.flatMap((document) => sitesOf(document, upstreams));
    const routes = sites.flatMap(({ hosts, block }) =>
      reader.routesOf(block, { ...TOP, condition: { ...EVERY, hosts } }),
    );
    fillGateway(owner, routes, system, 'caddy');
    for (const document of documents) document.list(REST);
  },
};

const REST = 'Caddy reads it, and no route to a component uses it, or it has no counterpart';
const CONDITION = 'this condition has no counterpart: write the route';
const UNKNOWN = 'no service of these files has this address';

/** What holds for the directives of a block. */
interface Scope {
  readonly condition: Condition;
  /** What `handle_path` took from the paths in it. */
  readonly prefix: string;
  readonly matchers: Matchers;
  readonly middleware: readonly Written[];
  /** `route`: directives count in their order. */
  readonly isOrdered: boolean;
}

const TOP: Scope = {
  condition: EVERY,
  prefix: '',
  matchers: new Map(),
  middleware: [],
  isOrdered: false,
};

/** Directives that lead to services, in the order in which Caddy tries them. */
const RANKS: ReadonlyMap<string, number> = new Map([
  ['handle', 0],
  ['handle_path', 0],
  ['route', 1],
  ['reverse_proxy', 2],
  ['php_fastcgi', 3],
]);

class Reader {
  constructor(
    private readonly upstreams: Upstreams,
    private readonly system: System,
  ) {}

  routesOf(block: readonly Directive[], outer: Scope): readonly Route[] {
    const words = (one: Directive): readonly string[] => this.upstreams.filled(one)?.words ?? [];
    const matchers = new Map([...outer.matchers, ...matchersOf(block, words)]);
    const middleware = [...outer.middleware, ...this.checksOf(block)];
    const scope = { ...outer, matchers, middleware, isOrdered: false };
    const steps = block
      .filter(({ name }) => RANKS.has(name))
      .flatMap((directive) => {
        const filled = this.upstreams.filled(directive);
        return filled === null ? [] : [{ directive, ...conditionOf(filled.words, matchers) }];
      });
    if (!outer.isOrdered)
      steps.sort(
        (a, b) =>
          RANKS.get(a.directive.name)! - RANKS.get(b.directive.name)! ||
          order(a.condition, b.condition),
      );
    return steps.flatMap(({ directive, condition: own, rest }): readonly Route[] => {
      const { name } = directive;
      const condition = both(outer.condition, below(outer.prefix, own));
      if (condition === null) {
        directive.cell.list(CONDITION);
        return [];
      }
      if (RANKS.get(name)! >= 2) return this.routeOf(directive, rest, { ...scope, condition });
      const [path = ''] = name === 'handle_path' ? (own?.paths ?? []) : [];
      const prefix = `${outer.prefix}${path.replace(/\/?\*?$/, '')}`;
      const isOrdered = name === 'route';
      return this.routesOf(directive.block, { ...scope, condition, prefix, isOrdered });
    });
  }

  private routeOf(directive: Directive, words: readonly string[], scope: Scope): readonly Route[] {
    const [first, ...others] = this.upstreams.targetsOf(directive, words);
    const { condition, prefix, middleware } = scope;
    if (first === undefined || condition === null) {
      directive.cell.list(UNKNOWN);
      return [];
    }
    const [path] = condition.paths ?? condition.hosts ?? ['/'];
    return [
      {
        name: routeName(path!),
        match: condition,
        origin: directive.cell.isScalar ? directive.cell : first.host,
        targets: [first, ...others],
        limits: {
          policy: policyOf(directive),
          middleware: middleware.length === 0 ? undefined : list(middleware),
        },
        rewrites: prefix === '' ? [] : [{ from: prefix, to: '' }],
      },
    ];
  }

  /** What a block checks before it passes a request on. */
  private checksOf(block: readonly Directive[]): readonly Written[] {
    const sizes = named(block, 'request_body').flatMap(({ block: inner }) =>
      named(inner, 'max_size').flatMap((one) => {
        const filled = this.upstreams.filled(one);
        return filled === null ? [] : sizeOf(filled.words[0] ?? '', filled.cell);
      }),
    );
    const calls = named(block, 'forward_auth').flatMap((one) => {
      const { rest } = conditionOf(this.upstreams.filled(one)?.words ?? [], new Map());
      const [target] = this.upstreams.targetsOf(one, rest);
      if (target?.component.section !== 'services') return [];
      this.system.connect(this.upstreams.owner, target.component, target.host);
      const call = from(this.system.targetOf(target.component), target.host);
      return [map({ authenticate: map({ kind: plain('introspection'), call }) })];
    });
    return [...sizes, ...calls];
  }
}
