import type { Step, StepModifiers } from '../../../contracts/scenario/steps.js';
import { mayLoad, type ReadOf } from '../../../contracts/scenario/stores.js';
import type { AppendOutput, LoadOutput } from '../../schema/stores.js';
import type { StepOutput } from '../../schema/steps.js';
import type { Context, Path } from '../../resolve/context.js';
import { refuseFields, conflict, report, writtenAt } from '../../resolve/context.js';
import { entryOf } from '../../resolve/names.js';
import { isOfKind, checkKeyName } from '../../resolve/targets.js';

/** Resolves a `load` step. */
export function resolveLoad(
  context: Context,
  output: LoadOutput,
  modifiers: StepModifiers,
  path: Path,
): Step | null {
  const { store } = output;
  if (!isOfKind(context, store, 'eventStore', [...path, 'store'])) return null;
  const stream = streamOf(context, store, output.stream, [...path, 'stream']);
  const { fromVersion, version = null, range = null } = output;
  if (range !== null) {
    const why = (field: string): string =>
      `range covers the events of all streams, ${field} those of one: remove one of them`;
    refuseFields(context, path, ['stream', 'fromVersion', 'version'], why);
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
  const { store } = output;
  if (!isOfKind(context, store, 'eventStore', [...path, 'store'])) return null;
  const { events, expectedVersion = null, maxConflictRetries } = output;
  const vain = expectedVersion === 'any' || expectedVersion === 'noStream';
  if (vain && writtenAt(context, [...path, 'maxConflictRetries']) !== undefined) {
    const message =
      `maxConflictRetries has no effect with expectedVersion: ${expectedVersion}: remove it, or ` +
      'write expectedVersion: exact';
    conflict(context, [...path, 'maxConflictRetries'], message);
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
      conflict(context, [...path, 'consistency'], message);
    }
    return null;
  }
  if (!isOfKind(context, of, 'projection', [...path, 'of'])) return null;
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
    conflict(context, [...path, 'consistency'], message);
  }
  if (consistency?.kind === 'clientMerge') {
    const message =
      `clientMerge needs events that the client appended to a store, and ${of} follows the ` +
      `topic ${topic}: use eventual or waitForVersion(200ms)`;
    conflict(context, [...path, 'consistency'], message);
  }
  if (key !== undefined) return true;
  const message = `${of} follows the topic ${topic}: write the key with which its messages are published`;
  report(context, 'FL203', [...path, 'key'], message);
  return false;
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
