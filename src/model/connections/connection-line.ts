import { IntRing } from '../../kernel/ring.js';
import type { Ns } from '../../kernel/time.js';
import type { ConnectionLimits } from '../../spec/policy.js';
import type { Calls } from '../calls.js';
import { levels } from '../levels.js';

/** Words of a frame without a connection: it stands in line for one, or one is coming. */
const WAITING = -1;
const EXPECTING = -2;

/**
 * Attempts without a connection, first come first served. Those for which one is being opened expect
 * it; only the others wait, and count for the limits on waiting.
 */
export class ConnectionLine {
  /** Of those in line, the ones that a connection is coming for. */
  expecting = 0;
  private readonly calls: Calls;
  private readonly gauge: number;
  private readonly limits: ConnectionLimits | null;
  private readonly ring = new IntRing();
  /** By frame: when it came, its layer, and the connection that is being opened for it (or -1). */
  private readonly since: number[] = [];
  private readonly layers: number[] = [];
  private readonly dials: number[] = [];

  /** `gauge`: how many wait. */
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

  /** The frame that has stood here longest. */
  get head(): number {
    return this.ring.peek();
  }

  /** A frame comes to its layer; it is not in line yet. */
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
    // Nearly always the first one, whom to remove costs nothing.
    if (this.ring.peek() === frame) this.ring.shift();
    else this.ring.remove(frame);
    this.dials[frame] = -1;
    if (this.limits !== null) this.limits.pending--;
    if (this.waits(frame)) levels.add(this.gauge, -1);
    else this.expecting--;
  }

  /** A connection is being opened for a frame that has waited so far: acquireTimeout is over. */
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

  /** How long a frame has stood here. */
  waitOf(frame: number, now: Ns): Ns {
    return now - this.since[frame];
  }

  dialsFor(frame: number, slot: number): void {
    this.dials[frame] = slot;
  }

  /** A connection is open, or could not be opened: true where its frame still stands here. */
  endDial(frame: number, slot: number): boolean {
    if (this.dials[frame] !== slot) return false;
    this.dials[frame] = -1;
    return true;
  }

  /** The first one that no connection is being opened for. There has to be one. */
  firstWithoutDial(): number {
    let k = 0;
    while (this.dials[this.ring.get(k)] >= 0) k++;
    return this.ring.get(k);
  }
}
