import { invariant } from '../../kernel/invariant.js';
import { engine } from '../../kernel/engine.js';
import { PHASE } from '../../kernel/phase.js';
import type { Ns } from '../../kernel/time.js';
import { INSTANCE_STATE, JOURNAL } from '../../contracts/record/record.js';
import { introduce, updateFleet } from '../resources/picking/ready.js';
import { Collections } from './collections.js';
import { startScaling } from './scaling/autoscaler.js';
import { endWork } from './deaths.js';
import { Freezes } from './freezes.js';
import type { Cluster } from '../data/instances/cluster.js';
import { Nodes } from './nodes/nodes.js';
import type { Instance } from '../data/instances/instance.js';
import type { OutagesParts } from './outages-parts.js';
import { Probes } from './probes.js';
import type { Ending, Process } from '../data/instances/process.js';
import { Restarts } from './restarts.js';
import { Starts } from './starts.js';
import { Terminations } from './terminations.js';

/** Default downtime after a message has killed a process: the first back-off of Kubernetes. */
const RESTART_NS = 10e9;

/**
 * Turns orders of faults, platforms and the processes themselves into transitions of processes (see Process), with
 * their effects on work, callers and the journal.
 */
export class Outages {
  /** For instances that end at this instant: time until their restart; null = decided by the platform. */
  private readonly ending = new Map<number, Ns | null>();
  private readonly dieOp: number = engine.define('die', (id) =>
    this.died(this.world.instances[id]),
  );
  private readonly reviveOp: number = engine.define('revive', (id) => {
    const instance = this.world.instances[id];
    this.release(instance, 'revives');
    if (instance.killed && this.canStart(instance)) this.restarts.plan(instance);
  });
  /** Pauses and hangs of the processes, by faults and garbage collection. */
  readonly freezes = new Freezes(this.world, (instance) => this.terminations.resumed(instance));
  /** Garbage collection pauses of the instances; a crash ends them. */
  readonly collections = new Collections(this.world, this.freezes);
  /** Probes that their platform runs. */
  readonly probes = new Probes(this.world, {
    fails: (instance, graceNs) => this.requestRestart(instance, graceNs),
    readinessChanged: (instance, ready) => this.setReady(instance, ready),
  });
  /** Their graceful terminations. */
  readonly terminations = new Terminations(this.world, (instance, drained) =>
    this.ended(instance, drained ? 'drained' : 'overdue'),
  );
  /** Nodes on which the processes run; null = there are none. */
  readonly nodes: Nodes | null =
    this.world.cluster === null ? null : this.nodesOf(this.world.cluster);
  private readonly starts = new Starts(
    this.world,
    this.nodes,
    (instance) => {
      if (instance.leaving) instance.take('replacementReady');
      else this.started(instance);
    },
    (instance, at) => this.probes.begins(instance, at),
  );
  private readonly restarts = new Restarts(this.world, (instance) => this.restart(instance));

  constructor(private readonly world: OutagesParts) {
    this.leaveEmpty();
  }

  /** Sets up places that are empty at the start, and the controllers that fill them. */
  private leaveEmpty(): void {
    const { world } = this;
    for (const instance of world.instances) {
      if (!instance.down) continue;
      instance.updateCores();
      if (instance.absent) this.journal(instance, INSTANCE_STATE.absent);
      this.journal(instance, INSTANCE_STATE.down);
    }
    this.startPending();
    startScaling(world, (instance, absent) => this.setAbsent(instance, absent));
  }

  /** Instances for which no node had room at the start. */
  private startPending(): void {
    if (this.nodes === null) return;
    for (const instance of this.world.instances) {
      if (!instance.down || instance.absent) continue;
      this.renew(instance);
      this.start(instance);
    }
  }

  private nodesOf(cluster: Cluster): Nodes {
    return new Nodes(this.world, cluster, {
      placed: (instance) => this.starts.placed(instance),
      hostLost: (instance) => this.loseHost(instance),
      hostBack: (instance) => this.release(instance, 'hostBack'),
      successorLost: (instance) => {
        this.starts.giveUp(instance);
        instance.take('replacementLost');
        this.starts.isNext(instance);
        this.replace(instance);
      },
      hostNoticed: (instance) => {
        instance.take('hostNoticed');
        updateFleet(this.world, instance);
      },
      replaced: (instance) => {
        this.restarts.forget(instance);
        this.renew(instance);
        this.release(instance, 'hostBack');
      },
      evicted: (instance) => {
        if (instance.stopRequested) return;
        this.setStopping(instance, true);
        this.setStopping(instance, false);
      },
    });
  }

  /** Its node has died, and the process with it; a process that is being replaced is not awaited. */
  private loseHost(instance: Instance): void {
    if (!instance.isStopped && !(instance.leaving && instance.isNew)) {
      this.hold(instance, 'hostLost', { silent: true });
    } else if (!instance.down) this.ended(instance, 'exits');
  }

