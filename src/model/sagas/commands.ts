import { Slots, widenInt32, widenUint8 } from '../../kernel/pool.js';
import { OUTCOME } from '../../spec/outcome.js';
import type { Outcome } from '../../spec/outcome.js';
import type { PlanSaga, PlanSagaCommand } from '../../spec/sagas.js';
import type { Act } from '../acts.js';
import { strands } from '../strands.js';

/** Commands under way: a step or a compensation that an orchestrator has begun, or will begin again. */
export class Commands {
  readonly slots = new Slots(64);
  /** The saga, and the step of it. */
  saga: Int32Array = new Int32Array(0);
  step: Int32Array = new Int32Array(0);
  /** 1 = its compensation. */
  undo: Uint8Array = new Uint8Array(0);
  /**
   * 1 = nobody waits for it any more. What its instance is told is refused where the state is kept, even that all
   * is undone (temporal: activity_util.go, conductor: WorkflowExecutorOps.java), so a saga may be parked behind it.
   */
  dropped: Uint8Array = new Uint8Array(0);
  /** The strand that runs it and the life of its slot, -1 = none runs it now. */
  strand: Int32Array = new Int32Array(0);
  life: Int32Array = new Int32Array(0);
  /** Raised when it is run, and when it has ended: voids the lease of the run before. */
  run: Int32Array = new Int32Array(0);
  /** 1 = its participant has been called. */
  sent: Uint8Array = new Uint8Array(0);
  /** What it was answered, 0 = nothing yet. */
  reply: Int32Array = new Int32Array(0);

  constructor() {
    this.slots.onGrow((capacity) => {
      this.saga = widenInt32(this.saga, capacity);
      this.step = widenInt32(this.step, capacity);
      this.undo = widenUint8(this.undo, capacity);
      this.dropped = widenUint8(this.dropped, capacity);
      this.strand = widenInt32(this.strand, capacity);
      this.life = widenInt32(this.life, capacity);
      this.run = widenInt32(this.run, capacity);
      this.sent = widenUint8(this.sent, capacity);
      this.reply = widenInt32(this.reply, capacity);
    });
  }

  take(saga: number, step: number, undo: number): number {
    const command = this.slots.take();
    this.saga[command] = saga;
    this.step[command] = step;
    this.undo[command] = undo;
    this.dropped[command] = 0;
    this.strand[command] = -1;
    this.sent[command] = 0;
    this.reply[command] = 0;
    return command;
  }
}

/** What the program of an orchestrator does around a command; its strand was started for one. */
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
      strands.answer[strand] = OUTCOME.ok;
      commands.sent[command] = 1;
    } else {
      commands.reply[command] = strands.answer[strand];
    }
    return OUTCOME.ok;
  };
  return { begin, left: () => {} };
}
