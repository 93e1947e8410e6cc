import { outcomeOfStatus } from '../spec/outcome.js';
import { CALL_MODE, OP } from '../spec/plan.js';
import type { Layer, LimiterStore, Middleware, Target } from '../spec/scenario.js';
import type { Label } from './assembler.js';
import { SLOT } from './assembler.js';
import { BARE_LINE } from './calls.js';
import { isFree } from './free.js';
import { StepNames } from './identity.js';
import type { Limiters } from './limiters.js';
import type { Scope } from './scope.js';
import { writeCall, writeJump, writeWhen, type Writer } from './writer.js';

/**
 * The chain in front of the steps, in its order: the cost of each member, then whom it turns away, by
 * share, by rate, by a remote check.
 */
export function writeMiddleware(
  w: Writer,
  limiters: Limiters,
  chain: readonly Middleware[],
  scope: Scope,
): void {
  for (const member of chain) {
    const names = new StepNames(scope.names.next(`middleware:${member.name}`));
    const inner: Scope = { ...scope, names };
    const after = w.assembler.label();
    if (member.when !== null) writeWhen(w, member.when, after, scope.where);
    if (!isFree(member.work)) {
      w.assembler.emit(OP.WORK, w.distributions.id(member.work), 0, 0, names.next('work'));
    }
    writeReject(w, member, inner);
    if (member.rateLimit !== null) {
      writeLimit(w, limiters, member, member.rateLimit, inner);
    }
    if (member.call !== null) writeCheck(w, member, inner);
    w.assembler.bind(after);
  }
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
  const ends: Scope = { ...scope, uncaught: CALL_MODE.END, answers: -1 };
  writeCall(w, member.call!, BARE_LINE, null, member.onError === 'allow' ? allow : ends);
  w.assembler.bind(after);
}

/** A limiter: the question to its store, where it has one, and the decision. */
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
  );
  const passed = assembler.label();
  if (member.store !== null) {
    const decided = assembler.label();
    assembler.point(assembler.emit(OP.STORE, limiter), SLOT.B, decided);
    writeQuestion(w, member.store, passed, scope);
    assembler.bind(decided);
  }
  assembler.emit(OP.LIMIT, limiter, outcomeOfStatus(member.status));
  assembler.bind(passed);
}

/** One question to a store; without an answer the request passes unlimited, or ends with 500. */
function writeQuestion(w: Writer, store: LimiterStore, passed: Label, scope: Scope): void {
  const { assembler } = w;
  if (!isFree(store.latency)) {
    const stream = scope.names.next('store');
    assembler.emit(OP.WAIT, w.distributions.id(store.latency), 0, 0, stream);
  }
  if (store.of === null) return;
  const verb = hostKindOf(w, store.of) === 'database' ? 'query' : 'call';
  if (store.onError === 'allow') {
    writeCall(
      w,
      store.of,
      BARE_LINE,
      null,
      { ...scope, failure: { kind: 'jump', to: passed } },
      verb,
    );
    return;
  }
  const failed = assembler.label();
  const answered = assembler.label();
  writeCall(
    w,
    store.of,
    BARE_LINE,
    null,
    { ...scope, failure: { kind: 'jump', to: failed } },
    verb,
  );
  writeJump(w, answered);
  assembler.bind(failed);
  assembler.emit(OP.DONE, outcomeOfStatus(500));
  assembler.bind(answered);
}

function hostKindOf(w: Writer, { component }: Target): string {
  return w.layout.components.find(({ name }) => name === component)?.kind ?? '';
}
