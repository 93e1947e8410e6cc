import { invariant } from '../kernel/invariant.js';
import type { Ns } from '../kernel/time.js';
import { HINTED, isSuccess, OUTCOME, relayed } from '../contracts/outcome.js';
import { CALL_MODE, OP, MESSAGES_APART } from '../contracts/plan/program.js';
import type { StepOf, Step } from '../contracts/scenario/steps.js';
import { SLOT } from './assembler.js';
import { writeCache, writeFailing } from './caching.js';
import { writeRead } from './reads.js';
import { withLoad, withoutSpent, writeAppend, writeLoad } from './stores.js';
import { StepNames } from './identity.js';
import { changesData, writeDualMark, writePublish } from './outbox.js';
import { partOf } from './layout.js';
import { writeMark, writeSave } from './sagas.js';
import { clearRegisters, registersOf, writeRounds, countOf, isApart } from './rounds.js';
import { inside, strand, type Scope } from './scope.js';
import { writeLock, writeTransaction } from './sections.js';
import { writeQuery } from './shards.js';
import {
  writeBackground,
  writeAct,
  writeCall,
  writeJump,
  writeWhen,
  type Writer,
} from './writer.js';
import { writeFork } from './fork.js';
import { writeWeighted } from './weighted.js';

/** Writes a list of steps, each after its modifiers `when`, `probability` and `times`. */
export function writeSteps(w: Writer, steps: readonly Step[], scope: Scope): void {
  let own = scope;
  steps.forEach((step, index) => {
    if (step.verb === 'load') own = withLoad(w, step, steps.slice(index + 1), own);
    writeStep(w, step, own);
    if (own.loads.size > 0) own = withoutSpent(w, steps.slice(index + 1), own);
  });
}

function writeStep(w: Writer, step: Step, scope: Scope): void {
  const { assembler } = w;
  const after = assembler.label();
  if (step.when !== null) writeWhen(w, step.when, after, scope);
  // Draws of modifiers have names below that of their step.
  const modifiers = new StepNames(scope.names.next(`modifiers:${identityOf(step)}`));
  if (step.probability < 1) {
    const table = assembler.constants([step.probability]);
    const at = assembler.emit(OP.SKIP, table, 0, 0, modifiers.next('probability'));
    assembler.point(at, SLOT.B, after);
  }
  const body = (inner: Scope): void => {
    if (step.background) {
      writeBackground(w, modifiers.next('background'), () => writeHandled(w, step, strand(inner)));
    } else writeHandled(w, step, inner);
  };
  const { times } = step;
  if (times.kind === 'constant' && times.value === 1) body(scope);
  else writeRounds(w, times, modifiers.next('times'), scope, body);
  assembler.bind(after);
}

/** Name of a step for its draws: verb and target. */
function identityOf(step: Step): string {
  if (step.verb === 'query') return `query:${step.database}.${step.operation}`;
  if (step.verb === 'cache') return `cache:${step.op}:${step.cache}`;
  if (step.verb !== 'call') return step.verb;
  const { component, part } = step.to;
  return `${step.self ? 'self' : 'call'}:${component}${part === null ? '' : `.${part}`}`;
}

/**
 * Writes a step with `onError` and `optional`. After a handled failure the program continues with the next round or
 * step.
 */
function writeHandled(w: Writer, step: Step, scope: Scope): void {
  const handles = step.onError !== null;
  if (!handles && !step.optional) return writeVerb(w, step, scope);
  const { assembler } = w;
  const next = assembler.label();
  const around: Scope = step.optional
    ? { ...scope, failure: { kind: 'ignore', after: next } }
    : scope;
  if (!handles) {
    const used = registersOf(w, scope, () => writeVerb(w, step, around));
    assembler.bind(next);
    return clearRegisters(w, scope, used);
  }
  const handler = assembler.label();
  const failing: Scope = { ...scope, failure: { kind: 'jump', to: handler } };
  const used = registersOf(w, scope, () => writeVerb(w, step, failing));
  writeJump(w, next);
  assembler.bind(handler);
  clearRegisters(w, scope, used);
  writeSteps(w, step.onError!, inside(around));
  assembler.bind(next);
}

