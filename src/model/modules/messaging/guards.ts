import { engine } from '../../../kernel/engine.js';
import { invariant } from '../../../kernel/invariant.js';
import { PHASE } from '../../../kernel/phase.js';
import type { Ns } from '../../../kernel/time.js';
import type { ConsumerPolicy } from '../../../contracts/scenario/consumers.js';
import type { LimiterState } from '../../../contracts/patterns/policy.js';
import type { Instance } from '../../data/instances/instance.js';
import { PauseGate, type GatePlace } from './pause-gate.js';
import { levels } from '../../data/figures/levels.js';

/** Verdict on a run: it may begin, it waits for a permit, or the consumer pauses. */
export const LEAVE = Object.freeze({ go: 0, wait: 1, pause: 2 } as const);

/** Everything that the policies of one consumer are built from. */
export interface GuardSetup extends Omit<GatePlace, 'layer' | 'bundle' | 'instance'> {
  readonly policy: ConsumerPolicy;
  /** A run asks again after its wait; `tag` is the tag that it passed to `ask`. */
  readonly again: (run: number, tag: number) => void;
}

/** The circuit breaker and the rate limiter of one consumer, per instance that runs its handler. */
export class Guards {
  private readonly firstInstance: number;
  private readonly gates: readonly PauseGate[];
  private readonly limiters: readonly LimiterState[];
  private readonly own: { readonly gate: boolean; readonly limiter: boolean };
  /** Runs that the breaker has admitted, and runs that already have their permit. */
  private readonly admitted = new Set<number>();
  private readonly permitted = new Set<number>();
  private readonly againOp: number;
  private readonly paused: number;

  constructor(setup: GuardSetup) {
    const { world, policy, holder, part, service, again } = setup;
    const { firstInstance, instances } = world.plan.components[service];
    this.firstInstance = firstInstance;
    const { circuitBreaker, rateLimit } = policy;
    this.own = {
      gate: circuitBreaker?.scope === 'instance',
      limiter: rateLimit?.scope === 'instance',
    };
    const fleet = world.instances.slice(firstInstance, firstInstance + instances);
    this.gates = gatesOf(setup, fleet);
    this.limiters = limitersOf(setup, instances);
    this.againOp = engine.define('permit', (run, tag) => again(run, tag));
    this.paused =
      circuitBreaker === null ? -1 : world.meters.gauge('paused', { component: holder, part });
  }

  /** Decides if a run on an instance may begin; the same run asks again until it may. */
  ask(run: number, who: number, instance: Instance, tag: number): number {
    const place = instance.id - this.firstInstance;
    if (this.gates.length > 0 && !this.admitted.has(run)) {
      if (!this.gates[place].lets(run, who)) return LEAVE.pause;
      this.admitted.add(run);
    }
    if (this.limiters.length > 0 && !this.permitted.has(run)) {
      const wait = this.permitNs(this.limiters[place], run);
      if (wait > 0) {
        engine.at(engine.now + wait, PHASE.RETRY, this.againOp, run, tag, 0);
        return LEAVE.wait;
      }
    }
    this.permitted.delete(run);
    return LEAVE.go;
  }

  ended(run: number, instance: Instance, outcome: number): void {
    if (!this.admitted.delete(run)) return;
    this.gates[instance.id - this.firstInstance].ended(run, outcome);
  }

  /** The process of a run has died. */
  dropped(run: number, instance: Instance): void {
    this.permitted.delete(run);
    if (!this.admitted.delete(run)) return;
    this.gates[instance.id - this.firstInstance].dropped(run);
  }

  /** The process of a consumer has died; its runs were dropped before. */
  left(who: number, instance: Instance): void {
    if (this.gates.length > 0) this.gates[instance.id - this.firstInstance].left(who);
  }

  /** A process has died and its runs were dropped: its policies lose the state that they kept in memory. */
  died(instance: Instance): void {
    const place = instance.id - this.firstInstance;
    if (this.own.gate) this.gates[place].reset();
    if (this.own.limiter) this.limiters[place].reset();
  }

  /** Pauses a consumer; the gate resumes it later. */
  pause(who: number, instance: Instance): void {
    levels.add(this.paused, 1);
    this.gates[instance.id - this.firstInstance].wait(who);
  }

  /** A consumer is no longer paused. */
  resumed(): void {
    levels.add(this.paused, -1);
  }

  /** Wait before a run asks again; 0 = it has its permit. */
  private permitNs(limiter: LimiterState, run: number): Ns {
    const { now } = engine;
    const wait = limiter.take(now, 0);
    if (wait < 0) return Math.max(1, limiter.retryNs(now, 0));
    // A reserved permit is valid after the wait.
    if (wait > 0) this.permitted.add(run);
    return wait;
  }
}

function gatesOf(setup: GuardSetup, fleet: readonly Instance[]): readonly PauseGate[] {
  const { world, registry, policy, holder, part, service, resume } = setup;
  const { circuitBreaker: layer, bundle } = policy;
  if (layer === null) return [];
  const place = { world, registry, layer, bundle, holder, service, part, resume };
  if (layer.scope === 'instance') {
    return fleet.map((instance) => new PauseGate({ ...place, instance }));
  }
  const one = new PauseGate({ ...place, instance: null });
  return fleet.map(() => one);
}

function limitersOf({ registry, policy }: GuardSetup, instances: number): readonly LimiterState[] {
  const { rateLimit: layer } = policy;
  if (layer === null) return [];
  const kind = registry.policyKind(layer.policy, layer.kind);
  invariant(kind?.limiter !== undefined, 'the registry knows every limiter of a plan');
  const make = (): LimiterState => kind!.limiter!(layer.config as never);
  const one = layer.scope === 'instance' ? null : make();
  return Array.from({ length: instances }, () => one ?? make());
}
