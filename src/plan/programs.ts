import { OUTCOME, withStatus } from '../spec/outcome.js';
import { CALL_MODE, OP } from '../spec/plan.js';
import type { Host, Operation, Route } from '../spec/scenario.js';
import { writeWeighted } from './branches.js';
import { isFree } from './free.js';
import { StepNames } from './identity.js';
import type { LaidComponent, LaidPart } from './layout.js';
import { hostOf } from './layout.js';
import type { Limiters } from './limiters.js';
import { writeMiddleware } from './middleware.js';
import type { Scope } from './scope.js';
import { writeSteps } from './steps.js';
import { PASSED_ON } from './sizes.js';
import { BARE, writeCall, type Writer } from './writer.js';

/** Writes the program of a part and gives the number of its first instruction. */
export function writeProgram(w: Writer, limiters: Limiters, part: LaidPart): number {
  const at = w.assembler.here;
  const { source } = part;
  const scope = scopeOf(part);
  const { name } = part.component;
  switch (source.kind) {
    case 'request':
      writeSteps(w, source.request.steps, scope);
      break;
    case 'endpoint': {
      const behind = writeMiddleware(w, limiters, source.service.middleware, name, scope);
      writeSteps(w, source.endpoint.steps, behind);
      behind.closing();
      break;
    }
    case 'route': {
      const outer = writeMiddleware(w, limiters, source.gateway.middleware, name, scope);
      const chain = source.route.middleware;
      const behind = writeMiddleware(w, limiters, chain, fullName(part), outer);
      writeRoute(w, source.route, behind);
      behind.closing();
      break;
    }
    case 'operation':
      writeOperation(w, source.operation, scope);
      break;
    case 'unmatched':
      w.assembler.emit(OP.DONE, withStatus(OUTCOME.clientError, 404));
      return at;
  }
  w.assembler.emit(OP.DONE, OUTCOME.ok);
  return at;
}

/** The program of a refused request; -1 where a refusal costs nothing. */
export function writeRefusal(w: Writer, component: LaidComponent): number {
  const host: Host | null = hostOf(component);
  if (host === null || isFree(host.rejectWork)) return -1;
  const at = w.assembler.here;
  const stream = `${component.name}/rejectWork#0`;
  w.assembler.emit(OP.WORK, w.distributions.id(host.rejectWork), 0, 0, stream);
  w.assembler.emit(OP.DONE, OUTCOME.rejectedOverload);
  return at;
}

/** Full name of a part: `orders.create`. */
export function fullName(part: LaidPart): string {
  return `${part.component.name}.${part.name}`;
}

const SECTIONS = Object.freeze({
  workload: 'workloads',
  gateway: 'gateways',
  service: 'services',
  database: 'databases',
} as const);

function scopeOf(part: LaidPart): Scope {
  const client = part.source.kind === 'request';
  return {
    part,
    names: new StepNames(fullName(part)),
    where: `${SECTIONS[part.component.kind]}.${fullName(part)}`,
    loops: 0,
    failure: { kind: 'end' },
    answer: { kind: 'request' },
    closing: () => {},
    uncaught: client ? CALL_MODE.PASS : CALL_MODE.END,
  };
}

/** A route hands on what it was sent. */
const FORWARDED = Object.freeze({ ...BARE, requestBytes: PASSED_ON });

/** What a route does itself, or its call, to one of its targets by weight. */
function writeRoute(w: Writer, route: Route, scope: Scope): void {
  if (route.steps !== null) return writeSteps(w, route.steps, scope);
  const call = (index: number): void =>
    writeCall(w, route.to[index]!.target, FORWARDED, route.policy, scope);
  if (route.to.length === 1) return call(0);
  const weights = route.to.map((target) => target.weight);
  const bodies = route.to.map((_, index) => () => call(index));
  writeWeighted(w, weights, bodies, scope.names.next('route'));
}

function writeOperation(w: Writer, operation: Operation, scope: Scope): void {
  const { work, wait } = operation;
  if (work !== null) {
    w.assembler.emit(OP.WORK, w.distributions.id(work), 0, 0, scope.names.next('work'));
  }
  if (wait !== null) {
    w.assembler.emit(OP.WAIT, w.distributions.id(wait), 0, 0, scope.names.next('wait'));
  }
}
