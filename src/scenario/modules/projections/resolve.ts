import { kindText } from '../../../contracts/component-kind.js';
import type { Projection, WrittenProjection } from '../../../contracts/scenario/projections.js';
import { described } from '../../resolve/described.js';
import type { Cursor } from '../../resolve/context.js';
import { entryOf } from '../../resolve/names.js';
import type { Entry } from '../kind.js';
import { isOfKind, split, unknown, withPart } from '../../resolve/targets.js';
import { NS_PER_SECOND } from '../../../kernel/time.js';

/** initialSegmentCount of Axon's pooled streaming processor. */
export const AXON_SEGMENTS = 16;

/** Resolves a projection; null if it has no valid source. */
export function resolveProjection({
  here,
  name,
  output,
  all,
}: Entry<'projections'>): Projection | null {
  const { from } = output;
  const source = resolveSource(here.in('from'), from);
  if (source === null) return null;
  checkLifecycle(here, output);
  if (source === 'topic') checkOfTopic(here, output);
  const service = checkService(here, name, output.service);
  const {
    extends: _from,
    mode: written,
    claimTimeoutNs: _for,
    claimIntervalNs: _every,
    ...own
  } = output;
  const kind = all('eventStores').get(from)?.kind;
  const axon = kind === 'axon';
  const mode = written ?? (kind === 'marten' ? 'hotCold' : 'spread');
  return {
    ...own,
    ...described(name, output),
    source,
    service,
    writes: resolveWrites(here.in('writes'), own.writes),
    concurrency: own.concurrency ?? (axon ? AXON_SEGMENTS : 1),
    claims: resolveClaims(here, output, { isHosted: service !== null, axon, mode }),
    hotCold: mode === 'hotCold',
  };
}

/** Kind of the source of a projection: store or log; null if it is neither. */
function resolveSource(here: Cursor, name: string): Projection['source'] | null {
  const thing = here.names.things.get(name);
  if (thing === undefined) return unknown(here, name, ['eventStore', 'topic']);
  if (thing.kind === 'eventStore') return 'eventStore';
  const bus = entryOf(here.output.topics, name)?.kind === 'bus';
  if (thing.kind === 'topic' && !bus) return 'topic';
  const what = bus ? 'a topic of kind bus, which has no log to follow' : kindText(thing.kind);
  const message = `a projection follows an event store or a topic of kind kafka; ${name} is ${what}`;
  here.report('FL405', message);
  return null;
}

/** Reports features that only event stores support: inline projections and loading of streams. */
function checkOfTopic(here: Cursor, { from, lifecycle }: WrittenProjection): void {
  if (lifecycle === 'async') return;
  const why =
    lifecycle === 'live'
      ? 'it has no streams that a read could load'
      : 'it has no appends to run in';
  const message = `${from} is a topic, and ${why}: use lifecycle: async, or follow an event store`;
  here.in('lifecycle').conflict(message);
}

/** Fields that apply to asynchronous projections only. */
const OF_ASYNC = [
  'service',
  'batchSize',
  'concurrency',
  'checkpoint',
  'onError',
  'rebuild',
  'mode',
];

function checkLifecycle(here: Cursor, { lifecycle }: WrittenProjection): void {
  if (lifecycle === 'async') return;
  const unused = lifecycle === 'live' ? [...OF_ASYNC, 'writes'] : OF_ASYNC;
  const why =
    lifecycle === 'live'
      ? 'a live projection has no view, because every read loads the stream'
      : 'an inline projection runs in each append, in its process and transaction';
  for (const field of unused) {
    // A variant that changes the lifecycle keeps fields of the other one. Only harmful fields are reported.
    if (field !== 'rebuild' || here.in(field).written() === undefined) continue;
    here.in(field).conflict(`${why}: remove ${field}, or use lifecycle: async`);
  }
}

function checkService(here: Cursor, projection: string, service: string | null): string | null {
  if (service === null) return null;
  const at = here.in('service');
  const thing = here.names.things.get(service);
  if (thing === undefined) return unknown(at, service, ['service']);
  if (thing.kind !== 'service') {
    const message = `a projection runs inside the instances of a service; ${service} is ${kindText(thing.kind)}`;
    at.report('FL405', message);
    return null;
  }
  if (thing.parts.includes(projection)) {
    const message = `${service} has an endpoint called ${projection} too: give one of them another name`;
    at.report('FL402', message);
  }
  return service;
}

function resolveWrites(here: Cursor, reference: string | null): Projection['writes'] {
  if (reference === null) return null;
  const [database, operation] = split(reference);
  if (!isOfKind(here, database, 'database')) return null;
  const target = withPart(here, database, operation);
  return target === null ? null : { database, operation: target.part! };
}

/** claimTimeout of Axon's JdbcTokenStore and JpaTokenStore. */
const AXON_CLAIM = 10 * NS_PER_SECOND;

/** Rules by which instances take over segments from one that died or paused; null = never. */
function resolveClaims(
  here: Cursor,
  { claimTimeoutNs: claimed, claimIntervalNs: intervalNs, mode: written }: WrittenProjection,
  own: { readonly isHosted: boolean; readonly axon: boolean; readonly mode: string },
): Projection['claims'] {
  const alone = (field: string): void => {
    const message =
      'without service the projection runs on its own core, and no instance can take over from ' +
      'it: write service too';
    here.in(field).conflict(message);
  };
  if (!own.isHosted && (claimed ?? null) !== null) alone('claimTimeout');
  if (!own.isHosted && written === 'hotCold') alone('mode');
  if (!own.isHosted) return null;
  const isHot = own.mode === 'hotCold';
  const usual = own.axon && !isHot ? AXON_CLAIM : null;
  const timeoutNs = claimed === undefined ? usual : claimed;
  // The database releases a lock as soon as the session of a dead process ends.
  const deadNs = isHot ? 0 : timeoutNs;
  return deadNs === null ? null : { deadNs, pausedNs: timeoutNs, intervalNs };
}
