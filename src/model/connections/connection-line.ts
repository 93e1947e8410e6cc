import { IntRing } from '../../kernel/ring.js';
import type { Ns } from '../../kernel/time.js';
import type { ConnectionLimits } from '../../spec/patterns/policy.js';
import type { Calls } from '../calls.js';
import { levels } from '../figures/levels.js';

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
  private readonly calls: Calls;
  private readonly gauge: number;
  private readonly limits: ConnectionLimits | null;
  private readonly ring = new IntRing();
  /** By frame: time of joining, its layer, and the connection that is being opened for it (or -1). */
  private readonly since: number[] = [];
  private readonly layers: number[] = [];
  private readonly dials: number[] = [];

  /** `gauge`: number of waiting attempts. */
  constructor(calls: Calls, gauge: number, limits: ConnectionLimits | null) {
    this.calls = calls;
    this.gauge = gauge;
    this.limits = limits;
  }

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

  /** Records a frame when it reaches its layer; it is not in line yet. */
  note(frame: number, layer: number, now: Ns): void {
    this.since[frame] = now;
    this.layers[frame] = layer;
    this.dials[frame] = -1;
  }

  join(frame: number, isExpecting: boolean): void {
    this.ring.push(frame);
    this.calls.setWord(frame, this.layers[frame], isExpecting ? EXPECTING : WAITING);
    if (isExpecting) this.expecting++;
    else levels.add(this.gauge, 1);
    if (this.limits !== null) this.limits.pending++;
  }

  leave(frame: number): void {
    // Nearly always the first one, which is cheap to remove.
    if (this.ring.peek() === frame) this.ring.shift();
    else this.ring.remove(frame);
    this.dials[frame] = -1;
    if (this.limits !== null) this.limits.pending--;
    if (this.waits(frame)) levels.add(this.gauge, -1);
    else this.expecting--;
  }

  /** A connection is now being opened for a waiting frame: acquireTimeout no longer applies to it. */
  expect(frame: number): void {
    if (!this.waits(frame)) return;
    this.calls.setWord(frame, this.layers[frame], EXPECTING);
    this.expecting++;
    levels.add(this.gauge, -1);
  }

  waits(frame: number): boolean {
    return this.calls.word(frame, this.layers[frame]) === WAITING;
  }

  layerOf(frame: number): number {
    return this.layers[frame];
  }

  /** Time that a frame has been in line. */
  waitOf(frame: number, now: Ns): Ns {
    return now - this.since[frame];
  }

  dialsFor(frame: number, slot: number): void {
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
    while (this.dials[this.ring.get(k)] >= 0) k++;
    return this.ring.get(k);
  }
}
