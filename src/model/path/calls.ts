import { invariant } from '../../kernel/invariant.js';
import { engine } from '../../kernel/engine.js';
import type { Lane } from '../../kernel/lanes.js';
import { PHASE } from '../../kernel/phase.js';
import { derive, lineage } from '../../kernel/rng.js';
import type { Ns } from '../../kernel/time.js';
import {
  AMBIGUOUS,
  HOLD,
  OUTCOME,
  PARK,
  PASS,
  PENDING,
  isHinted,
  isSuccess,
} from '../../contracts/outcome.js';
import type { Outcome } from '../../contracts/outcome.js';
import type { CalledEndpoint, PolicyState } from '../../contracts/patterns/policy.js';
import type { CallsPort } from '../data/ports.js';
import { ASK_TAG, FORK_TAG, INSTEAD_TAG } from './call-tags.js';
import { AVOID, PLACES, frames } from '../data/strands/frames.js';
import { openBelow, openSame } from './inner-frames.js';
import type { Wire } from './wire.js';
import { besideOperates, callOperates } from '../data/strands/operations.js';

const MAX_LAYERS = 32;

/** Steps run instead of a call are numbered FIRST_STEPS - strand: below every frame, and below -1. */
const FIRST_STEPS = -2;

/**
 * The caller's side of every call: walks a chain of policies inward to the wire, and outward with the outcome. The
 * continuation of a call is (frame, layer), never a closure.
 *
 * Invariants, checked in every run: each PASS is matched by exactly one leave or cancel; a refusing layer is never
 * left; leave, cancel, refusal and grant void the layer's timers; no handler runs inside another, because call()
 * returns the outcome if no time has passed and every wake-up goes through the instant ring.
 */
export class Calls implements CallsPort {
  readonly layers: PolicyState[] = [];
  /**
   * The layers' methods, by place. As properties of objects of a dozen classes, V8 would look them up by name, which
   * takes a twentieth of a run.
   */
  private readonly enters: PolicyState['enter'][] = [];
  private readonly leaves: PolicyState['leave'][] = [];
  /** Frame of the last call that returned PENDING. */
  lastFrame = -1;
  /** Outcome under which the inner attempt is recorded while a layer's cancel() runs. */
  cancelledAs: Outcome = OUTCOME.cancelled;
  /** The frame whose call() is still on the stack, and its outcome if it has ended already. */
  private direct = -1;
  private directOutcome: Outcome = PENDING;
  private readonly resumeOp: number = engine.define('resume', (index, stamp) =>
    this.continueCall(this.resumeOp, index, stamp),
  );
  private readonly againOp: number = engine.define('retry', (index, stamp) =>
    this.continueCall(this.againOp, index, stamp),
  );
  readonly timerOp: number = engine.define('policy-timer', (index, stamp) => {
    if (frames.stamp[index] !== stamp) return;
    const frame = index >> frames.shift;
    if (this.wire.stalls(frame, this.timerOp, index, stamp)) return;
    const layer = index & ((1 << frames.shift) - 1);
    this.layers[frames.chain[frame] + layer].timer!(frame, layer);
  });
  private readonly forkOp: number = engine.define('fork', (index, stamp) => {
    if (frames.stamp[index] !== stamp) return;
    const frame = index >> frames.shift;
    this.advance(frame, frames.base[frame]!);
  });
  private readonly settleOp: number = engine.define('settle', (index, stamp) => {
    if (frames.stamp[index] !== stamp) return;
    const frame = index >> frames.shift;
    if (this.wire.stalls(frame, this.settleOp, index, stamp)) return;
    this.reject(frame, index & ((1 << frames.shift) - 1), frames.word[index]!);
  });

  constructor(private readonly wire: Wire) {}

  get now(): Ns {
    return engine.now;
  }

  /** Adds the layers of a chain, outermost first. Returns the place of the first. */
  addChain(chain: readonly PolicyState[]): number {
    const start = this.layers.length;
    for (const layer of chain) {
      this.layers.push(layer);
      this.enters.push(layer.enter);
      this.leaves.push(layer.leave);
    }
    return start;
  }

