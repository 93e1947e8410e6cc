import { engine } from '../../kernel/engine.js';
import { invariant } from '../../kernel/invariant.js';
import { PHASE } from '../../kernel/phase.js';
import type { Ns } from '../../kernel/time.js';
import { OUTCOME } from '../../spec/outcome.js';
import { INSTANCE_STATE, JOURNAL } from '../../spec/record/record.js';
import { introduce, updateFleet } from '../picking/ready.js';
import { startScaling } from './autoscaler.js';
import { Collections } from '../serving/collections.js';
import { FROZEN, isAway, isHeld, LEAVING } from './instance.js';
import { openAll } from '../edge.js';
import type { Instance } from './instance.js';
import { Probes } from './probes.js';
import { Restarts } from './restarts.js';
import { Starts } from './starts.js';
import { Terminations } from './terminations.js';
import { RETURN, STATE, strands } from '../strands.js';
import type { OutagesParts } from './outages-parts.js';

/** Default downtime after a message has killed a process: the first back-off of Kubernetes. */
const RESTART_NS = 10e9;

/** The effects on an instance and its work when its process dies, freezes or slows down. */
export class Outages {
  /** Garbage collection pauses of the instances; a crash ends them. */
  readonly collections: Collections;
  /** Probes that their platform runs. */
  readonly probes: Probes;
  /** Their graceful terminations. */
  readonly terminations: Terminations;
  private readonly world: OutagesParts;
  private readonly starts: Starts;
  private readonly restarts: Restarts;
  private readonly reviveOp: number;
  private readonly dieOp: number;
  /** For instances that end at this instant: time until their restart; null = decided by the platform. */
  private readonly ending = new Map<number, Ns | null>();

  constructor(world: OutagesParts) {
    this.world = world;
    this.dieOp = engine.define('die', (id) => this.died(world.instances[id]));
    this.reviveOp = engine.define('revive', (id) => {
      const instance = world.instances[id];
      instance.dying = false;
      this.setCrashed(instance, isAway(instance));
      if (instance.killed && this.canStart(instance)) this.restarts.plan(instance);
    });
    this.collections = new Collections(world, this);
    this.probes = new Probes(world, {
      fails: (instance, graceNs) => this.requestRestart(instance, graceNs),
      readinessChanged: (instance, ready) => this.setReady(instance, ready),
    });
    this.terminations = new Terminations(world, (instance) => this.left(instance));
    this.starts = new Starts(world, (instance) => {
      if (instance.leaving === LEAVING.no) this.started(instance);
      else instance.replacementReady = true;
    });
    this.restarts = new Restarts(world, (instance) => this.restart(instance));
    this.leaveEmpty();
  }

  /** Sets up places that are empty at the start, and the controllers that fill them. */
  private leaveEmpty(): void {
    const { world } = this;
    for (const instance of world.instances) {
      if (!instance.absent) continue;
      this.updateCores(instance);
      this.journal(instance, INSTANCE_STATE.absent);
      this.journal(instance, INSTANCE_STATE.down);
    }
    startScaling(world, (instance, absent) => this.setAbsent(instance, absent));
  }

  /**
   * Faults end the process (true), or allow its restart, empty and cold. `silent`: its host has vanished too; `restartSuppressed`:
   * restarts are suppressed meanwhile.
   */
  setDown(instance: Instance, down: boolean, silent: boolean, restartSuppressed: boolean): void {
    instance.killed = down;
    const isDown = isAway(instance);
    // Only the host is back; callers now see that no process listens there.
    const isSeen = instance.silent && !silent && instance.crashed && isDown;
    instance.silent = silent;
    instance.restartSuppressed = restartSuppressed;
    this.setCrashed(instance, isDown);
    if (isSeen) updateFleet(this.world, instance);
    if (isDown && !instance.dying && this.canStart(instance)) this.restarts.plan(instance);
  }

