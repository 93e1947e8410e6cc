import type { Distribution } from '../../kernel/distribution.js';
import { policyKind } from '../../patterns/registry.js';
import type { Middleware } from '../../contracts/scenario/middleware.js';
import type { Layer, LimiterStore } from '../../contracts/scenario/policies.js';
import { get, locate, text } from '../located.js';
import type { MiddlewareOutput } from '../schema/host.js';
import { checkFaultTolerant, resolveGate, resolveLimiter, retryAfterOf } from './admission.js';
import { conflict, report, reportKey, writtenAt, type Context, type Path } from './context.js';
import { checkKey } from './bundles.js';
import { checkOnError, resolveAsked, type StoreOutput } from './asked.js';
import { resolveWhen } from './steps.js';
import { resolveResponse, type ResponseFields } from '../modules/caches/steps.js';
import { resolveCall } from './targets.js';

/** Resolves a middleware chain. */
export function resolveMiddleware(
  context: Context,
  outputs: readonly MiddlewareOutput[] | undefined,
  owner: string,
  path: Path,
): Middleware[] {
  return (outputs ?? []).flatMap((output, index) => {
    const [name, fields] = Object.entries(output)[0] ?? [];
    if (name === undefined || fields === undefined) return [];
    return [resolveEntry(context, name, fields, owner, [...path, index, name])];
  });
}

/** Fields of middleware that caches by the value of a key. */
interface KeyedFields {
  readonly call?: string;
  readonly key?: string;
  readonly cacheTtl?: number;
  readonly cacheRefusals?: boolean;
}

interface CoalesceFields {
  readonly key: string;
  readonly shareErrors: boolean;
  readonly window: number | null;
}

interface EntryFields extends KeyedFields {
  readonly kind?: string;
  readonly work: Distribution;
  readonly workPerKiB?: Distribution;
  readonly max?: number;
  readonly reject?: number;
  readonly status?: number;
  readonly onError?: 'allow' | 'reject';
  readonly when?: {
    readonly class?: string;
    readonly workload?: string;
    readonly header?: Record<string, string>;
    readonly version?: string;
  };
  readonly dryRun?: boolean;
  readonly retryAfter?: boolean | 'exact';
  readonly store?: StoreOutput & { readonly latency: Distribution };
}

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

function checkKind(context: Context, kind: string, path: Path): void {
  if (ACTING.has(kind)) return;
  const { node } = locate(context.tree, path.slice(0, 2));
  if (path[0] === 'gateways' && text(get(node, 'kind')) === 'kong') return;
  const message =
    `kind: ${kind} has no effect here, because it only selects the plugin for Kong: remove ` +
    'kind, and write the cost (work), the share refused (reject) or the component asked ' +
    '(call)';
  conflict(context, [...path, 'kind'], message);
}

function resolveEntry(
  context: Context,
  name: string,
  written: unknown,
  owner: string,
  path: Path,
): Middleware {
  const fields = written as EntryFields;
  const { kind, reject = 0, status, call, onError = 'reject', when } = fields;
  const { dryRun = false } = fields;
  if (kind === 'introspection' && call === undefined) {
    const message = 'introspection needs an endpoint to ask: write call: COMPONENT.ENDPOINT';
    report(context, 'FL203', path, message);
  }
  if (kind !== undefined && LABELLED.has(name)) checkKind(context, kind, path);
  const isBare = kind === 'jwt' && writtenAt(context, [...path, 'work']) === undefined;
  const work = isBare ? VERIFICATION : fields.work;
  const layer = name === 'rateLimit' ? resolveLimiter(context, ownFields(fields), path) : null;
  const standard = kind === 'size' ? 413 : (STATUS.get(name) ?? 403);
  const { workPerKiB = NOTHING } = fields;
  // `max` of a concurrency limit is a different field.
  const max = name === 'filter' ? fields.max : undefined;
  if (max !== undefined && kind !== 'size') {
    conflict(context, [...path, 'max'], 'max applies only to a filter of kind size');
  }
  const refuses = layer !== null || name === 'admit' || reject > 0 || (call ?? max) !== undefined;
  if (dryRun && !refuses) {
    const message = 'dryRun has no effect, because this entry refuses no requests: remove it';
    conflict(context, [...path, 'dryRun'], message);
  }
  const canRefuse = refuses || writtenAt(context, [...path, 'reject']) !== undefined;
  checkRefusalFields(context, name, canRefuse, call, path);
  return {
    name,
    kind: kind ?? null,
    dryRun,
    work,
    workPerKiB,
    maxBytes: max ?? null,
    reject,
    status: status ?? standard,
    call: call === undefined ? null : resolveCall(context, call, owner, [...path, 'call']),
    onError,
    cached: KEYED.has(name) ? null : resolveCached(context, fields, path),
    coalesce:
      name === 'coalesce' ? resolveCoalesce(context, written as CoalesceFields, path) : null,
    response: name === 'cache' ? resolveResponse(context, written as ResponseFields, path) : null,
    when: resolveWhen(context, when, [...path, 'when']),
    rateLimit: layer,
    retryAfter: retryAfterOf(fields),
    store: layer === null ? null : resolveStore(context, fields, layer, path),
    admit: name === 'admit' ? resolveGate(context, gateFields(fields), path) : null,
    at: path.slice(0, -1),
  };
}