  /**
   * Faults end the process (true), or allow its restart, empty and cold. `silent`: its host has vanished too;
   * `restartSuppressed`: restarts are suppressed meanwhile.
   */
  setDown(instance: Instance, down: boolean, silent: boolean, restartSuppressed: boolean): void {
    if (!down) {
      if (instance.killed) this.release(instance, 'released');
      return;
    }
    // If only the host is back, callers now see that no process listens there.
    const isSilent = silent || instance.hostDown;
    const isSeen = instance.silent && !isSilent;
    this.hold(instance, 'killed', { silent: isSilent, restartSuppressed });
    if (isSeen) updateFleet(this.world, instance);
    if (!instance.dying && this.canStart(instance)) this.restarts.plan(instance);
  }

  /**
   * Faults ask the process to end gracefully (true), or allow a new one in its place. A platform that replaces
   * instances starts the new one while the old one ends; otherwise it starts after that.
   */
  setStopping(instance: Instance, stopRequested: boolean): void {
    if (instance.stopRequested === stopRequested) return;
    if (!stopRequested) return this.want(instance, 'unstopped');
    // The platform fills the place with a new instance.
    if (this.isReplaced(instance)) this.renew(instance);
    this.stop(instance, 'stopped');
  }

  /** Empties its place (true), or fills it. */
  private setAbsent(instance: Instance, absent: boolean): void {
    this.world.fleets[instance.component].wanted += absent ? -1 : 1;
    invariant(
      this.world.fleets[instance.component].wanted >= 0,
      'no more instances are removed than are wanted',
    );
    if (!absent) this.renew(instance);
    this.journal(instance, absent ? INSTANCE_STATE.absent : INSTANCE_STATE.wanted);
    if (absent) this.stop(instance, 'removed');
    else this.want(instance, 'added');
  }

  /**
   * The process ends by itself. It restarts after `restartNs`, or as its platform decides (null). Work that completes
   * at this instant comes first and still reports its outcome.
   */
  die({ id }: Instance, restartNs: Ns | null): void {
    if (this.ending.has(id)) return;
    this.ending.set(id, restartNs);
    engine.soon(PHASE.TIMER, this.dieOp, id, 0, 0);
  }

  private died(instance: Instance): void {
    invariant(this.ending.has(instance.id), 'a process dies once for each order');
    const restartNs = this.ending.get(instance.id)!;
    this.ending.delete(instance.id);
    if (restartNs === null && this.restarts.has(instance)) return this.end(instance);
    const backNs = engine.now + (restartNs ?? RESTART_NS);
    engine.at(backNs, PHASE.FAULT, this.reviveOp, instance.id, 0, 0);
    this.hold(instance, 'dies');
  }

  /** The process ends. Its platform restarts it, or it restarts at once without one: empty and cold. */
  end(instance: Instance): void {
    if (!instance.down) this.ended(instance, 'exits');
  }

  /** Sets the speed of all work and waits of the instance, including those in progress. */
  setSpeed(instance: Instance, speed: number): void {
    if (speed === instance.speed) return;
    this.world.interpreter.stretchWaits(instance, instance.speed / speed);
    instance.speed = speed;
    instance.updateCores();
  }

  /** The process ends, or fails to start, and stays down. */
  private hold(
    instance: Instance,
    why: 'killed' | 'dies' | 'hostLost',
    more: Partial<Process> = {},
  ): void {
    const { phase, isHeldDown } = instance;
    this.starts.giveUp(instance);
    if (!instance.down) return this.fall(instance, why, more);
    this.probes.stopped(instance);
    instance.take(why, more);
    if (phase === 'starting') this.journal(instance, INSTANCE_STATE.failedStart);
    if (!isHeldDown) updateFleet(this.world, instance);
  }

  /** A reason to stay down has ended; the process starts if no other reason is left. */
  private release(instance: Instance, why: 'released' | 'revives' | 'hostBack'): void {
    const { silent } = instance;
    const isSilent = why === 'released' ? instance.hostDown : silent && instance.killed;
    instance.take(why, { silent: isSilent });
    if (!instance.isHeldDown) this.startFreed(instance);
    else if (silent && !instance.silent) updateFleet(this.world, instance);
  }

  /** The process is shut down, or must not start. */
  private stop(instance: Instance, why: 'stopped' | 'removed'): void {
    const { phase, isStopped, isHeldDown, restartRequested } = instance;
    instance.take(why);
    if (isStopped) return;
    this.restarts.forget(instance);
    // Its replacement is no longer wanted either.
    this.starts.giveUp(instance);
    if (instance.down) {
      this.nodes?.left(instance);
      this.probes.stopped(instance);
    }
    if (phase === 'up') {
      this.journal(instance, INSTANCE_STATE.leaving);
      this.terminations.begin(instance, null);
      if (!instance.down) updateFleet(this.world, instance);
      // A removed instance leaves the endpoint list even if its host has vanished.
    } else if (instance.down ? !isHeldDown || instance.silent : restartRequested) {
      updateFleet(this.world, instance);
    }
  }

