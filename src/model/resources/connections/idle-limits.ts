import { invariant } from '../../../kernel/invariant.js';
import type { Ns } from '../../../kernel/time.js';
import type { Alarm, CallContext } from '../../../contracts/patterns/policy.js';
import type { FlowDevice } from '../../../contracts/scenario/network.js';
import { FATE, type Fates } from './fates.js';

/** What ends idle connections of a pool besides the pool. */
export interface IdleSetup {
  /** Time without a statement after which the server closes a session; Infinity = never. */
  readonly sessionNs: Ns;
  /** The device between the pool and the server, or null. */
  readonly device: FlowDevice | null;
  readonly fates: Pick<Fates, 'took' | 'of'>;
  /** Creates a timer that no process owns. */
  readonly alarm: (run: () => void) => Alarm;
}

/** Epoch of a connection whose session the server has closed. */
export const CLOSED = -1;

/**
 * The idle time of the connections of a pool, as the server and a device on the way see it. A server closes a session
 * that has been idle for its limit (MySQL wait_timeout, PostgreSQL idle_session_timeout), and its client may see that;
 * a device forgets a connection, and no end sees it. The client sees no close behind a device that has forgotten it.
 */
export class IdleLimits {
  /** By connection: when the last message passed; -1 while it is in use or closed. */
  private readonly quietNs: number[] = [];
  /** Idle connections and the start of their idle time, in the order in which their sessions end. */
  private readonly ends: { readonly connection: number; readonly sinceNs: Ns }[] = [];
  private readonly server: Alarm | null =
    this.setup.sessionNs === Infinity ? null : this.setup.alarm(() => this.close());

  /** `expire`: the server closes the session of an idle connection. */
  constructor(
    private readonly setup: IdleSetup,
    private readonly ctx: CallContext,
    private readonly expire: (connection: number) => void,
  ) {}

  /** A connection is idle from now on, or a test of it has passed. */
  rests(connection: number): void {
    this.quietNs[connection] = this.ctx.now;
    if (this.server === null) return;
    if (this.ends.length === 0) this.server.set(this.ctx.now + this.setup.sessionNs);
    this.ends.push({ connection, sinceNs: this.ctx.now });
  }

  /** A call takes a connection, and with it what became of it. `isDead`: its session has ended. */
  taken(frame: number, connection: number, isDead: boolean): void {
    const fate = this.fate(connection);
    this.setup.fates.took(frame, isDead && fate === FATE.none ? FATE.closed : fate);
    this.quietNs[connection] = -1;
  }

  /** A pool has closed a connection. */
  ended(connection: number): void {
    this.quietNs[connection] = -1;
  }

  /** The calling process has ended, and its connections with it. */
  clear(): void {
    this.quietNs.length = 0;
    this.ends.length = 0;
    this.server?.clear();
  }

  fateOf(frame: number): number {
    return this.setup.fates.of(frame);
  }

  /** What has become of an idle connection so far. */
  fate(connection: number): number {
    const since = this.quietNs[connection] ?? -1;
    if (since < 0) return FATE.none;
    const { sessionNs, device } = this.setup;
    const idleNs = this.ctx.now - since;
    const forgets = device !== null && device.idleNs <= sessionNs && idleNs >= device.idleNs;
    if (forgets) return device.resets ? FATE.closed : FATE.silent;
    return idleNs >= sessionNs ? FATE.closed : FATE.none;
  }

  private close(): void {
    const { sessionNs } = this.setup;
    while (this.ends.length > 0 && this.ends[0].sinceNs + sessionNs <= this.ctx.now) {
      const { connection, sinceNs } = this.ends.shift()!;
      if (this.quietNs[connection] === sinceNs) this.expire(connection);
    }
    invariant(
      this.ends.length === 0 || this.ends[0].sinceNs + sessionNs > this.ctx.now,
      'sessions end in the order in which they became idle',
    );
    if (this.ends.length > 0) this.server!.set(this.ends[0].sinceNs + sessionNs);
  }
}
