import { engine } from '../../../kernel/engine.js';
import { invariant } from '../../../kernel/invariant.js';
import { PHASE } from '../../../kernel/phase.js';
import type { Ns } from '../../../kernel/time.js';
import type { PlanSaga } from '../../../contracts/plan/sagas.js';
import type { Orchestration } from '../../../contracts/scenario/sagas.js';
import { FROZEN } from '../../data/instances/process.js';
import type { BackgroundRun } from '../../platform/background-run.js';
import { HELD, type Commands } from './commands.js';

/** The callback of a lease that has expired; `isTry`: its command has failed, and is not just sent again. */
export interface LeaseListener {
  expired(command: number, isTry: boolean): void;
}

/**
 * How long the instances of an orchestrator can hold their commands. A lease counts from the start of the command, and
 * runs on when its instance freezes or dies: an engine that does not see a death notices it so.
 */
export class Leases {
  private readonly endOp: number;
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
  }

  /** An instance gets a command. */
  start(command: number, instance: number): void {
    const { commands } = this;
    commands.run[command]++;
    commands.instance[command] = instance;
    commands.held[command] = HELD.yes;
    const leaseNs = this.leaseOf(command);
    if (leaseNs !== null) this.endAfter(command, leaseNs);
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
    if (this.leaseOf(command) !== null) return;
    const { recoveryDelayNs } = this.spec;
    invariant(recoveryDelayNs !== null, 'a death is noticed by a lease or after a delay');
    this.endAfter(command, recoveryDelayNs!);
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
