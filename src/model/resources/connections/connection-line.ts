import { invariant } from '../../../kernel/invariant.js';
import { IntRing } from '../../../kernel/ring.js';
import type { Ns } from '../../../kernel/time.js';
import type { ConnectionLimits } from '../../../contracts/patterns/policy.js';
import type { CallsPort } from '../../data/ports.js';
import { levels } from '../../data/figures/levels.js';

/** Words of a frame without a connection: it waits in line, or a connection is being opened for it. */
const WAITING = -1;
const EXPECTING = -2;

/**
 * The attempts of a pool that have no connection yet, in FIFO order. An attempt whose connection is being opened is
 * "expecting"; only the others wait and count against the limits on waiting.
 */
export class ConnectionLine {
  /** Number of attempts in line whose connection is being opened. */
  expecting = 0;
  private readonly ring = new IntRing();
  /** By frame: time of joining, its layer, and the connection that is being opened for it (or -1). */
  private readonly since: number[] = [];
  private readonly layers: number[] = [];
  private readonly dials: number[] = [];

  /** `gauge`: number of waiting attempts. */
  constructor(
    private readonly calls: CallsPort,
    private readonly gauge: number,
    private readonly limits: ConnectionLimits | null,
  ) {}

  get length(): number {
    return this.ring.length;
  }

  get waiting(): number {
    return this.ring.length - this.expecting;
  }

  /** The frame that has been in line longest. */
  get head(): number {
    return this.ring.peek();
  }

  /** The frame that gets a free connection; `isOwn`: only one that has none on the way. -1 = none does. */
  next(isOwn: boolean): number {
    if (!isOwn) return this.head;
    for (let k = 0; k < this.ring.length; k++) {
      const frame = this.ring.get(k);
      if (this.dials[frame] < 0) return frame;
    }
    return -1;
  }

  /** Records a frame when it reaches its layer; it is not in line yet. */
  note(frame: number, layer: number, now: Ns): void {
    this.since[frame] = now;
    this.layers[frame] = layer;
    this.dials[frame] = -1;
  }

  join(frame: number, isExpecting: boolean): void {
    invariant(
      this.dials[frame] < 0 || isExpecting,
      'a call whose connection is being opened expects it',
    );
    this.ring.push(frame);
    this.calls.setWord(frame, this.layers[frame], isExpecting ? EXPECTING : WAITING);
    if (isExpecting) this.expecting++;
    else levels.add(this.gauge, 1);
    if (this.limits !== null) this.limits.pending++;
    invariant(this.expecting <= this.ring.length, 'only calls in line expect a connection');
  }

  leave(frame: number): void {
    let wasIn = true;
    invariant(
      this.limits === null || this.limits.pending > 0,
      'the limits of a policy count each call in line until it leaves',
    );
    // Nearly always the first one, which is cheap to remove.
    if (this.ring.peek() === frame) this.ring.shift();
    else wasIn = this.ring.remove(frame);
    invariant(wasIn, 'a call leaves the line that it is in');
    this.dials[frame] = -1;
    if (this.limits !== null) this.limits.pending--;
    if (this.waits(frame)) levels.add(this.gauge, -1);
    else this.expecting--;
    invariant(this.expecting >= 0, 'a call stops expecting a connection once');
    invariant(this.expecting <= this.ring.length, 'a call that left the line expects nothing');
  }

  /** A connection is now being opened for a waiting frame: acquireTimeout no longer applies to it. */
  expect(frame: number): void {
    if (!this.waits(frame)) return;
    this.calls.setWord(frame, this.layers[frame], EXPECTING);
    this.expecting++;
    invariant(this.expecting <= this.ring.length, 'at most all calls in line expect a connection');
    levels.add(this.gauge, -1);
  }

  /** No connection comes for the calls that expect one without a dial of their own: they wait again. */
  disappoint(again: (frame: number) => void): void {
    for (let k = 0; k < this.ring.length; k++) {
      const frame = this.ring.get(k);
      if (this.dials[frame] >= 0 || this.waits(frame)) continue;
      this.calls.setWord(frame, this.layers[frame], WAITING);
      this.expecting--;
      invariant(this.expecting >= 0, 'a call is disappointed that expected a connection');
      levels.add(this.gauge, 1);
      again(frame);
    }
  }

  waits(frame: number): boolean {
    return this.calls.word(frame, this.layers[frame]) === WAITING;
  }

  layerOf(frame: number): number {
    return this.layers[frame];
  }

  waitOf(frame: number, now: Ns): Ns {
    invariant(now >= this.since[frame], 'a call joins the line before it leaves');
    return now - this.since[frame];
  }

  dialsFor(frame: number, slot: number): void {
    invariant(this.dials[frame] < 0, 'a call has one dial at a time');
    this.dials[frame] = slot;
  }

  /** Ends the dial of a frame, successful or not. Returns true if the frame is still in line. */
  endDial(frame: number, slot: number): boolean {
    if (this.dials[frame] !== slot) return false;
    this.dials[frame] = -1;
    return true;
  }

  /** The first frame without a dial. There must be one. */
  firstWithoutDial(): number {
    let k = 0;
    invariant(this.ring.length > 0, 'a call without a dial is in line');
    while (this.dials[this.ring.get(k)] >= 0) k++;
    invariant(k < this.ring.length, 'more calls wait than connections are being opened');
    return this.ring.get(k);
  }
}
