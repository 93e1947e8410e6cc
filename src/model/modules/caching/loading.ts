import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import type { PlanCacheAct } from '../../../contracts/plan/caching.js';
import { HINTED, isSuccess, OUTCOME, PENDING, statusOf } from '../../../contracts/outcome.js';
import type { Outcome } from '../../../contracts/outcome.js';
import type { Coalescer } from '../../resources/sharing/coalescer.js';
import type { ActRun } from '../../data/run.js';
import type { Cache } from './cache.js';
import type { CacheColumns } from './columns.js';
import { FOUND } from './content.js';
import { strands } from '../../data/strands/strands.js';

/** Result that sends the program to its other branch. */
const NO = OUTCOME.clientError;
/** The role of a load without a flight. Above 0 it leads a flight, below 0 it waits for one. */
const ALONE = 0;

/**
 * Loads of values: leaders, followers and outcomes. A loaded value has the version from the start of the load, whatever
 * is written before it ends.
 */
export class Loading {
  private readonly landedOp: number = engine.define('cache-landed', (strand, stamp, outcome) => {
    if (strands.stamp[strand] === stamp) this.world.interpreter.acted(strand, outcome);
  });
  private readonly leadOp: number = engine.define('cache-lead', (strand, stamp, load) => {
    if (strands.stamp[strand] === stamp) this.leads(strand, load);
  });

  constructor(
    private readonly world: ActRun,
    private readonly columns: CacheColumns,
    private readonly caches: readonly Cache[],
  ) {}

  /** Returns the failure that was kept for this instruction. */
  kept(strand: number): Outcome {
    const outcome = strands.outcome[strand];
    strands.outcome[strand] = 0;
    return outcome & ~HINTED;
  }

  /** Success: the strand loads the value, and misses of the same value wait for it. */
  claim(strand: number, pc: number, spec: PlanCacheAct): Outcome {
    const { columns, world } = this;
    const cache = this.caches[spec.cache];
    world.meters.count(cache.meters.reads);
    const load = this.loadOf(strand, spec);
    columns.claim[load] = pc;
    const key = this.keyOf(strand, spec);
    const flights = this.flightsOf(strand, cache);
    if (flights.find(engine.now, key) >= 0) return NO;
    columns.role[load] = 1 + flights.lead(engine.now, key);
    this.start(strand, load, spec.cache, key);
    return OUTCOME.ok;
  }

  /** The strand waits for the load of another one. */
  follow(strand: number, spec: PlanCacheAct): Outcome {
    const { columns } = this;
    const flights = this.flightsOf(strand, this.caches[spec.cache]);
    const flight = flights.find(engine.now, this.keyOf(strand, spec));
    invariant(flight >= 0, 'a strand waits for a load that is under way');
    const load = this.loadOf(strand, spec);
    columns.cache[load] = spec.cache;
    columns.role[load] = -1 - flights.follow(flight, strand);
    // `settle` and `handOver` need the key's value of each follower.
    columns.key[strand] = this.keyOf(strand, spec);
    return PENDING;
  }

  /** A follower was stopped. */
  left(strand: number, spec: PlanCacheAct): void {
    const { columns } = this;
    const load = this.loadOf(strand, spec);
    const role = columns.role[load];
    if (role >= ALONE) return;
    columns.role[load] = ALONE;
    this.flightsOf(strand, this.caches[spec.cache]).quit(-1 - role);
  }

  /** The strand loads for itself alone. */
  begin(strand: number, spec: PlanCacheAct): Outcome {
    const load = this.loadOf(strand, spec);
    this.world.meters.count(this.caches[spec.cache].meters.reads);
    this.columns.role[load] = ALONE;
    this.start(strand, load, spec.cache, spec.key < 0 ? -1 : this.keyOf(strand, spec));
    return OUTCOME.ok;
  }

  /** The value was loaded and becomes the current value. Fails if this load is not running. */
  loaded(strand: number, spec: PlanCacheAct): Outcome {
    const { columns } = this;
    const load = this.loadOf(strand, spec);
    if (columns.since[load] < 0) return NO;
    const delta = engine.now - columns.since[load];
    columns.hold(strand, FOUND.value, columns.reads[load], delta);
    if (columns.role[load] === ALONE) this.close(strand, load);
    return OUTCOME.ok;
  }

  /** The loaded value is stored, and its followers get it. */
  land(strand: number, spec: PlanCacheAct): Outcome {
    this.settle(strand, this.loadOf(strand, spec), OUTCOME.ok);
    return OUTCOME.ok;
  }

  /** Success: the load has failed because the value does not exist, and that must be cached. */
  negative(strand: number, spec: PlanCacheAct): Outcome {
    const { columns } = this;
    const load = this.loadOf(strand, spec);
    const outcome = this.kept(strand);
    columns.error[load] = outcome;
    if ((outcome & 31) !== OUTCOME.clientError || statusOf(outcome) !== 404) return NO;
    columns.hold(strand, FOUND.negative, columns.reads[load], 0);
    return OUTCOME.ok;
  }

