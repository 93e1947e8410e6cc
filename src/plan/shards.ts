import { CALL_MODE, FORK_TABLE, OP } from '../spec/program.js';
import type { NodeRoute } from '../spec/replication.js';
import type { Step } from '../spec/steps.js';
import { BARE } from './calls.js';
import { partOf } from './layout.js';
import { routeOf } from './reads.js';
import { modeOf, strand, type Scope } from './scope.js';
import { copyOf, shardOf, writeCall, type Writer } from './writer.js';

/** A query: one call of a node, or one of each shard. */
export function writeQuery(w: Writer, step: Extract<Step, { verb: 'query' }>, scope: Scope): void {
  const to = { component: step.database, part: step.operation };
  const component = w.layout.byName.get(step.database)!;
  const { source } = partOf(component, step.operation);
  const database = component.source.kind === 'database' ? component.source.host : null;
  if (database === null || database.shards === null) {
    writeCall(w, to, BARE, step.policy, scope, 'query', routeOf(w, step, scope));
  } else if (source.kind === 'operation' && source.operation.scan) {
    if (step.shardKey !== null) {
      const message = `${step.database}.${step.operation} asks all shards, and key names one: leave key out`;
      w.problems.add('FL702', scope.where, message);
    }
    writeScan(w, step, database.shards.count, database.search !== null, scope);
  } else {
    const routeOf = database.search === null ? shardOf : copyOf;
    const route = routeOf(w, scope, database, source, step.shardKey);
    writeCall(w, to, BARE, step.policy, scope, 'query', route);
  }
}

/** A FORK with a call for each shard, all of which have to succeed. */
function writeScan(
  w: Writer,
  step: Extract<Step, { verb: 'query' }>,
  count: number,
  hasCopies: boolean,
  scope: Scope,
): void {
  const { assembler } = w;
  const { mode, target } = modeOf(scope);
  const shards = Array.from({ length: count }, (_, index) => index);
  const row: number[] = [];
  row[FORK_TABLE.EACH] = -1;
  row[FORK_TABLE.NEEDED] = -1;
  row[FORK_TABLE.WITHIN_NS] = -1;
  row[FORK_TABLE.MAX_CONCURRENT] = -1;
  row[FORK_TABLE.AFTER] = 0;
  row[FORK_TABLE.MODE] = mode;
  row[FORK_TABLE.TARGET] = mode === CALL_MODE.ANSWER ? scope.answers : 0;
  const table = assembler.table([...row, ...shards.map(() => 0)]);
  const stream = scope.names.next(`scan:${step.database}.${step.operation}`);
  const fork = assembler.emit(OP.FORK, 0, 0, table, stream);
  const after = assembler.label();
  assembler.pointInTable(table, FORK_TABLE.AFTER, after, fork);
  if (target !== null) assembler.pointInTable(table, FORK_TABLE.TARGET, target, fork);
  const to = { component: step.database, part: step.operation };
  for (const index of shards) {
    const start = assembler.label();
    assembler.pointInTable(table, FORK_TABLE.STARTS + index, start, fork);
    assembler.bind(start);
    const route: NodeRoute = hasCopies
      ? { kind: 'copy', shard: index, key: -1, write: false }
      : { kind: 'shard', index };
    writeCall(w, to, BARE, step.policy, strand(scope), 'query', route);
    assembler.emit(OP.END);
  }
  assembler.bind(after);
}