  /**
   * Starts a call. Returns PENDING, or the outcome if the call was settled without time passing. The strand then
   * continues in its own loop, so refused calls in a loop do not recurse.
   */
  call(
    edge: number,
    caller: number,
    chain: number,
    depth: number,
    owner: number,
    ownerStamp: number,
    cell: number,
    deadline: Ns,
    lineageA: number,
    lineageB: number,
    tag: number,
  ): Outcome {
    invariant(this.direct < 0, 'a call starts when no other one is starting');
    const frame = frames.open();
    frames.edge[frame] = edge | 0;
    frames.caller[frame] = caller | 0;
    frames.chain[frame] = chain | 0;
    frames.depth[frame] = depth | 0;
    frames.owner[frame] = owner | 0;
    frames.ownerStamp[frame] = ownerStamp | 0;
    frames.cell[frame] = cell | 0;
    frames.deadline[frame] = deadline;
    derive(lineageA, lineageB, tag);
    frames.lineageA[frame] = lineage.a;
    frames.lineageB[frame] = lineage.b;
    callOperates(frame, owner, tag);
    frames.start[frame] = engine.now;
    this.direct = frame;
    this.directOutcome = PENDING;
    this.advance(frame, 0);
    this.direct = -1;
    this.lastFrame = frame;
    return this.directOutcome;
  }

  sendHeld(frame: number, ownerStamp: number): Outcome {
    const before = this.direct;
    invariant(frames.job[frame] < 0, 'a call that was held back has no attempt yet');
    frames.ownerStamp[frame] = ownerStamp;
    this.direct = frame;
    this.directOutcome = PENDING;
    const verdict = this.wire.send(frame);
    if (verdict !== PASS) this.unwind(frame, frames.depth[frame] - 1, verdict);
    this.direct = before;
    return this.directOutcome;
  }

  endHeld(frame: number, outcome: Outcome): void {
    const before = this.direct;
    this.direct = frame;
    this.unwind(frame, frames.depth[frame] - 1, outcome);
    this.direct = before;
  }

  answer(frame: number, outcome: Outcome): void {
    const depth = frames.depth[frame];
    invariant(frames.job[frame] >= 0, 'an answer belongs to an attempt');
    frames.stamp[(frame << frames.shift) | depth]++;
    frames.job[frame] = -1;
    if ((outcome & 31) === OUTCOME.reset) frames.ambiguous[frame] = 1;
    this.unwind(frame, depth - 1, outcome);
  }

  drop(frame: number, notify: boolean): void {
    invariant(frames.slots.has(frame), 'a call is abandoned while it goes on');
    this.cancelFrom(frame, frames.base[frame], OUTCOME.cancelled, notify);
    if (frames.base[frame] > 0) this.wire.dropped(frame);
    frames.parent[frame] = -1;
    this.release(frame);
  }

  resume(frame: number, layer: number): void {
    invariant(frames.parked[frame] === layer, 'a layer resumes a call that waits in it');
    frames.parked[frame] = -1;
    frames.entered[frame] |= 1 << layer;
    const index = (frame << frames.shift) | layer;
    const stamp = ++frames.stamp[index];
    engine.soon(engine.phase, this.resumeOp, index, stamp, 0);
  }

  reject(frame: number, layer: number, outcome: Outcome): void {
    invariant(frames.parked[frame] === layer, 'a layer rejects a call that waits in it');
    frames.parked[frame] = -1;
    frames.stamp[(frame << frames.shift) | layer]++;
    this.wire.finished(frame, layer, outcome);
    this.unwind(frame, layer - 1, outcome);
  }

  settle(frame: number, layer: number, outcome: Outcome): void {
    invariant(frames.parked[frame] === layer, 'a layer settles a call that waits in it');
    const index = (frame << frames.shift) | layer;
    frames.word[index] = outcome;
    const stamp = ++frames.stamp[index];
    engine.soon(engine.phase, this.settleOp, index, stamp, 0);
  }

