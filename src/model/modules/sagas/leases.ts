import { engine } from '../../../kernel/engine.js';
import { invariant } from '../../../kernel/invariant.js';
import { PHASE } from '../../../kernel/phase.js';
import { NS_PER_SECOND, type Ns } from '../../../kernel/time.js';
import type { PlanSaga } from '../../../contracts/plan/sagas.js';
import type { Orchestration } from '../../../contracts/scenario/sagas.js';
import { FROZEN } from '../../data/instances/process.js';
import type { BackgroundRun } from '../../platform/background-run.js';
import { HELD, type Commands } from './commands.js';

/** The callback of a lease that has expired; `isTry`: its command has failed, and is not just sent again. */
export interface LeaseListener {
  expired(command: number, isTry: boolean): void;
}

/** A worker sends at most one heartbeat in this share of the timeout, and in this time (SDKs of Temporal). */
const THROTTLE = 0.8;
const THROTTLE_MAX: Ns = 60 * NS_PER_SECOND;

/**
 * How long the instances of an orchestrator can hold their commands. A lease counts from the start of the command, and
 * runs on when its instance freezes or dies: an engine that does not see a death notices it so. With heartbeats a
 * command is lost too when none has come for their timeout (sdk-go internal_activity.go, temporal
 * timer_queue_active_task_executor.go: a timeout of type heartbeat is a failed try).
 */
export class Leases {
  private readonly endOp: number;
  private readonly beatOp: number;
  private readonly spec: Orchestration = this.plan.spec.orchestration!;

  constructor(
    private readonly world: Pick<BackgroundRun, 'instances'>,
    private readonly plan: PlanSaga,
    private readonly commands: Commands,
    listener: LeaseListener,
  ) {
    this.endOp = engine.define('saga-lease', (command, run) => {
      if (commands.run[command] !== run || commands.dropped[command] === 1) return;
      if (this.endsByItself(command)) return;
      const isTry = this.spec.detection.expiryIsTry && this.leaseOf(command) !== null;
      listener.expired(command, isTry);
    });
    this.beatOp = engine.define('saga-heartbeat', (command, run, isLast) => {
      if (commands.run[command] !== run || commands.dropped[command] === 1) return;
      if (this.isWorking(command)) this.beat(command);
      else if (isLast === 0) this.await(command, this.spec.heartbeatNs! - this.everyNs, 1);
      else listener.expired(command, this.spec.detection.expiryIsTry);
    });
  }

  /** An instance gets a command. */
  start(command: number, instance: number): void {
    const { commands } = this;
    commands.run[command]++;
    commands.instance[command] = instance;
    commands.held[command] = HELD.yes;
    const leaseNs = this.leaseOf(command);
    if (leaseNs !== null) this.endAfter(command, leaseNs);
    if (this.spec.heartbeatNs !== undefined) this.beat(command);
  }

  /**
   * An instance has died, which the engine does not see: a command that it had is lost until its lease expires, or,
   * without a lease, until the recovery delay is over.
   */
  lose(command: number, instance: number): void {
    const { commands } = this;
    if (commands.instance[command] !== instance || commands.held[command] !== HELD.yes) return;
    // A command between two tries is with the engine.
    if (commands.strand[command] < 0) return;
    commands.held[command] = HELD.dead;
    if (this.leaseOf(command) !== null || this.spec.heartbeatNs !== undefined) return;
    const { recoveryDelayNs } = this.spec;
    invariant(recoveryDelayNs !== null, 'a death is noticed by a lease or after a delay');
    this.endAfter(command, recoveryDelayNs!);
  }

  /** Time between two heartbeats. Unit: ns. */
  private get everyNs(): Ns {
    return Math.min(Math.round(THROTTLE * this.spec.heartbeatNs!), THROTTLE_MAX);
  }

  private beat(command: number): void {
    this.await(command, this.everyNs, 0);
  }

  private await(command: number, time: Ns, isLast: number): void {
    const run = this.commands.run[command];
    engine.at(engine.now + time, PHASE.TIMER, this.beatOp, command, run, isLast);
  }

  /** A paused worker that has gone on has sent its heartbeat. */
  private isWorking(command: number): boolean {
    const { commands, world } = this;
    if (commands.held[command] !== HELD.yes) return false;
    return world.instances[commands.instance[command]].frozen === FROZEN.no;
  }

  private endAfter(command: number, time: Ns): void {
    const run = this.commands.run[command];
    engine.at(engine.now + time, PHASE.TIMER, this.endOp, command, run, 0);
  }

  private leaseOf(command: number): Ns | null {
    const { leases, undoLeases } = this.plan;
    return (this.commands.undo[command] === 1 ? undoLeases : leases)[this.commands.step[command]];
  }

  /** The lease of a command is the time limit of its call, which ends it where its instance works. */
  private endsByItself(command: number): boolean {
    const { commands, spec, world } = this;
    if (spec.leaseNs !== null || commands.held[command] !== HELD.yes) return false;
    return world.instances[commands.instance[command]].frozen === FROZEN.no;
  }
}
