import { invariant } from '../../kernel/invariant.js';
import { engine } from '../../kernel/engine.js';
import { PHASE } from '../../kernel/phase.js';
import type { Ns } from '../../kernel/time.js';
import { OUTCOME } from '../../contracts/outcome.js';
import { SESSION } from '../../contracts/scenario/sections.js';
import type { Sections } from '../resources/sections/sections.js';
import type { Sizes } from '../resources/network/sizes.js';
import type { Edge } from '../data/edges/edge.js';
import type { ServedRun } from '../data/run.js';
import { frames, originalOf, PLACES } from '../data/strands/frames.js';
import { keepsOperation } from '../data/strands/operations.js';
import { RETURN, STATE, strands } from '../data/strands/strands.js';
import { levels } from '../data/figures/levels.js';
import { sink } from '../data/figures/sink.js';
import { inherit } from './joins.js';
import { Stops } from './stops.js';

export interface ApartParts extends ServedRun {
  /** Null if no message has a size. */
  readonly sizes: Sizes | null;
  /** Null without transactions. */
  readonly sections: Sections | null;
}

/** Kinds of components whose calls bring nothing but an outcome, or what a watcher hands back. */
const PLAIN: ReadonlySet<string> = new Set([
  'gateway',
  'service',
  'database',
  'cache',
  'eventStore',
]);

/**
 * What is inside a time limit, if the caller does not abort it: a frame of its own with a strand of its own. While the
 * caller waits the strand has a parent, as a branch has. A caller that leaves takes the parent away: the frame keeps
 * its threads, permits and connections until its work ends, or until the process of the caller does.
 */
export class Apart {
  /** By frame that waits: the frame of what is inside. */
  private readonly inside = new Map<number, number>();
  /** By frame that was left: when. */
  private readonly left = new Map<number, Ns>();
  /** By frame that was left and was forked: the lineage of its call. */
  private readonly calls = new Map<number, readonly [number, number]>();
  /** Attempts in flight whose caller has left: for it they have ended. */
  private readonly counted = new Set<number>();
  private readonly socketOp: number = engine.define('socket-timeout', (own, life) => {
    if (strands.life[own] === life) this.world.server.stopJob(own, OUTCOME.timeout);
  });
  /** What is inside and has been asked to end. */
  readonly stops = new Stops(this.world);
  /** By component: calls to it can be left. */
  private readonly plain: readonly boolean[] = this.world.plan.components.map(({ kind }) =>
    PLAIN.has(kind),
  );

  constructor(private readonly world: ApartParts) {
    world.kept.set('calls that were left', () => this.left.size);
    world.audits.push(() =>
      invariant(
        [...this.left.keys()].every((frame) => frames.slots.has(frame)),
        'a call that was left lasts as long as its work',
      ),
    );
  }

  /** Opens the strand for what is inside a layer of a frame; -1 if it cannot be left. */
  open(frame: number): number {
    const { edges, callData } = this.world;
    const edge = edges[frames.edge[frame]];
    // A commit is the end of a call whose steps are outside the time limit.
    if (edge.session === SESSION.holds || !this.plain[edge.toComponent]) return -1;
    const owner = frames.owner[frame];
    const { lineageA, lineageB } = strands;
    const own = strands.open(strands.instance[owner], lineageA[owner], lineageB[owner]);
    inherit(own, owner);
    strands.caller[own] = strands.caller[owner];
    strands.once[own] = strands.once[owner];
    strands.operation[own] = strands.operation[owner];
    strands.operationA[own] = strands.operationA[owner];
    strands.operationB[own] = strands.operationB[owner];
    strands.parent[own] = owner;
    strands.returns[own] = RETURN.apart;
    strands.traceParent[own] = strands.traceOf(owner);
    strands.state[own] = STATE.CALLING;
    if (callData !== null) callData.sent(own, owner);
    for (const watcher of this.world.watchers) watcher.lent?.(own, owner);
    return own;
  }

  /** The frame of what is inside begins. */
  begin(frame: number, child: number): void {
    invariant(!this.inside.has(frame), 'a call is in one time limit that it may leave');
    this.inside.set(frame, child);
    strands.call[frames.owner[child]] = child;
    // A fork that avoids the places of its siblings has them; attempts avoid the earlier ones of the call.
    frames.avoid[child] = frames.avoid[frame];
    copyTried(frame, child);
  }

  /** What is inside has ended while its caller waits. */
  rejoined(child: number, parent: number): void {
    const { callData, server, watchers } = this.world;
    const own = frames.owner[child];
    invariant(this.inside.get(parent) === child, 'what is inside a time limit ends once');
    this.inside.delete(parent);
    this.stops.ended(child);
    this.handBack(child, parent);
    if (callData !== null) callData.received(own, frames.owner[parent]);
    for (const watcher of watchers) watcher.returned?.(own, frames.owner[parent]);
    server.freeStrand(own);
  }

