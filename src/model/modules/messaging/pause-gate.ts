import { invariant } from '../../../kernel/invariant.js';
import { PHASE } from '../../../kernel/phase.js';
import { streamKey } from '../../../kernel/rng.js';
import { NS_PER_MS, type Ns } from '../../../kernel/time.js';
import { PARK, PASS, type Outcome } from '../../../contracts/outcome.js';
import type {
  Alarm,
  CallContext,
  PolicySetup,
  PolicyState,
} from '../../../contracts/patterns/policy.js';
import type { Layer } from '../../../contracts/scenario/policies.js';
import { Alarms } from '../../data/instances/alarms.js';
import type { Instance } from '../../data/instances/instance.js';
import type { Registry } from '../../data/registry.js';
import type { Run } from '../../data/run.js';
import { engine } from '../../../kernel/engine.js';
import { samplers } from '../../../kernel/distribution.js';

/** Poll interval of a paused consumer (pollTimeoutWhilePaused of spring-kafka ContainerProperties.java). */
const LOOK_NS = 100 * NS_PER_MS;
/** Journalled states of a breaker. */
const CLOSED = 0;
const OPEN = 1;

/** The position of a breaker: in front of the handlers of one consumer. */
export interface GatePlace {
  readonly world: Run;
  readonly registry: Registry;
  readonly layer: Layer;
  readonly bundle: string;
  /** Component ids of the topic or queue, and of the service that handles its messages. */
  readonly holder: number;
  readonly service: number;
  /** Part id of the consumer. */
  readonly part: number;
  /** Instance that owns the state; null = all instances of the service share it. */
  readonly instance: Instance | null;
  /** A waiting consumer may try again. */
  readonly resume: (who: number) => void;
}

/**
 * A circuit breaker in front of handlers: while it refuses, the consumer is paused.
 *
 * Every 100 ms, or when a timer of the breaker changes its state, the gate asks for a slot. A consumer that gets one
 * resumes, and its next run is the probe. A refusal takes no message.
 */
export class PauseGate {
  private readonly breaker: PolicyState;
  /** Breaker slots of runs, and of consumers that may begin a run but have no message yet. */
  private readonly inside = new Map<number, number>();
  private readonly reserved = new Map<number, number>();
  private readonly free: number[] = [];
  private slots = 0;
  private waiting: number[] = [];
  private state = CLOSED;
  /** A timer of the breaker will end its current state. */
  private hasAlarm = false;
  /** Number of the valid look, and whether it is scheduled. */
  private turn = 0;
  private isSet = false;
  private readonly words: number[] = [];
  private readonly lookOp: number;

  constructor(private readonly place: GatePlace) {
    const { registry, layer } = place;
    this.lookOp = engine.define('consumption-look', (turn) => {
      if (turn === this.turn) this.look();
    });
    const kind = registry.policyKind(layer.policy, layer.kind);
    invariant(kind !== undefined, 'the registry knows every policy of a plan');
    this.breaker = kind!.create(layer.config as never, this.setupOf());
  }

  /** True if a run of a consumer may begin. */
  lets(run: number, who: number): boolean {
    invariant(!this.inside.has(run), 'a run takes one slot of its breaker');
    invariant(this.isBalanced(), 'a slot of a breaker is used, reserved or free');
    let slot = this.reserved.get(who) ?? -1;
    if (slot < 0) slot = this.enter();
    else this.reserved.delete(who);
    if (slot >= 0) this.inside.set(run, slot);
    return slot >= 0;
  }

  /** An admitted run has ended. */
  ended(run: number, outcome: Outcome): void {
    const slot = this.inside.get(run);
    if (slot === undefined) return;
    this.inside.delete(run);
    this.breaker.leave(slot, 0, outcome);
    this.free.push(slot);
    invariant(this.isBalanced(), 'a run that ends returns its slot');
    if (this.waiting.length > 0) this.soon();
  }

  /** The process of a run has died. */
  dropped(run: number): void {
    const slot = this.inside.get(run);
    this.inside.delete(run);
    this.giveUp(slot);
  }

  /** The process of a consumer has died. */
  left(who: number): void {
    const slot = this.reserved.get(who);
    this.reserved.delete(who);
    this.giveUp(slot);
    this.waiting = this.waiting.filter((other) => other !== who);
  }

  /** The process that keeps the state has died, and no run is inside any more. */
  reset(): void {
    this.breaker.reset?.();
  }

  /** A refused consumer waits to be resumed. */
  wait(who: number): void {
    invariant(!this.waiting.includes(who), 'a refused consumer waits once');
    this.waiting.push(who);
    this.schedule();
  }

