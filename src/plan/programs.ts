import { OUTCOME, withStatus } from '../contracts/outcome.js';
import { SECTION } from '../contracts/component-kind.js';
import { CALL_MODE, OP } from '../contracts/plan/program.js';
import type { Distribution } from '../kernel/distribution.js';
import type { Ns } from '../kernel/time.js';
import type { Database, Operation } from '../contracts/scenario/database.js';
import type { Host } from '../contracts/scenario/host.js';
import { PROBES } from '../contracts/scenario/probes.js';
import type { Endpoint } from '../contracts/scenario/services.js';
import { SLOT } from './assembler.js';
import { isFree } from './free.js';
import { writeInvoke } from './functions.js';
import { StepNames } from './identity.js';
import { hostOf, isOfModule, partOf, type LaidComponent, type LaidPart } from './layout.js';
import type { Limiters } from './limiters.js';
import { writeMiddleware, writeProtocol } from './middleware.js';
import { answersOf } from './modules/index.js';
import { writeRoute } from './route-calls.js';
import { writeMark } from './sagas.js';
import type { Scope } from './scope.js';
import { isTracked, tablesOf } from './rows.js';
import { writeAtCopy } from './search.js';
import { writeSteps } from './steps.js';
import { writeView } from './projections.js';
import { versionsOf } from './versions.js';
import { entryOf, writeAct, writeOwnQuery, writeJump, type Writer } from './writer.js';

/**
 * Writes the program of a part and returns its first instruction, -1 = none. `keysAreSent`: callers can send
 * idempotency keys.
 */
export function writeProgram(
  w: Writer,
  limiters: Limiters,
  part: LaidPart,
  keysAreSent: boolean,
): number {
  const at = w.assembler.here;
  w.assembler.bind(entryOf(w, part));
  const isBranched = writeConfigurations(w, limiters, part, keysAreSent);
  const start = writeBody(w, limiters, part, keysAreSent);
  return isBranched ? at : start;
}

/**
 * Writes the programs of other configurations, after a branch on the configuration of the instance. Returns false if
 * there are none.
 */
function writeConfigurations(
  w: Writer,
  limiters: Limiters,
  part: LaidPart,
  keysAreSent: boolean,
): boolean {
  const { assembler, changes } = w;
  const others = changes?.alternativesOf(part) ?? [];
  if (others.length === 0) return false;
  const own = assembler.label();
  const starts = changes!.scenarios.map(() => own);
  const table = assembler.table(starts.map(() => -1));
  const branch = assembler.emit(OP.CONFIGURED, table);
  for (const { part: other, configurations } of others) {
    const start = assembler.label();
    for (const number of configurations) starts[number] = start;
    assembler.bind(start);
    // The same stream names: all configurations share the draws for the same steps.
    const { mesh = null } = changes!.scenarios[configurations[0]!]!;
    writeBody({ ...w, mesh }, limiters, other, keysAreSent);
  }
  assembler.bind(own);
  starts.forEach((start, number) => assembler.pointInTable(table, number, start, branch));
  return true;
}

/** Writes a program and returns its first instruction, -1 = none. */
function writeBody(w: Writer, limiters: Limiters, part: LaidPart, keysAreSent: boolean): number {
  const at = w.assembler.here;
  const { source } = part;
  const scope = scopeOf(part);
  switch (source.kind) {
    case 'request':
      writeSteps(w, source.request.steps, scope);
      break;
    case 'endpoint':
      writeVersions(w, part, (own) => {
        writeGuarded(w, limiters, own, scopeOf(own), keysAreSent);
      });
      writeGuarded(w, limiters, part, scope, keysAreSent);
      break;
    case 'route':
      writeVersions(w, part, (own) => {
        if (own.source.kind === 'route') writeWholeRoute(w, limiters, own.source, scopeOf(own));
      });
      writeWholeRoute(w, limiters, source, scope);
      break;
    case 'operation':
      if (keysAreSent) w.assembler.emit(OP.ONCE);
      writeView(w, part);
      writeOperation(w, source.operation, source.database, scope);
      break;
    case 'commit':
      writeCommit(w, source.time, source.database, scope);
      break;
    case 'unmatched':
      w.assembler.emit(OP.DONE, withStatus(OUTCOME.clientError, 404));
      return at;
    default:
      return answersOf(source).write(w, part, scope, keysAreSent);
  }
  w.assembler.emit(OP.DONE, OUTCOME.ok);
  return at;
}

/** Writes the programs of versions that differ. Instances of other versions skip them. */
function writeVersions(w: Writer, part: LaidPart, write: (own: LaidPart) => void): void {
  for (const { number, part: own } of versionsOf(part)) {
    const next = w.assembler.label();
    w.assembler.point(w.assembler.emit(OP.VERSION, number), SLOT.B, next);
    // The same stream names: both versions share the draws for the same steps.
    write(own);
    w.assembler.emit(OP.DONE, OUTCOME.ok);
    w.assembler.bind(next);
  }
}

