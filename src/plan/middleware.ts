import { OUTCOME, outcomeOfStatus, withStatus, type Outcome } from '../contracts/outcome.js';
import type { Distribution } from '../kernel/distribution.js';
import { CHECK_TABLE, OP, SIZED } from '../contracts/plan/program.js';
import type { Middleware } from '../contracts/scenario/middleware.js';
import type { LimiterStore } from '../contracts/scenario/limiter-store.js';
import type { Layer } from '../contracts/scenario/policies.js';
import type { Target } from '../contracts/scenario/target.js';
import { SLOT, type Label } from './assembler.js';
import { BARE } from './calls.js';
import { writeResponseCache } from './caching.js';
import { isFree } from './free.js';
import { StepNames } from './identity.js';
import { hostOf, type LaidPart } from './layout.js';
import type { Limiters } from './limiters.js';
import type { Scope } from './scope.js';
import { writeCall, writeCheckCall, writeJump, writeWhen, type Writer } from './writer.js';

/**
 * Writes the CPU of a protocol for reading the request. Returns a scope that also writes its CPU for the response,
 * after all other work on it.
 */
export function writeProtocol(w: Writer, scope: Scope): Scope {
  const protocol = hostOf(scope.part.component)?.protocol ?? null;
  if (protocol === null || isFree(protocol.workPerKiB)) return scope;
  const { workPerKiB } = protocol;
  const sized = (what: number, stream: string): void =>
    writeSized(w, workPerKiB, SIZED.PROTOCOL | what, scope.names.next(stream));
  sized(SIZED.REQUEST, 'protocol:request');
  return {
    ...scope,
    closing: () => {
      sized(SIZED.ANSWER, 'protocol:answer');
      scope.closing();
    },
  };
}

/** Middleware with CPU per KiB of the request, and of the response. */
const ON_REQUEST: ReadonlySet<string> = new Set(['transform', 'translate', 'log', 'correlate']);
const ON_ANSWER: ReadonlySet<string> = new Set(['translate', 'compress']);

/**
 * Writes a middleware chain in order: the CPU of each entry, then its refusals by size, share, rate, concurrency or
 * remote check. Returns the scope after the chain, which processes responses in reverse order.
 */
export function writeMiddleware(
  w: Writer,
  limiters: Limiters,
  chain: readonly Middleware[],
  scope: Scope,
): Scope {
  let { closing } = scope;
  for (const member of chain) {
    const names = new StepNames(scope.names.next(`middleware:${member.name}`));
    closing = closingOf(w, member, { ...scope, names, closing });
    const after = w.assembler.label();
    if (member.when !== null) writeWhen(w, member.when, after, scope);
    writeMember(w, limiters, member, { ...scope, names });
    if (member.response !== null && isCached(member.response.methods, scope.part)) {
      const outer = closing;
      const keep = writeResponseCache(w, member.response, { ...scope, names });
      closing = () => {
        keep();
        outer();
      };
    }
    w.assembler.bind(after);
  }
  return { ...scope, closing };
}

/**
 * Whether the responses of a part are cached: all methods of a route must be cacheable, or the method of an endpoint.
 */
function isCached(methods: readonly string[], { source }: LaidPart): boolean {
  if (source.kind === 'endpoint') return methods.includes(source.endpoint.method ?? 'GET');
  if (source.kind !== 'route') return false;
  const { methods: own } = source.route;
  return own.length === 0 || own.every((method) => methods.includes(method));
}

function writeMember(w: Writer, limiters: Limiters, member: Middleware, scope: Scope): void {
  const { assembler } = w;
  const { names } = scope;
  if (!isFree(member.work)) {
    assembler.emit(OP.WORK, w.distributions.id(member.work), 0, 0, names.next('work'));
  }
  if (ON_REQUEST.has(member.name))
    writeSized(w, member.workPerKiB, SIZED.REQUEST, names.next('request'));
  if (member.maxBytes !== null) {
    const table = assembler.constants([member.maxBytes]);
    assembler.emit(OP.OVERSIZE, table, statusOf(member));
  }
  if (member.name === 'authenticate' && member.kind === 'jwt') {
    w.tokenCheckers.add(scope.part.component.id);
    assembler.emit(OP.TOKEN, 0, statusOf(member));
  }
  writeReject(w, member, scope);
  if (member.rateLimit !== null) writeLimit(w, limiters, member, member.rateLimit, scope);
  if (member.admit !== null) {
    const gate = w.gates.at(member.at.join('.'), scope.part.component.id, member.admit);
    assembler.emit(OP.GATE, gate, member.dryRun ? 0 : refusalOf(member.status));
  }
  if (member.call !== null) writeCheck(w, member, scope);
  if (member.coalesce !== null) {
    const id = w.keyed.coalescing(scope.part.component.id, member.coalesce, scope.where);
    assembler.emit(OP.COALESCE, id);
  }
}

