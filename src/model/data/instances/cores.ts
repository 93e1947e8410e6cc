import { invariant, isAudited } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import { widenFloat64, widenInt32 } from '../../../kernel/pool.js';
import { IntRing } from '../../../kernel/ring.js';
import type { Ns } from '../../../kernel/time.js';
import type { Cpu } from '../../../contracts/scenario/process.js';
import { STATE, strands } from '../strands/strands.js';
import { levels } from '../figures/levels.js';
import { ALONE, coresOf, fairPartBeside, othersOf, type Stress } from './fair-parts.js';

const FIRST_CAPACITY = 16;
/** Most ends that an audit compares after each change. */
const AUDITED_MOST = 64;
const NOTHING = new Float64Array(0);
const NONE = new Int32Array(0);

/** The setup of cores: their machine, and the callback when a strand is done. */
export interface CoresSetup extends Pick<Cpu, 'cores' | 'contextSwitchTax' | 'background'> {
  /** Gauge shared by several cores objects; null = a separate one. */
  readonly sharedGauge: number | null;
  /** Op whose handler calls fire(generation) of these cores; its target is `id`. */
  readonly op: number;
  readonly id: number;
  readonly fcfs: boolean;
  /** CFS bandwidth: CPU ns per period, or null. */
  readonly quota: { readonly budgetNs: number; readonly periodNs: Ns } | null;
  /** Called when the work of a strand is done. */
  readonly done: (strand: number) => void;
}

/** Runs the work of an instance: its cores, or those of the environments in it. */
export interface Processor {
  /** Number of strands with work to do. */
  readonly runnable: number;
  readonly gauge: number;
  add(strand: number, work: number): void;
  leave(strand: number): void;
  setSpeed(speed: number): void;
  /** These other threads want a part of the cores. */
  press(stress: readonly Stress[]): void;
  clear(): void;
  fire(generation: number): void;
}

/**
 * The cores of one instance, shared by all runnable strands.
 *
 * Processor sharing on one virtual clock: V grows at `speed * min(1, cores / n)`; a strand with `work` ends when V has
 * grown by `work`. A small heap orders the strands by their virtual ends. Only the nearest end is an event of the
 * engine, so a change of n, speed or cores costs one event regardless of the number of strands. First come, first
 * served is the same with at most `cores` strands admitted.
 *
 * Other threads (`press`, `background`) compete for the cores. The scheduler is fair: threads that want less than an
 * equal part get it, the others share the rest (sched-design-CFS.rst).
 *
 * Quota (Linux CFS bandwidth control, kernel sched-bwc): the strands use min(n, cores) CPU ns per ns. When the budget
 * of a period is used up, all stop until the next multiple of the period.
 *
 * Ends are rounded up to whole ns. When the event planned for exactly this state fires, the head counts as finished, so
 * there is no epsilon and no endless replanning.
 */
export class Cores implements Processor {
  /** Number of strands with work to do here, including those waiting under FCFS. */
  runnable = 0;
  readonly gauge: number;
  private readonly waiting = new IntRing();
  private readonly waitingWork: number[] = [];
  private speed = NaN;
  /** Other threads, in ascending order of their loads, and the cores that all of them want. */
  private others = ALONE;
  private wanted = NaN;
  private admitted = 0;
  private virtual = NaN;
  private updated: Ns = NaN;
  private rate = NaN;
  private usage = NaN;
  private shown = NaN;
  /** Heap of virtual ends. */
  private size = 0;
  private ends: Float64Array = NOTHING;
  private who: Int32Array = NONE;
  private stamps: Int32Array = NONE;
  private orders: Float64Array = NOTHING;
  private nextOrder = 0;
  /** Time of the scheduled event, and the time at which the current state needs one. */
  private due = NaN;
  private target = NaN;
  private generation = 0;
  private budget = NaN;
  private period = -1;
  /** True if the event at `target` is the end of a strand. */
  private targetIsEnd = false;
  private readonly audited = isAudited();

  constructor(private readonly setup: CoresSetup) {
    // Doubles from the start, as in the engine.
    this.virtual = this.rate = this.usage = this.shown = this.budget = this.updated = 0;
    this.due = this.target = -1;
    this.speed = 1;
    this.wanted = 0;
    this.beside([]);
    this.gauge = setup.sharedGauge ?? levels.register();
  }