/** Writes the middleware chain of an endpoint, then its steps. */
function writeGuarded(
  w: Writer,
  limiters: Limiters,
  part: LaidPart,
  scope: Scope,
  keysAreSent: boolean,
): void {
  const { source } = part;
  if (source.kind !== 'endpoint') return;
  writeInvoke(w, part.component, scope);
  writeTimeLimit(w, source.endpoint);
  const behind = writeMiddleware(w, limiters, source.service.middleware, writeProtocol(w, scope));
  if (keysAreSent || source.endpoint.once !== null) w.assembler.emit(OP.ONCE);
  writeBulkhead(w, source.endpoint, part);
  writeEndpoint(w, source.endpoint, part, behind);
}

function writeWholeRoute(
  w: Writer,
  limiters: Limiters,
  source: Extract<LaidPart['source'], { kind: 'route' }>,
  scope: Scope,
): void {
  const behind = writeMiddleware(w, limiters, source.route.chain, writeProtocol(w, scope));
  writeRoute(w, limiters, source, behind);
  behind.closing();
}

/**
 * Writes the program of a delivery if the consumer has a time limit or its inbox needs a query: time limit, query,
 * handler. With a query, a second program executes only the query, for known messages. Returns -1 if the handler alone
 * is executed, null if the part is not a consumer.
 */
export function writeDelivery(w: Writer, part: LaidPart): number | null {
  const { source } = part;
  const consumption = isOfModule(source) ? answersOf(source).consumes : null;
  if (consumption === null) return null;
  const { call, inbox, policy } = consumption;
  const query = inbox?.query ?? null;
  const timeoutNs = policy?.timeoutNs ?? null;
  const handler = partOf(w.layout.byName.get(call.component)!, call.part!);
  if (query === null) return timeoutNs === null ? -1 : writeTimed(w, timeoutNs, handler);
  const names = new StepNames(`${fullName(part)}/inbox`);
  const ask = (): number => {
    const at = w.assembler.here;
    if (timeoutNs !== null) writeClock(w, timeoutNs);
    writeOwnQuery(w, query, { ...scopeOf(handler), names });
    return at;
  };
  const lookup = ask();
  w.assembler.emit(OP.DONE, OUTCOME.ok);
  w.lookups.set(part.id, lookup);
  const at = ask();
  writeJump(w, entryOf(w, handler));
  return at;
}

/** Writes the program of a refused request; -1 = a refusal costs nothing. */
export function writeRefusal(w: Writer, component: LaidComponent): number {
  const host: Host | null = hostOf(component);
  if (host === null || isFree(host.rejectWork)) return -1;
  const at = w.assembler.here;
  const stream = `${component.name}/rejectWork#0`;
  w.assembler.emit(OP.WORK, w.distributions.id(host.rejectWork), 0, 0, stream);
  w.assembler.emit(OP.DONE, OUTCOME.rejectedOverload);
  return at;
}

/**
 * Writes the program of a TLS handshake at the server; -1 = no TLS. Even a free handshake is delayed by freezes of the
 * process.
 */
export function writeHandshake(w: Writer, component: LaidComponent): number {
  const protocol = hostOf(component)?.protocol ?? null;
  if (protocol === null || protocol.tls === 'none') return -1;
  const at = w.assembler.here;
  const { handshakeWork } = protocol;
  if (!isFree(handshakeWork)) {
    const stream = `${component.name}/handshakeWork#0`;
    w.assembler.emit(OP.WORK, w.distributions.id(handshakeWork), 0, 0, stream);
  }
  w.assembler.emit(OP.DONE, OUTCOME.ok);
  return at;
}

/** Writes the program of the work of a database for a connection; -1 = there is none. */
export function writeConnect(w: Writer, { name, source }: LaidComponent): number {
  const cost =
    source.kind === 'database'
      ? source.host.connectWork
      : source.kind === 'broker'
        ? (source.spec.log?.connectWork ?? null)
        : null;
  if (cost === null || isFree(cost)) return -1;
  const at = w.assembler.here;
  const work = w.distributions.id(cost);
  w.assembler.emit(OP.WORK, work, 0, 0, `${name}/connectWork#0`);
  w.assembler.emit(OP.DONE, OUTCOME.ok);
  return at;
}

/** Writes the program of a probe or health check of the process itself; -1 = there is no such probe. */
export function writeProbe(w: Writer, component: LaidComponent): number {
  const host = hostOf(component);
  const isSelf = host?.healthChecks?.endpoint === null;
  if (!isSelf && !PROBES.some((kind) => host?.probes?.[kind]?.endpoint === null)) return -1;
  const at = w.assembler.here;
  w.assembler.emit(OP.DONE, OUTCOME.ok);
  return at;
}

/** Full name of a part: `orders.create`. */
export function fullName(part: LaidPart): string {
  return `${part.component.name}.${part.name}`;
}

/** Writes the fallback steps that callers run. Programs do not jump to them. */
export function writeFallbacks(w: Writer): void {
  // The list grows during the iteration, because calls in fallbacks can have fallbacks too.
  for (const { start, steps, scope } of w.fallbacks) {
    w.assembler.bind(start);
    writeSteps(w, steps, scope);
    w.assembler.emit(OP.END);
  }
}

