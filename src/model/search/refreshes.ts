import { engine } from '../../kernel/engine.js';
import { PHASE } from '../../kernel/phase.js';
import { streamKey, unit } from '../../kernel/rng.js';
import type { Ns } from '../../kernel/time.js';
import type { PlanSearch, Refresh } from '../../spec/search.js';
import type { Counter, Durations } from '../meters.js';
import type { World } from '../world.js';
import { sink } from '../sink.js';

/** What one copy of a shard has written and does not show to searches yet. */
interface Copy {
  /** Of the clock of its node: each node has one of its own. */
  readonly phase: Ns;
  /** When they were written, and in which cells. */
  readonly written: Ns[];
  readonly cells: number[];
  /** Whether searches miss anything. */
  dirty: boolean;
  /** A refresh was left out because nobody searched: the next search makes up for it. */
  skipped: boolean;
  searched: Ns;
  /** Which of the events that are out still counts. */
  generation: number;
}

/**
 * When the copies of a search engine show their writes to searches: every so often, each by the clock
 * of its node. A copy that nobody has searched for long leaves it out, and the search that comes next has it done.
 */
export class Refreshes {
  private readonly world: World;
  private readonly spec: Refresh;
  private readonly copies: readonly Copy[];
  private readonly reads: Counter;
  private readonly staleReads: Counter;
  private readonly lag: Durations;
  private readonly tickOp: number;

  constructor(world: World, { component, refresh }: PlanSearch) {
    this.world = world;
    this.spec = refresh;
    const { meters, plan, replication } = world;
    const { instances, name } = plan.components[component];
    const subject = { component, part: -1 };
    this.reads = meters.counter('reads', subject);
    this.staleReads = meters.counter('staleReads', subject);
    this.lag = meters.durations('refreshLag', subject);
    this.copies = Array.from({ length: instances }, (_, index): Copy => {
      const { a, b } = streamKey(plan.seed, replication, `${name}[${index}]/refresh`);
      return {
        phase: Math.floor(unit(a, b, 0, 0, 0) * (refresh.intervalNs ?? 0)),
        written: [],
        cells: [],
        dirty: false,
        skipped: false,
        searched: 0,
        generation: 0,
      };
    });
    this.tickOp = engine.define('refresh', (index, generation) => {
      if (generation === this.copies[index].generation) this.tick(this.copies[index]);
    });
  }

  /** A copy has a write that searches do not see. */
  wrote(index: number): void {
    const { intervalNs } = this.spec;
    const copy = this.copies[index];
    const wasDirty = copy.dirty;
    copy.dirty = true;
    if (intervalNs === null) return;
    copy.written.push(engine.now);
    copy.cells.push(sink.cell);
    if (wasDirty) return;
    const { phase } = copy;
    let at = phase + Math.ceil((engine.now - phase) / intervalNs) * intervalNs;
    if (at === engine.now && engine.phase >= PHASE.TIMER) at += intervalNs;
    engine.at(at, PHASE.TIMER, this.tickOp, index, copy.generation, 0);
  }

  /** A search begins at a copy: stale where that has a write which it does not show. */
  search(index: number): void {
    const { meters } = this.world;
    const copy = this.copies[index];
    copy.searched = engine.now;
    if (copy.skipped) this.show(copy);
    meters.count(this.reads);
    if (copy.dirty) meters.count(this.staleReads);
  }

  /** The process has ended: what it has it shows when it is back. */
  died(index: number): void {
    const copy = this.copies[index];
    copy.generation++;
    copy.written.length = copy.cells.length = 0;
    copy.dirty = copy.skipped = false;
  }

  private tick(copy: Copy): void {
    const { idleAfterNs } = this.spec;
    const isIdle = idleAfterNs !== null && engine.now - copy.searched >= idleAfterNs;
    if (isIdle) copy.skipped = true;
    else this.show(copy);
  }

  private show(copy: Copy): void {
    const { meters } = this.world;
    copy.written.forEach((at, k) => meters.took(this.lag, copy.cells[k], engine.now - at));
    copy.written.length = copy.cells.length = 0;
    copy.dirty = copy.skipped = false;
  }
}