  reenter(frame: number, layer: number, delayNs: Ns): void {
    invariant(
      (frames.entered[frame] & (1 << layer)) !== 0,
      'a layer repeats a call that it has let in',
    );
    invariant(
      frames.job[frame] < 0 && frames.parked[frame] < 0,
      'a call is repeated after its attempt has ended',
    );
    frames.attempt[frame]++;
    const index = (frame << frames.shift) | layer;
    engine.at(engine.now + delayNs, PHASE.RETRY, this.againOp, index, frames.stamp[index], 0);
  }

  avoidTried(frame: number): void {
    if ((frames.avoid[frame] & AVOID.tried) === 0) {
      frames.avoid[frame] |= AVOID.tried;
      frames.triedCount[frame] = 0;
    }
    const at = frames.triedCount[frame]++ % PLACES;
    frames.triedPlaces[frame * PLACES + at] = frames.place[frame];
  }

  finish(frame: number, layer: number, outcome: Outcome): void {
    invariant((frames.entered[frame] & (1 << layer)) !== 0, 'a layer finishes a call that it has');
    frames.entered[frame] &= ~(1 << layer);
    frames.stamp[(frame << frames.shift) | layer]++;
    this.wire.finished(frame, layer, outcome);
    this.unwind(frame, layer - 1, outcome);
  }

  killBelow(frame: number, layer: number, outcome: Outcome, notifyCallee: boolean): void {
    this.cancelFrom(frame, layer + 1, outcome, notifyCallee);
  }

  fork(frame: number, layer: number, nth: number, elsewhere: boolean): number {
    // Its fork would take its slot and become its own parent.
    invariant(frames.slots.has(frame), 'a call that lives is forked');
    frames.hedged[frame] = 1;
    // Only forks use the count, so the first one resets it.
    if (nth === 1) frames.forkCount[frame] = 0;
    if (elsewhere) this.wire.syncPlace(frame);
    const child = openBelow(frame, layer);
    frames.hedged[child] = 1;
    frames.avoid[child] = elsewhere ? AVOID.siblings : 0;
    frames.attempt[child] = frames.attempt[frame] + nth;
    derive(frames.lineageA[frame], frames.lineageB[frame], FORK_TAG + nth);
    frames.lineageA[child] = lineage.a;
    frames.lineageB[child] = lineage.b;
    this.startBelow(child, layer);
    return child;
  }

  startApart(frame: number, layer: number): number {
    const owner = this.wire.openApart(frame);
    if (owner < 0) return -1;
    const child = openSame(frame, layer, owner);
    this.wire.beginApart(frame, child);
    this.startBelow(child, layer);
    return child;
  }

  leaveApart(child: number, socketNs: Ns): void {
    invariant(frames.slots.has(child), 'a caller leaves what is still inside');
    this.wire.leaveApart(child, socketNs);
  }

  stopApart(child: number): void {
    if (this.wire.asksToStop(child)) return;
    this.killBelow(child, frames.base[child] - 1, OUTCOME.cancelled, true);
    this.unwind(child, frames.base[child] - 1, OUTCOME.cancelled);
  }

  private startBelow(child: number, layer: number): void {
    // The stamp belongs to one layer: before this runs, the frame may be reused as a fork of another layer.
    const index = (child << frames.shift) | (layer + 1);
    engine.soon(engine.phase, this.forkOp, index, frames.stamp[index]!, 0);
  }

  instead(frame: number, layer: number): number {
    const steps = this.wire.stepsInstead(frame, layer);
    return steps < 0 ? this.beside(frame, layer, -1, INSTEAD_TAG) : FIRST_STEPS - steps;
  }

  /** The steps that a layer ran instead of a call have ended. Their retry hint is already in the frame. */
  insteadEnded(frame: number, layer: number, outcome: Outcome): void {
    this.layers[frames.chain[frame] + layer].child!(frame, layer, frame, outcome);
  }

  ask(frame: number, layer: number, question: number): number {
    const nth = frames.attempt[frame] * MAX_LAYERS + layer;
    return this.beside(frame, layer, question, ASK_TAG + nth);
  }