function scopeOf(part: LaidPart): Scope {
  const client = part.source.kind === 'request';
  return {
    part,
    names: new StepNames(fullName(part)),
    where: `${SECTION[part.component.kind]}.${fullName(part)}`,
    loops: 0,
    failure: { kind: 'end' },
    answer: { kind: 'request' },
    closing: () => {},
    uncaught: client ? CALL_MODE.PASS : CALL_MODE.END,
    answers: -1,
    loads: new Map(),
    transactions: [],
    shardKeys: new Map(),
    locks: [],
    instead: [],
  };
}

/** Writes the time limit of a consumer, then a jump to its handler. */
function writeTimed(w: Writer, timeoutNs: Ns, handler: LaidPart): number {
  const at = w.assembler.here;
  writeClock(w, timeoutNs);
  writeJump(w, entryOf(w, handler));
  return at;
}

function writeClock(w: Writer, timeoutNs: Ns): void {
  w.assembler.emit(OP.TIME_LIMIT, w.assembler.constants([timeoutNs]), OUTCOME.timeout);
}

/** The time limit of an endpoint starts with its execution. */
function writeTimeLimit(w: Writer, { timeLimitNs }: Endpoint): void {
  if (timeLimitNs === null) return;
  const overdue = withStatus(OUTCOME.serverError, 503);
  w.assembler.emit(OP.TIME_LIMIT, w.assembler.constants([timeLimitNs]), overdue);
}

/** Writes the concurrency limit of an endpoint, after the middleware. */
function writeBulkhead(w: Writer, { concurrency }: Endpoint, part: LaidPart): void {
  if (concurrency === null) return;
  const gate = w.gates.at(fullName(part), part.component.id, concurrency);
  w.assembler.emit(OP.GATE, gate, withStatus(OUTCOME.rejectedOverload, 503));
}

/** Writes the steps of an endpoint. Its effect on sagas is recorded after they have succeeded, before the response. */
function writeEndpoint(w: Writer, { steps }: Endpoint, part: LaidPart, scope: Scope): void {
  writeMark(w, part, 'begin', scope);
  const inner: Scope = {
    ...scope,
    closing: () => {
      writeMark(w, part, 'end', scope);
      scope.closing();
    },
  };
  writeSteps(w, steps, inner);
  inner.closing();
}

function writeOperation(w: Writer, operation: Operation, database: Database, scope: Scope): void {
  const { work, wait } = operation;
  const { statementTimeoutNs } = database;
  if (statementTimeoutNs !== null) {
    const limit = w.assembler.constants([statementTimeoutNs]);
    w.assembler.emit(OP.TIME_LIMIT, limit, withStatus(OUTCOME.serverError, 500));
  }
  const { cluster } = database;
  if (cluster?.requireFullCoverage === true) {
    writeAct(w, w.acts.covered(cluster.nodeTimeoutNs, scope), 'covered', scope);
  }
  if (database.capacity !== null) {
    writeAct(w, w.acts.consume(database.capacity, operation, scope), 'consume', scope);
  }
  const writeCosts = (): void => {
    if (work !== null) {
      w.assembler.emit(OP.WORK, w.distributions.id(work), 0, 0, scope.names.next('work'));
    }
    if (wait !== null) {
      w.assembler.emit(OP.WAIT, w.distributions.id(wait), 0, 0, scope.names.next('wait'));
    }
  };
  if (database.search !== null) {
    writeAtCopy(w, operation, scope, writeCosts);
    return;
  }
  const tracked = isTracked(database);
  const replicated = database.replication !== null;
  if (tracked) {
    writeLocks(w, operation, database, scope);
  }
  if (replicated && !operation.write) {
    writeAct(w, w.acts.access('read', scope, operation.key), 'read', scope);
  }
  writeCosts();
  if (replicated && operation.write) {
    writeAct(w, w.acts.access('write', scope, operation.key), 'write', scope);
  }
}

/** Writes the begin of a statement, with the locks that it waits for: the table, then the row. */
function writeLocks(w: Writer, operation: Operation, database: Database, scope: Scope): void {
  const { lock, table, write } = operation;
  const isRowFirst = lock && table === null;
  writeAct(w, w.acts.statement(scope, isRowFirst ? operation : null, write), 'statement', scope);
  if (table === null) return;
  const number = tablesOf(database).indexOf(table.name);
  writeAct(w, w.acts.tableLock(scope, table, number), 'tableLock', scope);
  if (lock) writeAct(w, w.acts.rowLock(scope, operation), 'rowLock', scope);
}

function writeCommit(w: Writer, time: Distribution, database: Database, scope: Scope): void {
  const tracked = isTracked(database);
  if (tracked) writeAct(w, w.acts.statement(scope, null, true), 'statement', scope);
  if (!isFree(time)) {
    w.assembler.emit(OP.WAIT, w.distributions.id(time), 0, 0, scope.names.next('wait'));
  }
  if (tracked) writeAct(w, w.acts.committed(scope), 'committed', scope);
}
