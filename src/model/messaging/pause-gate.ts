import { invariant } from '../../kernel/invariant.js';
import { PHASE } from '../../kernel/phase.js';
import { streamKey } from '../../kernel/rng.js';
import type { Ns } from '../../kernel/time.js';
import { NS_PER_MS } from '../../kernel/time.js';
import { PARK, PASS } from '../../spec/outcome.js';
import type { Outcome } from '../../spec/outcome.js';
import type { Alarm, CallContext, PolicySetup, PolicyState } from '../../spec/policy.js';
import type { Layer } from '../../spec/scenario.js';
import { Alarms } from '../alarms.js';
import type { Instance } from '../instance.js';
import type { Registry } from '../registry.js';
import type { World } from '../world.js';
import { engine } from '../../kernel/engine.js';
import { samplers } from '../../kernel/distribution.js';

/** How often a paused consumer looks: pollTimeoutWhilePaused of spring-kafka ContainerProperties.java. */
const LOOK_NS = 100 * NS_PER_MS;
/** States of a breaker, as they are journalled. */
const CLOSED = 0;
const OPEN = 1;

/** Where a breaker stands: in front of the handlers of one consumer. */
export interface GatePlace {
  readonly world: World;
  readonly registry: Registry;
  readonly layer: Layer;
  readonly bundle: string;
  /** Component ids of what holds the messages, and of the service that handles them. */
  readonly holder: number;
  readonly service: number;
  /** Part id of the consumer. */
  readonly part: number;
  /** Whose state it is; null = of all instances of the service. */
  readonly instance: Instance | null;
  /** Somebody who waits may try again. */
  readonly resume: (who: number) => void;
}

/**
 * A circuit breaker in front of handlers: while it refuses, who consumes is paused. Every 100 ms, or when the
 * breaker changes by itself, it is asked for a place; who gets one consumes again, and its next run is the
 * probe. No message is taken for a question that is refused.
 */
export class PauseGate {
  private readonly place: GatePlace;
  private readonly breaker: PolicyState;
  /** Places inside: of runs, and of those who may begin one and have no message yet. */
  private readonly inside = new Map<number, number>();
  private readonly reserved = new Map<number, number>();
  private readonly free: number[] = [];
  private slots = 0;
  private waiting: number[] = [];
  private state = CLOSED;
  /** A timer of the breaker's own will end its present state. */
  private hasAlarm = false;
  /** Number of the look that counts, and whether it is set. */
  private turn = 0;
  private isSet = false;
  private readonly words: number[] = [];
  private readonly lookOp: number;

  constructor(place: GatePlace) {
    this.place = place;
    const { registry, layer } = place;
    this.lookOp = engine.define('consumption-look', (turn) => {
      if (turn === this.turn) this.look();
    });
    const kind = registry.policyKind(layer.policy, layer.kind);
    invariant(kind !== undefined, 'policy-unknown-to-the-registry');
    this.breaker = kind!.create(layer.config as never, this.setupOf());
  }

  /** Whether a run of somebody may begin. */
  lets(run: number, who: number): boolean {
    let slot = this.reserved.get(who) ?? -1;
    if (slot < 0) slot = this.enter();
    else this.reserved.delete(who);
    if (slot >= 0) this.inside.set(run, slot);
    return slot >= 0;
  }

  /** A run that was let in has ended. */
  ended(run: number, outcome: Outcome): void {
    const slot = this.inside.get(run);
    if (slot === undefined) return;
    this.inside.delete(run);
    this.breaker.leave(slot, 0, outcome);
    this.free.push(slot);
    if (this.waiting.length > 0) this.soon();
  }

  /** The process of a run has died. */
  dropped(run: number): void {
    const slot = this.inside.get(run);
    this.inside.delete(run);
    this.giveUp(slot);
  }

  /** The process of somebody has died. */
  left(who: number): void {
    const slot = this.reserved.get(who);
    this.reserved.delete(who);
    this.giveUp(slot);
    this.waiting = this.waiting.filter((other) => other !== who);
  }

  /** The process that keeps the state has died; nobody is inside any more. */
  reset(): void {
    this.breaker.reset?.();
  }

  /** Whoever has been refused is told when to go on. */
  wait(who: number): void {
    this.waiting.push(who);
    this.schedule();
  }

  /** A place inside, -1 = refused. */
  private enter(): number {
    const slot = this.free.pop() ?? this.slots++;
    const answer = this.breaker.enter(slot, 0);
    if (answer === PASS) return slot;
    // A consumer does not queue up behind a probe.
    if (answer === PARK) this.breaker.cancel(slot, 0, true);
    this.free.push(slot);
    return -1;
  }

  private giveUp(slot: number | undefined): void {
    if (slot === undefined) return;
    this.breaker.cancel(slot, 0, false);
    this.free.push(slot);
    if (this.waiting.length > 0) this.schedule();
  }

  /** Closed: all go on. Else who waits longest goes on if the breaker has a place for its next run. */
  private look(): void {
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
      this.reserved.set(who, slot);
      resume(who);
    }
    if (this.waiting.length === 0) return;
    if (slot >= 0) this.soon();
    else this.schedule();
  }

  private soon(): void {
    this.isSet = true;
    engine.soon(PHASE.TIMER, this.lookOp, ++this.turn, 0, 0);
  }

  private schedule(): void {
    // What a timer or a run under way decides needs no look.
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

  /** What a breaker asks of a call: the time, a word of its own, a lineage; a run is no call. */
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