  /** Makes a separate call for a frame; child() receives its end. */
  private beside(frame: number, layer: number, question: number, tag: number): number {
    const child = frames.open();
    frames.caller[child] = frames.caller[frame];
    frames.parent[child] = frame;
    frames.under[child] = layer;
    frames.owner[child] = frames.owner[frame];
    frames.ownerStamp[child] = frames.ownerStamp[frame];
    frames.start[child] = engine.now;
    derive(frames.lineageA[frame], frames.lineageB[frame], tag);
    frames.lineageA[child] = lineage.a;
    frames.lineageB[child] = lineage.b;
    besideOperates(child, frame, tag);
    this.wire.beside(frame, child, question);
    const index = child << frames.shift;
    engine.soon(engine.phase, this.forkOp, index, frames.stamp[index]!, 0);
    return child;
  }

  killChild(child: number): void {
    if (child <= FIRST_STEPS) {
      this.wire.stopSteps(FIRST_STEPS - child);
      return;
    }
    const parent = frames.parent[child];
    invariant(parent >= 0 && frames.slots.has(parent), 'a child is stopped before its parent ends');
    const isFork = frames.base[child] > 0;
    this.drop(child, true);
    if (isFork) frames.ambiguous[parent] = 1;
  }

  tie(frame: number, other: number): void {
    this.wire.tie(frame, other);
  }

  arm(lane: Lane, frame: number, layer: number): void {
    const index = (frame << frames.shift) | layer;
    engine.arm(lane, index, frames.stamp[index]);
  }

  after(delayNs: Ns, frame: number, layer: number): void {
    const index = (frame << frames.shift) | layer;
    const stamp = frames.stamp[index];
    engine.at(engine.now + delayNs, PHASE.TIMER, this.timerOp, index, stamp, 0);
  }

  word(frame: number, layer: number): number {
    return frames.word[(frame << frames.shift) | layer];
  }

  setWord(frame: number, layer: number, value: number): void {
    frames.word[(frame << frames.shift) | layer] = value;
  }

  lineageA(frame: number): number {
    return frames.lineageA[frame];
  }

  lineageB(frame: number): number {
    return frames.lineageB[frame];
  }

  hedged(frame: number): boolean {
    return frames.hedged[frame] !== 0;
  }

  attemptNumber(frame: number): number {
    return frames.attempt[frame];
  }

  deadline(frame: number): Ns {
    return frames.deadline[frame];
  }

  setDeadline(frame: number, at: Ns): void {
    frames.deadline[frame] = at;
  }

  endpoint(frame: number): CalledEndpoint {
    return this.wire.endpoint(frame);
  }

  hint(frame: number): Ns {
    return frames.hint[frame];
  }

  setHint(frame: number, hint: Ns): void {
    frames.hint[frame] = hint;
  }

  count(frame: number, counter: number): void {
    this.wire.count(frame, counter);
  }

  /** Number of permits, waiting calls and forks that policies hold; 0 when nothing is in flight. */
  held(): number {
    let held = 0;
    for (const layer of new Set(this.layers)) held += layer.held();
    return held;
  }

  /** A granted or repeated call continues inward from the layer that it waited in. */
  private continueCall(op: number, index: number, stamp: number): void {
    if (frames.stamp[index] !== stamp) return;
    const frame = index >> frames.shift;
    if (this.wire.stalls(frame, op, index, stamp)) return;
    if (op === this.againOp && this.wire.isStopping(frame)) {
      this.stopApart(frame);
      return;
    }
    // A retry counts now, not when it was granted: the call may have ended during its backoff.
    const layer = index & ((1 << frames.shift) - 1);
    if (op === this.againOp) this.wire.retried(frame, layer);
    this.advance(frame, layer + 1);
  }

  /** Enters layers from `layer` inward; after the last one the attempt is sent. */
  private advance(frame: number, layer: number): void {
    const { layers, enters } = this;
    const depth = frames.depth[frame];
    const chain = frames.chain[frame];
    for (let at = layer; at < depth; at++) {
      const bit = 1 << at;
      invariant((frames.entered[frame] & bit) === 0, 'a call enters each layer once');
      const verdict = enters[chain + at].call(layers[chain + at], frame, at);
      if (verdict === PASS) {
        frames.entered[frame] |= bit;
      } else if (verdict === PARK) {
        frames.parked[frame] = at;
        return;
      } else {
        frames.stamp[(frame << frames.shift) | at]++;
        this.unwind(frame, at - 1, verdict);
        return;
      }
    }
    const verdict = this.wire.send(frame);
    if (verdict !== PASS) this.unwind(frame, depth - 1, verdict);
  }

