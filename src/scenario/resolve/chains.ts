import type { Middleware } from '../../spec/scenario/middleware.js';
import type { Gateway, Route } from '../../spec/scenario/scenario.js';
import { kongPriority } from '../products.js';
import type { Context } from './context.js';
import { report } from './context.js';

/**
 * What runs in front of a route, in its order: the chain of the gateway, then its own. Kong runs its
 * plugins by priority, and of one plugin only the configuration that is nearest to the route.
 */
export function chainOf(
  kind: Gateway['kind'],
  shared: readonly Middleware[],
  own: readonly Middleware[],
): readonly Middleware[] {
  if (kind !== 'kong') return [...shared, ...own];
  const nearer = new Set(own.map(pluginOf));
  const chain = [...shared.filter((one) => !nearer.has(pluginOf(one))), ...own];
  return chain.sort((a, b) => priorityOf(b) - priorityOf(a));
}

function priorityOf({ name, kind }: Middleware): number {
  return kongPriority(name, kind) ?? 0;
}

/** The limiter's kind is an algorithm; elsewhere the kind says which plugin it is. */
function pluginOf({ name, kind }: Middleware): string {
  return name === 'rateLimit' ? name : `${name} ${kind}`;
}

/** Kong orders plugins by their names, so each of them has to be known. */
export function checkPlugins(context: Context, chain: readonly Middleware[]): void {
  for (const { name, kind, at } of chain) {
    if (kongPriority(name, kind) !== undefined) continue;
    const message = `kind: kong runs plugins by priority, and ${name} can be several plugins: write its kind`;
    report(context, 'FL203', [...at, name], message);
  }
}

/** An entry that refuses every request ends its chain: entries after it never run. */
export function checkEnds(context: Context, routes: readonly Route[]): void {
  const reported = new Set<Middleware>();
  for (const { chain } of routes) {
    const end = chain.findIndex(({ reject, when }) => reject === 1 && when === null);
    const next = chain[end + 1];
    if (end < 0 || next === undefined || reported.has(next)) continue;
    reported.add(next);
    const message =
      `never runs, because ${chain[end]!.name} before it refuses every request: give that one ` +
      'a `when` or a smaller `reject`, or remove one of them';
    report(context, 'FL208', [...next.at, next.name], message);
  }
}

/** A request that waits for one answer cannot be the one that others wait for. */
export function checkCoalescing(
  context: Context,
  chains: readonly (readonly Middleware[])[],
): void {
  const reported = new Set<Middleware>();
  for (const chain of chains) {
    const second = chain.filter(({ coalesce }) => coalesce !== null)[1];
    if (second === undefined || reported.has(second)) continue;
    reported.add(second);
    const message = 'a request can be coalesced only once on its path: remove one of the two';
    report(context, 'FL208', second.at, message);
  }
}
