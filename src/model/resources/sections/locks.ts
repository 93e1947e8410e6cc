import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import { IntRing } from '../../../kernel/ring.js';
import { OUTCOME, PENDING, type Outcome } from '../../../contracts/outcome.js';
import type { PlanLock } from '../../../contracts/plan/sections.js';
import type { Act } from '../../data/acts.js';
import type { Durations } from '../../data/figures/meters.js';
import { LOCKED } from '../../data/strands/slot-bits.js';
import type { ActRun } from '../../data/run.js';
import { strands } from '../../data/strands/strands.js';
import { sink } from '../../data/figures/sink.js';

/** The queue for one value; it exists only while the value is locked. */
class Line {
  readonly waiting = new IntRing();
}

/** Values of one key within one scope. */
type Space = Map<number, Line>;

/** `lock` steps: one runs at a time for each value of a key, the others wait in line. */
export class Locks {
  /** By key and scope. */
  private readonly spaces = new Map<number, Space>();
  private readonly spare: Line[] = [];
  private readonly held: (Space | null)[] = [];
  private value: Float64Array = new Float64Array(0);
  private since: Float64Array = new Float64Array(0);
  private cell: Int32Array = new Int32Array(0);
  private from: Int32Array = new Int32Array(0);
  private readonly waits = new Map<number, Durations>();
  private readonly holds = new Map<number, Durations>();
  private readonly grantOp: number;
  private readonly timeoutOp: number;

  constructor(private readonly world: ActRun) {
    strands.slots.addColumns(this);
    strands.slots.onGrow((capacity) => {
      while (this.held.length < capacity) this.held.push(null);
    });
    this.grantOp = engine.define('lock-granted', (strand, stamp) => {
      if (strands.stamp[strand] === stamp) world.interpreter.acted(strand, OUTCOME.ok);
    });
    this.timeoutOp = engine.define('lock-timeout', (strand, stamp, act) => {
      if (strands.stamp[strand] !== stamp || (strands.slot[strand] & LOCKED) !== 0) return;
      const spec = world.plan.acts[act] as PlanLock;
      const line = this.spaceOf(spec, strand).get(this.value[strand])!;
      invariant(
        line.waiting.remove(strand),
        'a strand that waits too long is in the line of its lock',
      );
      this.waited(spec, strand);
      world.interpreter.acted(strand, OUTCOME.timeout);
    });
  }

  /** The act with which a `lock` step begins. */
  actOf(spec: PlanLock, id: number): Act {
    const { meters, plan } = this.world;
    if (!this.waits.has(spec.from)) {
      const { component } = plan.parts[spec.from];
      const subject = { component, part: spec.from };
      this.waits.set(spec.from, meters.durations('lockWait', subject));
      this.holds.set(spec.from, meters.durations('lockHeld', subject));
    }
    return {
      begin: (strand) => this.begin(spec, id, strand),
      left: (strand) => {
        // A strand that was granted the lock already releases it as its holder.
        if ((strands.slot[strand] & LOCKED) !== 0) return;
        const line = this.spaceOf(spec, strand).get(this.value[strand])!;
        invariant(
          line.waiting.remove(strand),
          'a strand that is stopped leaves the line of its lock',
        );
      },
    };
  }

  /** The holder of a lock has ended: the lock goes to the strand that has waited longest. */
  release(strand: number): void {
    invariant(
      (strands.slot[strand] & LOCKED) !== 0,
      'a lock is released by the strand that holds it',
    );
    const { plan, meters } = this.world;
    const held = this.holds.get(this.from[strand])!;
    meters.took(held, this.cell[strand], engine.now - this.since[strand]);
    const space = this.held[strand]!;
    const value = this.value[strand];
    const line = space.get(value)!;
    this.held[strand] = null;
    strands.slot[strand] &= ~LOCKED;
    if (line.waiting.length === 0) {
      space.delete(value);
      this.spare.push(line);
      return;
    }
    const next = line.waiting.shift();
    invariant(
      (strands.slot[next] & LOCKED) === 0,
      'a strand that waits for a lock does not hold it',
    );
    this.waited(plan.acts[strands.call[next]] as PlanLock, next);
    this.hold(next, space);
    engine.soon(PHASE.COMPLETION, this.grantOp, next, strands.stamp[next], 0);
  }

  private begin(spec: PlanLock, id: number, strand: number): Outcome {
    const { keys } = this.world;
    const value = keys.value(spec.key, strand);
    const space = this.spaceOf(spec, strand);
    this.value[strand] = value;
    this.from[strand] = spec.from;
    this.since[strand] = engine.now;
    this.cell[strand] = sink.cell;
    const line = space.get(value);
    if (line === undefined) {
      space.set(value, this.spare.pop() ?? new Line());
      this.hold(strand, space);
      this.waited(spec, strand);
      return OUTCOME.ok;
    }
    line.waiting.push(strand);
    if (spec.acquireTimeoutNs !== null) {
      const at = engine.now + spec.acquireTimeoutNs;
      engine.at(at, PHASE.TIMER, this.timeoutOp, strand, strands.stamp[strand], id);
    }
    return PENDING;
  }

  private hold(strand: number, space: Space): void {
    invariant(this.held[strand] === null, 'a strand holds one lock');
    this.held[strand] = space;
    this.since[strand] = engine.now;
    this.cell[strand] = sink.cell;
    strands.slot[strand] |= LOCKED;
  }

  private spaceOf({ key, scope }: PlanLock, strand: number): Space {
    const { instances } = this.world;
    const { id, component } = instances[strands.instance[strand]];
    const { plan } = this.world;
    const components = plan.components.length;
    const whose =
      scope === 'global' ? 0 : scope === 'service' ? 1 + component : 1 + components + id;
    const number = whose * plan.keys.length + key;
    let space = this.spaces.get(number);
    if (space === undefined) this.spaces.set(number, (space = new Map()));
    return space;
  }

  private waited({ from }: PlanLock, strand: number): void {
    const { meters } = this.world;
    meters.took(this.waits.get(from)!, this.cell[strand], engine.now - this.since[strand]);
  }
}
