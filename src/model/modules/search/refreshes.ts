import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import { streamKey, unit } from '../../../kernel/rng.js';
import type { Ns } from '../../../kernel/time.js';
import type { PlanSearch } from '../../../contracts/plan/search.js';
import type { Refresh } from '../../../contracts/scenario/search.js';
import type { Counter, Durations } from '../../data/figures/meters.js';
import type { Run } from '../../data/run.js';
import { sink } from '../../data/figures/sink.js';

/** Writes of one copy of a shard that searches do not see yet. */
interface Copy {
  /** Phase of the refresh clock of its node. */
  readonly phase: Ns;
  /** Write times, and their measuring cells. */
  readonly written: Ns[];
  readonly cells: number[];
  /** Whether searches miss any write. */
  dirty: boolean;
  /** A refresh was skipped because there were no searches; the next search triggers it. */
  skipped: boolean;
  searched: Ns;
  /** Generation of the scheduled refresh; older events are void. */
  generation: number;
}

/**
 * The refreshes of a search engine, which make writes visible to searches: at intervals, by the clock of each node. A
 * copy without recent searches skips them; its next search triggers the refresh.
 */
export class Refreshes {
  private readonly world: Run;
  private readonly spec: Refresh;
  private readonly copies: readonly Copy[];
  private readonly reads: Counter;
  private readonly staleReads: Counter;
  private readonly lag: Durations;
  private readonly tickOp: number;

  constructor(world: Run, { component, refresh }: PlanSearch) {
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

  /** A copy has a write that searches do not see yet. */
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

  /** A search begins at a copy: it is stale if the copy has a write that is not visible. */
  search(index: number): void {
    const { meters } = this.world;
    const copy = this.copies[index];
    copy.searched = engine.now;
    if (copy.skipped) this.show(copy);
    meters.count(this.reads);
    if (copy.dirty) meters.count(this.staleReads);
  }

  /** The process has ended: its writes are visible when it is back. */
  died(index: number): void {
    const copy = this.copies[index];
    copy.generation++;
    copy.written.length = copy.cells.length = 0;
    copy.dirty = copy.skipped = false;
  }

  private tick(copy: Copy): void {
    invariant(copy.dirty, 'a refresh is set for writes that searches do not see');
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