  /**
   * Faults ask the process to end gracefully (true), or allow a new one in its place. A platform that replaces
   * instances starts the new one while the old one ends; otherwise it starts after that.
   */
  setStopping(instance: Instance, stopRequested: boolean): void {
    instance.stopRequested = stopRequested;
    // The platform fills the place with a new instance.
    if (stopRequested && this.world.plan.components[instance.component].replaced)
      this.renew(instance);
    this.order(instance);
  }

  /** Empties its place (true), or fills it. */
  setAbsent(instance: Instance, absent: boolean): void {
    const { component } = instance;
    instance.absent = absent;
    this.world.fleets[component].wanted += absent ? -1 : 1;
    if (!absent) this.renew(instance);
    this.journal(instance, absent ? INSTANCE_STATE.absent : INSTANCE_STATE.wanted);
    this.order(instance);
  }

  private renew(instance: Instance): void {
    instance.isNew = true;
    this.starts.isNext(instance);
  }

  private order(instance: Instance): void {
    const stopped = instance.stopRequested || instance.absent;
    if (instance.stopped === stopped) return;
    instance.stopped = stopped;
    if (stopped) {
      this.restarts.forget(instance);
      // Its replacement is no longer wanted either.
      this.starts.giveUp(instance);
      instance.replacementReady = false;
      if (instance.down) {
        this.setCrashed(instance, true);
        // A removed instance leaves the endpoint list even if its host has vanished.
        if (instance.silent) updateFleet(this.world, instance);
      } else if (instance.leaving === LEAVING.no) this.leave(instance);
      else if (instance.restartRequested) {
        // Its callers are informed only now.
        instance.restartRequested = false;
        updateFleet(this.world, instance);
      }
    } else if (instance.leaving === LEAVING.no) {
      this.setCrashed(instance, isAway(instance));
      if (isAway(instance) && this.canStart(instance)) this.restarts.plan(instance);
    } else if (this.world.plan.components[instance.component].replaced) {
      instance.replacementReady = this.starts.begin(instance);
    }
  }

  private leave(instance: Instance): void {
    this.journal(instance, INSTANCE_STATE.leaving);
    this.terminations.begin(instance, null);
    if (!instance.down) updateFleet(this.world, instance);
  }

  /** A probe has exceeded its failure threshold: the process is ended as `lifecycle` says, and restarted. */
  private requestRestart(instance: Instance, graceNs: Ns | null): void {
    if (instance.down || instance.leaving !== LEAVING.no) return;
    instance.restartRequested = true;
    this.journal(instance, INSTANCE_STATE.restartRequested);
    this.terminations.begin(instance, graceNs);
  }

  /** The readiness of the instance has changed. */
  private setReady(instance: Instance, ready: boolean): void {
    if (instance.unready !== ready) return;
    instance.unready = !ready;
    this.journal(instance, ready ? INSTANCE_STATE.ready : INSTANCE_STATE.unready);
    updateFleet(this.world, instance);
  }

  /** A process that was asked to end has ended. */
  private left(instance: Instance): void {
    const { restartRequested } = instance;
    this.fall(instance);
    this.follow(instance, restartRequested);
  }

  /** Starts the successor of a process that was asked to end. */
  private follow(instance: Instance, restartRequested: boolean): void {
    if (instance.stopped) instance.crashed = true;
    else if (restartRequested && this.restarts.has(instance)) this.restarts.plan(instance);
    else if (instance.replacementReady) this.started(instance);
    else if (!this.starts.isUnderWay(instance)) this.start(instance);
  }

  /**
   * The process ends by itself. It is restarted after this time, or by its platform (null). Work that it completes at
   * this instant comes first and still reports its outcome.
   */
  die({ id }: Instance, restartNs: Ns | null): void {
    if (this.ending.has(id)) return;
    this.ending.set(id, restartNs);
    engine.soon(PHASE.TIMER, this.dieOp, id, 0, 0);
  }

  private died(instance: Instance): void {
    const restartNs = this.ending.get(instance.id)!;
    this.ending.delete(instance.id);
    if (restartNs === null && this.restarts.has(instance)) return this.end(instance);
    instance.dying = true;
    const backNs = engine.now + (restartNs ?? RESTART_NS);
    engine.at(backNs, PHASE.FAULT, this.reviveOp, instance.id, 0, 0);
    this.setCrashed(instance, true);
  }

