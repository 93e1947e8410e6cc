import {
  OUTCOME,
  OUTCOME_NAMES,
  isSuccess,
  kindIndex,
  statusOf,
  writtenStatus,
} from '../spec/outcome.js';
import type { OutcomeName } from '../spec/outcome.js';
import { instanceName } from '../spec/plan/names.js';
import type { Plan, PlanComponent, PlanPart } from '../spec/plan/plan.js';
import type { TraceRecord } from '../spec/record/record.js';

/**
 * What a row is: a request of a user, an attempt of a call, or work without a caller (a message that is handled, a
 * command of a saga, a batch of a view).
 */
export type CallRole = 'request' | 'call' | 'task';

/** Time of what never happened. */
export const NEVER = -Infinity;

/** One row with the names that its ids stand for. Times are ns from the end of the warm-up; NEVER = not reached. */
export interface Call {
  readonly id: number;
  /** Row of the execution that made it; -1 = none. */
  readonly parent: number;
  readonly root: number;
  readonly role: CallRole;
  readonly callee: PlanComponent;
  readonly part: PlanPart;
  /** Index of its part in the plan. */
  readonly partId: number;
  /** Component that called; null without a caller. */
  readonly caller: PlanComponent | null;
  /** Process that was called, such as `orders[0]`; null if none was reached. */
  readonly instance: string | null;
  readonly instanceId: number;
  /** Number of the try, 1 for the first. */
  readonly attempt: number;
  readonly called: number;
  readonly sent: number;
  readonly arrived: number;
  readonly begun: number;
  readonly ended: number;
  readonly answered: number;
  readonly callerLeftAt: number;
  readonly outcome: OutcomeName;
  readonly isSuccess: boolean;
  /** The run ended before the attempt did. */
  readonly isUnfinished: boolean;
  /** HTTP status of the response; null where there was none. */
  readonly status: number | null;
  /** The same for the callee, which answers also where the caller has left. */
  readonly calleeStatus: number;
}

/** Reads the rows of one plan. */
export function callOf(plan: Plan, rows: TraceRecord, row: number): Call {
  const { warmupNs } = plan;
  const time = (column: Float64Array): number => (column[row] < 0 ? NEVER : column[row] - warmupNs);
  const edge = rows.edge[row];
  const partId = rows.part[row];
  const part = plan.parts[partId];
  const outcome = rows.outcome[row];
  const instanceId = rows.instance[row];
  return {
    id: rows.id[row],
    parent: rows.parent[row],
    root: rows.root[row],
    role: rows.load[row] >= 0 ? 'request' : edge >= 0 ? 'call' : 'task',
    callee: plan.components[part.component],
    part,
    partId,
    caller: edge < 0 ? null : plan.components[plan.parts[plan.statEdges[edge].from].component],
    instance: instanceId < 0 ? null : instanceName(plan, instanceId),
    instanceId,
    attempt: rows.attempt[row],
    called: time(rows.called),
    sent: time(rows.sent),
    arrived: time(rows.arrived),
    begun: time(rows.begun),
    ended: time(rows.ended),
    answered: time(rows.answered),
    callerLeftAt: time(rows.callerLeftAt),
    outcome: OUTCOME_NAMES[kindIndex(outcome)],
    isSuccess: isSuccess(outcome),
    isUnfinished: kindIndex(outcome) === kindIndex(OUTCOME.unfinished),
    status: writtenStatus(outcome),
    calleeStatus: statusOf(outcome),
  };
}

/** Outcomes of attempts of which the callee's code never hears, unless it has begun. */
const UNHEARD: ReadonlySet<OutcomeName> = new Set([
  'refused',
  'connectTimeout',
  'reset',
  'timeout',
  'deadlineExceeded',
  'poolTimeout',
  'cancelled',
  'abandoned',
  'unfinished',
]);

/** Whether the process that was called has seen the request: it ran, or was turned away by its own code. */
export function isServed({ arrived, begun, outcome }: Call): boolean {
  return begun !== NEVER || (arrived !== NEVER && !UNHEARD.has(outcome));
}

/** Whether the callee has answered: a process that dies, or a connection that breaks, answers nothing. */
export function isAnswered(call: Call): boolean {
  return call.ended !== NEVER && isServed(call) && call.outcome !== 'reset';
}

/** When the caller was done with it: the response arrived, or the caller left. */
export function callerEnd(call: Call): number {
  if (call.answered !== NEVER) return call.answered;
  if (call.callerLeftAt !== NEVER) return call.callerLeftAt;
  return Math.max(call.sent, call.arrived, call.begun, call.ended);
}

/** When the callee was done with it. */
export function calleeEnd(call: Call): number {
  return call.ended !== NEVER ? call.ended : Math.max(call.begun, call.arrived, callerEnd(call));
}

/** Method of an HTTP request: the written one, else POST for what changes data and GET for the rest. */
export function methodOf({ part }: Call): string {
  return part.method ?? (part.idempotent ? 'GET' : 'POST');
}
