import { invariant } from '../kernel/invariant.js';
import { CALL_MODE, FORK_TABLE, OP } from '../spec/program.js';
import type { Step } from '../spec/steps.js';
import { PRIMARY } from '../spec/replication.js';
import { SESSION } from '../spec/sections.js';
import { NO_BUNDLE } from './bundles.js';
import { canonical } from './canonical.js';
import type { LaidPart } from './layout.js';
import { writeDualMark, writeOutboxCommit } from './outbox.js';
import { modeOf, strand, type Scope } from './scope.js';
import { requestBytesOf } from './sizes.js';
import { writeAct, type WriteSteps, type Writer } from './writer.js';

type StepOf<V extends Step['verb']> = Extract<Step, { readonly verb: V }>;

/**
 * BEGIN, the steps, COMMIT, as the one branch of a FORK: whichever way out the branch takes, what it
 * holds is given back, and its failure is that of the step.
 */
export function writeTransaction(
  w: Writer,
  step: StepOf<'transaction'>,
  scope: Scope,
  writeSteps: WriteSteps,
): void {
  const { database } = step;
  if (scope.transactions.includes(database)) {
    const message = `a transaction of ${database} stands in another one: they are one, write the steps there`;
    w.problems.add('FL702', scope.where, message);
    return;
  }
  const commit = commitOf(w, step);
  const bytes = requestBytesOf(w.layout, commit);
  const { source } = commit;
  const replicated = source.kind === 'commit' && source.database.replication !== null;
  const route = replicated ? PRIMARY : null;
  const edge = w.edges.use(scope.part, commit, NO_BUNDLE, bytes, SESSION.holds, route);
  writeSection(w, scope, scope.names.next(`transaction:${database}`), (inner) => {
    const stream = inner.names.next(`begin:${database}`);
    const { mode } = modeOf(inner);
    w.assembler.emit(OP.BEGIN, edge, mode, 0, stream);
    const transactions = [...scope.transactions, database];
    writeSteps(w, step.steps, { ...inner, transactions });
    w.assembler.emit(OP.COMMIT, 0, mode);
    writeOutboxCommit(w, step, inner);
    writeDualMark(w, 'written', inner);
  });
}

/** The wait for a lock and the steps, as the one branch of a FORK. */
export function writeLock(
  w: Writer,
  step: StepOf<'lock'>,
  scope: Scope,
  writeSteps: WriteSteps,
): void {
  if (scope.locks.includes(step.key)) {
    const message = `a lock on ${step.key} stands in another one: it would wait for itself`;
    w.problems.add('FL702', scope.where, message);
    return;
  }
  const act = w.acts.lock(step, scope);
  writeSection(w, scope, scope.names.next(`lock:${step.key}`), (inner) => {
    writeAct(w, act, `lock:${step.key}`, inner);
    const { transactions } = scope;
    writeSteps(w, step.steps, { ...inner, transactions, locks: [...scope.locks, step.key] });
  });
}

/** A FORK of one branch that has to succeed. */
function writeSection(w: Writer, scope: Scope, stream: string, body: (scope: Scope) => void): void {
  const { assembler } = w;
  const { mode, target } = modeOf(scope);
  const row: number[] = [];
  row[FORK_TABLE.EACH] = -1;
  row[FORK_TABLE.NEEDED] = -1;
  row[FORK_TABLE.WITHIN_NS] = -1;
  row[FORK_TABLE.MAX_CONCURRENT] = -1;
  row[FORK_TABLE.AFTER] = 0;
  row[FORK_TABLE.MODE] = mode;
  row[FORK_TABLE.TARGET] = mode === CALL_MODE.ANSWER ? scope.answers : 0;
  row[FORK_TABLE.STARTS] = 0;
  const table = assembler.table(row);
  const fork = assembler.emit(OP.FORK, 0, 0, table, stream);
  const after = assembler.label();
  assembler.pointInTable(table, FORK_TABLE.AFTER, after, fork);
  if (target !== null) assembler.pointInTable(table, FORK_TABLE.TARGET, target, fork);
  const start = assembler.label();
  assembler.pointInTable(table, FORK_TABLE.STARTS, start, fork);
  assembler.bind(start);
  body(strand(scope));
  assembler.emit(OP.END);
  assembler.bind(after);
}

/** The part that ends a transaction: the one of its time. */
function commitOf(w: Writer, { database, commit }: StepOf<'transaction'>): LaidPart {
  const own = canonical(commit);
  const part = w.layout.byName
    .get(database)!
    .parts.find(({ source }) => source.kind === 'commit' && canonical(source.time) === own);
  invariant(part !== undefined, 'commit-unknown');
  return part!;
}