  /** Hands the place of the last attempt to a frame whose forks may have to avoid it. */
  syncPlace(frame: number): void {
    const child = this.inside.get(frame);
    if (child !== undefined) frames.place[frame] = frames.place[child];
  }

  /**
   * The caller leaves what is inside. If its process has died, that ends too; else its socket ends it `socketNs` after
   * its start.
   */
  leave(child: number, socketNs: Ns): void {
    const { calls, instances, edges, sizes, server } = this.world;
    const parent = frames.parent[child];
    invariant(this.inside.get(parent) === child, 'a caller leaves what is inside once');
    this.inside.delete(parent);
    this.handBack(child, parent);
    frames.ambiguous[parent] = 1;
    const own = frames.owner[child];
    const caller = instances[frames.caller[child]];
    if (caller.down) {
      calls.drop(child, true);
      server.freeStrand(own);
      return;
    }
    if (sizes !== null) sizes.copied(own, strands.parent[own]);
    const edge = edges[frames.edge[child]];
    if (edge.session === SESSION.inside) {
      this.world.sections!.transactions.leave(own, edge.toComponent);
    }
    const original = originalOf(child);
    if (frames.hedged[child] !== 0) {
      keepsOperation(child, original);
      this.calls.set(child, [frames.lineageA[original], frames.lineageB[original]]);
    }
    frames.parent[child] = -1;
    strands.parent[own] = -1;
    this.left.set(child, engine.now);
    levels.add(edge.views[caller.index].left, 1);
    if (frames.job[child] >= 0) this.count(frames.job[child], edge);
    const endsAt = Math.max(engine.now, frames.start[child] + socketNs);
    if (endsAt < Infinity) {
      engine.at(endsAt, PHASE.TIMER, this.socketOp, own, strands.life[own], 0);
    }
  }

  /** Returns true if a frame, or the one that it belongs to, has no caller any more. */
  isLeft(frame: number): boolean {
    return this.left.has(rootOf(frame));
  }

  /** An attempt is sent for a frame of this original: it belongs to the call that the original was forked from. */
  sent(strand: number, original: number): void {
    const call = this.calls.get(original);
    if (call === undefined) return;
    invariant(this.left.has(original), 'only a call that was left is no longer below its original');
    [strands.callA[strand], strands.callB[strand]] = call;
  }

  /** An attempt for a call that was left has its answer. */
  answered(strand: number, frame: number, edge: Edge): void {
    if (!this.counted.delete(strand)) {
      sink.attemptEnded(edge.stat, strands.sentCell[strand], OUTCOME.timeout);
    }
    strands.answer[strand] = OUTCOME.timeout;
    // From now on no frame waits for it, as after an abandoned attempt.
    strands.callerLeftAt[strand] = Math.max(this.left.get(rootOf(frame))!, strands.sent[strand]);
    this.world.server.lateAnswer(strand);
  }

  /** Returns true if an attempt that ends has been counted when its caller left. */
  wasCounted(strand: number): boolean {
    return this.counted.delete(strand);
  }

  /** A frame ends; its outcome goes nowhere. */
  ended(frame: number): void {
    this.stops.ended(frame);
    if (!this.left.delete(frame)) return;
    this.calls.delete(frame);
    const edge = this.world.edges[frames.edge[frame]];
    const caller = this.world.instances[frames.caller[frame]];
    levels.add(edge.views[caller.index].left, -1);
    if (edge.session === SESSION.inside) {
      this.world.sections!.transactions.leftEnded(frames.owner[frame]);
    }
  }

  /** For its caller an attempt ends when the caller leaves. */
  private count(job: number, edge: Edge): void {
    this.counted.add(job);
    sink.attemptEnded(edge.stat, strands.sentCell[job], OUTCOME.timeout);
    this.world.tracer.left(job);
  }

  private handBack(child: number, parent: number): void {
    frames.place[parent] = frames.place[child];
    frames.attempt[parent] = Math.max(frames.attempt[parent], frames.attempt[child]);
    copyTried(child, parent);
  }
}

/** The frame that a fork or a call made beside another one belongs to. */
function rootOf(frame: number): number {
  let at = frame;
  while (frames.parent[at] >= 0) at = frames.parent[at];
  return at;
}

function copyTried(from: number, to: number): void {
  frames.triedCount[to] = frames.triedCount[from];
  const { triedPlaces } = frames;
  triedPlaces.copyWithin(to * PLACES, from * PLACES, (from + 1) * PLACES);
}
