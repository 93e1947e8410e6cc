import { invariant } from '../../../kernel/invariant.js';
import { Slots } from '../../../kernel/pool.js';
import { OUTCOME, type Outcome } from '../../../contracts/outcome.js';
import type { PlanSaga, PlanSagaCommand } from '../../../contracts/plan/sagas.js';
import type { Act } from '../../data/acts.js';
import { strands } from '../../data/strands/strands.js';

/** What has become of the instance that a command was given to. */
export const HELD = Object.freeze({
  /** It has the command, or will get it after a pause. */
  yes: 0,
  /** It has died. The task of the command has not reported its end; or it has. */
  dead: 1,
  reported: 2,
  /** There is none: the command waits for the next one that is up. */
  nobody: 3,
} as const);

/** Commands in flight: a step or a compensation that an orchestrator has started or will start again. */
export class Commands {
  readonly slots = new Slots(64);
  /** The saga, and the step. */
  saga: Int32Array = new Int32Array(0);
  step: Int32Array = new Int32Array(0);
  /** 1 = the compensation of the step. */
  undo: Uint8Array = new Uint8Array(0);
  /**
   * 1 = the driver no longer waits for it. The state store rejects its result, even that of a completed compensation
   * (temporal: activity_util.go, conductor: WorkflowExecutorOps.java), so its saga may still be parked.
   */
  dropped: Uint8Array = new Uint8Array(0);
  /** The strand that runs it and the life of its slot; -1 = not running. */
  strand: Int32Array = new Int32Array(0);
  life: Int32Array = new Int32Array(0);
  /** The instance that it was given to, and its HELD. */
  instance: Int32Array = new Int32Array(0);
  held: Uint8Array = new Uint8Array(0);
  /** Raised when a run starts and when it ends, which voids the lease of the earlier run. */
  run: Int32Array = new Int32Array(0);
  /** 1 = its participant has been called. */
  sent: Uint8Array = new Uint8Array(0);
  /** The response of the participant; 0 = none yet. */
  reply: Int32Array = new Int32Array(0);

  constructor() {
    this.slots.addColumns(this);
  }

  take(saga: number, step: number, undo: number): number {
    const command = this.slots.take();
    this.saga[command] = saga;
    this.step[command] = step;
    this.undo[command] = undo;
    this.dropped[command] = 0;
    this.instance[command] = -1;
    this.held[command] = HELD.yes;
    this.strand[command] = -1;
    this.sent[command] = 0;
    this.reply[command] = 0;
    return command;
  }

  /** Gives the slot of a command back, whose timers are void. */
  give(command: number): void {
    invariant(
      this.held[command] !== HELD.dead,
      'a command whose worker has died is given back when its end is known',
    );
    this.run[command]++;
    this.slots.give(command);
  }
}

/** The acts of an orchestrator's program around a command; its strand was started for one. */
export function commandAct(plan: PlanSaga, commands: Commands, what: PlanSagaCommand['what']): Act {
  const begin = (strand: number): Outcome => {
    const command = strands.link[strand];
    if (what === 'resume') {
      const step = commands.step[command];
      commands.strand[command] = strand;
      commands.life[command] = strands.life[strand];
      const entries = commands.undo[command] === 1 ? plan.undoEntries : plan.entries;
      strands.pc[strand] = commands.reply[command] === 0 ? entries[step] : plan.saveEntry;
    } else if (what === 'issue') {
      invariant(
        commands.strand[command] === strand,
        'a command is sent by the strand that runs it',
      );
      strands.answer[strand] = OUTCOME.ok;
      commands.sent[command] = 1;
    } else {
      invariant(commands.reply[command] === 0, 'a command keeps its first response');
      commands.reply[command] = strands.answer[strand];
    }
    return OUTCOME.ok;
  };
  return { begin };
}