  /** The place needs a process again. */
  private want(instance: Instance, why: 'unstopped' | 'added'): void {
    instance.take(why);
    if (instance.isStopped) return;
    if (!instance.leaving) {
      if (!instance.isHeldDown) this.startFreed(instance);
      else if (this.canStart(instance)) this.restarts.plan(instance);
    } else if (this.isReplaced(instance)) {
      this.replace(instance);
    }
  }

  /** Starts a replacement next to a process that is leaving. */
  private replace(instance: Instance): void {
    const isAtOnce = this.starts.begin(instance);
    instance.take(isAtOnce ? 'replacementReady' : 'replacementStarts');
  }

  /** A probe has exceeded its failure threshold: the process is ended as `lifecycle` says, and restarted. */
  private requestRestart(instance: Instance, graceNs: Ns | null): void {
    if (instance.phase === 'starting') return this.abort(instance);
    if (instance.phase !== 'up') return;
    instance.take('restartRequested');
    this.journal(instance, INSTANCE_STATE.restartRequested);
    this.terminations.begin(instance, graceNs);
  }

  /** A probe ends the process during its start-up, when it has no work to finish. */
  private abort(instance: Instance): void {
    this.starts.giveUp(instance);
    this.probes.stopped(instance);
    instance.take('exits');
    this.journal(instance, INSTANCE_STATE.failedStart);
    if (this.restarts.has(instance)) this.restarts.plan(instance);
    else this.start(instance);
  }

  /** The readiness of the instance has changed. */
  private setReady(instance: Instance, ready: boolean): void {
    if (instance.unready !== ready) return;
    invariant(!instance.down, 'a process that is ready runs');
    instance.take(ready ? 'ready' : 'unready');
    this.journal(instance, ready ? INSTANCE_STATE.ready : INSTANCE_STATE.unready);
    updateFleet(this.world, instance);
  }

  /** The process ends, and its successor starts if one is wanted. */
  private ended(instance: Instance, why: 'exits' | 'drained' | 'overdue'): void {
    const { leaving, restartRequested, replacement } = instance;
    this.fall(instance, why);
    if (instance.isStopped) return;
    const isRestart = restartRequested || !leaving;
    if (isRestart && this.restarts.has(instance)) this.restarts.plan(instance);
    else if (replacement === 'ready') this.started(instance);
    else if (replacement === 'starting') instance.take('starts');
    else this.start(instance);
  }

  private fall(instance: Instance, why: Ending, more: Partial<Process> = {}): void {
    invariant(!instance.down, 'only a process that runs can end');
    if (instance.leaving) this.terminations.forget(instance);
    instance.take(why, more);
    endWork(this.world, instance, () => {
      this.probes.stopped(instance);
      this.collections.stopped(instance);
    });
    instance.updateCores();
    this.journal(instance, INSTANCE_STATE.down);
    if (instance.isStopped || instance.isNew) this.nodes?.left(instance);
    updateFleet(this.world, instance);
  }

  /** The platform starts the process; the fault that ended it may still be active. */
  private restart(instance: Instance): void {
    if (!instance.isHeldDown) return this.start(instance);
    if (!this.canStart(instance)) return;
    this.journal(instance, INSTANCE_STATE.failedStart);
    this.restarts.plan(instance);
  }

  /** Returns true if a platform can restart its process now. */
  private canStart(instance: Instance): boolean {
    const { silent, restartSuppressed, isStopped } = instance;
    return this.restarts.has(instance) && !silent && !restartSuppressed && !isStopped;
  }

  /** Starts a process that nothing holds down, at the end of its back-off if its platform waits for that. */
  private startFreed(instance: Instance): void {
    if (this.restarts.isWaiting(instance)) updateFleet(this.world, instance);
    else this.start(instance);
  }

  private start(instance: Instance): void {
    if (this.starts.begin(instance)) return this.started(instance);
    instance.take('starts');
    // Callers now see that a vanished host is down, while its process starts.
    updateFleet(this.world, instance);
  }

  /** The process is up again. */
  private started(instance: Instance): void {
    invariant(instance.busy === 0 && instance.queue.length === 0, 'a process starts without work');
    if (instance.isNew) introduce(this.world, instance);
    instance.take('comesUp');
    instance.startedAt = engine.now;
    this.starts.warmUp(instance);
    instance.updateCores();
    this.journal(instance, INSTANCE_STATE.up);
    this.probes.started(instance);
    this.freezes.started(instance);
    updateFleet(this.world, instance);
    this.collections.started(instance);
    instance.memory?.run(true);
    for (const resident of instance.residents) resident.started();
  }

  private isReplaced({ component }: Instance): boolean {
    return this.world.plan.components[component].replaced;
  }

  /** The next process in this place is a new instance. */
  private renew(instance: Instance): void {
    instance.take('renewed');
    this.starts.isNext(instance);
  }

  private journal(instance: Instance, state: number): void {
    this.world.journal.note(JOURNAL.instance, instance.id, state);
  }
}