/** Work on a successful response: that of this entry, then that of the entries before it. */
function closingOf(w: Writer, member: Middleware, scope: Scope): () => void {
  if (!ON_ANSWER.has(member.name) || isFree(member.workPerKiB)) return scope.closing;
  return () => {
    const after = w.assembler.label();
    if (member.when !== null) writeWhen(w, member.when, after, scope);
    writeSized(w, member.workPerKiB, SIZED.ANSWER, scope.names.next('answer'));
    w.assembler.bind(after);
    scope.closing();
  };
}

function writeSized(w: Writer, workPerKiB: Distribution, what: number, stream: string): void {
  if (isFree(workPerKiB)) return;
  w.assembler.emit(OP.WORK_PER_KIB, w.distributions.id(workPerKiB), what, 0, stream);
}

/** Outcome of a refusal; 0 in a dry run. */
function statusOf({ dryRun, status }: Middleware): Outcome {
  return dryRun ? 0 : outcomeOfStatus(status);
}

/** Outcome of a refusal by a concurrency limit: 503 is an overload, other statuses have their usual outcomes. */
function refusalOf(status: number): Outcome {
  return status === 503 ? withStatus(OUTCOME.rejectedOverload, 503) : outcomeOfStatus(status);
}

/** Refuses a share of requests. A share of 100% needs no draw. */
function writeReject(w: Writer, member: Middleware, scope: Scope): void {
  if (member.reject === 0) return;
  const { assembler } = w;
  const accepted = assembler.label();
  if (member.reject < 1) {
    const table = assembler.constants([member.reject]);
    const at = assembler.emit(OP.SKIP, table, 0, 0, scope.names.next('reject'));
    assembler.point(at, SLOT.B, accepted);
  }
  if (member.dryRun) assembler.emit(OP.WOULD_REJECT);
  else assembler.emit(OP.DONE, outcomeOfStatus(member.status));
  assembler.bind(accepted);
}

/**
 * Writes a remote check. Cached results need no call. A client error is a refusal; after any other failure the request
 * passes (`allow`) or ends.
 */
function writeCheck(w: Writer, member: Middleware, scope: Scope): void {
  const { assembler } = w;
  const after = assembler.label();
  const refusal = statusOf(member);
  const cache = w.keyed.check(scope.part.component.id, member);
  if (cache >= 0) {
    const at = assembler.emit(OP.KNOWN, cache, 0, refusal);
    assembler.point(at, SLOT.B, after);
  }
  const row: number[] = [];
  row[CHECK_TABLE.REFUSAL] = refusal;
  row[CHECK_TABLE.CACHE] = cache;
  row[CHECK_TABLE.ALLOW] = -1;
  row[CHECK_TABLE.DRY] = member.dryRun ? (member.onError === 'allow' ? 1 : 2) : 0;
  const table = assembler.table(row);
  const [call] = writeCheckCall(w, member.call!, scope, table);
  if (call !== undefined && (member.onError === 'allow' || member.dryRun)) {
    assembler.pointInTable(table, CHECK_TABLE.ALLOW, after, call);
  }
  if (cache >= 0) assembler.emit(OP.KEEP, cache);
  assembler.bind(after);
}

/** Writes a limiter: the query to its store, if it has one, then the decision. */
function writeLimit(
  w: Writer,
  limiters: Limiters,
  member: Middleware,
  layer: Layer,
  scope: Scope,
): void {
  const { assembler } = w;
  const limiter = limiters.at(
    member.at.join('.'),
    scope.part.component.id,
    layer,
    member.retryAfter,
    member.store?.cacheNs ?? null,
  );
  const passed = assembler.label();
  if (member.store !== null) {
    const decided = assembler.label();
    assembler.point(assembler.emit(OP.STORE, limiter), SLOT.B, decided);
    writeQuestion(w, member.store, member.dryRun, passed, scope);
    assembler.bind(decided);
  }
  assembler.emit(OP.LIMIT, limiter, statusOf(member));
  assembler.bind(passed);
}

/** Writes a query to a store. If it fails, the request passes without a limit or ends with 500. */
function writeQuestion(
  w: Writer,
  store: LimiterStore,
  dryRun: boolean,
  passed: Label,
  scope: Scope,
): void {
  const { assembler } = w;
  if (!isFree(store.latency)) {
    const stream = scope.names.next('store');
    assembler.emit(OP.WAIT, w.distributions.id(store.latency), 0, 0, stream);
  }
  if (store.of === null) return;
  const verb = hostKindOf(w, store.of) === 'database' ? 'query' : 'call';
  if (store.onError === 'allow') {
    writeCall(w, store.of, BARE, null, { ...scope, failure: { kind: 'jump', to: passed } }, verb);
    return;
  }
  const failed = assembler.label();
  const answered = assembler.label();
  writeCall(w, store.of, BARE, null, { ...scope, failure: { kind: 'jump', to: failed } }, verb);
  writeJump(w, answered);
  assembler.bind(failed);
  if (dryRun) {
    assembler.emit(OP.WOULD_REJECT);
    writeJump(w, passed);
  } else {
    assembler.emit(OP.DONE, outcomeOfStatus(500));
  }
  assembler.bind(answered);
}

function hostKindOf(w: Writer, { component }: Target): string {
  return w.layout.components.find(({ name }) => name === component)?.kind ?? '';
}
