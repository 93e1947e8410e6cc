import { engine } from '../../../kernel/engine.js';
import type { Ns } from '../../../kernel/time.js';
import { OUTCOME, PENDING, type Outcome } from '../../../contracts/outcome.js';
import type { PlanPublish } from '../../../contracts/plan/messaging.js';
import { FORM } from '../../../contracts/record/trace-forms.js';
import type { Act } from '../../data/acts.js';
import type { ExtraRows } from '../../data/figures/extra-row.js';
import { publishing } from '../../data/strands/task-context.js';
import { strands } from '../../data/strands/strands.js';

interface Open {
  readonly id: number;
  readonly at: Ns;
  readonly messages: number;
}

/** The rows of a publish step in the traces: one for each execution that publishes messages. */
export class Publications implements Act {
  /** By strand that waits for its confirmations. */
  private readonly open = new Map<number, Open>();

  constructor(
    private readonly inner: Act,
    private readonly spec: PlanPublish,

    /** Index of the act in the plan. */
    private readonly index: number,
    private readonly rows: ExtraRows,
    private readonly isDown: (instance: number) => boolean,
  ) {}

  begin(strand: number, pc: number): Outcome {
    if (strands.traceRoot[strand] === 0) return this.inner.begin(strand, pc);
    const own = { id: this.rows.nextId(), at: engine.now };
    publishing.origin = own.id;
    publishing.messages = 0;
    const outcome = this.inner.begin(strand, pc);
    publishing.origin = 0;
    const { messages } = publishing;
    if (messages === 0) return outcome;
    if (outcome === PENDING) this.open.set(strand, { ...own, messages });
    else this.write(strand, { ...own, messages }, outcome);
    return outcome;
  }

  ended(strand: number, outcome: Outcome): void {
    const own = this.open.get(strand);
    if (own === undefined) return;
    this.open.delete(strand);
    this.write(strand, own, outcome);
  }

  left(strand: number): void {
    this.inner.left?.(strand);
    // A process that dies takes its unfinished spans with it.
    if (this.isDown(strands.instance[strand])) this.open.delete(strand);
    else this.ended(strand, OUTCOME.cancelled);
  }

  private write(strand: number, { id, at, messages }: Open, outcome: Outcome): void {
    this.rows.extra({
      form: FORM.publication,
      id,
      job: strand,
      part: this.spec.from,
      stat: -1,
      caller: strands.instance[strand],
      attempt: messages,
      called: at,
      sent: at,
      answered: engine.now,
      callerLeftAt: -1,
      outcome,
      number: this.index,
    });
  }
}
