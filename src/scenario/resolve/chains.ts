import type { Middleware } from '../../contracts/scenario/middleware.js';
import type { Gateway } from '../../contracts/scenario/scenario.js';
import type { Route } from '../../contracts/scenario/routes.js';
import { kongPriority } from '../products.js';
import { cursorAt, type Context } from './context.js';

/**
 * The middleware of a route in order: that of the gateway, then its own. Kong sorts plugins by priority, and of each
 * plugin it runs only the configuration nearest to the route.
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

/** Identifies the plugin: its name and kind, except that the kind of a rate limiter is an algorithm. */
function pluginOf({ name, kind }: Middleware): string {
  return name === 'rateLimit' ? name : `${name} ${kind}`;
}

/** Reports middleware without a kind if Kong needs it to determine the plugin and its priority. */
export function checkPlugins(context: Context, chain: readonly Middleware[]): void {
  for (const { name, kind, at } of chain) {
    if (kongPriority(name, kind) !== undefined) continue;
    const message = `kind: kong runs plugins by priority, and ${name} can be several plugins: write its kind`;
    cursorAt(context, ...at, name).report('FL203', message);
  }
}

/** Reports entries after one that refuses every request, because they never run. */
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
    cursorAt(context, ...next.at, next.name).conflict(message);
  }
}

/**
 * Reports a second coalescing on a path: a request that waits for another's response cannot be one that others wait
 * for.
 */
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
    cursorAt(context, ...second.at).conflict(message);
  }
}
