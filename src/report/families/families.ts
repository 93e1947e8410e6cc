import {
  counted,
  DEAD_LETTERED,
  drained,
  gaugePanel,
  hasLocks,
  hottestPanel,
  largestOf,
  meanOf,
  meterOf,
  quantile,
  waitingOf,
  ratePanel,
  ratioOf,
  ratioPanel,
} from './family-parts.js';
import type { FamilyColumn, Family } from './family.js';
import { PROXIES, WAYPOINTS } from './proxies.js';
import { isShort, POOL_SHARE } from './pool-meters.js';
import { VERSIONS } from './versions.js';

/** Saga outcomes that are not consistent ends. */
export const BROKEN: readonly string[] = ['stuck', 'inconsistent', 'lost'];

/** Anomalies of single events or messages. */
const ANOMALIES: readonly FamilyColumn[] = [
  counted('Redelivered', 'redeliveries'),
  counted('Twice', 'duplicateEffects'),
];

const ALL = [
  {
    id: 'sagas',
    name: 'Sagas',
    holds: (own, isPart) => own.kind === 'saga' && !isPart,
    panels: [
      ratePanel('completed', 'sagas begun that completed, per second', ['completed']),
      ratePanel('compensated', 'sagas begun that were undone, per second', ['compensated']),
      ratePanel('broken', 'sagas begun that end stuck, inconsistent or lost, per second', BROKEN),
    ],
    columns: [
      counted('Begun', 'accepted'),
      counted('Completed', 'completed'),
      counted('Compensated', 'compensated'),
      counted('Stuck', 'stuck'),
      counted('Inconsistent', 'inconsistent'),
      counted('Lost', 'lost'),
      counted('Taken over', 'takeovers'),
      quantile('Duration p50', 'duration', 'p50'),
      quantile('Duration p99', 'duration', 'p99'),
      counted('Dirty reads', 'dirtyReads'),
      counted('Lost updates', 'lostUpdates'),
    ],
    flow: {
      begun: 'accepted',
      ends: [
        { meter: 'completed', words: 'completed', fill: 'var(--ok)' },
        { meter: 'compensated', words: 'compensated', fill: 'var(--degraded)' },
        { meter: 'stuck', words: 'stuck', fill: 'var(--s2)' },
        { meter: 'lost', words: 'lost', fill: 'var(--down)' },
        { meter: 'inconsistent', words: 'inconsistent', fill: 'var(--failing)' },
        { meter: 'running', words: 'still running', fill: 'var(--base)' },
      ],
    },
    worst: counted('Begun', 'accepted'),
    caption:
      'Sagas by the time of their beginning; means over replications. Stuck: no end in time, or waiting for a human. Inconsistent: ended with effects that do not belong together. Lost: accepted, and no record of them is left. Taken over: an instance went on with a saga that another one had begun.',
  },
  VERSIONS,
  {
    id: 'placement',
    name: 'Instances without a node',
    holds: (own) => (meterOf(own, 'pending', 'gauge')?.max ?? 0) > 0,
    panels: [gaugePanel('pending', 'instances that wait for room on a node', 'number')],
    columns: [
      largestOf('Most pending', 'pending', 'number'),
      meanOf('Pending on average', 'pending', 'number'),
    ],
    worst: largestOf('Most pending', 'pending', 'number'),
    caption:
      'Instances for which no node has room. They start once an instance ends, or a node comes back or is added.',
  },
  {
    id: 'messages',
    name: 'Messages',
    holds: (own, isPart) =>
      (own.kind === 'topic' && isPart && 'lag' in own.meters) || (own.kind === 'queue' && !isPart),
    panels: [
      gaugePanel('lag', 'messages not yet handled', 'number'),
      hottestPanel('of these in the hottest partition'),
      gaugePanel('age', 'age of the oldest of them', 'seconds'),
      ratePanel('consumed', 'messages handled per second', ['consumed']),
    ],
    columns: [
      counted('Handled', 'consumed'),
      largestOf('Most waiting', 'waiting', 'number', waitingOf),
      largestOf('In one partition', 'partitionLag', 'number'),
      largestOf('Oldest', 'age', 'seconds'),
      { head: 'Oldest here', unit: 'seconds', value: ({ waitedHere }) => waitedHere ?? null },
      drained('Drained'),
      quantile('Delay p50', 'delay', 'p50'),
      quantile('Delay p99', 'delay', 'p99'),
      ...ANOMALIES,
      ...DEAD_LETTERED,
      counted('Lost', 'lostEffects'),
      counted('Came twice', 'duplicated'),
      counted('Overtaken', 'overtaken'),
      counted('Purged', 'purged'),
      counted('Sent back', 'redriven'),
      largestOf('Paused at once', 'paused', 'number'),
      counted('Refused', 'publishRejected'),
      largestOf('Blocked at once', 'blocked', 'number'),
      meanOf('Away', 'unavailable', 'share'),
    ],
    worst: largestOf('Oldest', 'age', 'seconds'),
    caption:
      'Messages published and not yet committed, and the time since the oldest of them was published. Drained: from the end of the fault that leaves the longest backlog until no more wait than ever before the first fault. Delay: from publishing to the end of the handler. Twice: effects that had happened before, in handlers that are not idempotent. Lost: confirmed to the publisher, never handled. Came twice, overtaken, purged, sent back: what faults of messages did. Refused, blocked: publishers of a queue that is full, away or under an alarm. Away: share of the time in which no node leads the queue.',
  },
  {
    id: 'brokers',
    name: 'Brokers under a memory alarm',
    holds: (own) => (meterOf(own, 'alarmed', 'gauge')?.max ?? 0) > 0,
    panels: [gaugePanel('alarmed', 'share of the time in which publishers are blocked', 'share')],
    columns: [meanOf('Under an alarm', 'alarmed', 'share')],
    worst: meanOf('Under an alarm', 'alarmed', 'share'),
    minimum: 0.001,
    caption:
      'Time in which a node holds more messages than its memory limit. Publishers to all queues of the cluster are blocked meanwhile; consumers go on.',
  },
  {
    id: 'projections',
    name: 'Read models',
    holds: (own, isPart) => own.kind === 'projection' && !isPart,
    panels: [
      gaugePanel('lag', 'events not yet in the view', 'number'),
      gaugePanel('age', 'age of the oldest of them', 'seconds'),
      ratioPanel('staleReads', 'reads', 'share of the reads that are stale', true),
    ],
    columns: [
      counted('Events', 'consumed'),
      largestOf('Most waiting', 'lag', 'number'),
      largestOf('Oldest', 'age', 'seconds'),
      drained('Drained'),
      quantile('Delay p99', 'delay', 'p99'),
      counted('Reads', 'reads'),
      ratioOf('Stale', 'staleReads', 'reads'),
      quantile('Staleness p99', 'staleness', 'p99'),
      quantile('Catch-up', 'catchUp', 'max'),
      counted('Twice', 'duplicateEffects'),
      counted('Left out', 'lostEffects'),
      ratioOf('Backward', 'backwardReads', 'reads'),
      counted('Taken over', 'takeovers'),
    ],
    spread: {
      meter: 'staleness',
      words: 'share of the reads that are older than a time',
      caption:
        'How old a read is: the age of the first event that it misses of what it reads, 0 for a read that misses none. A line begins at the share of all stale reads; both axes are logarithmic.',
      none: 'every read is up to date',
    },
    worst: largestOf('Oldest', 'age', 'seconds'),
    minimum: 0,
    caption:
      'Events committed and not yet in the view, and the time since the oldest of them. Drained: from the end of the fault that leaves the longest backlog until no more wait than ever before the first fault. Stale: reads that miss an event of what they read that was committed before they began. Backward: reads that miss what an earlier answer to the same client had. Taken over: segments whose claims ran out.',
  },
  {
    id: 'event-stores',
    name: 'Event stores',
    holds: (own, isPart) => own.kind === 'eventStore' && !isPart,
    panels: [ratioPanel('conflicts', 'appends', 'share of the appends that conflict', true)],
    columns: [
      counted('Appends', 'appends'),
      ratioOf('Conflicts', 'conflicts', 'appends'),
      counted('Snapshots gone', 'snapshotsInvalidated'),
      counted('Gaps skipped', 'skippedGaps'),
      quantile('Events replayed p50', 'replayed', 'p50', 'number'),
      quantile('Events replayed p99', 'replayed', 'p99', 'number'),
    ],
    worst: ratioOf('Conflicts', 'conflicts', 'appends'),
    minimum: 0.001,
    caption:
      'Appends that met another version of their stream than they had loaded. Replayed: events that a load applied, behind its snapshot where there is one. Snapshots gone: streams that a flush took theirs from. Gaps skipped: empty places in the order of all events that projections gave up.',
  },
  {
    id: 'caches',
    name: 'Caches',
    holds: (own, isPart) => own.kind === 'cache' && !isPart,
    panels: [
      ratioPanel('hits', 'reads', 'share of the reads that found the value'),
      ratePanel('loads', 'loads per second', ['loads']),
    ],
    columns: [
      counted('Reads', 'reads'),
      ratioOf('Hits', 'hits', 'reads'),
      counted('Loads', 'loads'),
      counted('Evicted', 'evictions'),
      ratioOf('Old', 'staleReads', 'reads'),
      counted('Writes lost', 'lostWrites'),
    ],
    worst: counted('Loads', 'loads'),
    caption:
      'Share of the lookups that found the value, at any level, and the loads that the others made of what is behind. Old: values that had been written since they were loaded.',
  },
  {
    id: 'pools',
    name: 'Connection pools',
    holds: (own) => isShort(own),
    panels: [
      gaugePanel(POOL_SHARE, 'share of the connections in use', 'share'),
      gaugePanel('poolWaiting', 'callers that wait for one', 'number'),
    ],
    columns: [
      counted('Connections', 'poolSize'),
      meanOf('In use', 'poolUsed', 'number'),
      largestOf('Most waiting', 'poolWaiting', 'number'),
      quantile('Wait p50', 'poolWait', 'p50'),
      quantile('Wait p99', 'poolWait', 'p99'),
      counted('Opened', 'poolOpened'),
      counted('Timeouts', 'poolTimeouts'),
    ],
    worst: largestOf('Most waiting', 'poolWaiting', 'number'),
    caption:
      'Connections of all pools of the caller together, and its calls that wait for one. In use: mean over the run. Wait: of the calls that got one. Opened: connections made after the warm-up; without one, the first ones too. Pools with hardly any waiting are left out.',
  },
  {
    id: 'replicas',
    name: 'Databases with replicas',
    holds: (own, isPart) => own.kind === 'database' && !isPart && 'replicaLag' in own.meters,
    panels: [
      gaugePanel('replicaLag', 'lag of the replica that is furthest behind', 'seconds'),
      ratioPanel('staleReads', 'reads', 'share of the reads that are stale', true),
    ],
    columns: [
      largestOf('Longest lag', 'replicaLag', 'seconds'),
      meanOf('Mean lag', 'replicaLag', 'seconds'),
      counted('Reads', 'reads'),
      ratioOf('Stale', 'staleReads', 'reads'),
      counted('Failovers', 'failovers'),
      counted('Written at an old primary', 'divergedWrites'),
      counted('Commits lost', 'lostCommits'),
    ],
    worst: largestOf('Longest lag', 'replicaLag', 'seconds'),
    minimum: 0.001,
    caption:
      'How far a replica is behind its primary. Stale: reads of a replica that miss a write that was committed before they began. Commits lost: confirmed, and gone with a primary.',
  },
  {
    id: 'locks',
    name: 'Locks',
    holds: (own) => own.kind === 'database' && hasLocks(own),
    panels: [
      ratePanel('deadlocks', 'deadlocks per second', ['deadlocks']),
      ratePanel('lockTimeouts', 'lock timeouts per second', ['lockTimeouts']),
    ],
    columns: [
      quantile('Held p99', 'lockHeld', 'p99'),
      quantile('Wait p50', 'lockWait', 'p50'),
      quantile('Wait p99', 'lockWait', 'p99'),
      quantile('Longest wait', 'lockWait', 'max'),
      counted('Deadlocks', 'deadlocks'),
      counted('Timeouts', 'lockTimeouts'),
    ],
    worst: counted('Deadlocks', 'deadlocks'),
    caption:
      'Time for which statements wait for rows that other transactions hold, and transactions that are ended because they wait for each other or too long.',
  },
  {
    id: 'functions',
    name: 'Functions',
    holds: (own) => 'environments' in own.meters,
    panels: [
      gaugePanel('environments', 'environments', 'number'),
      ratePanel('coldStarts', 'cold starts per second', ['coldStarts']),
    ],
    columns: [
      largestOf('Most environments', 'environments', 'number'),
      meanOf('Mean', 'environments', 'number'),
      counted('Cold starts', 'coldStarts'),
      counted('Ended by timeout', 'timedOut'),
    ],
    worst: largestOf('Most environments', 'environments', 'number'),
    caption:
      'Environments that are up, busy or idle. A cold start is an invocation that waits for a new one.',
  },
  {
    id: 'discovery',
    name: 'Discovery',
    holds: (own, isPart) => !isPart && 'staleCalls' in own.meters,
    panels: [
      ratePanel('staleCalls', 'calls to instances that are gone, per second', ['staleCalls']),
      gaugePanel('listAge', 'age of the oldest list of a caller', 'seconds'),
    ],
    columns: [
      counted('Stale calls', 'staleCalls'),
      counted('Queries failed', 'fetchFailures'),
      largestOf('Oldest list', 'listAge', 'seconds'),
    ],
    worst: counted('Stale calls', 'staleCalls'),
    caption:
      'Calls to instances whose process is gone and that the list of the caller still has. Oldest list: time since the registry confirmed the list of a caller.',
  },
  {
    id: 'outboxes',
    name: 'Outboxes',
    holds: (own) =>
      'outbox.rows' in own.meters || 'lostEvents' in own.meters || 'ghostEvents' in own.meters,
    panels: [gaugePanel('outbox.rows', 'rows not yet published', 'number')],
    columns: [
      largestOf('Most rows', 'outbox.rows', 'number'),
      largestOf('Oldest', 'outbox.age', 'seconds'),
      quantile('Delay p50', 'outbox.delay', 'p50'),
      quantile('Delay p99', 'outbox.delay', 'p99'),
      counted('Published again', 'outbox.republished'),
      counted('Events lost', 'lostEvents'),
      counted('Ghost events', 'ghostEvents'),
    ],
    worst: largestOf('Most rows', 'outbox.rows', 'number'),
    minimum: 10,
    caption:
      'Rows written and not yet published. Where a write and its event go two ways: lost are events whose write was committed, ghosts those whose write was not.',
  },
  {
    id: 'thread-pools',
    name: 'Thread pools',
    holds: (own) => 'threadPool.queue' in own.meters,
    panels: [gaugePanel('threadPool.queue', 'operations that wait for a thread', 'number')],
    columns: [
      largestOf('Most waiting', 'threadPool.queue', 'number'),
      quantile('Wait p50', 'threadPool.wait', 'p50'),
      quantile('Wait p99', 'threadPool.wait', 'p99'),
    ],
    worst: largestOf('Most waiting', 'threadPool.queue', 'number'),
    caption:
      'Operations in the queues of their thread pools, over all nodes. An operation that finds its queue full is rejected with 429 and has not waited.',
  },
  {
    id: 'refreshes',
    name: 'Refreshes',
    holds: (own, isPart) => 'refreshLag' in own.meters && !isPart,
    panels: [ratioPanel('staleReads', 'reads', 'share of the searches that miss a write', true)],
    columns: [
      counted('Searches of a shard', 'reads'),
      ratioOf('Stale', 'staleReads', 'reads'),
      quantile('Found after p50', 'refreshLag', 'p50'),
      quantile('Found after p99', 'refreshLag', 'p99'),
      counted('Failovers', 'failovers'),
    ],
    worst: ratioOf('Stale', 'staleReads', 'reads'),
    minimum: 0.001,
    caption:
      'Searches of a shard whose copy has written something since its last refresh. Found after: from a write at a copy to the refresh that shows it.',
  },
  PROXIES,
  WAYPOINTS,
] as const satisfies readonly Family[];

/** Names of all families. */
export type FamilyId = (typeof ALL)[number]['id'];

/** Every family, in the order of the report. */
export const FAMILIES: readonly Family<FamilyId>[] = ALL;
