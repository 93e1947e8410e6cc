import { invariant } from '../../../kernel/invariant.js';
import type { Outcome } from '../../../contracts/outcome.js';
import { TaskDraft, type TaskContext } from '../../data/strands/task-context.js';
import type { Instance } from '../../data/instances/instance.js';
import type { PlanComponent } from '../../../contracts/plan/plan.js';

/** Work that a server does for a connection before it can be used; the numbers name its draws. */
export type ServerWork = (a: number, b: number, done: () => void) => boolean;

/** The tasks of a run, as far as servers work for connections. */
export interface Working {
  register(owner: ConnectWork): number;
  start(
    owner: number,
    record: number,
    instance: number,
    part: number,
    context: TaskContext,
    program: number,
  ): number;
}

/**
 * CPU that servers spend on connections that are being opened: the fork of a backend, TLS and the check of the password.
 * It competes with statements, and goes on if the client gives up.
 */
export class ConnectWork {
  readonly silent = true;
  private readonly draft = new TaskDraft();
  private readonly waiting = new Map<number, () => void>();
  private records = 0;
  private readonly owner: number = this.tasks.register(this);

  constructor(private readonly tasks: Working) {}

  /** How a server works for its connections. It returns false if there is nothing to wait for. */
  of({ connectProgram, firstPart }: PlanComponent, server: Instance): ServerWork | null {
    if (connectProgram < 0) return null;
    return (a, b, done) => {
      if (server.down) return false;
      const record = ++this.records;
      this.waiting.set(record, done);
      this.draft.lineageA = this.draft.rootA = a;
      this.draft.lineageB = this.draft.rootB = b;
      this.tasks.start(this.owner, record, server.id, firstPart, this.draft, connectProgram);
      return true;
    };
  }

  /** The server has done its work, or has died; then the first statement fails. */
  taskEnded(record: number, _outcome: Outcome): void {
    const done = this.waiting.get(record);
    invariant(done !== undefined, 'the work for a connection ends once');
    this.waiting.delete(record);
    done!();
  }
}