  private setCrashed(instance: Instance, down: boolean): void {
    if (instance.crashed === down) return;
    instance.crashed = down;
    if (!down) {
      // Its platform starts it when its back-off ends.
      if (this.restarts.isWaiting(instance)) updateFleet(this.world, instance);
      else this.start(instance);
      return;
    }
    const wasStarting = this.starts.giveUp(instance);
    if (!instance.down) {
      this.fall(instance);
      return;
    }
    if (wasStarting && !instance.stopped) this.journal(instance, INSTANCE_STATE.failedStart);
    updateFleet(this.world, instance);
  }

  private fall(instance: Instance): void {
    this.crash(instance);
    this.updateCores(instance);
    this.journal(instance, INSTANCE_STATE.down);
    updateFleet(this.world, instance);
  }

  /** The process ends. Its platform restarts it, or it restarts at once without one: empty and cold. */
  end(instance: Instance): void {
    if (instance.down) return;
    const { restartRequested } = instance;
    const wasLeaving = instance.leaving !== LEAVING.no;
    this.fall(instance);
    if (wasLeaving) this.follow(instance, restartRequested);
    else if (this.restarts.has(instance)) this.restarts.plan(instance);
    else this.start(instance);
  }

  /** The platform starts the process; the fault that ended it may still be active. */
  private restart(instance: Instance): void {
    if (!instance.crashed) return this.start(instance);
    if (!this.canStart(instance)) return;
    this.journal(instance, INSTANCE_STATE.failedStart);
    this.restarts.plan(instance);
  }

  /** Returns true if a platform can restart its process now. */
  private canStart(instance: Instance): boolean {
    const { silent, restartSuppressed, stopped } = instance;
    return this.restarts.has(instance) && !silent && !restartSuppressed && !stopped;
  }

  private start(instance: Instance): void {
    if (this.starts.begin(instance)) this.started(instance);
    // A host that had vanished is seen to be down while it starts.
    else updateFleet(this.world, instance);
  }

  /** Freezes or resumes an instance (see FROZEN). Stalled work continues in the order of its arrival. */
  setFrozen(instance: Instance, frozen: number): void {
    if (instance.ordered === frozen) return;
    instance.ordered = frozen;
    if (!instance.down) this.journalRunning(instance);
    this.refreeze(instance);
  }

  /** The garbage collector pauses the process, or resumes it. */
  setCollecting(instance: Instance, collecting: boolean): void {
    instance.collecting = collecting;
    this.refreeze(instance);
  }

  private refreeze(instance: Instance): void {
    const before = instance.frozen;
    const frozen = instance.collecting ? FROZEN.pause : instance.ordered;
    if (before === frozen) return;
    instance.frozen = frozen;
    this.updateCores(instance);
    if (before === FROZEN.pause || frozen === FROZEN.no) this.thaw(instance);
    if (instance.down) return;
    if (frozen === FROZEN.pause) for (const resident of instance.residents) resident.paused?.();
    if (before === FROZEN.pause) for (const resident of instance.residents) resident.resumed?.();
    if (before === FROZEN.pause) this.terminations.resumed(instance);
    const isHang = before === FROZEN.hang || frozen === FROZEN.hang;
    if (isHang) for (const resident of instance.residents) resident.hung?.();
  }

  /** The process is up again. */
  private started(instance: Instance): void {
    invariant(instance.down, 'running-process-started-again');
    if (instance.isNew) introduce(this.world, instance);
    instance.down = instance.shut = instance.replacementReady = false;
    instance.startedAt = engine.now;
    this.starts.warmUp(instance);
    this.updateCores(instance);
    this.journal(instance, INSTANCE_STATE.up);
    this.probes.started(instance);
    // A hang or pause by a fault is still active.
    if (instance.ordered !== FROZEN.no) this.journalRunning(instance);
    updateFleet(this.world, instance);
    this.collections.started(instance);
    instance.memory?.run(true);
    for (const resident of instance.residents) resident.started();
  }

