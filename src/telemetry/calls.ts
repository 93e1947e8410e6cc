import {
  OUTCOME,
  OUTCOME_NAMES,
  isSuccess,
  kindIndex,
  statusOf,
  responseStatus,
} from '../contracts/outcome.js';
import type { OutcomeName } from '../contracts/outcome.js';
import { instanceName } from '../contracts/plan/names.js';
import type { Plan, PlanComponent, PlanPart } from '../contracts/plan/plan.js';
import { FORM, LEFT } from '../contracts/record/trace-forms.js';
import type { TraceRecord } from '../contracts/record/record.js';
import { isEnvoy, roleOf } from './products.js';

/**
 * What a row is: a request of a user, an attempt of a call, a call of an application that its proxy carries out, a step
 * that publishes messages, or work without a caller (messages that are handled, a command of a saga, a batch of a view).
 */
export type CallRole = 'request' | 'attempt' | 'call' | 'publication' | 'task';

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
  /** Component that called, and the part of it that did; null without a caller. */
  readonly caller: PlanComponent | null;
  readonly callerPart: PlanPart | null;
  /** Process that called or published; null if it is none, such as a user. */
  readonly callerInstance: string | null;
  /** Process that was called, such as `orders[0]`; null if none was reached. */
  readonly instance: string | null;
  /** Number of the try, 1 for the first; of a publication its number of messages. */
  readonly attempt: number;
  /** See TraceRecord. */
  readonly via: number;
  readonly number: number;
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
  /** Outcome that the called server has recorded, also for a caller that has left; null = none, or it died before. */
  readonly served: OutcomeName | null;
  readonly servedStatus: number;
  readonly servedAt: number;
  /** The process of the caller died before the attempt ended. */
  readonly callerDied: boolean;
  /** The application left the proxy that made the attempt. */
  readonly isLeft: boolean;
}

/** Reads the rows of one plan. */
export function callOf(plan: Plan, rows: TraceRecord, row: number): Call {
  const { warmupNs } = plan;
  const time = (column: Float64Array): number => (column[row] < 0 ? NEVER : column[row] - warmupNs);
  const edge = rows.edge[row];
  const from = edge < 0 ? null : plan.parts[plan.statEdges[edge].from];
  const partId = rows.part[row];
  const part = plan.parts[partId];
  const outcome = rows.outcome[row];
  const served = rows.served[row];
  const kind = kindIndex(outcome);
  return {
    id: rows.id[row],
    parent: rows.parent[row],
    root: rows.root[row],
    role: callRole(rows, row),
    callee: plan.components[part.component],
    part,
    partId,
    caller: from === null ? null : plan.components[from.component],
    callerPart: from,
    callerInstance: processName(plan, rows.caller[row]),
    instance: rows.instance[row] < 0 ? null : instanceName(plan, rows.instance[row]),
    attempt: rows.attempt[row],
    via: rows.via[row],
    number: rows.number[row],
    called: time(rows.called),
    sent: time(rows.sent),
    arrived: time(rows.arrived),
    begun: time(rows.begun),
    ended: time(rows.ended),
    answered: time(rows.answered),
    callerLeftAt: time(rows.callerLeftAt),
    outcome: OUTCOME_NAMES[kind],
    isSuccess: isSuccess(outcome),
    isUnfinished: kind === UNFINISHED,
    status: responseStatus(outcome),
    served: isThrottled(plan, part, served) ? null : servedName(served),
    servedStatus: served === 0 ? 0 : statusOf(served),
    servedAt: time(rows.servedAt),
    callerDied: rows.left[row] === LEFT.died,
    isLeft: rows.left[row] === LEFT.application,
  };
}

const UNFINISHED = kindIndex(OUTCOME.unfinished);

function callRole({ form, load, edge }: TraceRecord, row: number): CallRole {
  if (form[row] === FORM.call) return 'call';
  if (form[row] === FORM.publication) return 'publication';
  if (load[row] >= 0) return 'request';
  return edge[row] >= 0 ? 'attempt' : 'task';
}

/** Name of a process; the pseudo-instance of a workload is none. */
function processName(plan: Plan, id: number): string | null {
  if (id < 0) return null;
  const { kind } = plan.components[plan.instances[id].component];
  return kind === 'workload' ? null : instanceName(plan, id);
}

/** Outcomes that no server records: the network refused or broke, the process died, or the run ended. */
const UNSERVED: ReadonlySet<OutcomeName> = new Set([
  'refused',
  'connectTimeout',
  'reset',
  'unfinished',
]);

/** The platform of a function throttles in front of it: no process of the function sees the request. */
function isThrottled({ functions }: Plan, { component }: PlanPart, served: number): boolean {
  return (
    served !== 0 &&
    kindIndex(served) === THROTTLED &&
    functions.some((own) => own.component === component)
  );
}

const THROTTLED = kindIndex(OUTCOME.throttled);

function servedName(served: number): OutcomeName | null {
  if (served === 0) return null;
  const name = OUTCOME_NAMES[kindIndex(served)];
  return UNSERVED.has(name) ? null : name;
}

/** Whether a task died with its process. */
export function isLost({ role, outcome }: Call): boolean {
  return role === 'task' && outcome === 'reset';
}

/** When the caller was done with it: the response arrived, or the caller left. */
export function callerEnd(call: Call): number {
  if (call.answered !== NEVER) return call.answered;
  if (call.callerLeftAt !== NEVER) return call.callerLeftAt;
  return Math.max(call.sent, call.arrived, call.begun, call.ended);
}

/** When the callee was done with it: its answer, or the work that it goes on with after that. */
export function calleeEnd({ ended, servedAt }: Call): number {
  return Math.max(ended, servedAt);
}

/**
 * Method of an HTTP request: that of the endpoint or route, else the one that the call writes, which routes pass on; else
 * POST for what changes data and GET for the rest.
 */
export function methodOf({ part, caller, callerPart }: Call): string {
  const passedOn = caller?.kind === 'gateway' ? writtenMethod(callerPart) : null;
  return writtenMethod(part) ?? passedOn ?? (part.idempotent ? 'GET' : 'POST');
}

function writtenMethod(part: PlanPart | null): string | null {
  return part?.method ?? part?.asked ?? null;
}

/** Path of a route as written; of an endpoint its name. */
export function routeOf({ part }: Call): string {
  return part.path ?? `/${part.name}`;
}

/**
 * Whether a tail sampler keeps the trace of a row: something in it has failed. A caller that cancels its own attempt, as a
 * hedge does, has not; but gRPC and the proxies of a mesh have an error for that too.
 */
export function isErroneous(call: Call): boolean {
  const { role, outcome, served, servedStatus, via, callee } = call;
  if (served !== null && served !== 'cancelled' && servedStatus >= 500) return true;
  if (served === 'cancelled' && isEnvoy(callee)) return true;
  if (call.isSuccess || call.isUnfinished) return false;
  const isCancelled = outcome === 'cancelled' || outcome === 'abandoned';
  const isByProxy = via > 0 || isEnvoy(call.caller);
  return role === 'request' || !isCancelled || isByProxy || roleOf(callee) === 'rpc';
}
