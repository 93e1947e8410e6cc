import { invariant } from '../kernel/invariant.js';
import { OP } from '../contracts/plan/program.js';
import type { StepOf } from '../contracts/scenario/steps.js';
import { PRIMARY } from '../contracts/scenario/replication.js';
import type { NodeRoute } from '../contracts/plan/replication.js';
import { SESSION } from '../contracts/scenario/sections.js';
import { NO_BUNDLE } from './bundles.js';
import { canonical } from './canonical.js';
import { ALL, writeFork } from './fork.js';
import type { LaidPart } from './layout.js';
import { writeDualMark, writeOutboxCommit, writeReleased } from './outbox.js';
import { modeOf, type Scope } from './scope.js';
import { requestBytesOf } from './sizes.js';
import { writeAct, type Writer } from './writer.js';

/**
 * Writes BEGIN, the steps and COMMIT as the only branch of a FORK. So the transaction releases everything it holds
 * however the branch ends, and a failure of the branch fails the step.
 */
export function writeTransaction(w: Writer, step: StepOf<'transaction'>, scope: Scope): void {
  const { database, requiresNew } = step;
  const isInner = scope.transactions.includes(database);
  if (isInner !== requiresNew) {
    const message = isInner
      ? `a transaction of ${database} is inside another one: move its steps to the outer one, if it joins that (REQUIRED); write requiresNew: true, if it is one of its own, on a second connection (REQUIRES_NEW)`
      : `requiresNew has no effect: the transaction is inside no other one of ${database}, so remove it`;
    w.problems.add('FL702', scope.where, message);
    return;
  }
  const commit = commitOf(w, step);
  const bytes = requestBytesOf(w.layout, commit);
  const { source } = commit;
  const replicated = source.kind === 'commit' && source.database.replication !== null;
  const { shardKey } = step;
  const shard: NodeRoute | null =
    shardKey === null
      ? null
      : { kind: 'shardOf', key: w.acts.key(shardKey, scope.where, 'a transaction') };
  const route = replicated ? PRIMARY : shard;
  const edge = w.edges.use({
    from: scope.part,
    to: commit,
    bundle: NO_BUNDLE,
    requestBytes: bytes,
    session: SESSION.holds,
    route,
    version: -1,
  });
  writeFork(w, scope, scope.names.next(`transaction:${database}`), ALL, [
    (inner) => {
      const stream = inner.names.next(`begin:${database}`);
      const { mode } = modeOf(inner);
      w.assembler.emit(OP.BEGIN, edge, mode, 0, stream);
      const transactions = [...scope.transactions, database];
      const shardKeys =
        shardKey === null ? scope.shardKeys : new Map(scope.shardKeys).set(database, shardKey);
      w.writeSteps(w, step.steps, { ...inner, transactions, shardKeys });
      w.assembler.emit(OP.COMMIT, 0, mode);
      writeOutboxCommit(w, step, inner);
      writeDualMark(w, 'written', inner);
      writeReleased(w, step, transactions, inner);
    },
  ]);
}

/** Writes the wait for a lock and the steps as the only branch of a FORK. */
export function writeLock(w: Writer, step: StepOf<'lock'>, scope: Scope): void {
  if (scope.locks.includes(step.key)) {
    const message = `a lock on ${step.key} is inside another lock on it: it would wait for itself`;
    w.problems.add('FL702', scope.where, message);
    return;
  }
  const act = w.acts.lock(step, scope);
  writeFork(w, scope, scope.names.next(`lock:${step.key}`), ALL, [
    (inner) => {
      writeAct(w, act, `lock:${step.key}`, inner);
      const { transactions } = scope;
      w.writeSteps(w, step.steps, { ...inner, transactions, locks: [...scope.locks, step.key] });
    },
  ]);
}

/** The part of a database that commits a transaction with this duration. */
function commitOf(w: Writer, { database, commit }: StepOf<'transaction'>): LaidPart {
  const own = canonical(commit);
  const part = w.layout.byName
    .get(database)!
    .parts.find(({ source }) => source.kind === 'commit' && canonical(source.time) === own);
  invariant(part !== undefined, 'commit-unknown');
  return part!;
}