  /** Sets the speed of all work and waits of the instance, including those in progress. */
  setSpeed(instance: Instance, speed: number): void {
    if (speed === instance.speed) return;
    this.world.interpreter.stretchWaits(instance, instance.speed / speed);
    instance.speed = speed;
    this.updateCores(instance);
  }

  /** Journals the state of a running process. */
  private journalRunning(instance: Instance): void {
    const { ordered } = instance;
    this.journal(instance, ordered === FROZEN.no ? INSTANCE_STATE.up : 1 + ordered);
  }

  private journal(instance: Instance, state: number): void {
    this.world.journal.note(JOURNAL.instance, instance.id, state);
  }

  private updateCores(instance: Instance): void {
    instance.cores.setSpeed(instance.frozen === FROZEN.no && !instance.down ? instance.speed : 0);
  }

  /** Stalled work continues. From a pause into a hang, requests are accepted but no work is done. */
  private thaw(instance: Instance): void {
    const { server, workers } = this.world;
    this.replayCalls(instance);
    if (instance.frozen === FROZEN.no) this.restartStalled(instance);
    const held = instance.held.splice(0);
    for (let k = 0; k < held.length; k += 2) {
      if (strands.stamp[held[k]] === held[k + 1]) server.receive(held[k], instance);
    }
    workers.startWaiting(instance);
  }

  private restartStalled(instance: Instance): void {
    const { workers } = this.world;
    const stalled = instance.stalled.splice(0);
    for (let k = 0; k < stalled.length; k += 2) {
      if (strands.stamp[stalled[k]] === stalled[k + 1]) workers.restart(stalled[k], stalled[k + 1]);
    }
  }

  /** Replays events that reached the calls of a paused process, in the order of their arrival. */
  private replayCalls(instance: Instance): void {
    const stalledCalls = instance.stalledCalls.splice(0);
    for (let k = 0; k < stalledCalls.length; k += 3) {
      const [op, target, stamp] = stalledCalls.slice(k, k + 3);
      engine.soon(PHASE.COMPLETION, op, target, stamp, 0);
    }
  }

  private crash(instance: Instance): void {
    const { server } = this.world;
    if (instance.leaving !== LEAVING.no) this.terminations.forget(instance);
    instance.down = instance.shut = true;
    for (let strand = 0; strand < strands.slots.touched; strand++) {
      if (!strands.alive(strand) || strands.instance[strand] !== instance.id) continue;
      if (strands.parent[strand] >= 0 || strands.returns[strand] === RETURN.root) continue;
      const state = strands.state[strand];
      const away = state === STATE.REPLYING || state === STATE.LOST;
      if (away || (state === STATE.TRANSIT && !isHeld(instance, strand))) continue;
      server.stopJob(strand, OUTCOME.reset);
    }
    instance.stalled.length = instance.held.length = 0;
    // Its calls are dropped, so events on hold find no receiver.
    this.replayCalls(instance);
    instance.cores.clear();
    this.world.connections.instanceDown(instance);
    invariant(instance.busy === 0 && instance.queue.length === 0, 'crashed-instance-still-busy');
    instance.cold = null;
    this.probes.stopped(instance);
    this.collections.stopped(instance);
    instance.memory?.run(false);
    openAll(this.world, instance);
    for (const policy of instance.policies) {
      invariant(policy.held() === 0, 'policy-of-crashed-instance-holds');
      policy.reset?.();
    }
    instance.codel?.reset();
    instance.door?.overload?.reset(engine.now);
    this.world.gates.reset(instance);
    for (const outliers of instance.outliers) outliers.reset();
    for (const room of instance.rooms) room.reset();
    for (const balancer of instance.balancers) balancer.reset?.();
    for (const limiter of this.world.limiters) {
      if (limiter.component !== instance.component || limiter.shared) continue;
      limiter.states[instance.index].reset();
    }
    this.world.checks.reset(instance);
    this.world.coalescing?.reset(instance);
    for (const resident of instance.residents) resident.died();
    instance.drained = instance.restartRequested = instance.unready = false;
  }
}
