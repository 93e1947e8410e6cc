import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { IntRing } from '../../../kernel/ring.js';
import type { Ns } from '../../../kernel/time.js';
import type { Alarm } from '../../../contracts/patterns/policy.js';

/** The default of Linkerd's LINKERD2_PROXY_OUTBOUND_HTTP_QUEUE_CAPACITY. */
const CAPACITY = 10_000;

/** The actions of a waiting room on its frames. */
export interface Door {
  /** Gives the frame an instance and resumes it; returns false if none may be picked. */
  admit(frame: number): boolean;
  refuse(frame: number): void;
}

/**
 * The queue in which the calls of one process to one callee wait while every instance is shut, in FIFO order. If no
 * call could be served for the whole wait, all of them are refused, as are new calls until an instance may be picked
 * again. Each served call restarts the wait for the others.
 */
export class WaitingRoom {
  private readonly waitNs: Ns;
  private readonly door: Door;
  private readonly alarm: Alarm;
  private readonly serveOp: number;
  private readonly waiting = new IntRing();
  /** True while the alarm is set: no call has been served since. It stays set after all waiting calls have left. */
  private isWaiting = false;
  private isFailing = false;
  private isServing = false;

  constructor(waitNs: Ns, door: Door, alarm: (run: () => void) => Alarm) {
    this.waitNs = waitNs;
    this.door = door;
    this.alarm = alarm(() => this.fail());
    this.serveOp = engine.define('waiting-room', () => this.serve());
  }

  /** True if calls are waiting, so a new one must queue. */
  get isOccupied(): boolean {
    return this.waiting.length > 0;
  }

  /** Queues a frame without an instance; returns false if it is refused at once. */
  take(frame: number): boolean {
    if (this.isFailing || this.waiting.length >= CAPACITY) return false;
    this.waiting.push(frame);
    this.wait();
    return true;
  }

  /** A waiting frame is abandoned. */
  remove(frame: number): void {
    this.waiting.remove(frame);
  }

  /** A frame has found an instance. */
  found(): void {
    this.isFailing = false;
    this.stop();
  }

  /** An instance may be picked again: serves the waiting calls in order, through the instant ring. */
  wake(): void {
    if (this.isServing || !this.isWaiting) return;
    this.isServing = true;
    engine.soon(engine.phase, this.serveOp, 0, 0, 0);
  }

  /** The process has restarted; no call waits at this point. */
  reset(): void {
    this.isFailing = false;
    this.stop();
  }

  /**
   * Serves one call. The next one follows after all events that this one triggered, because an instance under probation
   * takes only one call.
   */
  private serve(): void {
    invariant(this.isServing, 'a waiting call is served when an instance may be picked');
    this.isServing = false;
    const frame = this.waiting.peek();
    if (frame < 0) {
      this.stop();
      return;
    }
    if (!this.door.admit(frame)) {
      this.wait();
      return;
    }
    this.waiting.shift();
    this.stop();
    if (this.waiting.length === 0) return;
    this.isServing = true;
    engine.soon(engine.phase, this.serveOp, 0, 0, 0);
  }

  private fail(): void {
    invariant(this.isWaiting, 'the room fails only while calls have waited too long');
    this.isWaiting = false;
    this.isFailing = true;
    for (let frame = this.waiting.shift(); frame >= 0; frame = this.waiting.shift()) {
      this.door.refuse(frame);
    }
  }

  private wait(): void {
    if (this.isWaiting) return;
    this.isWaiting = true;
    this.alarm.set(engine.now + this.waitNs);
  }

  private stop(): void {
    if (!this.isWaiting) return;
    this.isWaiting = false;
    this.alarm.clear();
  }
}
