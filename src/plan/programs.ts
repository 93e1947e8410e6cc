import { OUTCOME, withStatus } from '../spec/outcome.js';
import { CALL_MODE, OP } from '../spec/plan.js';
import type { Host, Operation } from '../spec/scenario.js';
import { isFree } from './free.js';
import { StepNames } from './identity.js';
import type { LaidComponent, LaidPart } from './layout.js';
import { hostOf } from './layout.js';
import type { Limiters } from './limiters.js';
import { writeMiddleware } from './middleware.js';
import { writeRoute } from './route-calls.js';
import type { Scope } from './scope.js';
import { writeSteps } from './steps.js';
import type { Writer } from './writer.js';

/**
 * Writes the program of a part and gives the number of its first instruction. `keysAreSent`: callers
 * may ask for being executed once.
 */
export function writeProgram(
  w: Writer,
  limiters: Limiters,
  part: LaidPart,
  keysAreSent: boolean,
): number {
  const at = w.assembler.here;
  const { source } = part;
  const scope = scopeOf(part);
  switch (source.kind) {
    case 'request':
      writeSteps(w, source.request.steps, scope);
      break;
    case 'endpoint':
      writeMiddleware(w, limiters, source.service.middleware, scope);
      if (keysAreSent || source.endpoint.once !== null) w.assembler.emit(OP.ONCE);
      writeSteps(w, source.endpoint.steps, scope);
      break;
    case 'route':
      writeMiddleware(w, limiters, source.route.chain, scope);
      writeRoute(w, limiters, source, scope);
      break;
    case 'operation':
      if (keysAreSent) w.assembler.emit(OP.ONCE);
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
    uncaught: client ? CALL_MODE.PASS : CALL_MODE.END,
    answers: -1,
  };
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
