import { Lane } from '../../src/kernel/lanes.js';
import { PHASE } from '../../src/kernel/phase.js';
import { DryRun } from '../../src/model/resources/layers/dry-run.js';
import { KeyedStates } from '../../src/model/resources/layers/keyed-states.js';
import { HINTED, HOLD, OUTCOME, PARK, PASS } from '../../src/contracts/outcome.js';
import type { Outcome } from '../../src/contracts/outcome.js';
import { EDGE_COUNTER, EDGE_COUNTERS } from '../../src/contracts/patterns/policy.js';
import type {
  CalledEndpoint,
  CallContext,
  EdgeCounter,
  PolicyKind,
  PolicySetup,
  PolicyState,
  Target,
} from '../../src/contracts/patterns/policy.js';
import { samplers } from '../../src/kernel/distribution.js';

export const MS = 1_000_000;
export const SECOND = 1_000_000_000;

/** Behaviour of the callee for one attempt: a response after a time, or none (null). */
export type Callee = (attempt: {
  /** Number of the attempt over the whole test, from 1. */
  readonly nth: number;
  readonly startNs: number;
  readonly frame: number;
}) => { readonly afterNs: number; readonly outcome: Outcome; readonly hintNs?: number } | null;

interface Frame {
  readonly layers: readonly PolicyState[];
  readonly base: number;
  parent: number;
  readonly entered: Set<number>;
  parked: number;
  readonly stamps: number[];
  readonly words: number[];
  attempt: number;
  hedged: boolean;
  deadline: number;
  hint: number;
  done: boolean;
  readonly onEnd: (outcome: Outcome) => void;
}

interface Due {
  readonly time: number;
  readonly phase: number;
  readonly sequence: number;
  readonly run: () => void;
}

/** How one call went. */
export interface CallResult {
  outcome: Outcome | null;
  endNs: number;
  readonly frame: number;
}

/**
 * A call machinery small enough to see through: layers, virtual clock, (time, phase, sequence)
 * order, and the checks that every PASS meets exactly one leave or cancel.
 */
export class FakeCalls implements CallContext {
  now = 0;
  cancelledAs: Outcome = OUTCOME.cancelled;
  idempotentCallee = false;
  /** Start times of all attempts that reached the callee. */
  readonly starts: number[] = [];
  /** Attempts killed on the wire: time, recorded outcome, and whether the callee was notified. */
  readonly killed: { atNs: number; outcome: Outcome; told: boolean }[] = [];
  readonly counters = new Map<EdgeCounter, number>();
  callee: Callee = () => ({ afterNs: 0, outcome: 4 });
  private readonly frames: Frame[] = [];
  /** The last is the next. */
  private readonly due: Due[] = [];
  private sequence = 0;
  private phase: number = PHASE.ARRIVAL;

