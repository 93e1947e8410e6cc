import { invariant } from '../../kernel/invariant.js';
import { engine } from '../../kernel/engine.js';
import { PHASE } from '../../kernel/phase.js';
import type { Ns } from '../../kernel/time.js';
import { INSTANCE_STATE, JOURNAL } from '../../contracts/record/record.js';
import { terminationOf, type Termination } from '../../contracts/scenario/termination.js';
import type { OutagesParts } from './outages-parts.js';
import type { Instance } from '../data/instances/instance.js';
import { FROZEN } from '../data/instances/process.js';
import { RETURN, STATE, strands } from '../data/strands/strands.js';

/**
 * The graceful termination of processes. Callers learn first that a process is leaving; it serves as before during
 * `preStop`, which counts towards the grace period, and then gets SIGTERM. A process that drains refuses new requests
 * and ends with its last work; others end at once. When the grace period is over, it is killed.
 */
export class Terminations {
  private readonly sigtermOp: number;
  private readonly killOp: number;
  private readonly lookOp: number;
  /** By instance: the current order to end, and whether a check is scheduled for this instant. */
  private readonly orders: Int32Array;
  private readonly looks: Uint8Array;
  /** Instances that were paused when SIGTERM was due. */
  private readonly signalPending = new Set<number>();
  /** Number of instances that have received SIGTERM. */
  private signalled = 0;

  /** `ended` runs when a process has ended. */
  constructor(
    private readonly world: OutagesParts,
    private readonly ended: (instance: Instance, drained: boolean) => void,
  ) {
    const { instances } = world;
    this.orders = new Int32Array(instances.length);
    this.looks = new Uint8Array(instances.length);
    this.sigtermOp = engine.define('sigterm', (id, order) => {
      if (this.orders[id] === order) this.signal(instances[id]);
    });
    this.killOp = engine.define('sigkill', (id, order) => {
      if (this.orders[id] === order) this.end(instances[id], false);
    });
    this.lookOp = engine.define('drained', (id) => {
      invariant(this.looks[id] === 1, 'a look at a process was asked for');
      this.looks[id] = 0;
      const instance = instances[id];
      if (instance.phase === 'draining' && this.isDone(instance)) this.end(instance, true);
    });
  }

  /** Returns true if any instance is draining, so finished work must be checked. */
  get isAwaited(): boolean {
    return this.signalled > 0;
  }

  /** Starts the shutdown of a process; `graceNs` replaces its own grace period, null keeps it. */
  begin(instance: Instance, graceNs: Ns | null): void {
    invariant(instance.leaving, 'a process that gets an order to end is leaving');
    const { id } = instance;
    const { sigtermNs, killedNs } = this.termination(instance, graceNs);
    const order = ++this.orders[id];
    engine.at(engine.now + killedNs, PHASE.TIMER, this.killOp, id, order, 0);
    if (sigtermNs > 0) engine.at(engine.now + sigtermNs, PHASE.TIMER, this.sigtermOp, id, order, 0);
    else this.signal(instance);
  }

  private termination({ component, lifecycle }: Instance, graceNs: Ns | null): Termination {
    const { replaced } = this.world.plan.components[component];
    return terminationOf(lifecycle, replaced, graceNs);
  }

  /** The process ends; cancels the rest of its termination. */
  forget(instance: Instance): void {
    if (instance.phase === 'draining') this.signalled--;
    invariant(this.signalled >= 0, 'each process that got a signal ends once');
    this.orders[instance.id]++;
    this.signalPending.delete(instance.id);
  }

  /** Some work of a process is done: checks whether it was the last. */
  look({ id, phase }: Instance): void {
    if (phase !== 'draining' || this.looks[id] === 1) return;
    this.looks[id] = 1;
    engine.soon(Math.max(engine.phase, PHASE.TIMER), this.lookOp, id, 0, 0);
  }

  /** A paused process resumes: it receives its signal, or may be done. */
  resumed(instance: Instance): void {
    if (this.signalPending.delete(instance.id)) this.signal(instance);
    else this.look(instance);
  }

  private signal(instance: Instance): void {
    invariant(instance.leaving, 'only a process that is to end gets a signal');
    if (instance.frozen === FROZEN.pause) {
      invariant(!this.signalPending.has(instance.id), 'a paused process keeps one signal');
      this.signalPending.add(instance.id);
      return;
    }
    instance.take('signalled');
    this.signalled++;
    if (!this.termination(instance, null).drain) {
      this.end(instance, false);
      return;
    }
    this.world.connections.instanceCloses(instance);
    for (const resident of instance.residents) resident.closing?.();
    this.look(instance);
  }

  private end(instance: Instance, drained: boolean): void {
    invariant(instance.leaving, 'only a process that is leaving ends in order');
    const state = drained ? INSTANCE_STATE.drained : INSTANCE_STATE.killed;
    this.world.journal.note(JOURNAL.instance, instance.id, state);
    this.ended(instance, drained);
  }

  /** Returns true if no work is left, and no request is in flight on a connection that it has accepted. */
  private isDone(instance: Instance): boolean {
    const { edges } = this.world;
    if (instance.frozen === FROZEN.pause) return false;
    for (let strand = 0; strand < strands.slots.touched; strand++) {
      if (!strands.alive(strand) || strands.instance[strand] !== instance.id) continue;
      if (strands.parent[strand] >= 0) continue;
      // Threads whose callers have left do not keep a process from ending.
      const returns = strands.returns[strand];
      if (returns === RETURN.root || returns === RETURN.apart) continue;
      const state = strands.state[strand];
      if (state === STATE.REPLYING || state === STATE.LOST) continue;
      if (state === STATE.TRANSIT && !edges[strands.edge[strand]].connected) continue;
      return false;
    }
    return instance.residents.every((resident) => resident.isBusy?.() !== true);
  }
}
