import { z } from 'zod';
import type { Ns } from '../../kernel/time.js';
import { critical, entryText, extending, inheriting, nameText } from '../fields/common.js';
import { entry, type Explicit } from '../fields/entry.js';
import { absent, field, required } from '../fields/field.js';
import { duration, durationOrNone, quantity } from '../quantities/quantities.js';
import { parseDuration, QuantityError, show } from '../quantities/quantity-text.js';
import type { Described } from './described.js';
import type { Query } from './target.js';

const rebuild = entry(
  {
    atNs: field.of(
      duration(),
      required,
      'Start of the rebuild, measured from the end of the warm-up.',
    ),
    rate: field.rate(required, 'Number of events replayed per second.'),
    mode: field.choice(
      ['offline', 'sideBySide'],
      'sideBySide',
      'Reads during the rebuild. `offline`: reads fail with 503 until the rebuild is done. `sideBySide`: the ' +
        'old view stays in use until the new one has caught up.',
    ),
  },
  'Rebuilds the view from all events of the store, or from all messages that the topic still holds.',
);

const settings = {
  from: field.of(
    nameText(),
    required,
    'Event store whose events it follows, or topic of kind kafka whose messages it follows, independently of ' +
      'the consumer groups. Messages in a topic at time 0 are already in the view. An entity of a topic is a ' +
      'value of the key that its messages are published with.',
  ),
  lifecycle: field.choice(
    ['inline', 'async', 'live'],
    'async',
    'When the view is updated. `inline`: inside the append, in its process and transaction. `async`: after ' +
      'the append, in batches. `live`: has no view; every read loads the stream.',
  ),
  service: field.of(
    nameText(),
    absent('a separate core that nothing else uses'),
    'Service whose instances run it and share their CPU with it; segments are distributed over them.',
  ),
  work: field.cost('0ms', 'CPU time for each event; a `live` projection uses the mean.'),
  writes: field.of(
    z
      .string()
      .regex(/^[A-Za-z][\w-]*(\.[A-Za-z][\w-]*)?$/)
      .max(200),
    absent(),
    '`database.operation` called once per batch, or once per append with `inline`.',
  ),
  batchSize: field.whole(1, 'Largest number of events per batch.', { min: 1, max: 1_000_000 }),
  concurrency: field.whole(
    absent('1, for a store of kind axon to 16'),
    'Number of segments processed in parallel. All events of a stream, or of a partition of a topic, belong ' +
      'to one segment.',
    { min: 1, max: 10_000 },
  ),
  checkpoint: field.choice(
    ['transactional', 'afterBatch'],
    'transactional',
    'When the position is stored. `transactional`: view and position are updated together at the end of a ' +
      'batch. `afterBatch`: each event takes effect when its work is done, and the position is written at the ' +
      'end of the batch, so a crash in between applies events twice.',
  ),
  onError: field.choice(
    ['skip', 'pause', 'retry'],
    'skip',
    'Handling of a failure of `writes`, or of a poison message: `skip` drops the batch, or only the poison ' +
      'message; `pause` stops until the process restarts; `retry` retries after 1s, 2s, 4s and so on up to 60s.',
  ),
  mode: field.of(
    z.enum(['spread', 'hotCold']),
    absent('spread, for a store of kind marten to hotCold'),
    'Which instances hold the segments. `spread`: segments are distributed over the instances of `service`. ' +
      '`hotCold`: one instance holds all of them through a lock that ends with its session: when it dies, the ' +
      'next one that checks takes over; a paused one keeps them for `claimTimeout`.',
  ),
  claimTimeoutNs: field.of(
    durationOrNone({ allowZero: false }),
    absent('none, for a store of kind axon to 10s'),
    'Time for which an instance of `service` keeps its claims on segments after it has died or paused. Then ' +
      'another instance takes them over at its next check, and keeps them. With `hotCold` it applies only to ' +
      'paused instances.',
    'duration or `none`: the segments wait for their instance',
  ),
  claimIntervalNs: field.duration(
    '5s',
    'How often each instance looks for free segments, or tries to acquire the lock.',
  ),
  rebuild: rebuild.optional(),
};

export const projectionSchema = inheriting(
  entry(
    { ...extending, ...entryText, critical, ...settings },
    'A read model that follows the events of a store or a topic.',
  ),
).meta({ id: 'projection' });
export type WrittenProjection = z.output<typeof projectionSchema>;

/** When an instance loses its claims on segments, and how often others search for free segments. */
export interface ClaimRules {
  /** After its death, and from the start of a pause; null = until it is back. */
  readonly deadNs: Ns | null;
  readonly pausedNs: Ns | null;
  readonly intervalNs: Ns;
}

