import { invariant } from '../../kernel/invariant.js';
import type { Lane } from '../../kernel/lanes.js';
import type { Ns } from '../../kernel/time.js';
import { OUTCOME, PARK, PASS, type Outcome } from '../../contracts/outcome.js';
import type { CallContext, PolicyState } from '../../contracts/patterns/policy.js';
import { EDGE_COUNTER } from '../../contracts/patterns/policy.js';
import { frameOf, layerOf, Waiters } from './waiters.js';

interface PoolSizes {
  readonly core: number;
  readonly max: number;
  readonly queue: number;
  /** Idle time after which a thread above `core` ends. */
  readonly keepAliveNs: Ns;
}

/** Word of a call: it waits in the queue, or has a thread. */
const QUEUED = 0;
const RUNNING = 1;

/**
 * java.util.concurrent.ThreadPoolExecutor around a call. Below `core` threads, a call starts one. Otherwise it goes to
 * an idle thread or into the queue. If the queue is full, it starts a thread up to `max`, which runs this call before
 * those that wait. Otherwise it is refused.
 */
export class ThreadPool implements PolicyState {
  private readonly waiting = new Waiters();
  /** Live threads, and those of them with a call. */
  private threads = 0;
  private busy = 0;
  private readonly idle = new IdleThreads(this.sizes.max);

  constructor(
    private readonly ctx: CallContext,
    private readonly sizes: PoolSizes,
    private readonly handoff: Lane | null,
  ) {}

  enter(frame: number, layer: number): number {
    const { core, max, queue } = this.sizes;
    this.endIdle();
    if (this.threads < core) return this.start(frame, layer);
    if (this.idle.count > 0) {
      this.idle.shift();
      return this.run(frame, layer);
    }
    if (this.waiting.length < queue) {
      this.ctx.setWord(frame, layer, QUEUED);
      this.waiting.push(frame, layer);
      return PARK;
    }
    if (this.threads < max) return this.start(frame, layer);
    this.ctx.count(frame, EDGE_COUNTER.bulkheadRejected);
    return OUTCOME.rejectedBulkhead;
  }

  leave(_frame: number, _layer: number, outcome: Outcome): number {
    this.release();
    return outcome;
  }

  /** The thread starts the call. */
  timer(frame: number, layer: number): void {
    this.ctx.resume(frame, layer);
  }

  cancel(frame: number, layer: number, parked: boolean): void {
    if (parked && this.ctx.word(frame, layer) === QUEUED) this.waiting.remove(frame, layer);
    else this.release();
  }

  reset(): void {
    this.threads = 0;
    this.busy = 0;
    this.waiting.clear();
    this.idle.clear();
  }

  /** Calls with a thread and calls in the queue. */
  held(): number {
    return this.busy + this.waiting.length;
  }

  /** Idle core threads behave like threads that have not been started. */
  isIdle(): boolean {
    this.endIdle();
    return this.held() === 0 && this.threads <= this.sizes.core;
  }

  private start(frame: number, layer: number): number {
    this.threads++;
    return this.run(frame, layer);
  }

  private run(frame: number, layer: number): number {
    this.busy++;
    invariant(this.busy <= this.sizes.max, 'a pool runs no more tasks than it has threads');
    this.ctx.setWord(frame, layer, RUNNING);
    if (this.handoff === null) return PASS;
    this.ctx.arm(this.handoff, frame, layer);
    return PARK;
  }

  /** The thread takes the oldest queued call, or becomes idle. */
  private release(): void {
    invariant(this.busy > 0, 'a task ends on the thread that runs it');
    const next = this.waiting.shift();
    if (next < 0) {
      this.busy--;
      this.idle.add(this.ctx.now);
      invariant(
        this.busy + this.idle.count === this.threads,
        'each thread of a pool runs a task or is idle',
      );
      return;
    }
    const frame = frameOf(next);
    const layer = layerOf(next);
    this.ctx.setWord(frame, layer, RUNNING);
    if (this.handoff === null) this.ctx.resume(frame, layer);
    else this.ctx.arm(this.handoff, frame, layer);
  }

  /** Ends threads above `core` that have been idle for `keepAlive`. */
  private endIdle(): void {
    const { core, keepAliveNs } = this.sizes;
    while (
      this.threads > core &&
      this.idle.count > 0 &&
      this.idle.longestSince() + keepAliveNs <= this.ctx.now
    ) {
      this.idle.shift();
      this.threads--;
    }
  }
}

/** Idle threads and the time each became idle; work wakes the one that has waited longest. */
class IdleThreads {
  count = 0;
  private readonly since: Float64Array;
  private head = 0;

  constructor(max: number) {
    this.since = new Float64Array(max);
  }

  add(now: Ns): void {
    this.since[(this.head + this.count++) % this.since.length] = now;
  }

  /** Removes the thread that has been idle longest: it gets work or ends. */
  shift(): void {
    this.head = (this.head + 1) % this.since.length;
    this.count--;
  }

  longestSince(): Ns {
    return this.since[this.head];
  }

  clear(): void {
    this.head = 0;
    this.count = 0;
  }
}