  /** Runs something at a time, in the phase of arrivals unless another is given. */
  at(time: number, run: () => void, phase: number = PHASE.ARRIVAL): void {
    const own = { time, phase, sequence: this.sequence++, run };
    let low = 0;
    let high = this.due.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (before(own, this.due[middle])) low = middle + 1;
      else high = middle;
    }
    this.due.splice(low, 0, own);
  }

  /** Makes a call through these layers (outermost first) at a time. */
  call(layers: readonly PolicyState[], atNs: number, deadline = Infinity): CallResult {
    const result: CallResult = { outcome: null, endNs: -1, frame: this.frames.length };
    this.add(layers, 0, -1, deadline, (outcome) => {
      if (result.outcome !== null) throw new Error('a call ended twice');
      result.outcome = outcome;
      result.endNs = this.now;
    });
    this.at(atNs, () => this.advance(result.frame, 0));
    return result;
  }

  /** The caller gives the whole call up at a time. */
  giveUp(frame: number, atNs: number): void {
    this.at(atNs, () => this.drop(frame), PHASE.TIMER);
  }

  run(untilNs = Infinity): void {
    for (;;) {
      const next = this.due.at(-1);
      if (next === undefined || next.time > untilNs) break;
      this.due.pop();
      this.now = next.time;
      this.phase = next.phase;
      next.run();
    }
    if (untilNs !== Infinity) this.now = untilNs;
  }

  counted(name: EdgeCounter): number {
    return this.counters.get(name) ?? 0;
  }

  resume(frame: number, layer: number): void {
    const f = this.frames[frame];
    if (f.parked !== layer) throw new Error('resume of a frame that is not parked here');
    f.parked = -1;
    f.entered.add(layer);
    const stamp = ++f.stamps[layer];
    this.at(
      this.now,
      () => {
        if (f.stamps[layer] === stamp) this.advance(frame, layer + 1);
      },
      this.phase,
    );
  }

  reject(frame: number, layer: number, outcome: Outcome): void {
    const f = this.frames[frame];
    if (f.parked !== layer) throw new Error('reject of a frame that is not parked here');
    f.parked = -1;
    f.stamps[layer]++;
    this.unwind(frame, layer - 1, outcome);
  }

  settle(frame: number, layer: number, outcome: Outcome): void {
    const f = this.frames[frame];
    if (f.parked !== layer) throw new Error('settle of a frame that is not parked here');
    f.words[layer] = outcome;
    const stamp = ++f.stamps[layer];
    this.at(
      this.now,
      () => {
        if (f.stamps[layer] === stamp) this.reject(frame, layer, outcome);
      },
      this.phase,
    );
  }

  reenter(frame: number, layer: number, delayNs: number): void {
    const f = this.frames[frame];
    f.attempt++;
    const stamp = f.stamps[layer];
    this.at(
      this.now + delayNs,
      () => {
        if (f.stamps[layer] !== stamp) return;
        this.count(frame, EDGE_COUNTER.retries);
        this.advance(frame, layer + 1);
      },
      PHASE.RETRY,
    );
  }

  finish(frame: number, layer: number, outcome: Outcome): void {
    this.exit(frame, layer);
    this.unwind(frame, layer - 1, outcome);
  }

  avoidTried(): void {}

  killBelow(frame: number, layer: number, outcome: Outcome, notifyCallee: boolean): void {
    this.cancelFrom(frame, layer + 1, outcome, notifyCallee);
  }

  fork(frame: number, layer: number, _nth: number, _elsewhere: boolean): number {
    const of = this.frames[frame];
    of.hedged = true;
    const child = this.add(of.layers, layer + 1, frame, of.deadline, () => {});
    this.at(this.now, () => this.advance(child, layer + 1), this.phase);
    return child;
  }

  startApart(frame: number, layer: number): number {
    const of = this.frames[frame];
    const child = this.add(of.layers, layer + 1, frame, of.deadline, () => {});
    this.at(this.now, () => this.advance(child, layer + 1), this.phase);
    return child;
  }

  leaveApart(child: number): void {
    this.frames[child].parent = -1;
  }

  /** Time until the answer to a request to stop is there. Unit: ns. */
  roundTripNs = 0;

  stopApart(child: number): void {
    const f = this.frames[child];
    const wire = f.layers.length;
    const stamp = ++f.stamps[wire];
    this.at(
      this.now + this.roundTripNs,
      () => {
        if (f.stamps[wire] !== stamp || !f.entered.has(wire)) return;
        this.exit(child, wire);
        this.unwind(child, wire - 1, OUTCOME.cancelled);
      },
      PHASE.COMPLETION,
    );
  }

  ask(frame: number, layer: number): number {
    return this.instead(frame, layer);
  }

  instead(frame: number, layer: number): number {
    const child = this.add([], 0, -1, Infinity, (outcome) =>
      this.frames[frame].layers[layer].child!(frame, layer, child, outcome),
    );
    this.at(this.now, () => this.advance(child, 0), this.phase);
    return child;
  }

  /** Current ties, by frame. */
  readonly ties = new Map<number, number>();

  tie(frame: number, other: number): void {
    this.ties.delete(frame);
    if (other < 0) return;
    this.ties.set(frame, other);
    this.ties.set(other, frame);
  }

  killChild(child: number): void {
    this.frames[child].parent = -1;
    this.drop(child);
  }

  arm(lane: Lane, frame: number, layer: number): void {
    this.after(lane.delayNs, frame, layer);
  }

  after(delayNs: number, frame: number, layer: number): void {
    const f = this.frames[frame];
    const stamp = f.stamps[layer];
    this.at(
      this.now + delayNs,
      () => {
        if (f.stamps[layer] === stamp) f.layers[layer].timer!(frame, layer);
      },
      PHASE.TIMER,
    );
  }

  word(frame: number, layer: number): number {
    return this.frames[frame].words[layer];
  }

  setWord(frame: number, layer: number, value: number): void {
    this.frames[frame].words[layer] = value | 0;
  }

  lineageA(frame: number): number {
    return frame + 1;
  }

  lineageB(): number {
    return 7;
  }

  hedged(frame: number): boolean {
    return this.frames[frame].hedged;
  }

  attemptNumber(frame: number): number {
    return this.frames[frame].attempt;
  }

  deadline(frame: number): number {
    return this.frames[frame].deadline;
  }

  setDeadline(frame: number, at: number): void {
    this.frames[frame].deadline = at;
  }

  endpoint(): CalledEndpoint {
    return { idempotent: this.idempotentCallee, method: 'GET' };
  }

  hint(frame: number): number {
    return this.frames[frame].hint;
  }

  setHint(frame: number, hint: number): void {
    this.frames[frame].hint = hint;
  }

  count(_frame: number, counter: number): void {
    const name = EDGE_COUNTERS[counter];
    this.counters.set(name, this.counted(name) + 1);
  }

  private add(
    layers: readonly PolicyState[],
    base: number,
    parent: number,
    deadline: number,
    onEnd: (outcome: Outcome) => void,
  ): number {
    this.frames.push({
      layers,
      base,
      parent,
      entered: new Set(),
      parked: -1,
      stamps: new Array<number>(layers.length + 1).fill(0),
      words: new Array<number>(layers.length).fill(-99),
      attempt: 1,
      hedged: parent >= 0,
      deadline,
      hint: NaN,
      done: false,
      onEnd,
    });
    return this.frames.length - 1;
  }

  private advance(frame: number, from: number): void {
    const f = this.frames[frame];
    if (f.done) return;
    for (let layer = from; layer < f.layers.length; layer++) {
      if (f.entered.has(layer)) throw new Error('a layer was entered twice');
      const answer = f.layers[layer].enter(frame, layer);
      if (answer === PASS) {
        f.entered.add(layer);
        continue;
      }
      if (answer === PARK) {
        f.parked = layer;
        return;
      }
      f.stamps[layer]++;
      this.unwind(frame, layer - 1, answer);
      return;
    }
    this.send(frame);
  }

  private send(frame: number): void {
    const f = this.frames[frame];
    const wire = f.layers.length;
    this.starts.push(this.now);
    const answer = this.callee({ nth: this.starts.length, startNs: this.now, frame });
    const stamp = ++f.stamps[wire];
    f.entered.add(wire);
    if (answer === null) return;
    this.at(
      this.now + answer.afterNs,
      () => {
        if (f.stamps[wire] !== stamp) return;
        this.exit(frame, wire);
        f.hint = answer.hintNs ?? NaN;
        const hinted = answer.hintNs === undefined ? 0 : HINTED;
        this.unwind(frame, wire - 1, answer.outcome | hinted);
      },
      PHASE.COMPLETION,
    );
  }

  private unwind(frame: number, from: number, outcome: Outcome): void {
    const f = this.frames[frame];
    let result = outcome;
    for (let layer = from; layer >= f.base; layer--) {
      if (!f.entered.has(layer)) throw new Error('a layer was left that was not entered');
      const answer = f.layers[layer].leave(frame, layer, result);
      if (answer === HOLD) return;
      this.exit(frame, layer);
      result = answer;
    }
    f.done = true;
    if (f.entered.size > 0) throw new Error('a call ended inside a layer');
    if (f.parent >= 0) f.layers[f.base - 1].child!(f.parent, f.base - 1, frame, result);
    else f.onEnd(result);
  }

  private exit(frame: number, layer: number): void {
    const f = this.frames[frame];
    if (!f.entered.delete(layer)) throw new Error('a layer was left that was not entered');
    f.stamps[layer]++;
  }

  private drop(frame: number): void {
    const f = this.frames[frame];
    if (f.done) return;
    this.cancelFrom(frame, f.base, 18, true);
    f.done = true;
  }

  private cancelFrom(frame: number, from: number, outcome: Outcome, told: boolean): void {
    const f = this.frames[frame];
    for (let layer = from; layer < f.layers.length; layer++) {
      const parked = f.parked === layer;
      if (parked) {
        f.parked = -1;
        f.stamps[layer]++;
      } else if (f.entered.has(layer)) this.exit(frame, layer);
      else continue;
      this.cancelledAs = outcome;
      f.layers[layer].cancel(frame, layer, parked);
    }
    const wire = f.layers.length;
    if (!f.entered.has(wire)) return;
    this.exit(frame, wire);
    this.killed.push({ atNs: this.now, outcome, told });
  }
}

