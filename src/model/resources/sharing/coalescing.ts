import { engine } from '../../../kernel/engine.js';
import { Expiring } from '../../../kernel/expiring.js';
import { invariant } from '../../../kernel/invariant.js';
import { isHinted, isSuccess, PARK, PASS, type Outcome } from '../../../contracts/outcome.js';
import type { PlanCoalescing } from '../../../contracts/plan/plan.js';
import { Coalescer } from './coalescer.js';
import type { Instance } from '../../data/instances/instance.js';
import { STATE, strands } from '../../data/strands/strands.js';
import type { Sizes } from '../network/sizes.js';
import type { ActRun } from '../../data/run.js';
import { sink } from '../../data/figures/sink.js';

interface CoalescingParts extends ActRun {
  readonly sizes: Sizes | null;
}

/** Role of a strand without a flight; above 0 it leads, below 0 it follows. */
const ALONE = 0;

/**
 * `coalesce` in middleware chains: identical requests in one instance wait for the answer of the first. A strand passes
 * at most one of them.
 */
export class Coalescing {
  private readonly specs: readonly PlanCoalescing[];
  /** By place, then by index of the instance. */
  private readonly coalescers: readonly (readonly Coalescer[])[];
  /** Sizes of the kept responses, plus 1; empty without a window. */
  private readonly bytes: readonly (readonly Expiring[])[];
  private readonly settleOp: number;
  /** By strand: 1 + the flight it leads, or -1 - the number under which it follows; and the place. */
  private role: Int32Array = new Int32Array(0);
  private place: Int32Array = new Int32Array(0);

  constructor(private readonly world: CoalescingParts) {
    const { plan } = world;
    this.specs = plan.coalescings;
    this.coalescers = this.specs.map(({ component, windowNs, shareErrors }) =>
      Array.from(
        { length: plan.components[component].instances },
        () => new Coalescer(windowNs, shareErrors),
      ),
    );
    this.bytes = this.specs.map(({ component, windowNs }) =>
      windowNs === null
        ? []
        : Array.from(
            { length: plan.components[component].instances },
            () => new Expiring(windowNs),
          ),
    );
    strands.slots.addColumns(this);
    this.settleOp = engine.define('coalesced', (strand, stamp, outcome) => {
      if (strands.stamp[strand] === stamp) this.world.interpreter.answer(strand, outcome);
    });
  }

  /** Returns PASS if the strand leads, PARK if it follows another, or else the kept answer. */
  join(strand: number, place: number): Outcome {
    const { keys, sizes } = this.world;
    invariant(this.role[strand] === ALONE, 'a request shares one call');
    const coalescer = this.coalescerOf(strand, place);
    const key = keys.value(this.specs[place].key, strand);
    const known = coalescer.kept(engine.now, key);
    if (known !== 0) {
      sizes?.shared(strand, this.bytesOf(strand, place).get(engine.now, key) - 1);
      sink.coalesced(strands.part[strand]);
      return known;
    }
    const flight = coalescer.find(engine.now, key);
    this.place[strand] = place;
    if (flight < 0) {
      this.role[strand] = 1 + coalescer.lead(engine.now, key);
      return PASS;
    }
    this.role[strand] = -1 - coalescer.follow(flight, strand);
    strands.state[strand] = STATE.SLEEP;
    // It has no timer, so a change of the instance's speed stretches nothing.
    strands.wakes[strand] = -1;
    return PARK;
  }

  /** A request has its answer; its followers get the same answer at the same instant. */
  answered(strand: number, outcome: Outcome): void {
    invariant(this.role[strand] >= ALONE, 'only a request that has begun is answered');
    if (this.role[strand] === ALONE) return;
    const coalescer = this.coalescerOf(strand, this.place[strand]);
    if (!coalescer.shareErrors && !isSuccess(outcome)) {
      this.handOver(strand, coalescer);
      return;
    }
    const flight = this.role[strand] - 1;
    this.role[strand] = ALONE;
    const { sizes } = this.world;
    const isKept = coalescer.land(engine.now, flight, outcome);
    if (isKept && sizes !== null) this.keepSize(strand, sizes.ofAnswer(strand));
    for (let next = coalescer.next(flight); next >= 0; next = coalescer.next(flight)) {
      invariant(this.role[next] < ALONE, 'only a request that waits gets the answer of another');
      invariant(strands.state[next] === STATE.SLEEP, 'a request that waits for another sleeps');
      this.role[next] = ALONE;
      sizes?.shared(next, sizes.ofAnswer(strand));
      if (isHinted(outcome)) strands.hint[next] = strands.hint[strand];
      sink.coalesced(strands.part[next]);
      strands.state[next] = STATE.READY;
      engine.soon(engine.phase, this.settleOp, next, strands.stamp[next], outcome);
    }
    coalescer.close(flight);
  }

  /** A strand leaves its flight: a follower quits, a leader hands over. */
  stopped(strand: number): void {
    const role = this.role[strand];
    if (role === ALONE) return;
    const coalescer = this.coalescerOf(strand, this.place[strand]);
    if (role > ALONE) {
      this.handOver(strand, coalescer);
    } else {
      this.role[strand] = ALONE;
      coalescer.quit(-1 - role);
    }
  }

  /** The process of an instance has restarted without the kept answers. */
  reset(instance: Instance): void {
    this.specs.forEach(({ component }, place) => {
      if (component === instance.component) this.coalescers[place][instance.index].reset();
    });
  }

  /** Number of leading requests; 0 when nothing is in flight. */
  held(): number {
    let held = 0;
    for (const place of this.coalescers) for (const coalescer of place) held += coalescer.used;
    return held;
  }

  /** Keeps the size of a response beside the response itself. */
  private keepSize(strand: number, bytes: number): void {
    const place = this.place[strand];
    const { key, windowNs } = this.specs[place];
    const value = this.world.keys.value(key, strand);
    // 0 means that no response is kept.
    this.bytesOf(strand, place).set(engine.now, value, bytes + 1, engine.now + windowNs!);
  }

  private bytesOf(strand: number, place: number): Expiring {
    const { instances } = this.world;
    return this.bytes[place][instances[strands.instance[strand]].index];
  }

  /** The follower that has waited longest takes the place of the leader. */
  private handOver(strand: number, coalescer: Coalescer): void {
    invariant(this.role[strand] > ALONE, 'only the leading request hands over');
    const flight = this.role[strand] - 1;
    this.role[strand] = ALONE;
    const next = coalescer.handOver(engine.now, flight);
    if (next < 0) return;
    invariant(this.role[next] < ALONE, 'a request that waited takes the lead');
    this.role[next] = 1 + flight;
    strands.state[next] = STATE.READY;
    this.world.interpreter.wake(next);
  }

  private coalescerOf(strand: number, place: number): Coalescer {
    const { instances } = this.world;
    return this.coalescers[place][instances[strands.instance[strand]].index];
  }
}
