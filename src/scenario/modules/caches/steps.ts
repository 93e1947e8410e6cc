import type { CacheStep, Step, StepModifiers } from '../../../contracts/scenario/steps.js';
import type { ResponseCache } from '../../../contracts/scenario/caching.js';
import type { CacheStepOutput } from '../../schema/cache-step.js';
import type { StepOutput } from '../../schema/steps.js';
import type { Context, Path } from '../../resolve/context.js';
import { isDeclaredKey, conflictsAt, conflict, report, writtenAt } from '../../resolve/context.js';
import { isOfKind } from '../../resolve/targets.js';

/** Resolves a `cache` step. */
export function resolveCacheStep(
  context: Context,
  output: CacheStepOutput<StepOutput>,
  modifiers: StepModifiers,
  owner: string,
  inner: (steps: readonly StepOutput[], path: Path) => Step[],
  path: Path,
): Step | null {
  const ops = (['get', 'set', 'delete', 'refresh'] as const).filter(
    (op) => output[op] !== undefined,
  );
  if (ops.length !== 1) {
    const message =
      'a cache step needs exactly one of get, set, delete, refresh; found ' +
      `${ops.length === 0 ? 'none' : ops.join(' and ')}`;
    conflict(context, path, message);
    return null;
  }
  const op = ops[0];
  const onMiss = output.onMiss === undefined ? null : inner(output.onMiss, [...path, 'onMiss']);
  const write = output.write === undefined ? null : inner(output.write, [...path, 'write']);
  const cache = output[op]!;
  if (!isOfKind(context, cache, 'cache', [...path, op])) return null;
  const kind = context.names.things.get(owner)?.kind;
  if (kind === 'workload') {
    const message = `${owner} is a workload; only a service or a gateway can use a cache`;
    report(context, 'FL405', path, message);
    return null;
  }
  checkStep(context, output, op, cache, path);
  checkKeyed(context, output.key, cache, path);
  const { key = null, store } = output;
  const step: CacheStep = { cache, op, key, onMiss, write, store };
  return { verb: 'cache', ...step, ...modifiers };
}

function checkStep(
  context: Context,
  output: CacheStepOutput<StepOutput>,
  op: CacheStep['op'],
  cache: string,
  path: Path,
): void {
  const problem = conflictsAt(context, path);
  const loads = op === 'get' || op === 'refresh';
  if (output.onMiss !== undefined && !loads) {
    problem('onMiss', `${op} does not load the value: remove onMiss`);
  }
  if (op === 'refresh' && output.onMiss === undefined) {
    problem('refresh', 'refresh loads the value: write the steps in onMiss');
  }
  if (!output.store && output.onMiss === undefined) {
    const message =
      'store applies to the value that onMiss loads, and there is no onMiss: write onMiss, or ' +
      'remove store';
    problem('store', message);
  }
  const pattern = patternOf(context, cache);
  const writes = pattern === 'writeThrough' || pattern === 'writeBehind';
  if (output.write !== undefined && (op !== 'set' || !writes)) {
    problem('write', 'write applies only to set with the pattern writeThrough or writeBehind');
  }
  if (op === 'set' && writes && output.write === undefined) {
    const message =
      `with ${pattern} a set also writes to the data source: write the steps in ` + 'write';
    problem('set', message);
  }
}

function patternOf(context: Context, cache: string): string {
  return textAt(context, ['caches', cache, 'pattern']) ?? 'aside';
}

/** Fields of a response cache in a middleware chain. */
export interface ResponseFields {
  readonly cache: string;
  readonly methods: readonly string[];
  readonly key?: string;
  readonly ttl?: number;
}

/** Resolves a response cache in a middleware chain. */
export function resolveResponse(
  context: Context,
  fields: ResponseFields,
  path: Path,
): ResponseCache | null {
  const { cache } = fields;
  if (!isOfKind(context, cache, 'cache', [...path, 'cache'])) return null;
  checkKeyed(context, fields.key, cache, path);
  const methods = fields.methods.map((method) => method.toUpperCase());
  return { cache, methods, key: fields.key ?? null, ttlNs: fields.ttl ?? null };
}

/** Reports a key of a step or middleware whose values the cache cannot hold. */
function checkKeyed(context: Context, key: string | undefined, cache: string, path: Path): void {
  if (key === undefined || context.names.broken.has(key)) return;
  const at = [...path, 'key'];
  if (!isDeclaredKey(context, key, at)) return;
  const own = textAt(context, ['caches', cache, 'keys']);
  if (own === undefined || own === key) return;
  const values = Number(textAt(context, ['keys', key, 'count']) ?? Infinity);
  const entries = Number(textAt(context, ['keys', own, 'count']) ?? 0);
  if (values <= entries) return;
  const message = `${key} has values outside the keys of ${cache}: its keys are those of ${own}, ${entries}`;
  conflict(context, at, message);
}

function textAt(context: Context, path: Path): string | undefined {
  const node = writtenAt(context, path);
  return node?.type === 'scalar' ? String(node.value) : undefined;
}
