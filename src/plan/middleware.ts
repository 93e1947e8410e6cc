import { outcomeOfStatus } from '../spec/outcome.js';
import { CHECK_TABLE, OP } from '../spec/plan.js';
import type { Middleware } from '../spec/scenario.js';
import { SLOT } from './assembler.js';
import { isFree } from './free.js';
import { StepNames } from './identity.js';
import type { Limiters } from './limiters.js';
import type { Scope } from './scope.js';
import { writeCheckCall, writeWhen, type Writer } from './writer.js';

/**
 * The chain in front of the steps, in its order: the cost of each member, then whom it turns away, by
 * share, by rate, by a remote check. `owner` is the component or the route whose list it is.
 */
export function writeMiddleware(
  w: Writer,
  limiters: Limiters,
  chain: readonly Middleware[],
  owner: string,
  scope: Scope,
): void {
  chain.forEach((member, index) => {
    const names = new StepNames(scope.names.next(`middleware:${member.name}`));
    const inner: Scope = { ...scope, names };
    const after = w.assembler.label();
    if (member.when !== null) writeWhen(w, member.when, after, scope.where);
    if (!isFree(member.work)) {
      w.assembler.emit(OP.WORK, w.distributions.id(member.work), 0, 0, names.next('work'));
    }
    writeReject(w, member, inner);
    if (member.rateLimit !== null) {
      const place = `${owner}.middleware[${index}]`;
      const limiter = limiters.at(place, scope.part.component.id, member.rateLimit);
      w.assembler.emit(OP.LIMIT, limiter, outcomeOfStatus(member.status));
    }
    if (member.call !== null) writeCheck(w, member, `${owner}.middleware[${index}]`, inner);
    if (member.coalesce !== null) {
      const id = w.keyed.coalescing(scope.part.component.id, member.coalesce);
      w.assembler.emit(OP.COALESCE, id);
    }
    w.assembler.bind(after);
  });
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
