import { derive, lineage } from '../../../kernel/rng.js';
import { OPERATION, strands } from './strands.js';

/** A context whose owner sets all fields before each task. */
export class TaskDraft {
  rootA = 0;
  rootB = 0;
  /** Part id of the user request. */
  request = 0;
  /** Index of its priority; 0 if requests do not differ. */
  priority = 0;
  /** Arrival number of the user request. */
  arrival = 0;
  /** Lineage of its effect: the same for all tries of one message. */
  callA = 0;
  callB = 0;
  /** OPERATION, and the lineage of its operation, see model/data/strands/operations.ts. */
  operation: number = OPERATION.plain;
  operationA = 0;
  operationB = 0;
  /** Lineage of this try. */
  lineageA = 0;
  lineageB = 0;
  /** Number of the try, 1 for the first. */
  attempt = 1;
  /** Number of messages that it handles. */
  messages = 1;
  /** Number of calls above it. */
  level = 0;
  traceRoot = 0;
  traceParent = 0;
  /** Trace id of the publication of the message that it handles, 0 = none. */
  traceOrigin = 0;
  /** Part id of the group or consumer that handles it plus one, 0 = none. */
  traceConsumer = 0;
  /** If it handles several messages: root and origin of each further one, in pairs. */
  traceLinks: number[] | null = null;
  deadline = Infinity;
}

/** Context of a task: the request tree that it belongs to, and its own identity. */
export type TaskContext = Readonly<TaskDraft>;

/** Sets the lineage of an effect, and that of its `number`th run. */
export function identify(draft: TaskDraft, callA: number, callB: number, number: number): void {
  draft.callA = callA;
  draft.callB = callB;
  draft.operation = OPERATION.ofTask;
  draft.operationA = callA;
  draft.operationB = callB;
  derive(callA, callB, number);
  draft.lineageA = lineage.a;
  draft.lineageB = lineage.b;
}

export type Trace = readonly [root: number, parent: number, origin: number];

/** The publication whose step makes records now: its trace id, 0 = none, and the records that it has made. */
export const publishing = { origin: 0, messages: 0 };

/**
 * By record of a traced request: ids of the request, of the execution that made the record, and of its publication.
 */
export class Traces {
  private readonly ids = new Map<number, Trace>();

  /** A strand has made a record. */
  note(record: number, strand: number): void {
    const root = strands.traceRoot[strand];
    if (root === 0) return;
    this.ids.set(record, [root, strands.traceOf(strand), publishing.origin]);
    publishing.messages++;
  }

  get(record: number): Trace | undefined {
    return this.ids.size === 0 ? undefined : this.ids.get(record);
  }

  /** A record takes over the trace of another one, if that has one. */
  set(record: number, trace: Trace | undefined): void {
    if (trace !== undefined) this.ids.set(record, trace);
  }

  delete(record: number): void {
    if (this.ids.size > 0) this.ids.delete(record);
  }

  /** Sets the trace of a task for a record. */
  apply(record: number, draft: TaskDraft): void {
    const trace = this.get(record);
    draft.traceRoot = trace === undefined ? 0 : trace[0];
    draft.traceParent = trace === undefined ? 0 : trace[1];
    draft.traceOrigin = trace === undefined ? 0 : trace[2];
    draft.traceLinks = null;
  }
}
