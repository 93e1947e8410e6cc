import type { Distribution } from '../../kernel/distribution.js';
import type { Layer, Middleware, RetryAfter } from '../../spec/scenario.js';
import type { MiddlewareOutput } from '../schema/host.js';
import { checkKey, checkLayer, layerOf, splitLayer } from './bundles.js';
import type { Context, Path } from './context.js';
import { report } from './context.js';
import { resolveWhen } from './steps.js';
import { resolveCall } from './targets.js';

/** A chain of middleware in the order written. */
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
    rateLimit: name === 'rateLimit' ? limiter(context, fields, path) : null,
    retryAfter: retryAfterOf(fields.retryAfter),
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
    key,
    ...own
  } = fields;
  checkKey(context, key ?? null, undefined, path);
  const layer = { ...layerOf('rateLimit', own, undefined), key: key ?? null };
  checkLayer(context, layer, new Map([['rateLimit', layer.config]]), path);
  return splitLayer(layer);
}
