import type { CacheStep, Step, StepModifiers } from '../../../contracts/scenario/steps.js';
import type { ResponseCache } from '../../../contracts/scenario/caching.js';
import type { ResponseFields } from '../../schema/middleware.js';
import type { StepOutput } from '../../schema/steps.js';
import { cursorAt, type Context, type Cursor } from '../../resolve/context.js';
import { isOfKind } from '../../resolve/targets.js';

/** Resolves a `cache` step. */
export function resolveCacheStep(
  here: Cursor,
  output: NonNullable<StepOutput['cache']>,
  modifiers: StepModifiers,
  owner: string,
  inner: (here: Cursor, steps: readonly StepOutput[]) => Step[],
): Step | null {
  const ops = (['get', 'set', 'delete', 'refresh'] as const).filter((op) => output[op] !== null);
  if (ops.length !== 1) {
    const message =
      'a cache step needs exactly one of get, set, delete, refresh; found ' +
      `${ops.length === 0 ? 'none' : ops.join(' and ')}`;
    here.conflict(message);
    return null;
  }
  const op = ops[0];
  const onMiss = output.onMiss === null ? null : inner(here.in('onMiss'), output.onMiss);
  const write = output.write === null ? null : inner(here.in('write'), output.write);
  const cache = output[op]!;
  if (!isOfKind(here.in(op), cache, 'cache')) return null;
  const kind = here.names.things.get(owner)?.kind;
  if (kind === 'workload') {
    const message = `${owner} is a workload; only a service or a gateway can use a cache`;
    here.report('FL405', message);
    return null;
  }
  checkStep(here, output, op, cache);
  checkKeyed(here, output.key, cache);
  const { key, store } = output;
  const step: CacheStep = { cache, op, key, onMiss, write, store };
  return { verb: 'cache', ...step, ...modifiers };
}

function checkStep(
  here: Cursor,
  output: NonNullable<StepOutput['cache']>,
  op: CacheStep['op'],
  cache: string,
): void {
  const problem = here.conflicts();
  const loads = op === 'get' || op === 'refresh';
  if (output.onMiss !== null && !loads) {
    problem('onMiss', `${op} does not load the value: remove onMiss`);
  }
  if (op === 'refresh' && output.onMiss === null) {
    problem('refresh', 'refresh loads the value: write the steps in onMiss');
  }
  if (!output.store && output.onMiss === null) {
    const message =
      'store applies to the value that onMiss loads, and there is no onMiss: write onMiss, or ' +
      'remove store';
    problem('store', message);
  }
  const pattern = patternOf(here.context, cache);
  const writes = pattern === 'writeThrough' || pattern === 'writeBehind';
  if (output.write !== null && (op !== 'set' || !writes)) {
    problem('write', 'write applies only to set with the pattern writeThrough or writeBehind');
  }
  if (op === 'set' && writes && output.write === null) {
    const message =
      `with ${pattern} a set also writes to the data source: write the steps in ` + 'write';
    problem('set', message);
  }
}

function patternOf(context: Context, cache: string): string {
  return textAt(cursorAt(context, 'caches', cache, 'pattern')) ?? 'aside';
}

/** Resolves a response cache in a middleware chain. */
export function resolveResponse(here: Cursor, fields: ResponseFields): ResponseCache | null {
  const { cache } = fields;
  if (!isOfKind(here.in('cache'), cache, 'cache')) return null;
  checkKeyed(here, fields.key, cache);
  const methods = fields.methods.map((method) => method.toUpperCase());
  return { cache, methods, key: fields.key ?? null, ttlNs: fields.ttl ?? null };
}

/** Reports a key of a step or middleware whose values the cache cannot hold. */
function checkKeyed(here: Cursor, key: string | null | undefined, cache: string): void {
  if (typeof key !== 'string' || here.names.broken.has(key)) return;
  const at = here.in('key');
  if (!at.isDeclaredKey(key)) return;
  const own = textAt(here.at('caches', cache, 'keys'));
  if (own === undefined || own === key) return;
  const values = Number(textAt(here.at('keys', key, 'count')) ?? Infinity);
  const entries = Number(textAt(here.at('keys', own, 'count')) ?? 0);
  if (values <= entries) return;
  const message = `${key} has values outside the keys of ${cache}: its keys are those of ${own}, ${entries}`;
  at.conflict(message);
}

function textAt(here: Cursor): string | undefined {
  const node = here.written();
  return node?.type === 'scalar' ? String(node.value) : undefined;
}