  /** Leaves layers from `layer` outward with the outcome; each may change or hold it. */
  private unwind(frame: number, layer: number, outcome: Outcome): void {
    const { layers, leaves } = this;
    const chain = frames.chain[frame];
    const base = frames.base[frame];
    let result = outcome;
    for (let at = layer; at >= base; at--) {
      const bit = 1 << at;
      invariant((frames.entered[frame] & bit) !== 0, 'a call leaves a layer that it has entered');
      const verdict = leaves[chain + at].call(layers[chain + at], frame, at, result);
      if (verdict === HOLD) return;
      frames.entered[frame] &= ~bit;
      frames.stamp[(frame << frames.shift) | at]++;
      result = verdict;
    }
    const parent = frames.parent[frame];
    if (parent >= 0) this.endChild(frame, parent, result);
    else if (base > 0) this.endLeft(frame);
    else this.endCall(frame, result);
  }

  private endChild(frame: number, parent: number, outcome: Outcome): void {
    invariant(frames.slots.has(parent), 'a child ends before its parent');
    const layer = frames.under[frame]!;
    // A fork is the same call; a call made instead is a separate one.
    if (frames.base[frame]! > 0) frames.ambiguous[parent] |= frames.ambiguous[frame]!;
    else this.wire.callEnded(frame, outcome);
    if (frames.owner[frame] !== frames.owner[parent]) this.wire.rejoined(frame, parent);
    frames.parent[frame] = -1;
    this.release(frame);
    this.layers[frames.chain[parent] + layer].child!(parent, layer, frame, outcome);
  }

  /** Work that its caller has left has ended; its outcome goes nowhere. */
  private endLeft(frame: number): void {
    this.wire.leftEnded(frame);
    this.release(frame);
  }

  private endCall(frame: number, outcome: Outcome): void {
    const owner = frames.owner[frame];
    const stamp = frames.ownerStamp[frame];
    let result = outcome;
    this.wire.callEnded(frame, result);
    if (frames.ambiguous[frame] !== 0 && !isSuccess(result)) result |= AMBIGUOUS;
    if (isHinted(result)) this.wire.hinted(owner, frames.hint[frame]);
    this.release(frame);
    if (this.direct === frame) this.directOutcome = result;
    else this.wire.callAnswered(owner, stamp, result);
  }

  /** Cancels the layers from `layer` inward, and then the attempt on the wire. */
  private cancelFrom(frame: number, layer: number, outcome: Outcome, notify: boolean): void {
    const { layers } = this;
    const depth = frames.depth[frame];
    const chain = frames.chain[frame];
    for (let at = layer; at < depth; at++) {
      const bit = 1 << at;
      if (frames.parked[frame] === at) {
        frames.parked[frame] = -1;
        frames.stamp[(frame << frames.shift) | at]++;
        this.cancelledAs = outcome;
        layers[chain + at].cancel(frame, at, true);
      } else if ((frames.entered[frame] & bit) !== 0) {
        frames.entered[frame] &= ~bit;
        frames.stamp[(frame << frames.shift) | at]++;
        this.cancelledAs = outcome;
        layers[chain + at].cancel(frame, at, false);
      }
    }
    frames.stamp[(frame << frames.shift) | depth]++;
    invariant(
      frames.entered[frame] >> layer === 0 && frames.parked[frame] < layer,
      'no layer inside a cancelled one stays entered',
    );
    const job = frames.job[frame];
    if (job >= 0) {
      frames.ambiguous[frame] = 1;
      frames.job[frame] = -1;
      this.wire.abandon(frame, job, outcome, notify);
    }
  }

  private release(frame: number): void {
    invariant(
      frames.entered[frame] === 0 && frames.parked[frame] < 0 && frames.job[frame] < 0,
      'a call ends after its layers, its waits and its attempts',
    );
    // A fork killed before its start is scheduled under the stamp of its first layer.
    frames.stamp[(frame << frames.shift) | frames.base[frame]]++;
    frames.slots.give(frame);
  }
}