  /** Adds a strand with `work` ns of CPU. */
  add(strand: number, work: number): void {
    this.sync();
    this.runnable++;
    if (this.setup.fcfs && this.admitted >= this.setup.cores) {
      this.waiting.push(strand);
      this.waitingWork.push(work);
      return;
    }
    this.admit(strand, work);
    this.plan();
  }

  /** Removes a strand before its work is done; its stamp has been bumped already. */
  leave(strand: number): void {
    this.sync();
    this.runnable--;
    invariant(this.runnable >= 0, 'a strand leaves the cores once');
    const at = this.removeWaiting(strand);
    if (!at) {
      this.admitted--;
      this.admitWaiting();
    }
    this.plan();
  }

  /** Sets the speed: 0 stops everything, 0.5 halves the progress of all work in progress. */
  setSpeed(speed: number): void {
    this.sync();
    this.speed = speed;
    this.plan();
  }

  /** Sets the other threads that want a part of the cores, besides those of the background. */
  press(stress: readonly Stress[]): void {
    // Unlimited cores are never short.
    if (this.setup.cores === Infinity) return;
    this.sync();
    this.beside(stress);
    this.plan();
  }

  private beside(stress: readonly Stress[]): void {
    const { cores, background } = this.setup;
    this.others = othersOf(cores, background, stress);
    this.wanted = coresOf(this.others);
  }

  /** The process has ended; all its strands have been stopped. */
  clear(): void {
    invariant(this.runnable === 0, 'cores are cleared when no work is left');
    this.sync();
    this.plan();
  }

  /** Handler of the planned event. */
  fire(generation: number): void {
    if (generation !== this.generation) return;
    this.due = -1;
    if (this.target !== engine.now) {
      // The state has changed since then and needs a later event.
      if (this.target >= 0) {
        this.sync();
        this.plan();
      }
      return;
    }
    const isEnd = this.targetIsEnd;
    this.sync();
    if (!isEnd) {
      // Quota: either less than 1 ns of budget is left, or a new period has begun.
      if (this.budget < 1) this.budget = 0;
      this.plan();
      return;
    }
    this.dropDead();
    invariant(this.size > 0, 'an event of the cores has a strand that is done');
    const strand = this.who[0];
    if (this.ends[0] > this.virtual) this.virtual = this.ends[0];
    strands.stamp[strand]++;
    this.pop();
    this.runnable--;
    this.admitted--;
    this.admitWaiting();
    this.plan();
    this.setup.done(strand);
  }

  private admit(strand: number, work: number): void {
    this.admitted++;
    strands.state[strand] = STATE.CPU;
    this.push(this.virtual + work, strand, strands.stamp[strand]);
  }

  private admitWaiting(): void {
    if (!this.setup.fcfs) return;
    while (this.admitted < this.setup.cores && this.waiting.length > 0) {
      this.admit(this.waiting.shift(), this.waitingWork.shift()!);
    }
  }

  private removeWaiting(strand: number): boolean {
    const { waiting } = this;
    for (let k = 0; k < waiting.length; k++) {
      if (waiting.get(k) !== strand) continue;
      waiting.remove(strand);
      this.waitingWork.splice(k, 1);
      return true;
    }
    return false;
  }

  /** Advances the virtual clock and the quota to now. */
  private sync(): void {
    const { quota } = this.setup;
    const now = engine.now;
    const elapsed = now - this.updated;
    this.virtual += this.rate * elapsed;
    if (quota !== null) {
      const period = Math.floor(now / quota.periodNs);
      if (period !== this.period) {
        const since = Math.min(elapsed, now - period * quota.periodNs);
        this.budget = quota.budgetNs - this.usage * since;
        this.period = period;
      } else {
        this.budget -= this.usage * elapsed;
      }
    }
    this.updated = now;
  }

