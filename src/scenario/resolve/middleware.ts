import type { Middleware } from '../../spec/scenario.js';
import type { Context, Path } from './context.js';
import { report, reportKey } from './context.js';

/** Fields of middleware that remembers something by the value of a key. */
export interface KeyedFields {
  readonly call?: string;
  readonly key?: string;
  readonly cacheTtl?: number;
  readonly cacheRefusals?: boolean;
}

export interface CoalesceFields {
  readonly key: string;
  readonly shareErrors: boolean;
  readonly window: number | null;
}

/** How long the answers of a check are kept, and for whom; null where every request is checked. */
export function resolveCached(
  context: Context,
  { call, key, cacheTtl, cacheRefusals }: KeyedFields,
  path: Path,
): Middleware['cached'] {
  const needless = (field: string, needs: string): void =>
    report(context, 'FL208', [...path, field], `${field} says nothing without ${needs}`);
  if (cacheTtl === undefined) {
    if (key !== undefined) needless('key', 'cacheTtl');
    if (cacheRefusals !== undefined) needless('cacheRefusals', 'cacheTtl');
    return null;
  }
  if (call === undefined) needless('cacheTtl', 'call: there is no answer to keep');
  if (key === undefined) {
    reportKey(context, 'FL203', path, 'cacheTtl needs key: for whom an answer is kept');
    return null;
  }
  checkKey(context, key, path);
  return { ttlNs: cacheTtl, key, refusals: cacheRefusals ?? true };
}

/** Who shares an answer, as the policy of that name has it. */
export function resolveCoalesce(
  context: Context,
  { key, shareErrors, window }: CoalesceFields,
  path: Path,
): Middleware['coalesce'] {
  checkKey(context, key, path);
  return { key, shareErrors, windowNs: window };
}

/**
 * A request that waits for one answer cannot be the one that others wait for. `before` is the chain it
 * has come through.
 */
export function checkChain(
  context: Context,
  before: readonly Middleware[],
  chain: readonly Middleware[],
  path: Path,
): void {
  const earlier = before.some(({ coalesce }) => coalesce !== null);
  const places = chain.flatMap(({ coalesce }, index) => (coalesce === null ? [] : [index]));
  const second = places[earlier ? 0 : 1];
  if (second === undefined) return;
  report(
    context,
    'FL208',
    [...path, second],
    'a request is coalesced once on its way through its chains: keep one of the two',
  );
}

function checkKey(context: Context, key: string, path: Path): void {
  const allowed = context.names.keys;
  if (allowed.includes(key)) return;
  const message = `there is no key ${key} in keys`;
  report(context, 'FL404', [...path, 'key'], message, { found: key, allowed });
}