  /** The load has failed, for its followers too. */
  failed(strand: number, spec: PlanCacheAct): Outcome {
    const { columns } = this;
    const load = this.loadOf(strand, spec);
    const outcome = columns.error[load] !== 0 ? columns.error[load] : this.kept(strand);
    columns.error[load] = 0;
    this.settle(strand, load, outcome);
    return outcome;
  }

  /** Success: the value found must be reloaded, and no other strand is reloading it. */
  due(strand: number, spec: PlanCacheAct): Outcome {
    const { columns } = this;
    if (columns.refresh[strand] === 0) return NO;
    columns.refresh[strand] = 0;
    const flights = this.flightsOf(strand, this.caches[spec.cache]);
    const flight = flights.find(engine.now, this.keyOf(strand, spec));
    return flight < 0 ? OUTCOME.ok : NO;
  }

  /** A background refresh starts. */
  refreshing(strand: number, spec: PlanCacheAct): Outcome {
    const { columns } = this;
    const load = this.loadOf(strand, spec);
    const key = this.keyOf(strand, spec);
    const flights = this.flightsOf(strand, this.caches[spec.cache]);
    columns.role[load] = 1 + flights.lead(engine.now, key);
    this.start(strand, load, spec.cache, key);
    return OUTCOME.ok;
  }

  /**
   * A strand ends in the middle of its loads. Followers share a failure. After a success without a value, or a stop
   * without a response, the first follower takes over the load.
   */
  ended(strand: number, outcome: Outcome, stopped = false): void {
    const { columns } = this;
    const first = strand * columns.slots;
    for (let load = first; load < first + columns.slots; load++) {
      if (columns.since[load] < 0) continue;
      if (stopped || isSuccess(outcome)) this.handOver(strand, load);
      else this.settle(strand, load, outcome & ~HINTED);
    }
  }

  private start(strand: number, load: number, cache: number, key: number): void {
    const { columns, world } = this;
    invariant(columns.since[load] < 0, 'a load starts after the last one has ended');
    const own = this.caches[cache];
    world.meters.count(own.meters.loads);
    columns.open[strand]++;
    columns.since[load] = engine.now;
    columns.reads[load] = key < 0 ? 0 : own.visible[key];
    columns.cache[load] = cache;
    columns.error[load] = 0;
  }

  private close(strand: number, load: number): void {
    invariant(this.columns.since[load] >= 0 && this.columns.open[strand] > 0, 'a load ends once');
    this.columns.since[load] = -1;
    this.columns.open[strand]--;
  }

  /** Ends a load. Each of its followers gets the outcome in a separate event. */
  private settle(strand: number, load: number, outcome: Outcome): void {
    const { columns, world } = this;
    const role = columns.role[load];
    if (columns.since[load] >= 0) this.close(strand, load);
    if (role <= ALONE) return;
    columns.role[load] = ALONE;
    const cache = this.caches[columns.cache[load]];
    const flights = this.flightsOf(strand, cache);
    const flight = role - 1;
    flights.land(engine.now, flight, outcome);
    for (let next = flights.next(flight); next >= 0; next = flights.next(flight)) {
      this.release(next, cache);
      columns.hold(next, FOUND.value, columns.version[strand], columns.delta[strand]);
      if (isSuccess(outcome) && columns.version[next] < cache.versions[columns.key[next]]) {
        world.meters.count(cache.meters.staleReads);
      }
      engine.soon(engine.phase, this.landedOp, next, strands.stamp[next], outcome);
    }
    flights.close(flight);
  }

  /** Ends the wait of a follower and returns the load that waited. */
  private release(strand: number, cache: Cache): number {
    const { columns } = this;
    let load = strand * columns.slots;
    while (columns.role[load] >= ALONE || this.caches[columns.cache[load]] !== cache) load++;
    invariant(
      load < (strand + 1) * columns.slots,
      'a strand that waits does so with one of its loads',
    );
    columns.role[load] = ALONE;
    return load;
  }

  private handOver(strand: number, load: number): void {
    const { columns } = this;
    const role = columns.role[load];
    this.close(strand, load);
    if (role <= ALONE) return;
    columns.role[load] = ALONE;
    const cache = this.caches[columns.cache[load]];
    const flight = role - 1;
    const next = this.flightsOf(strand, cache).handOver(engine.now, flight);
    if (next < 0) return;
    const own = this.release(next, cache);
    columns.role[own] = 1 + flight;
    this.start(next, own, columns.cache[load], columns.key[next]);
    engine.soon(engine.phase, this.leadOp, next, strands.stamp[next], own);
  }

  /** The first follower continues where its own program loads. */
  private leads(strand: number, load: number): void {
    const { interpreter } = this.world;
    strands.pc[strand] = this.columns.claim[load] + 1;
    interpreter.acted(strand, OUTCOME.ok);
  }

  private loadOf(strand: number, spec: PlanCacheAct): number {
    return strand * this.columns.slots + spec.slot;
  }

  private keyOf(strand: number, spec: PlanCacheAct): number {
    return this.world.keys.value(spec.key, strand);
  }

  private flightsOf(strand: number, cache: Cache): Coalescer {
    return cache.flightsAt(strands.instance[strand]);
  }
}
