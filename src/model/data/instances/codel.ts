import { invariant } from '../../../kernel/invariant.js';
import type { Ns } from '../../../kernel/time.js';

/** The queue that the control law takes requests from, and that receives the requests it drops. */
export interface CodelQueue {
  /** The next request that is still wanted, or -1. */
  next(): number;
  /** Number of requests waiting after it. */
  readonly length: number;
  drop(strand: number): void;
}

/** If a new drop cycle starts within this many intervals of the last one, it starts at that one's drop rate. */
const MEMORY = 16;

/**
 * CoDel as in Linux codel_impl.h, with requests instead of packets. Once the wait of the requests it serves has not
 * been below `target` for longer than `interval`, it drops one request from the head. It drops further ones after
 * interval / sqrt(count) each, until a wait is below the target again. It never drops while at most one request waits
 * after the head. Square roots are exact here, where Linux approximates.
 */
export class Codel {
  /** From this time on, long waits count as a standing queue; -1 while waits are short. */
  private firstAbove: Ns = -1;
  private dropping = false;
  private dropNext: Ns = 0;
  private count = 0;
  private lastCount = 0;

  constructor(
    private readonly targetNs: Ns,
    private readonly intervalNs: Ns,
    private readonly arrived: (strand: number) => Ns,
  ) {}

  /** The next request to serve, or -1. */
  take(now: Ns, queue: CodelQueue): number {
    const head = queue.next();
    if (head < 0) {
      this.dropping = false;
      return head;
    }
    const mayDrop = this.mayDrop(head, now, queue);
    if (this.dropping) {
      if (mayDrop) return now >= this.dropNext ? this.continueDropping(head, now, queue) : head;
      this.dropping = false;
      return head;
    }
    return mayDrop ? this.beginDropping(head, now, queue) : head;
  }

  /** A request found an empty queue and a free worker. */
  passed(): void {
    this.firstAbove = -1;
    this.dropping = false;
  }

  reset(): void {
    this.passed();
    this.dropNext = 0;
    this.count = 0;
    this.lastCount = 0;
  }

  private continueDropping(first: number, now: Ns, queue: CodelQueue): number {
    let head = first;
    // A long queue may require several drops at once.
    while (this.dropping && now >= this.dropNext) {
      this.count++;
      queue.drop(head);
      head = queue.next();
      if (this.mayDrop(head, now, queue)) this.dropNext = this.after(this.dropNext);
      else this.dropping = false;
    }
    return head;
  }

  private beginDropping(head: number, now: Ns, queue: CodelQueue): number {
    queue.drop(head);
    const next = queue.next();
    this.mayDrop(next, now, queue);
    this.dropping = true;
    const more = this.count - this.lastCount;
    this.count = more > 1 && now - this.dropNext < MEMORY * this.intervalNs ? more : 1;
    this.lastCount = this.count;
    this.dropNext = this.after(now);
    return next;
  }

  private mayDrop(head: number, now: Ns, queue: CodelQueue): boolean {
    if (head < 0 || now - this.arrived(head) < this.targetNs || queue.length <= 1) {
      this.firstAbove = -1;
      return false;
    }
    if (this.firstAbove >= 0) return now > this.firstAbove;
    this.firstAbove = now + this.intervalNs;
    return false;
  }

  private after(time: Ns): Ns {
    invariant(this.count > 0, 'an interval between drops follows a drop');
    return time + Math.round(this.intervalNs / Math.sqrt(this.count));
  }
}
