import type { Distribution } from '../../kernel/distribution.js';
import type { z } from 'zod';
import type { coalesce } from '../../patterns/policies/coalesce.js';
import type { Middleware } from '../../contracts/scenario/middleware.js';
import type { LimiterStore } from '../../contracts/scenario/limiter-store.js';
import type { Layer } from '../../contracts/scenario/policies.js';
import { get, locate, text } from '../located.js';
import type { MiddlewareOutput } from '../schema/host.js';
import type { EntryFields, ResponseFields } from '../schema/middleware.js';
import { checkFaultTolerant, resolveGate, resolveLimiter, retryAfterOf } from './admission.js';
import type { Cursor } from './context.js';
import { checkKey } from './bundles.js';
import { resolveStore } from './asked.js';
import { resolveWhen } from './steps.js';
import { resolveResponse } from '../modules/caches/steps.js';
import { resolveCall } from './targets.js';

/** Resolves a middleware chain. */
export function resolveMiddleware(
  here: Cursor,
  outputs: readonly MiddlewareOutput[] | null,
  owner: string,
): Middleware[] {
  return (outputs ?? []).flatMap((output, index) => {
    const [name, fields] = Object.entries(output)[0] ?? [];
    if (name === undefined || fields === undefined) return [];
    return [resolveEntry(here.in(index, name), name, fields, owner)];
  });
}

type Coalescing = z.output<(typeof coalesce)['schema']>;

/** Default status of a refusal. */
const STATUS: ReadonlyMap<string, number> = new Map([
  ['authenticate', 401],
  ['authorize', 403],
  ['rateLimit', 429],
  ['filter', 403],
  ['admit', 503],
]);

/** Middleware whose `key` is not the key of a cached check. */
const KEYED: ReadonlySet<string> = new Set(['rateLimit', 'admit', 'coalesce', 'cache']);

const NOTHING: Distribution = { kind: 'constant', valueNs: 0 };

/** One RSA 2048 signature as in RS256: `openssl speed rsa2048` verifies 46,000 per second on one core. */
const VERIFICATION: Distribution = { kind: 'constant', valueNs: 22_000 };

/** Middleware whose kind only identifies it; elsewhere the kind is that of a policy. */
const LABELLED: ReadonlySet<string> = new Set(['authenticate', 'authorize', 'filter']);

/** Kinds with an effect in every chain. All kinds have one in Kong, where they identify the plugin and its priority. */
const ACTING: ReadonlySet<string> = new Set(['introspection', 'jwt', 'size']);

function checkKind(here: Cursor, kind: string): void {
  if (ACTING.has(kind)) return;
  const { node } = locate(here.tree, here.entry().path);
  if (here.path[0] === 'gateways' && text(get(node, 'kind')) === 'kong') return;
  const message =
    `kind: ${kind} has no effect here, because it only selects the plugin for Kong: remove ` +
    'kind, and write the cost (work), the share refused (reject) or the component asked ' +
    '(call)';
  here.in('kind').conflict(message);
}

function resolveEntry(here: Cursor, name: string, written: unknown, owner: string): Middleware {
  const fields = written as EntryFields;
  const { kind, reject = 0, status, call, onError = 'reject', when } = fields;
  const { dryRun = false } = fields;
  if (kind === 'introspection' && call === undefined) {
    const message = 'introspection needs an endpoint to ask: write call: COMPONENT.ENDPOINT';
    here.report('FL203', message);
  }
  if (kind !== undefined && LABELLED.has(name)) checkKind(here, kind);
  const isBare = kind === 'jwt' && here.in('work').written() === undefined;
  const work = isBare ? VERIFICATION : fields.work;
  const layer = name === 'rateLimit' ? resolveLimiter(here, ownFields(fields)) : null;
  const standard = kind === 'size' ? 413 : (STATUS.get(name) ?? 403);
  const { workPerKiB = NOTHING } = fields;
  // `max` of a concurrency limit is a different field.
  const max = name === 'filter' ? fields.max : undefined;
  if (max !== undefined && kind !== 'size') {
    here.in('max').conflict('max applies only to a filter of kind size');
  }
  const refuses = layer !== null || name === 'admit' || reject > 0 || (call ?? max) !== undefined;
  if (dryRun && !refuses) {
    const message = 'dryRun has no effect, because this entry refuses no requests: remove it';
    here.in('dryRun').conflict(message);
  }
  const canRefuse = refuses || here.in('reject').written() !== undefined;
  checkRefusalFields(here, name, canRefuse, call);
  return {
    name,
    kind: kind ?? null,
    dryRun,
    work,
    workPerKiB,
    maxBytes: max ?? null,
    reject,
    status: status ?? standard,
    call: call === undefined ? null : resolveCall(here.in('call'), call, owner),
    onError,
    cached: KEYED.has(name) ? null : resolveCached(here, fields),
    coalesce: name === 'coalesce' ? resolveCoalesce(here, written as Coalescing) : null,
    response: name === 'cache' ? resolveResponse(here, written as ResponseFields) : null,
    when: resolveWhen(here.in('when'), when),
    rateLimit: layer,
    retryAfter: retryAfterOf(fields),
    store: layer && resolveOwnStore(here, fields, layer),
    admit: name === 'admit' ? resolveGate(here, gateFields(fields)) : null,
    at: here.path.slice(0, -1),
  };
}

