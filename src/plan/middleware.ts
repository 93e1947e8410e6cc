import { OUTCOME, outcomeOfStatus, withStatus } from '../spec/outcome.js';
import type { Outcome } from '../spec/outcome.js';
import { CALL_MODE, OP } from '../spec/plan.js';
import type { Middleware } from '../spec/scenario.js';
import { SLOT } from './assembler.js';
import { BARE_LINE } from './calls.js';
import { isFree } from './free.js';
import { StepNames } from './identity.js';
import type { Limiters } from './limiters.js';
import type { Scope } from './scope.js';
import { writeCall, writeWhen, type Writer } from './writer.js';

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
    if (member.admit !== null) {
      const place = `${owner}.middleware[${index}]`;
      const gate = w.gates.at(place, scope.part.component.id, member.admit);
      w.assembler.emit(OP.GATE, gate, refusalOf(member.status));
    }
    if (member.call !== null) writeCheck(w, member, inner);
    w.assembler.bind(after);
  });
}

/** Who is refused because of load has the outcome of that, where the status is the usual one. */
function refusalOf(status: number): Outcome {
  return status === 503 ? withStatus(OUTCOME.rejectedOverload, 503) : outcomeOfStatus(status);
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

/** A remote check that fails lets the request pass (`allow`) or ends it. */
function writeCheck(w: Writer, member: Middleware, scope: Scope): void {
  const after = w.assembler.label();
  const allow: Scope = { ...scope, failure: { kind: 'ignore', after } };
  const ends: Scope = { ...scope, uncaught: CALL_MODE.END };
  writeCall(w, member.call!, BARE_LINE, null, member.onError === 'allow' ? allow : ends);
  w.assembler.bind(after);
}
