import { outcomeOfStatus } from '../spec/outcome.js';
import { CHECK_TABLE, OP } from '../spec/plan.js';
import type { Middleware } from '../spec/scenario.js';
import { SLOT } from './assembler.js';
import { isFree } from './free.js';
import { StepNames } from './identity.js';
import type { Limiters } from './limiters.js';
import type { Scope } from './scope.js';
import { writeCheckCall, writeWhen, type Writer } from './writer.js';

/** Middleware that works on the request, or on the answer, for each KiB of it. */
const ON_REQUEST: ReadonlySet<string> = new Set(['transform', 'translate', 'log', 'correlate']);
const ON_ANSWER: ReadonlySet<string> = new Set(['translate', 'compress']);

/**
 * The chain in front of the steps, in its order: the cost of each member, then whom it turns away, by
 * size, by share, by rate, by a remote check. `owner` is the component or the route whose list it is.
 * Gives the scope behind the chain, where answers go through it the other way.
 */
export function writeMiddleware(
  w: Writer,
  limiters: Limiters,
  chain: readonly Middleware[],
  owner: string,
  scope: Scope,
): Scope {
  let { closing } = scope;
  chain.forEach((member, index) => {
    const names = new StepNames(scope.names.next(`middleware:${member.name}`));
    const place = `${owner}.middleware[${index}]`;
    closing = closingOf(w, member, { ...scope, names, closing });
    const after = w.assembler.label();
    if (member.when !== null) writeWhen(w, member.when, after, scope.where);
    writeMember(w, limiters, member, place, { ...scope, names });
    w.assembler.bind(after);
  });
  return { ...scope, closing };
}

function writeMember(
  w: Writer,
  limiters: Limiters,
  member: Middleware,
  place: string,
  scope: Scope,
): void {
  const { assembler } = w;
  const { names } = scope;
  if (!isFree(member.work)) {
    assembler.emit(OP.WORK, w.distributions.id(member.work), 0, 0, names.next('work'));
  }
  if (ON_REQUEST.has(member.name)) writeSized(w, member, 0, names.next('request'));
  if (member.maxBytes !== null) {
    const table = assembler.constants([member.maxBytes]);
    assembler.emit(OP.OVERSIZE, table, outcomeOfStatus(member.status));
  }
  writeReject(w, member, scope);
  if (member.rateLimit !== null) {
    const limiter = limiters.at(place, scope.part.component.id, member.rateLimit);
    assembler.emit(OP.LIMIT, limiter, outcomeOfStatus(member.status));
  }
  if (member.call !== null) writeCheck(w, member, place, scope);
  if (member.coalesce !== null) {
    const id = w.keyed.coalescing(scope.part.component.id, member.coalesce);
    assembler.emit(OP.COALESCE, id);
  }
}

/** What is done with a successful answer: the member's own part, then that of those in front of it. */
function closingOf(w: Writer, member: Middleware, scope: Scope): () => void {
  if (!ON_ANSWER.has(member.name) || isFree(member.workPerKiB)) return scope.closing;
  return () => {
    const after = w.assembler.label();
    if (member.when !== null) writeWhen(w, member.when, after, scope.where);
    writeSized(w, member, 1, scope.names.next('answer'));
    w.assembler.bind(after);
    scope.closing();
  };
}

function writeSized(w: Writer, { workPerKiB }: Middleware, answer: 0 | 1, stream: string): void {
  if (isFree(workPerKiB)) return;
  w.assembler.emit(OP.WORK_PER_KIB, w.distributions.id(workPerKiB), answer, 0, stream);
}

/** The share of requests that is turned away; a share of 100 % needs no coin. */
function writeReject(w: Writer, member: Middleware, scope: Scope): void {
  if (member.reject === 0) return;
  const { assembler } = w;
  const accepted = assembler.label();
  if (member.reject < 1) {
    const table = assembler.constants([member.reject]);
    const at = assembler.emit(OP.SKIP, table, 0, 0, scope.names.next('reject'));
    assembler.point(at, SLOT.B, accepted);
  }
  assembler.emit(OP.DONE, outcomeOfStatus(member.status));
  assembler.bind(accepted);
}

/**
 * A remote check: what is known is not asked. A client error is its refusal; any other failure is no
 * answer, and lets the request pass (`allow`) or ends it.
 */
function writeCheck(w: Writer, member: Middleware, place: string, scope: Scope): void {
  const { assembler } = w;
  const after = assembler.label();
  const refusal = outcomeOfStatus(member.status);
  const cache = w.keyed.check(place, scope.part.component.id, member);
  if (cache >= 0) {
    const at = assembler.emit(OP.KNOWN, cache, 0, refusal);
    assembler.point(at, SLOT.B, after);
  }
  const row: number[] = [];
  row[CHECK_TABLE.REFUSAL] = refusal;
  row[CHECK_TABLE.CACHE] = cache;
  row[CHECK_TABLE.ALLOW] = -1;
  const table = assembler.table(row);
  const call = writeCheckCall(w, member.call!, scope, table);
  if (call >= 0 && member.onError === 'allow') {
    assembler.pointInTable(table, CHECK_TABLE.ALLOW, after, call);
  }
  if (cache >= 0) assembler.emit(OP.KEEP, cache);
  assembler.bind(after);
}
