import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import type { Ns } from '../../../kernel/time.js';
import type { ClaimRules } from '../../../contracts/scenario/projections.js';
import { FROZEN } from '../../data/instances/process.js';
import type { Instance } from '../../data/instances/instance.js';

/**
 * Claims of instances on segments, or a lock on all of them. An instance that is down or paused renews none. When its
 * claims expire, the next instance that checks takes over its segments and keeps them.
 */
export class Claims {
  /** Instances whose claims expired while no other instance was up. */
  private readonly free = new Set<number>();
  /** By instance: raised when it goes away and when it comes back, which voids scheduled takeovers. */
  private readonly turns: number[] = this.homes.map(() => 0);
  private readonly ranOutOp: number = engine.define('claim-ran-out', (index, turn) => {
    if (this.turns[index] === turn) this.ranOut(index);
  });
  private readonly takeOp: number = engine.define('claim-taken', (index, turn) => {
    if (this.turns[index] === turn) this.take(index);
  });

  constructor(
    private readonly homes: readonly Instance[],
    private readonly rules: ClaimRules,

    /** Moves the segments of one instance to others. */
    private readonly deal: (from: Instance, takers: readonly Instance[]) => void,
  ) {}

  /** An instance has died or is paused. */
  left(index: number): void {
    const turn = ++this.turns[index];
    const { deadNs, pausedNs } = this.rules;
    const holds = this.homes[index].down ? deadNs : pausedNs;
    if (holds === null) return;
    engine.at(engine.now + holds, PHASE.TIMER, this.ranOutOp, index, turn, 0);
  }

  /** An instance has released its claims before it ended. */
  released(index: number): void {
    this.turns[index]++;
    this.ranOut(index);
  }

  /** An instance is back: it renews its own claims and checks for expired ones. */
  back(index: number): void {
    if (!isUp(this.homes[index])) {
      this.left(index);
      return;
    }
    this.turns[index]++;
    this.free.delete(index);
    for (const from of [...this.free]) this.ranOut(from);
  }

  /** Schedules a takeover at the next check of any instance that is up. */
  private ranOut(index: number): void {
    const next = Math.min(
      ...this.homes.map((home) => (isUp(home) ? this.nextLook(home) : Infinity)),
    );
    if (next === Infinity) {
      this.free.add(index);
      return;
    }
    this.free.delete(index);
    engine.at(next, PHASE.TIMER, this.takeOp, index, this.turns[index], 0);
  }

  private take(index: number): void {
    const { now } = engine;
    const takers = this.homes.filter((home) => isUp(home) && this.nextLook(home) === now);
    if (takers.length === 0) this.ranOut(index);
    else this.deal(this.homes[index], takers);
  }

  /** The next check of an instance; it checks when it starts and then at regular intervals. */
  private nextLook({ startedAt }: Instance): Ns {
    const since = Math.max(0, startedAt);
    const { intervalNs } = this.rules;
    return since + Math.ceil((engine.now - since) / intervalNs) * intervalNs;
  }
}

/** True if an instance renews its claims. A hanging one still does, because only its work stops. */
function isUp({ shut, frozen }: Instance): boolean {
  return !shut && frozen !== FROZEN.pause;
}
