import { kindText } from '../../../spec/component-kind.js';
import type { Step, StepModifiers } from '../../../spec/scenario/steps.js';
import { mayLoad } from '../../../spec/scenario/stores.js';
import type { ReadOf } from '../../../spec/scenario/stores.js';
import type { AppendOutput, LoadOutput } from '../../schema/stores.js';
import type { StepOutput } from '../../schema/steps.js';
import type { Context, Path } from '../../resolve/context.js';
import { report, writtenAt } from '../../resolve/context.js';
import { entryOf } from '../../resolve/names.js';
import { checkKeyName, unknown } from '../../resolve/targets.js';

/** Resolves a `load` step. */
export function resolveLoad(
  context: Context,
  output: LoadOutput,
  modifiers: StepModifiers,
  path: Path,
): Step | null {
  const store = resolveStore(context, output.store, [...path, 'store']);
  if (store === null) return null;
  const stream = streamOf(context, store, output.stream, [...path, 'stream']);
  const { fromVersion, version = null, range = null } = output;
  for (const field of ['stream', 'fromVersion', 'version'] as const) {
    if (range === null || writtenAt(context, [...path, field]) === undefined) continue;
    const message = `range covers the events of all streams, ${field} those of one: remove one of them`;
    report(context, 'FL208', [...path, field], message);
  }
  return { verb: 'load', store, stream, fromVersion, version, range, ...modifiers };
}

/** Resolves an `append` step. */
export function resolveAppend(
  context: Context,
  output: AppendOutput,
  modifiers: StepModifiers,
  path: Path,
): Step | null {
  const store = resolveStore(context, output.store, [...path, 'store']);
  if (store === null) return null;
  const { events, expectedVersion = null, maxConflictRetries } = output;
  const vain = expectedVersion === 'any' || expectedVersion === 'noStream';
  if (vain && writtenAt(context, [...path, 'maxConflictRetries']) !== undefined) {
    const message =
      `maxConflictRetries has no effect with expectedVersion: ${expectedVersion}: remove it, or ` +
      'write expectedVersion: exact';
    report(context, 'FL208', [...path, 'maxConflictRetries'], message);
  }
  const stream = streamOf(context, store, output.stream, [...path, 'stream']);
  return {
    verb: 'append',
    store,
    stream,
    events,
    expectedVersion,
    maxConflictRetries,
    ...modifiers,
  };
}

/** Resolves the fields of a query that reads a view. */
export function resolveRead(
  context: Context,
  query: NonNullable<StepOutput['query']>,
  path: Path,
): ReadOf | null {
  const { of, key, consistency } = query;
  if (of === undefined) {
    if (query.consistency !== undefined) {
      const message =
        'consistency applies to the view of a projection: write the projection in `of`';
      report(context, 'FL208', [...path, 'consistency'], message);
    }
    return null;
  }
  const thing = context.names.things.get(of);
  if (thing === undefined) return unknown(context, of, [...path, 'of'], ['projection']);
  if (thing.kind !== 'projection') {
    report(context, 'FL405', [...path, 'of'], `${of} is ${kindText(thing.kind)}, not a projection`);
    return null;
  }
  const from = entryOf(context.output.projections, of)?.from ?? '';
  if (context.names.things.get(from)?.kind === 'topic' && !readsTopic(context, query, from, path)) {
    return null;
  }
  const own = streamOf(context, from, key, [...path, 'key']);
  return { projection: of, key: own, consistency: consistency ?? { kind: 'eventual' } };
}

/** Checks a read of a view of a log, which has no key of its own and cannot be loaded from a store. */
function readsTopic(
  context: Context,
  { of, key, consistency }: NonNullable<StepOutput['query']>,
  topic: string,
  path: Path,
): boolean {
  if (consistency !== undefined && mayLoad(consistency)) {
    const message =
      `${consistency.kind} loads the stream from an event store, and ${of} follows the topic ` +
      `${topic}: use eventual or waitForVersion(200ms)`;
    report(context, 'FL208', [...path, 'consistency'], message);
  }
  if (consistency?.kind === 'clientMerge') {
    const message =
      `clientMerge needs events that the client appended to a store, and ${of} follows the ` +
      `topic ${topic}: use eventual or waitForVersion(200ms)`;
    report(context, 'FL208', [...path, 'consistency'], message);
  }
  if (key !== undefined) return true;
  const message = `${of} follows the topic ${topic}: write the key with which its messages are published`;
  report(context, 'FL203', [...path, 'key'], message);
  return false;
}

function resolveStore(context: Context, name: string, path: Path): string | null {
  const thing = context.names.things.get(name);
  if (thing === undefined) return unknown(context, name, path, ['eventStore']);
  if (thing.kind === 'eventStore') return name;
  report(context, 'FL405', path, `${name} is ${kindText(thing.kind)}, not an event store`);
  return null;
}

/** The key that selects the stream: as written, else that of the store. */
function streamOf(
  context: Context,
  store: string,
  written: string | undefined,
  path: Path,
): string {
  if (written !== undefined) checkKeyName(context, written, path);
  return written ?? entryOf(context.output.eventStores, store)?.stream.key ?? '';
}
