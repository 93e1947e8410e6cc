import type { PlanOutbox } from '../contracts/plan/messaging.js';
import { OUTCOME } from '../contracts/outcome.js';
import { OP } from '../contracts/plan/program.js';
import type { Database } from '../contracts/scenario/database.js';
import type { Outbox } from '../contracts/scenario/outbox.js';
import type { StepOf, Step } from '../contracts/scenario/steps.js';
import { eachStep } from '../language/each-step.js';
import type { LaidPart, Layout } from './layout.js';
import { outboxOf, type Scope } from './scope.js';
import { writeAct, writeOwnQuery, type Writer } from './writer.js';

/** Writes a `publish` step. With an outbox it first inserts the row. */
export function writePublish(w: Writer, step: StepOf<'publish'>, scope: Scope): void {
  if (step.via === 'outbox') writeOwnQuery(w, outboxOf(scope)!.insert, scope);
  writeAct(w, w.acts.publish(w, step, scope), `publish:${step.topic}`, scope);
  if (step.via === 'outbox' || leavesWithCommit(w, step, scope)) return;
  writeDualMark(w, 'published', scope);
}

/** Whether a message is sent only after the commit of the enclosing transaction. */
function leavesWithCommit(w: Writer, { topic }: StepOf<'publish'>, scope: Scope): boolean {
  const { source } = w.layout.byName.get(topic)!;
  const isBus = source.kind === 'topic' && source.spec.kind === 'bus';
  return isBus && source.spec.afterCommit && scope.transactions.length > 0;
}

/** After a COMMIT: sends the messages that wait for it. */
export function writeReleased(
  w: Writer,
  step: StepOf<'transaction'>,
  around: readonly string[],
  scope: Scope,
): void {
  let isUsed = false;
  eachStep(step.steps, (inner) => {
    if (inner.verb !== 'publish') return;
    isUsed ||= leavesWithCommit(w, inner, { ...scope, transactions: around });
  });
  if (!isUsed) return;
  writeAct(w, w.acts.released(), 'released', scope);
  writeDualMark(w, 'published', scope);
}

/** After a COMMIT: the rows written to the outbox become visible to its relay. */
export function writeOutboxCommit(w: Writer, step: StepOf<'transaction'>, scope: Scope): void {
  if (outboxOf(scope)?.insert.database !== step.database) return;
  let isUsed = false;
  eachStep(step.steps, (inner) => {
    isUsed ||= inner.verb === 'publish' && inner.via === 'outbox';
  });
  if (isUsed) writeAct(w, w.acts.outboxCommit(scope), 'outboxCommit', scope);
}

/**
 * Records one half of a dual write. Only for endpoints that always change a database and also publish without an
 * outbox.
 */
export function writeDualMark(w: Writer, half: 'written' | 'published', scope: Scope): void {
  const { source } = scope.part;
  if (source.kind !== 'endpoint' || !isDual(w.layout, source.endpoint.steps)) return;
  writeAct(w, w.acts.dualMark(scope, half), `dual:${half}`, scope);
}

/** Whether a step changes a database. */
export function changesData(layout: Layout, step: Step): boolean {
  if (step.verb === 'transaction') return true;
  if (step.verb !== 'query') return false;
  const { source } = layout.byName.get(step.database)!;
  const database = (source as { readonly host: Database }).host;
  return database.operations.get(step.operation)!.write;
}

function isDual(layout: Layout, steps: readonly Step[]): boolean {
  const certain = steps.filter(({ probability, when }) => probability === 1 && when === null);
  const within = certain.flatMap((step) => (step.verb === 'transaction' ? step.steps : []));
  const publishes = [...certain, ...within].some(
    (step) =>
      step.verb === 'publish' &&
      step.via === 'direct' &&
      step.probability === 1 &&
      step.when === null,
  );
  return publishes && certain.some((step) => changesData(layout, step));
}

/**
 * Writes the programs of a relay for a poll of the table and for the update of sent rows. Returns the first one; -1 =
 * polling takes no time.
 */
export function writeRelay(
  w: Writer,
  part: LaidPart,
  { query, work }: Outbox,
  scope: Scope,
): number {
  const { assembler } = w;
  const mark = assembler.here;
  if (work !== null) {
    assembler.emit(OP.WORK, w.distributions.id(work), 0, 0, scope.names.next('work'));
  }
  if (query !== null) writeOwnQuery(w, query, scope);
  if (assembler.here > mark) {
    assembler.emit(OP.DONE, OUTCOME.ok);
    w.lookups.set(part.id, mark);
  }
  if (query === null) return -1;
  const look = assembler.here;
  writeOwnQuery(w, query, scope);
  assembler.emit(OP.DONE, OUTCOME.ok);
  return look;
}

/** The outboxes in the order of their parts. */
export function planOutboxes(w: Writer, programs: readonly number[]): readonly PlanOutbox[] {
  return w.layout.parts.flatMap((part) => {
    if (part.source.kind !== 'relay') return [];
    const { outbox: spec } = part.source;
    return [
      {
        component: part.component.id,
        part: part.id,
        spec,
        look: programs[part.id]!,
        mark: w.lookups.get(part.id) ?? -1,
        connector: spec.connector === null ? -1 : w.layout.byName.get(spec.connector)!.id,
        database: w.layout.byName.get(spec.insert.database)!.id,
        cdcLatency: w.distributions.id(spec.cdcLatency),
      },
    ];
  });
}
