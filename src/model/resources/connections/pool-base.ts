import { invariant } from '../../../kernel/invariant.js';
import { IntRing } from '../../../kernel/ring.js';
import { unit } from '../../../kernel/rng.js';
import type { Outcome } from '../../../contracts/outcome.js';
import type { Ns } from '../../../kernel/time.js';
import { FATE } from './fates.js';
import { CLOSED, IdleLimits } from './idle-limits.js';
import { isBroken } from './server-connections.js';
import { levels } from '../../data/figures/levels.js';
import type { PoolSetup } from './pool-setup.js';

/** Word of a frame that waits in line; from 0 on it is the connection that the frame uses. */
export const WAITING = -1;

/** The line and the uses of the connections of a pool to one database, the innermost layer of its calls. */
export abstract class PoolBase<Setup extends PoolSetup<unknown>> {
  protected readonly line = new IntRing();
  /** By frame: when it came, and its layer (calls of several bundles share a pool). */
  protected readonly since: number[] = [];
  protected readonly layerOf: number[] = [];
  /** Leaked connections: their calls never return them. */
  protected readonly leaked: number[] = [];
  protected inUse = 0;
  /** Calls whose own connection is being opened. */
  protected dialling = 0;
  /** What becomes of idle connections; null if nothing does. */
  protected readonly idleLimits: IdleLimits | null;
  /** By connection: epoch of its server process, or CLOSED. */
  protected abstract readonly epochs: { [connection: number]: number };

  constructor(protected readonly setup: Setup) {
    const { idle, ctx } = setup;
    this.idleLimits =
      idle === null ? null : new IdleLimits(idle, ctx, (one) => this.sessionEnded(one));
  }

  held(): number {
    return this.inUse - this.leaked.length + this.line.length + this.dialling;
  }

  protected join(frame: number, layer: number): void {
    const { ctx, gauges } = this.setup;
    ctx.setWord(frame, layer, WAITING);
    this.line.push(frame);
    levels.add(gauges.waiting, 1);
  }

  protected leaveLine(frame: number): void {
    let wasIn = true;
    invariant(
      this.setup.ctx.word(frame, this.layerOf[frame]) === WAITING,
      'only a call that waits leaves the line',
    );
    // Nearly always the first one, which is cheap to remove.
    if (this.line.peek() === frame) this.line.shift();
    else wasIn = this.line.remove(frame);
    invariant(wasIn, 'a call that waits is in the line');
    levels.add(this.setup.gauges.waiting, -1);
  }

  /** Takes the calls that pass a test out of the line, in its order. */
  passOn(
    passes: (frame: number) => boolean,
    taken: (frame: number, layer: number, since: Ns) => void,
  ): void {
    const { length } = this.line;
    const waiting = Array.from({ length }, (_, k) => this.line.get(k));
    for (const frame of waiting.filter(passes)) {
      this.leaveLine(frame);
      taken(frame, this.layerOf[frame], this.since[frame]);
    }
  }

  /** Takes a random frame out of the line; `draw`: number of the draw. */
  protected takeRandomWaiter(draw: number): number {
    const { stream } = this.setup;
    const u = unit(stream.a, stream.b, draw, 0, 1);
    const frame = this.line.get(Math.floor(u * this.line.length));
    this.leaveLine(frame);
    return frame;
  }

  protected hold(frame: number, layer: number, connection: number): void {
    invariant(connection >= 0, 'a call uses a connection that has a number');
    const { ctx, gauges, server } = this.setup;
    ctx.setWord(frame, layer, connection);
    if (this.idleLimits !== null) {
      this.idleLimits.taken(frame, connection, server.isDead(this.epochs[connection]));
    }
    this.inUse++;
    levels.add(gauges.used, 1);
    if (gauges.usedOfNode >= 0) levels.add(gauges.usedOfNode, 1);
  }

  /** A frame uses a connection after a wait. */
  protected use(frame: number, layer: number, connection: number, waitNs: Ns): void {
    this.hold(frame, layer, connection);
    this.setup.waits()?.add(waitNs);
  }

  /** A frame that has waited continues with a connection. */
  protected continueWith(frame: number, connection: number): void {
    const { ctx } = this.setup;
    const layer = this.layerOf[frame];
    invariant(ctx.now >= this.since[frame], 'a wait begins before it ends');
    this.use(frame, layer, connection, ctx.now - this.since[frame]);
    ctx.resume(frame, layer);
  }

  protected release(): void {
    invariant(this.inUse > 0, 'a connection is given back once');
    const { used, usedOfNode } = this.setup.gauges;
    this.inUse--;
    invariant(this.inUse >= this.leaked.length, 'a leaked connection stays in use');
    levels.add(used, -1);
    if (usedOfNode >= 0) levels.add(usedOfNode, -1);
  }

  /** Whether the connection of a call that leaves cannot be used again. */
  protected isSpent(frame: number, outcome: Outcome): boolean {
    return isBroken(outcome) || this.isFaded(frame);
  }

  /** Whether the connection that a call has taken had ended while it was idle. */
  protected isFaded(frame: number): boolean {
    return this.idleLimits !== null && this.idleLimits.fateOf(frame) !== FATE.none;
  }

  /** Whether the session of an idle connection has ended; behind a device that forgot it, its client sees nothing. */
  protected isSeenDead(connection: number): boolean {
    const fate = this.idleLimits === null ? FATE.none : this.idleLimits.fate(connection);
    if (fate !== FATE.none) return fate === FATE.closed;
    return this.setup.server.isDead(this.epochs[connection]);
  }

  /** The server closes the session of an idle connection; the pool does not know it yet. */
  protected sessionEnded(connection: number): void {
    const { server } = this.setup;
    const epoch = this.epochs[connection];
    if (server.isDead(epoch)) return;
    this.epochs[connection] = CLOSED;
    this.ended(epoch);
  }

  /** A session has ended, unless the server has ended it before. */
  protected ended(epoch: number): void {
    if (epoch === CLOSED) return;
    this.setup.server.give(epoch);
    levels.add(this.setup.gauges.open, -1);
  }

  /** Returns true if the call of a frame leaks its connection. */
  protected leaks(frame: number, connection: number): boolean {
    if (!this.setup.leaks(frame)) return false;
    this.leaked.push(connection);
    return true;
  }
}

/** A pool whose connections have numbers that are used again. */
export abstract class NumberedPool<Setup extends PoolSetup<unknown>> extends PoolBase<Setup> {
  /** By number: opening time and server epoch of each connection; and the free numbers. */
  protected readonly openedNs: number[] = [];
  protected readonly epochs: number[] = [];
  protected readonly free: number[] = [];
  /** By frame: epoch of the server process that it dials. */
  protected readonly dialled: number[] = [];
  /** By frame: number of the work of the server for its connection; and the last number. */
  protected readonly working: number[] = [];
  protected works = 0;

  protected newConnection(epoch: number): number {
    const connection = this.free.pop() ?? this.openedNs.length;
    this.openedNs[connection] = this.setup.ctx.now;
    this.epochs[connection] = epoch;
    return connection;
  }

  /** The connection that a call dials is open. */
  protected connected(frame: number): void {
    this.working[frame] = 0;
    invariant(this.dialling > 0, 'a dial ends once');
    this.dialling--;
    this.continueWith(frame, this.newConnection(this.dialled[frame]));
  }
}