/** A read model that follows the events of a store, or the messages of a topic. */
export interface Projection
  extends
    Described,
    Omit<
      Explicit<typeof settings>,
      'writes' | 'concurrency' | 'mode' | 'claimTimeoutNs' | 'claimIntervalNs'
    > {
  readonly source: 'eventStore' | 'topic';
  /** Query made once per batch; null = none. */
  readonly writes: Query | null;
  /** Number of segments. Streams are distributed over them by key. */
  readonly concurrency: number;
  /** When instances of its service take over segments from each other; null = never. */
  readonly claims: ClaimRules | null;
  /** One instance holds the lock and has all segments; the others wait for the lock. */
  readonly hotCold: boolean;
}

/** Part of a projection that does its own work: a separate process, or inline in its callers. */
export const OWN_PROJECTOR = 'batch';

/** Whether the work of a projection is a part of its own, instead of a part of a service. */
export function hasOwnPart({
  lifecycle,
  service,
}: {
  readonly lifecycle: Projection['lifecycle'];
  readonly service?: string | null;
}): boolean {
  return lifecycle !== 'async' || (service ?? null) === null;
}

/** Whether reads with this consistency can load the stream instead of the view. */
export function mayLoad(consistency: ReadOf['consistency']): boolean {
  if (consistency.kind === 'waitForVersion') return consistency.then === 'primary';
  return consistency.kind === 'stickyPrimary';
}

/** Read of a projection's view by a `query`. */
export interface ReadOf {
  readonly projection: string;
  /** Key whose value selects the entity that is read. */
  readonly key: string;
  readonly consistency:
    | { readonly kind: 'eventual' | 'monotonic' | 'clientMerge' }
    | {
        readonly kind: 'waitForVersion';
        readonly withinNs: Ns;
        /** After that time: read the current view, query the store, or return 409. */
        readonly then: 'stale' | 'primary' | 'refuse';
      }
    | { readonly kind: 'stickyPrimary'; readonly forNs: Ns };
}

const CONSISTENCIES =
  'eventual, monotonic, clientMerge, waitForVersion(200ms), waitForVersion(200ms, stale | primary | refuse) or stickyPrimary(5s)';

const PLAIN = ['eventual', 'monotonic', 'clientMerge'] as const;

const THEN = ['stale', 'primary', 'refuse'] as const;

const consistency = quantity(
  (input): ReadOf['consistency'] => {
    const kind = PLAIN.find((word) => word === input);
    if (kind !== undefined) return { kind };
    const match =
      typeof input === 'string' ? /^(waitForVersion|stickyPrimary)\(([^()]*)\)$/.exec(input) : null;
    if (match === null) {
      throw new QuantityError(`${show(input)} is not a consistency: expected ${CONSISTENCIES}`);
    }
    const [first, ...others] = match[2].split(',').map((part) => part.trim());
    const time = parseDuration(first, { allowZero: false });
    const then = THEN.find((word) => word === (others[0] ?? 'stale'));
    if (others.length > (match[1] === 'waitForVersion' ? 1 : 0) || then === undefined) {
      throw new QuantityError(`${show(input)} is not a consistency: expected ${CONSISTENCIES}`);
    }
    return match[1] === 'waitForVersion'
      ? { kind: 'waitForVersion', withinNs: time, then }
      : { kind: 'stickyPrimary', forNs: time };
  },
  {
    type: 'string',
    pattern: '^(eventual|monotonic|clientMerge|waitForVersion\\(.+\\)|stickyPrimary\\(.+\\))$',
  },
);

/** Fields of a `query` that reads the view of a projection. */
export const readFields = {
  of: nameText()
    .optional()
    .describe(
      'Projection whose view the query reads. The events missing from the view are measured.',
    ),
  key: field.of(
    nameText(),
    absent('what the operation says'),
    'With `of`: key whose value is the entity to read; for a view of a topic, the key that its messages are ' +
      'published with. Defaults to the key of the store. Without `of`: key whose value selects the shard.',
  ),
  consistency: field.of(
    consistency,
    absent('eventual'),
    'With `of`: how fresh the result is. `eventual`: no guarantee. `monotonic`: each `client` reads from one ' +
      'replica of the view, so no result is older than an earlier one. `clientMerge`: the client merges its own ' +
      'writes into the result, which can miss only the writes of others. `waitForVersion(200ms)`: waits at most ' +
      'this long until the view has every event of the entity committed before the query, then returns a stale ' +
      'result (`waitForVersion(200ms, primary)` loads the entity from the event store instead; `refuse` ' +
      'responds with 409). `stickyPrimary(5s)`: an entity written within this time is loaded from the event ' +
      'store.',
  ),
};