function writeVerb(w: Writer, step: Step, scope: Scope): void {
  const { assembler } = w;
  switch (step.verb) {
    case 'work':
    case 'wait': {
      const op = step.verb === 'work' ? OP.WORK : OP.WAIT;
      assembler.emit(op, w.distributions.id(step.time), 0, 0, scope.names.next(step.verb));
      return;
    }
    case 'call':
      if (step.self) writeSelf(w, step, scope);
      else writeCall(w, step.to, step, step.policy, scope);
      return;
    case 'query': {
      const query = (): void => writeQuery(w, step, scope);
      if (step.of === null) query();
      else writeRead(w, step.of, scope, query);
      // Inside a transaction data changes only at the commit.
      if (scope.transactions.length === 0 && changesData(w.layout, step)) {
        writeDualMark(w, 'written', scope);
      }
      return;
    }
    case 'load':
      return writeLoad(w, step, step.policy, scope);
    case 'append':
      return writeAppend(w, step, scope);
    case 'publish':
      return writePublish(w, step, scope);
    case 'saga':
      return writeSagaStart(w, step, scope);
    case 'transaction':
      return writeTransaction(w, step, scope);
    case 'lock':
      return writeLock(w, step, scope);
    case 'cache':
      return writeCache(w, step, scope);
    case 'parallel':
      return writeParallel(w, step, scope, scope.names.next('parallel'));
    case 'choose':
      return writeChoose(w, step, inside(scope), scope.names.next('choose'));
    case 'loop': {
      const body = (inner: Scope): void => writeSteps(w, step.steps, inner);
      return writeRounds(w, step.count, scope.names.next('loop'), inside(scope), body);
    }
    case 'fail':
      return writeFail(w, step.outcome, scope, step.retryAfterNs);
    case 'respond':
      return writeRespond(w, step, scope);
  }
}

/** Writes the start of a saga: its state is saved first, if it is saved at all. */
function writeSagaStart(w: Writer, step: StepOf<'saga'>, scope: Scope): void {
  const { source } = w.layout.byName.get(step.saga)!;
  if (source.kind === 'saga') writeSave(w, source.spec, inside(scope));
  writeAct(w, w.acts.saga(w, step, scope), `saga:${step.saga}`, scope);
}

/** Runs another endpoint of the same service in place. Its response or failure becomes that of the call. */
function writeSelf(w: Writer, step: StepOf<'call'>, scope: Scope): void {
  const { source } = scope.part;
  invariant(source.kind === 'endpoint', 'self-outside-service');
  if (source.kind !== 'endpoint') return;
  const endpoint = source.service.endpoints.get(step.to.part ?? '');
  invariant(endpoint !== undefined, 'self-unknown');
  const after = w.assembler.label();
  const own: Scope = {
    ...inside(scope),
    names: new StepNames(scope.names.next(`self:${endpoint!.name}`)),
    answer: { kind: 'self', after },
  };
  const part = partOf(scope.part.component, endpoint!.name);
  writeMark(w, part, 'begin', inside(scope));
  const used = registersOf(w, scope, () => writeSteps(w, endpoint!.steps, own));
  w.assembler.bind(after);
  clearRegisters(w, scope, used);
  writeMark(w, part, 'end', scope);
}

/** In a `self` call a failure counts as that of a call, so the outcome is relayed. */
function writeFail(w: Writer, outcome: number, scope: Scope, retryAfterNs: Ns | null = null): void {
  const { failure } = scope;
  if (failure.kind === 'jump') return writeJump(w, failure.to);
  if (failure.kind === 'ignore') return writeJump(w, failure.after);
  if (failure.kind === 'keep') return writeFailing(w, outcome, scope);
  const asCaller = scope.answer.kind === 'self' && scope.uncaught === CALL_MODE.END;
  const end = asCaller ? relayed(outcome) : outcome;
  if (retryAfterNs === null) w.assembler.emit(OP.DONE, end);
  else w.assembler.emit(OP.DONE, end | HINTED, w.assembler.constants([retryAfterNs]));
}

