import type { Distribution } from '../../kernel/distribution.js';
import { policyKind } from '../../patterns/registry.js';
import type { Layer, LimiterStore, Middleware, RetryAfter, Target } from '../../spec/scenario.js';
import type { MiddlewareOutput } from '../schema/host.js';
import { checkKey, checkLayer, layerOf, splitLayer } from './bundles.js';
import type { Context, Path } from './context.js';
import { report, writtenAt } from './context.js';
import { resolveWhen } from './steps.js';
import { resolveCall, resolveQuery, split } from './targets.js';

/** A middleware chain in its final form. */
export function resolveMiddleware(
  context: Context,
  outputs: readonly MiddlewareOutput[] | undefined,
  owner: string,
  path: Path,
): Middleware[] {
  return (outputs ?? []).flatMap((output, index) => {
    const [name, fields] = Object.entries(output)[0] ?? [];
    if (name === undefined || fields === undefined) return [];
    return [
      resolveEntry(context, name, fields as unknown as EntryFields, owner, [...path, index, name]),
    ];
  });
}

interface EntryFields {
  readonly kind?: string;
  readonly work: Distribution;
  readonly reject: number;
  readonly status?: number;
  readonly call?: string;
  readonly onError: 'allow' | 'reject';
  readonly when?: {
    readonly class?: string;
    readonly workload?: string;
    readonly header?: Record<string, string>;
  };
  readonly key?: string;
  readonly retryAfter?: boolean | 'exact';
  readonly store?: {
    readonly latency: Distribution;
    readonly of?: string;
    readonly onError?: 'allow' | 'reject';
  };
}

/** Status of a refusal where none is written. */
const STATUS: ReadonlyMap<string, number> = new Map([
  ['authenticate', 401],
  ['authorize', 403],
  ['rateLimit', 429],
  ['filter', 403],
]);

function resolveEntry(
  context: Context,
  name: string,
  fields: EntryFields,
  owner: string,
  path: Path,
): Middleware {
  const { kind, work, reject, status, call, onError, when } = fields;
  if (kind === 'introspection' && call === undefined) {
    report(context, 'FL203', path, 'introspection asks somebody: write call: COMPONENT.ENDPOINT');
  }
  const layer = name === 'rateLimit' ? limiter(context, fields, path) : null;
  const standard = kind === 'size' ? 413 : (STATUS.get(name) ?? 403);
  return {
    name,
    kind: kind ?? null,
    work,
    reject,
    status: status ?? standard,
    call: call === undefined ? null : resolveCall(context, call, owner, [...path, 'call']),
    onError,
    when: resolveWhen(context, when, [...path, 'when']),
    rateLimit: layer,
    retryAfter: retryAfterOf(fields.retryAfter),
    store: layer === null ? null : resolveStore(context, fields, layer, path),
    at: path.slice(0, -1),
  };
}

function retryAfterOf(written: boolean | 'exact' | undefined): RetryAfter {
  if (written === 'exact') return 'exact';
  return written === true ? 'seconds' : 'none';
}

/** A limiter knows its own fields only; what all middleware has is left out. */
function limiter(context: Context, fields: EntryFields, path: Path): Layer {
  const {
    work: _work,
    reject: _reject,
    call: _call,
    onError: _onError,
    when: _when,
    retryAfter: _retryAfter,
    store: _store,
    key,
    ...own
  } = fields;
  checkKey(context, key ?? null, undefined, path);
  const layer = { ...layerOf('rateLimit', own, undefined), key: key ?? null };
  checkLayer(context, layer, new Map([['rateLimit', layer.config]]), path);
  const sharing = policyKind('rateLimit', layer.kind)!.sharing?.(layer.config as never);
  return splitLayer({ ...layer, scope: sharing?.scope ?? layer.scope });
}

/** The store of a limiter; one that nobody shares is none. */
function resolveStore(
  context: Context,
  { store }: EntryFields,
  layer: Layer,
  path: Path,
): LimiterStore | null {
  if (store === undefined) return null;
  const at = [...path, 'store'];
  if (layer.scope === 'instance') {
    const message =
      'each instance counts for itself, in its memory: a store is for a limiter that they share ' +
      '(scope: caller, or policy: redis for kong)';
    report(context, 'FL208', at, message);
  }
  if (store.of === undefined && writtenAt(context, [...at, 'onError']) !== undefined) {
    const message = 'only the call of a component can fail: write of: COMPONENT.OPERATION';
    report(context, 'FL208', [...at, 'onError'], message);
  }
  const own = policyKind('rateLimit', layer.kind)!.sharing?.(layer.config as never);
  const onError = own?.onError ?? store.onError ?? 'allow';
  const of = store.of === undefined ? null : resolveAny(context, store.of, [...at, 'of']);
  return { latency: store.latency, of, onError };
}

/** An endpoint, or an operation of a database. */
function resolveAny(context: Context, reference: string, path: Path): Target | null {
  const [name, part] = split(reference);
  if (context.names.things.get(name)?.kind !== 'database') {
    return resolveCall(context, reference, name, path);
  }
  const query = resolveQuery(context, name, part ?? undefined, path);
  return query === null ? null : { component: query.database, part: query.operation };
}