/** Reports fields about refusals of an entry that never refuses. */
function checkRefusalFields(
  context: Context,
  name: string,
  canRefuse: boolean,
  call: string | undefined,
  path: Path,
): void {
  const isWritten = (field: string): boolean => writtenAt(context, [...path, field]) !== undefined;
  if (!canRefuse && isWritten('status')) {
    const message =
      'status has no effect, because this entry refuses no requests: write reject or call, or ' +
      'remove status';
    conflict(context, [...path, 'status'], message);
  }
  if (call !== undefined || !isWritten('onError')) return;
  const own = name === 'rateLimit' ? '. For a failed store use store.onError' : '';
  const message = `onError applies to a failed call, and there is no call: remove onError${own}`;
  conflict(context, [...path, 'onError'], message);
}

/** Resolves the cache of a check: time to live and key; null = every request is checked. */
function resolveCached(
  context: Context,
  { call, key, cacheTtl, cacheRefusals }: KeyedFields,
  path: Path,
): Middleware['cached'] {
  const needless = (field: string, needs: string): void =>
    conflict(context, [...path, field], `${field} has no effect without ${needs}`);
  if (cacheTtl === undefined) {
    if (key !== undefined) needless('key', 'cacheTtl');
    if (cacheRefusals !== undefined) needless('cacheRefusals', 'cacheTtl');
    return null;
  }
  if (call === undefined) needless('cacheTtl', 'call, because there is no response to cache');
  if (key === undefined) {
    const message = 'cacheTtl needs key, the key under which a response is cached';
    reportKey(context, 'FL203', path, message);
    return null;
  }
  checkKey(context, key, undefined, path);
  return { ttlNs: cacheTtl, key, refusals: cacheRefusals ?? true };
}

/** Resolves request coalescing, as in the policy `coalesce`. */
function resolveCoalesce(
  context: Context,
  { key, shareErrors, window }: CoalesceFields,
  path: Path,
): Middleware['coalesce'] {
  checkKey(context, key, undefined, path);
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
function resolveStore(
  context: Context,
  { store }: EntryFields,
  layer: Layer,
  path: Path,
): LimiterStore | null {
  checkFaultTolerant(context, store?.of !== undefined, path);
  if (store === undefined) return null;
  const at = [...path, 'store'];
  if (layer.scope === 'instance') {
    const message =
      'each instance counts in its own memory: a store needs a shared limiter (scope: caller, ' +
      'or policy: redis for kong)';
    conflict(context, at, message);
  }
  checkOnError(context, store.of, at);
  const own = policyKind('rateLimit', layer.kind)!.sharing?.(layer.config as never);
  const onError = own?.onError ?? store.onError ?? 'allow';
  const asked = resolveAsked(context, store.of, at);
  return { latency: store.latency, of: asked, onError, cacheNs: store.cache ?? null };
}