  /** Computes the rate of progress in the current state, and plans the next event. */
  private plan(): void {
    const { cores, contextSwitchTax, quota } = this.setup;
    this.dropDead();
    const n = this.admitted;
    invariant(
      n + this.waiting.length === this.runnable,
      'every strand with work has a core or waits for one',
    );
    if (this.audited) this.auditEnds();
    if (n === 0) {
      this.idle();
      return;
    }
    const isAlone = this.wanted === 0;
    const part = isAlone ? cores / n : fairPartBeside(n, cores, this.others);
    const throttled = quota !== null && this.budget <= 0;
    const running = this.speed > 0 && !throttled;
    const full = n < cores ? n : cores;
    this.usage = !running ? 0 : isAlone ? full : this.used(part >= 1 ? n : n * part);
    this.show(this.usage);
    this.rate = running ? this.speed * (part >= 1 ? 1 : part * (1 - contextSwitchTax)) : 0;
    let at = -1;
    this.targetIsEnd = false;
    const left = this.ends[0] - this.virtual;
    // Work that ends exactly with the budget is complete: it does not wait for the next period.
    if (running || (throttled && this.speed > 0 && left <= 0)) {
      at = left <= 0 ? engine.now : engine.now + Math.ceil(left / this.rate);
      this.targetIsEnd = true;
    }
    if (quota !== null && this.speed > 0) {
      const boundary = (this.period + 1) * quota.periodNs;
      const spent = throttled ? boundary : engine.now + Math.ceil(this.budget / this.usage);
      const change = spent < boundary ? spent : boundary;
      if (at < 0 || change < at) {
        at = change;
        this.targetIsEnd = false;
      }
    }
    this.target = at;
    if (at >= 0 && (this.due < engine.now || at < this.due)) this.schedule(at);
  }

  private schedule(at: Ns): void {
    const { op, id } = this.setup;
    this.due = at;
    engine.at(at, PHASE.COMPLETION, op, id, ++this.generation, 0);
  }

  private idle(): void {
    this.virtual = 0;
    this.size = 0;
    this.rate = 0;
    this.usage = this.wanted > 0 && this.speed > 0 ? this.used(0) : 0;
    this.target = -1;
    const { quota } = this.setup;
    // No strand is running, so the quota limits only the other threads.
    const most = quota === null ? Infinity : quota.budgetNs / quota.periodNs;
    this.show(this.usage < most ? this.usage : most);
  }

  /** Cores in use when the strands use `own`, including what other threads take of the rest. */
  private used(own: number): number {
    const { cores } = this.setup;
    const all = own + this.wanted;
    return all < cores ? all : cores;
  }

  /** The ends are a heap: none comes before the one above it. */
  private auditEnds(): void {
    const { ends, orders } = this;
    const size = Math.min(this.size, AUDITED_MOST);
    invariant(
      this.waiting.length === this.waitingWork.length,
      'each strand that waits for a core has its work',
    );
    for (let at = 1; at < size; at++) {
      const up = (at - 1) >> 1;
      const isLater = ends[up] < ends[at] || (ends[up] === ends[at] && orders[up] < orders[at]);
      invariant(isLater, 'the strand that ends first is the first');
    }
  }

  private show(usage: number): void {
    if (this.setup.sharedGauge === null) levels.set(this.gauge, usage);
    else levels.add(this.gauge, usage - this.shown);
    this.shown = usage;
  }

  private dropDead(): void {
    const stamp = strands.stamp;
    while (this.size > 0 && stamp[this.who[0]] !== this.stamps[0]) this.pop();
  }

  // Both are written out: doubles passed to a function that is not inlined are boxed.

  private push(end: number, strand: number, stamp: number): void {
    if (this.size === this.ends.length) this.widen(Math.max(FIRST_CAPACITY, this.size * 2));
    const { ends, orders } = this;
    const order = this.nextOrder++;
    let at = this.size++;
    while (at > 0) {
      const up = (at - 1) >> 1;
      if (end > ends[up] || (end === ends[up] && order > orders[up])) break;
      this.move(up, at);
      at = up;
    }
    ends[at] = end;
    orders[at] = order;
    this.who[at] = strand;
    this.stamps[at] = stamp;
  }

  /** Strands with the same virtual end finish in the order of their arrival. */
  private pop(): void {
    const { ends, orders } = this;
    const n = --this.size;
    const end = ends[n];
    const order = orders[n];
    let at = 0;
    for (;;) {
      let down = 2 * at + 1;
      if (down >= n) break;
      const next = down + 1;
      const isNext =
        ends[next] < ends[down] || (ends[next] === ends[down] && orders[next] < orders[down]);
      if (next < n && isNext) down = next;
      if (end < ends[down] || (end === ends[down] && order < orders[down])) break;
      this.move(down, at);
      at = down;
    }
    this.move(n, at);
  }

  private move(from: number, to: number): void {
    this.ends[to] = this.ends[from];
    this.who[to] = this.who[from];
    this.stamps[to] = this.stamps[from];
    this.orders[to] = this.orders[from];
  }

  private widen(capacity: number): void {
    this.ends = widenFloat64(this.ends, capacity);
    this.who = widenInt32(this.who, capacity);
    this.stamps = widenInt32(this.stamps, capacity);
    this.orders = widenFloat64(this.orders, capacity);
  }
}
