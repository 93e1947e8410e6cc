import type { Step, StepModifiers } from '../../../contracts/scenario/steps.js';
import { mayLoad, type ReadOf } from '../../../contracts/scenario/projections.js';
import type { WrittenAppend, WrittenLoad } from '../../../contracts/scenario/event-stores.js';
import type { StepOutput } from '../../schema/steps.js';
import type { Cursor } from '../../resolve/context.js';
import { entryOf } from '../../resolve/names.js';
import { isOfKind, checkKeyName } from '../../resolve/targets.js';

/** Resolves a `load` step. */
export function resolveLoad(
  here: Cursor,
  output: WrittenLoad,
  modifiers: StepModifiers,
): Step | null {
  const { store } = output;
  if (!isOfKind(here.in('store'), store, 'eventStore')) return null;
  const stream = streamOf(here.in('stream'), store, output.stream);
  if (output.range !== null) {
    const why = (field: string): string =>
      `range covers the events of all streams, ${field} those of one: remove one of them`;
    here.refuse(['stream', 'fromVersion', 'version'], why);
  }
  return { verb: 'load', ...output, stream, ...modifiers };
}

/** Resolves an `append` step. */
export function resolveAppend(
  here: Cursor,
  output: WrittenAppend,
  modifiers: StepModifiers,
): Step | null {
  const { store } = output;
  if (!isOfKind(here.in('store'), store, 'eventStore')) return null;
  const { expectedVersion } = output;
  const vain = expectedVersion === 'any' || expectedVersion === 'noStream';
  if (vain && here.in('maxConflictRetries').written() !== undefined) {
    const message =
      `maxConflictRetries has no effect with expectedVersion: ${expectedVersion}: remove it, or ` +
      'write expectedVersion: exact';
    here.in('maxConflictRetries').conflict(message);
  }
  const stream = streamOf(here.in('stream'), store, output.stream);
  return { verb: 'append', ...output, stream, ...modifiers };
}

/** Resolves the fields of a query that reads a view. */
export function resolveRead(here: Cursor, query: NonNullable<StepOutput['query']>): ReadOf | null {
  const { of, key, consistency } = query;
  if (of === null) {
    if (query.consistency !== null) {
      const message =
        'consistency applies to the view of a projection: write the projection in `of`';
      here.in('consistency').conflict(message);
    }
    return null;
  }
  if (!isOfKind(here.in('of'), of, 'projection')) return null;
  const from = entryOf(here.output.projections, of)?.from ?? '';
  if (here.names.things.get(from)?.kind === 'topic' && !readsTopic(here, query, from)) {
    return null;
  }
  const own = streamOf(here.in('key'), from, key);
  return { projection: of, key: own, consistency: consistency ?? { kind: 'eventual' } };
}

/** Checks a read of a view of a log, which has no key of its own and cannot be loaded from a store. */
function readsTopic(
  here: Cursor,
  { of, key, consistency }: NonNullable<StepOutput['query']>,
  topic: string,
): boolean {
  if (consistency !== null && mayLoad(consistency)) {
    const message =
      `${consistency.kind} loads the stream from an event store, and ${of} follows the topic ` +
      `${topic}: use eventual or waitForVersion(200ms)`;
    here.in('consistency').conflict(message);
  }
  if (consistency?.kind === 'clientMerge') {
    const message =
      `clientMerge needs events that the client appended to a store, and ${of} follows the ` +
      `topic ${topic}: use eventual or waitForVersion(200ms)`;
    here.in('consistency').conflict(message);
  }
  if (key !== null) return true;
  const message = `${of} follows the topic ${topic}: write the key with which its messages are published`;
  here.in('key').report('FL203', message);
  return false;
}

/** The key that selects the stream: as written, else that of the store. */
function streamOf(here: Cursor, store: string, written: string | null): string {
  if (typeof written === 'string') checkKeyName(here, written);
  return written ?? entryOf(here.output.eventStores, store)?.stream.key ?? '';
}