  /** A slot in the breaker; -1 = refused. */
  private enter(): number {
    const slot = this.free.pop() ?? this.slots++;
    const answer = this.breaker.enter(slot, 0);
    if (answer === PASS) return slot;
    // A consumer does not queue for a probe.
    if (answer === PARK) this.breaker.cancel(slot, 0, true);
    this.free.push(slot);
    return -1;
  }

  private giveUp(slot: number | undefined): void {
    if (slot === undefined) return;
    this.breaker.cancel(slot, 0, false);
    this.free.push(slot);
    invariant(this.isBalanced(), 'a run that dies returns its slot');
    if (this.waiting.length > 0) this.schedule();
  }

  /**
   * Closed: all consumers resume. Otherwise the one that waits longest resumes, if the breaker has a slot for its next
   * run.
   */
  private look(): void {
    invariant(this.isSet, 'the gate looks when it was set to');
    this.isSet = false;
    const { resume } = this.place;
    if (this.state === CLOSED) {
      const { waiting } = this;
      this.waiting = [];
      for (const who of waiting) resume(who);
      return;
    }
    if (this.waiting.length === 0) return;
    const slot = this.enter();
    if (slot >= 0) {
      const who = this.waiting.shift()!;
      invariant(!this.reserved.has(who), 'a consumer gets one slot for its next run');
      this.reserved.set(who, slot);
      resume(who);
    }
    if (this.waiting.length === 0) return;
    if (slot >= 0) this.soon();
    else this.schedule();
  }

  private isBalanced(): boolean {
    return this.inside.size + this.reserved.size + this.free.length === this.slots;
  }

  private soon(): void {
    this.isSet = true;
    engine.soon(PHASE.TIMER, this.lookOp, ++this.turn, 0, 0);
  }

  private schedule(): void {
    // No look is needed if a timer or a run in flight decides about the state.
    const decidesItself =
      this.state === OPEN ? this.hasAlarm : this.inside.size + this.reserved.size > 0;
    if (this.isSet || (this.state !== CLOSED && decidesItself)) return;
    this.isSet = true;
    engine.at(engine.now + LOOK_NS, PHASE.TIMER, this.lookOp, ++this.turn, 0, 0);
  }

  private setupOf(): PolicySetup {
    const { world, layer, bundle, holder, service, part, instance } = this.place;
    const { plan, replication, journal } = world;
    const alarms = new Alarms();
    const name = `${plan.components[holder].name}.${plan.parts[part].name}`;
    const own = instance === null ? 'all' : String(instance.index);
    return {
      ctx: this.contextOf(),
      samplers,
      sampler: (distribution) => samplers.add(distribution),
      keyOf: null,
      stream: (meaning) =>
        streamKey(plan.seed, replication, `consumer/${name}/${own}/${layer.policy}/${meaning}`),
      lane: () => invariant(false, 'breaker-with-timers-of-calls') as never,
      target: null,
      node: null,
      alarm: (run) => this.watched(alarms.add(() => this.ring(run), instance)),
      machine: (states) => {
        const machine = journal.machine({
          policy: layer.policy,
          kind: layer.kind,
          instance: instance?.id ?? -1,
          callerComponent: holder,
          calleeComponent: service,
          calleePart: -1,
          calleeInstance: -1,
          bundle,
          dryRun: false,
          states,
        });
        return { set: (state: number) => this.changed(machine, state) };
      },
    };
  }

  private changed(machine: { set(state: number): void }, state: number): void {
    machine.set(state);
    this.state = state;
    if (this.waiting.length > 0 && state !== OPEN) this.soon();
  }

  private ring(run: () => void): void {
    this.hasAlarm = false;
    run();
  }

  private watched(alarm: Alarm): Alarm {
    return {
      set: (at: Ns) => {
        this.hasAlarm = true;
        alarm.set(at);
      },
      clear: () => {
        this.hasAlarm = false;
        alarm.clear();
      },
    };
  }

  /** The context that a breaker expects of a call: time, one word of state, lineage. A run is not a call. */
  private contextOf(): CallContext {
    const { words } = this;
    const context = {
      get now(): Ns {
        return engine.now;
      },
      count: () => {},
      word: (slot: number) => words[slot] ?? 0,
      setWord: (slot: number, _layer: number, value: number) => (words[slot] = value),
      lineageA: (slot: number) => slot,
      lineageB: () => this.turn,
    };
    return context as unknown as CallContext;
  }
}
