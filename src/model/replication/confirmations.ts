import { engine } from '../../kernel/engine.js';
import { PHASE } from '../../kernel/phase.js';
import type { Ns } from '../../kernel/time.js';
import { OUTCOME } from '../../spec/outcome.js';
import type { Outcome } from '../../spec/outcome.js';
import { strands } from '../strands.js';
import type { World } from '../world.js';

/** Number of a write that replicas do not hear of. */
export const NEVER = Infinity;

/** A commit that waits for confirmations: its strand with the stamp, and the number of its last write. */
interface Waiting {
  readonly strand: number;
  readonly stamp: number;
  readonly serial: number;
  /** How many writes it has, the node that it is at, and since when it waits. */
  readonly writes: number;
  readonly node: number;
  readonly since: Ns;
}

/** What becomes of a node at which a commit has waited for too long. */
export interface Patience {
  /** Longest wait; null = for ever. */
  readonly limitNs: Ns | null;
  /** Whether a node may commit what waits there. */
  commits(node: number): boolean;
  /** All that waited at a node is told to be committed; `unheard` of its writes reach no replica. */
  gaveUp(node: number, unheard: number): void;
}

/**
 * Commits that wait until replicas have confirmed them. With a limit a node waits for nobody once its oldest
 * commit has waited that long, and does again when one has caught up (MySQL reference manual, semisynchronous
 * replication: rpl_semi_sync_source_timeout; mysql/mysql-server plugin/semisync/semisync_source.cc, switch_off).
 */
export class Confirmations {
  private waiting: Waiting[] = [];
  private readonly world: World;
  private readonly patience: Patience;
  /** Nodes that wait for nobody, and those with a timer. */
  private readonly off = new Set<number>();
  private readonly armed = new Set<number>();
  private readonly timeoutOp: number;

  constructor(world: World, patience: Patience) {
    this.world = world;
    this.patience = patience;
    this.timeoutOp = engine.define('commit-unconfirmed', (node) => this.timeout(node));
  }

  /** Whether the commits of a node wait for nobody. */
  isOff(node: number): boolean {
    return this.off.has(node);
  }

  /** The commits of a node wait again. */
  on(node: number): void {
    this.off.delete(node);
  }

  add(strand: number, serial: number, writes: number, node: number): void {
    const stamp = strands.stamp[strand];
    this.waiting.push({ strand, stamp, serial, writes, node, since: engine.now });
    this.arm(node, engine.now);
  }

  /** A commit that waited has left. */
  left(strand: number): void {
    this.waiting = this.waiting.filter((one) => one.strand !== strand);
  }

  /** Ends the commits that wait, those of the numbers chosen. */
  answer(isOver: (serial: number) => boolean, outcome: Outcome): void {
    this.end(({ serial }) => isOver(serial), outcome);
  }

  /** What waits for writes above a number waits for replicas that do not hear of it. */
  suspend(applied: number): void {
    this.waiting = this.waiting.map((one) =>
      one.serial > applied ? { ...one, serial: NEVER } : one,
    );
  }

  /** One timer for a node: that of the oldest commit, which is the first in the list. */
  private arm(node: number, since: Ns): void {
    const { limitNs } = this.patience;
    if (limitNs === null || this.armed.has(node)) return;
    this.armed.add(node);
    engine.at(since + limitNs, PHASE.TIMER, this.timeoutOp, node, 0, 0);
  }

  private timeout(node: number): void {
    const { limitNs, commits, gaveUp } = this.patience;
    this.armed.delete(node);
    const oldest = this.waiting.find((one) => one.node === node);
    if (oldest === undefined) return;
    if (oldest.since + limitNs! > engine.now) return this.arm(node, oldest.since);
    // Who takes over, or whom the node sees again, decides what becomes of it.
    if (!commits(node)) return this.arm(node, engine.now);
    this.off.add(node);
    const unheard = this.waiting.filter((one) => one.node === node && one.serial === NEVER);
    gaveUp(
      node,
      unheard.reduce((sum, { writes }) => sum + writes, 0),
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