function writeRespond(w: Writer, step: StepOf<'respond'>, scope: Scope): void {
  const { assembler } = w;
  switch (scope.answer.kind) {
    case 'request':
      if (step.responseBytes !== null) {
        assembler.emit(OP.ANSWER_SIZE, assembler.constants([step.responseBytes]));
      }
      if (isSuccess(step.outcome)) scope.closing();
      if (step.then.length > 0) {
        assembler.emit(OP.RESPOND, step.outcome);
        writeSteps(w, step.then, strand(scope));
      }
      assembler.emit(OP.DONE, step.then.length > 0 ? OUTCOME.ok : step.outcome);
      return;
    case 'self': {
      writeThen(w, step, scope);
      if ((step.outcome & 31) === OUTCOME.degraded) assembler.emit(OP.DEGRADED);
      if (isSuccess(step.outcome)) writeJump(w, scope.answer.after);
      else writeFail(w, step.outcome, scope);
      return;
    }
    case 'instead':
      writeThen(w, step, scope);
      assembler.emit(OP.DONE, step.outcome);
      return;
    case 'never': {
      const message =
        '`respond` has to be outside `parallel`, `background`, `then`, `transaction` and `lock`';
      w.problems.add('FL702', scope.where, message);
    }
  }
}

/** Writes `then` as a background strand: the caller continues with the response meanwhile. */
function writeThen(w: Writer, { then }: StepOf<'respond'>, scope: Scope): void {
  if (then.length === 0) return;
  const stream = scope.names.next('respond:then');
  writeBackground(w, stream, () => writeSteps(w, then, strand(scope)));
}

/** Writes each branch of a `parallel` step as a strand. */
function writeParallel(w: Writer, step: StepOf<'parallel'>, scope: Scope, stream: string): void {
  const { join, each, maxConcurrent } = step;
  const optional = step.branches.map(isOptional);
  const once = each.kind === 'constant' && each.value === 1;
  const joined = {
    each: once
      ? -1
      : join.kind === 'all' && isApart(each, scope)
        ? MESSAGES_APART
        : countOf(w, each),
    needed: neededOf(join, optional),
    withinNs: join.kind === 'bestEffort' ? join.withinNs : -1,
    maxConcurrent: maxConcurrent === Infinity ? -1 : maxConcurrent,
    optional,
  };
  const branches = step.branches.map((branch) => (own: Scope) => w.writeSteps(w, branch, own));
  writeFork(w, scope, stream, joined, branches);
}

/** Successes that a join needs; see FORK_TABLE. */
function neededOf(join: StepOf<'parallel'>['join'], optional: readonly boolean[]): number {
  switch (join.kind) {
    case 'all':
      return -1;
    case 'any':
      return 1;
    case 'quorum':
      return join.count;
    case 'bestEffort':
      return optional.filter((own) => !own).length;
  }
}

/** Whether all that a branch gets is optional; work and waits get nothing. */
function isOptional(branch: readonly Step[]): boolean {
  const gets = branch.filter(({ verb }) => verb !== 'work' && verb !== 'wait');
  return gets.length > 0 && gets.every(({ optional, background }) => optional || background);
}

/** Branches with `when` are tested in order and the first that holds is taken; otherwise a draw by weight decides. */
function writeChoose(w: Writer, step: StepOf<'choose'>, scope: Scope, stream: string): void {
  const { assembler } = w;
  const after = assembler.label();
  for (const branch of step.branches) {
    if (branch.when === null) continue;
    const next = assembler.label();
    writeWhen(w, branch.when, next, scope);
    w.writeSteps(w, branch.steps, scope);
    writeJump(w, after);
    assembler.bind(next);
  }
  const weighted = step.branches.filter((branch) => branch.when === null);
  const bodies = weighted.map((branch) => () => w.writeSteps(w, branch.steps, scope));
  const weights = weighted.map((branch) => branch.weight ?? 1);
  writeWeighted(w, weights, bodies, stream);
  assembler.bind(after);
}
