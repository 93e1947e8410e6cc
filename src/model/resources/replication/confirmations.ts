import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import type { Ns } from '../../../kernel/time.js';
import { OUTCOME, type Outcome } from '../../../contracts/outcome.js';
import { strands } from '../../data/strands/strands.js';
import type { ActRun } from '../../data/run.js';

/** Number for a write that replicas never receive. */
export const NEVER = Infinity;

/** A commit that waits for confirmations: its strand with the stamp, and the number of its last write. */
interface Waiting {
  readonly strand: number;
  readonly stamp: number;
  readonly serial: number;
  /** Number of its writes, its node, and when the wait began. */
  readonly writes: number;
  readonly node: number;
  readonly since: Ns;
}

/** Limits on how long commits wait on a node. */
export interface Patience {
  /** Longest wait; null = unlimited. */
  readonly limitNs: Ns | null;
  /** True if a node may commit its waiting transactions. */
  commits(node: number): boolean;
  /**
   * All waiting commits of a node were reported as successful; `unreplicated` of their writes never reach a replica.
   */
  gaveUp(node: number, unreplicated: number): void;
}

/**
 * Commits that wait for the confirmation of replicas.
 *
 * With a limit, a node stops waiting once its oldest commit has waited that long, and waits again when a replica has
 * caught up (MySQL reference manual, semisynchronous replication: rpl_semi_sync_source_timeout; mysql/mysql-server
 * plugin/semisync/semisync_source.cc, switch_off).
 */
export class Confirmations {
  private waiting: Waiting[] = [];
  /** Nodes that do not wait, and nodes with a timer. */
  private readonly off = new Set<number>();
  private readonly armed = new Set<number>();
  private readonly timeoutOp: number = engine.define('commit-unconfirmed', (node) =>
    this.timeout(node),
  );

  constructor(
    private readonly world: ActRun,
    private readonly patience: Patience,
  ) {}

  /** True if the commits of a node do not wait. */
  isOff(node: number): boolean {
    return this.off.has(node);
  }

  /** The commits of a node wait again. */
  on(node: number): void {
    this.off.delete(node);
  }

  add(strand: number, serial: number, writes: number, node: number): void {
    invariant(!this.off.has(node), 'a commit waits only on a node that asks its replicas');
    const stamp = strands.stamp[strand];
    this.waiting.push({ strand, stamp, serial, writes, node, since: engine.now });
    this.arm(node, engine.now);
  }

  /** The strand of a waiting commit has left. */
  left(strand: number): void {
    this.waiting = this.waiting.filter((one) => one.strand !== strand);
  }

  /** Ends the waiting commits whose numbers pass `isOver`. */
  answer(isOver: (serial: number) => boolean, outcome: Outcome): void {
    this.end(({ serial }) => isOver(serial), outcome);
  }

  /** Waiting commits above a number will never be confirmed, since no replica receives their writes. */
  suspend(applied: number): void {
    this.waiting = this.waiting.map((one) =>
      one.serial > applied ? { ...one, serial: NEVER } : one,
    );
  }

  /** One timer per node, for its oldest commit, which is the first in the list. */
  private arm(node: number, since: Ns): void {
    const { limitNs } = this.patience;
    if (limitNs === null || this.armed.has(node)) return;
    this.armed.add(node);
    engine.at(since + limitNs, PHASE.TIMER, this.timeoutOp, node, 0, 0);
  }

  private timeout(node: number): void {
    invariant(this.armed.has(node), 'the timer of a node is one that was set');
    const { limitNs, commits, gaveUp } = this.patience;
    this.armed.delete(node);
    const oldest = this.waiting.find((one) => one.node === node);
    if (oldest === undefined) return;
    if (oldest.since + limitNs! > engine.now) return this.arm(node, oldest.since);
    // The node may not commit now: a failover, or its return to the others, decides about its waiting commits.
    if (!commits(node)) return this.arm(node, engine.now);
    invariant(oldest.since <= engine.now - limitNs!, 'a node gives up after the longest wait');
    this.off.add(node);
    const unreplicated = this.waiting.filter((one) => one.node === node && one.serial === NEVER);
    gaveUp(
      node,
      unreplicated.reduce((sum, { writes }) => sum + writes, 0),
    );
    this.end((one) => one.node === node, OUTCOME.ok);
  }

  private end(isOver: (one: Waiting) => boolean, outcome: Outcome): void {
    const { interpreter } = this.world;
    const done = this.waiting.filter(isOver);
    if (done.length === 0) return;
    this.waiting = this.waiting.filter((one) => !isOver(one));
    for (const { strand, stamp } of done) {
      if (strands.stamp[strand] === stamp) interpreter.acted(strand, outcome);
    }
  }
}