/** The instance that a policy is about, and the layer that picks it: only while it is open. */
export class FakeTarget implements PolicyState, Target {
  isOpen = true;

  setOpen(isOpen: boolean): void {
    this.isOpen = isOpen;
  }

  enter(): number {
    return this.isOpen ? PASS : OUTCOME.rejectedBreaker;
  }

  leave(_frame: number, _layer: number, outcome: Outcome): number {
    return outcome;
  }

  cancel(): void {}

  held(): number {
    return 0;
  }
}

/**
 * A policy of a kind with a written configuration, in a dry run if requested, and the transitions of its machine, if
 * it has one. `layers`: the policy, inside the layer that picks its instance if it is about one.
 */
export function createPolicy(
  calls: FakeCalls,
  kind: PolicyKind,
  written: unknown,
  dryRun = false,
  keyOf: ((frame: number) => number) | null = null,
): {
  policy: PolicyState;
  layers: readonly PolicyState[];
  target: FakeTarget;
  transitions: { atNs: number; state: string }[];
} {
  const target = new FakeTarget();
  const transitions: { atNs: number; state: string }[] = [];
  const setup: PolicySetup = {
    ctx: calls,
    samplers,
    sampler: (distribution) => samplers.add(distribution),
    keyOf,
    stream: () => ({ a: 11, b: 13 }),
    lane: (delayNs) => new Lane(delayNs, PHASE.TIMER, 0, { stamp: new Int32Array(1) }, 0),
    node: null,
    alarm: (run) => {
      let generation = 0;
      return {
        set: (at) => {
          const own = ++generation;
          const ring = (): void => {
            if (own === generation) run();
          };
          calls.at(at, ring, PHASE.TIMER);
        },
        clear: () => generation++,
      };
    },
    target: kind.perTarget === true && !dryRun ? target : null,
    machine: (states) => ({
      set: (state) => transitions.push({ atNs: calls.now, state: states[state] }),
    }),
  };
  const config = kind.schema.parse(written);
  const create = (ctx: CallContext): PolicyState => {
    if (keyOf === null || kind.keyed !== 'states') return kind.create(config, { ...setup, ctx });
    const one = { ...setup, ctx, keyOf: null };
    return new KeyedStates(ctx, keyOf, () => kind.create(config, one));
  };
  const policy = dryRun ? new DryRun(calls, create) : create(calls);
  const layers = kind.perTarget === true ? [target, policy] : [policy];
  return { policy, layers, target, transitions };
}

/** One policy alone in front of a callee; transitions as [ms, state]. */
export function behind(kind: PolicyKind, written: unknown, callee: Callee) {
  const calls = new FakeCalls();
  calls.callee = callee;
  const { policy, layers, target, transitions } = createPolicy(calls, kind, written);
  return {
    calls,
    policy,
    target,
    call: (atNs: number) => calls.call(layers, atNs),
    states: () => transitions.map(({ atNs, state }) => [atNs / MS, state]),
  };
}

function before(a: Due, b: Due): boolean {
  if (a.time !== b.time) return a.time < b.time;
  return a.phase !== b.phase ? a.phase < b.phase : a.sequence < b.sequence;
}
