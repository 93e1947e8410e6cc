import { engine } from '../../kernel/engine.js';
import { IntRing } from '../../kernel/ring.js';
import type { Ns } from '../../kernel/time.js';
import type { Alarm } from '../../spec/policy.js';

/** The default of Linkerd's LINKERD2_PROXY_OUTBOUND_HTTP_QUEUE_CAPACITY. */
const CAPACITY = 10_000;

/** What a room does with those who wait in it. */
export interface Door {
  /** Gives the frame an instance and lets it go on; false where none may be picked. */
  admit(frame: number): boolean;
  refuse(frame: number): void;
}

/**
 * Where the calls of one process to one callee wait while every instance is shut, first come first
 * served. Once nobody could be served for the whole wait, all are refused, and so is who comes then,
 * until an instance may be picked again. Whoever is served begins the wait anew for the others.
 */
export class WaitingRoom {
  private readonly waitNs: Ns;
  private readonly door: Door;
  private readonly alarm: Alarm;
  private readonly serveOp: number;
  private readonly waiting = new IntRing();
  /** The alarm is set: nobody could be served since. It runs on when all who waited have left. */
  private isWaiting = false;
  private isFailing = false;
  private isServing = false;

  constructor(waitNs: Ns, door: Door, alarm: (run: () => void) => Alarm) {
    this.waitNs = waitNs;
    this.door = door;
    this.alarm = alarm(() => this.fail());
    this.serveOp = engine.define('waiting-room', () => this.serve());
  }

  /** Somebody waits, so that who comes now waits behind. */
  get isOccupied(): boolean {
    return this.waiting.length > 0;
  }

  /** Takes a frame for which there is no instance; false where it is refused at once. */
  take(frame: number): boolean {
    if (this.isFailing || this.waiting.length >= CAPACITY) return false;
    this.waiting.push(frame);
    this.wait();
    return true;
  }

  /** A frame that waited here is given up. */
  remove(frame: number): void {
    this.waiting.remove(frame);
  }

  /** A frame has found an instance. */
  found(): void {
    this.isFailing = false;
    this.stop();
  }

  /** An instance may be picked again: whoever waits is served in turn, through the instant ring. */
  wake(): void {
    if (this.isServing || !this.isWaiting) return;
    this.isServing = true;
    engine.soon(engine.phase, this.serveOp, 0, 0, 0);
  }

  /** The process has restarted; nobody waits by then. */
  reset(): void {
    this.isFailing = false;
    this.stop();
  }

  /**
   * One at a time: the next is served behind all that the first has begun, because an instance that
   * is probed takes one call only.
   */
  private serve(): void {
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
