import type { Operation } from '../contracts/scenario/database.js';
import { targetOf } from '../language/databases.js';
import type { NodeRoute } from '../contracts/plan/replication.js';
import type { StepOf } from '../contracts/scenario/steps.js';
import { BARE } from './calls.js';
import { ALL, writeFork } from './fork.js';
import { partOf } from './layout.js';
import { routeOf } from './reads.js';
import type { Scope } from './scope.js';
import { copyOf, shardOf } from './node-routes.js';
import { writeCall, type Writer } from './writer.js';

/** Writes a query: one call to a node, or one call per shard. */
export function writeQuery(w: Writer, step: StepOf<'query'>, scope: Scope): void {
  const to = targetOf(step);
  const component = w.layout.byName.get(step.database)!;
  const { source } = partOf(component, step.operation);
  const database = component.source.kind === 'database' ? component.source.host : null;
  if (database === null || database.shards === null) {
    writeCall(w, to, BARE, step.policy, scope, 'query', routeOf(w, step, scope));
    return;
  }
  const asked = { database, source, own: step.shardKey };
  if (source.kind === 'operation' && source.operation.scan) {
    if (step.shardKey !== null) {
      const message = `${step.database}.${step.operation} asks all shards, and key names one: leave key out`;
      w.problems.add('FL702', scope.where, message);
    }
    if (scope.transactions.includes(step.database)) {
      const message = `${step.database}.${step.operation} asks all shards, and a transaction is at one of them: take it out`;
      w.problems.add('FL702', scope.where, message);
    }
    const hasCopies = database.search !== null;
    writeCalls(w, step, 'scan', database.shards.count, scope, (index) =>
      hasCopies ? { kind: 'copy', shard: index, key: -1, write: false } : { kind: 'shard', index },
    );
  } else if (source.kind === 'operation' && source.operation.fanout > 1) {
    writeSome(w, step, shardOf(w, scope, asked), source.operation, scope);
  } else {
    const routeOf = database.search === null ? shardOf : copyOf;
    const route = routeOf(w, scope, asked);
    writeCall(w, to, BARE, step.policy, scope, 'query', route);
  }
}

/** Writes a FORK with a call to each of several consecutive shards. All must succeed. */
function writeSome(
  w: Writer,
  step: StepOf<'query'>,
  first: NodeRoute,
  { fanout, name }: Operation,
  scope: Scope,
): void {
  if (scope.transactions.includes(step.database)) {
    const message = `${step.database}.${name} asks ${fanout} shards, and a transaction is at one of them: take it out`;
    w.problems.add('FL702', scope.where, message);
  }
  writeCalls(w, step, 'fanout', fanout, scope, (behind) =>
    behind === 0 ? first : ({ ...first, behind } as NodeRoute),
  );
}

/** Writes a FORK with a call to each of several shards. All must succeed. */
function writeCalls(
  w: Writer,
  step: StepOf<'query'>,
  name: string,
  count: number,
  scope: Scope,
  routeTo: (index: number) => NodeRoute,
): void {
  const to = targetOf(step);
  const branches = Array.from({ length: count }, (_, index) => (own: Scope) => {
    writeCall(w, to, BARE, step.policy, own, 'query', routeTo(index));
  });
  const stream = scope.names.next(`${name}:${step.database}.${step.operation}`);
  writeFork(w, scope, stream, ALL, branches);
}