/** Reports fields about refusals of an entry that never refuses. */
function checkRefusalFields(
  here: Cursor,
  name: string,
  canRefuse: boolean,
  call: string | undefined,
): void {
  const isWritten = (field: string): boolean => here.in(field).written() !== undefined;
  if (!canRefuse && isWritten('status')) {
    const message =
      'status has no effect, because this entry refuses no requests: write reject or call, or ' +
      'remove status';
    here.in('status').conflict(message);
  }
  if (call !== undefined || !isWritten('onError')) return;
  const own = name === 'rateLimit' ? '. For a failed store use store.onError' : '';
  const message = `onError applies to a failed call, and there is no call: remove onError${own}`;
  here.in('onError').conflict(message);
}

/** Resolves the cache of a check: time to live and key; null = every request is checked. */
function resolveCached(
  here: Cursor,
  { call, key, cacheTtl, cacheRefusals }: EntryFields,
): Middleware['cached'] {
  const needless = (field: string, needs: string): void =>
    here.in(field).conflict(`${field} has no effect without ${needs}`);
  if (cacheTtl === undefined) {
    if (key !== undefined) needless('key', 'cacheTtl');
    if (cacheRefusals !== undefined) needless('cacheRefusals', 'cacheTtl');
    return null;
  }
  if (call === undefined) needless('cacheTtl', 'call, because there is no response to cache');
  if (key === undefined) {
    const message = 'cacheTtl needs key, the key under which a response is cached';
    here.reportKey('FL203', message);
    return null;
  }
  checkKey(here, key, undefined);
  return { ttlNs: cacheTtl, key, refusals: cacheRefusals ?? true };
}

/** Resolves request coalescing, as in the policy `coalesce`. */
function resolveCoalesce(
  here: Cursor,
  { key, shareErrors, window }: Coalescing,
): Middleware['coalesce'] {
  checkKey(here, key, undefined);
  return { key, shareErrors, windowNs: window };
}

/** Fields of the limiter itself, without the common ones of middleware. */
function ownFields(fields: EntryFields): Readonly<Record<string, unknown>> {
  const {
    work: _work,
    reject: _reject,
    call: _call,
    onError: _onError,
    when: _when,
    dryRun: _dryRun,
    store: _store,
    ...own
  } = fields;
  return own;
}

/** Fields of a concurrency limit, whose status belongs to the middleware. */
function gateFields(fields: EntryFields): Readonly<Record<string, unknown>> {
  const { status: _status, ...own } = ownFields(fields);
  return own;
}

/** Resolves the store of a limiter; null = none. */
function resolveOwnStore(here: Cursor, { store }: EntryFields, layer: Layer): LimiterStore | null {
  checkFaultTolerant(here, (store?.of ?? null) !== null);
  if (store === undefined) return null;
  const at = here.in('store');
  if (layer.scope === 'instance') {
    const message =
      'each instance counts in its own memory: a store needs a shared limiter (scope: caller, ' +
      'or policy: redis for kong)';
    at.conflict(message);
  }
  return resolveStore(at, store, layer);
}
