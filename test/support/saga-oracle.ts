import { expect } from 'vitest';
import type { Row } from '../theory/program.js';
import { rowsOf, stream } from '../theory/program.js';
import { MEASURED_MS, PLACES } from './random-sagas.js';
import type { Shape } from './random-sagas.js';
import type { Plan } from '../../src/contracts/plan/plan.js';
import type { RunRecord } from '../../src/contracts/record/record.js';

/** A step as it was written, with the messages that the participant was sent for it, by one saga. */
interface Told {
  readonly kind: 'compensable' | 'readOnly' | 'pivot' | 'retryable';
  readonly does: readonly Row[];
  readonly undoes: readonly Row[];
}

/** The part whose executions are the commands; each is the parent of its messages. */
const COMMAND = 'shop.saga:trip';

/** Every message that was sent, however many there were. */
export interface Watched {
  readonly record: RunRecord;
  readonly plan: Plan;
  readonly rows: readonly Row[];
}

export function watched(text: string): Watched {
  const rows: Row[] = [];
  const plans: Plan[] = [];
  const record = stream(text, (part, plan) => {
    plans[0] = plan;
    rows.push(...rowsOf(plan, part));
  });
  return { record, plan: plans[0]!, rows };
}

const isOk = (row: Row): boolean => row.outcome === 'ok' && row.answered >= 0;
/**
 * Whether the driver of a saga knows that a step was undone: the last command for it got that response. Commands are
 * the parents of messages. Responses that another instance got are not recorded, so the last command decides,
 * whatever the results of earlier ones.
 */
function isKnownUndone(undoes: readonly Row[], commands: ReadonlyMap<number, number>): boolean {
  const begun = (row: Row): number => commands.get(row.parent)!;
  const last = Math.max(...undoes.map(begun));
  const decisive = undoes.filter((row) => begun(row) === last);
  // No compensation refuses by itself: 409 says that the participant is still at it.
  expect(decisive.at(-1)!.status, 'given up while it is under way').not.toBe(409);
  return decisive.some(isOk);
}

const wasOkBy = (rows: readonly Row[], time: number): boolean =>
  rows.some((row) => isOk(row) && row.answered <= time);

/** The messages of each saga, by the request that it belongs to, stage by stage. */
function sagasOf(one: Shape, all: readonly Row[]): readonly (readonly (readonly Told[])[])[] {
  const kinds = one.stages.map((stage) => stage.map(({ kind }) => kind as Told['kind']));
  if (one.pivot) kinds.push(['pivot'], ['retryable']);
  const byRoot = new Map<number, Row[]>();
  for (const row of all) {
    const own = byRoot.get(row.root) ?? [];
    byRoot.set(row.root, own);
    if (row.sent >= 0 && row.part.startsWith('worker.')) own.push(row);
  }
  return [...byRoot.values()].map((rows) => {
    let number = 0;
    return kinds.map((stage) =>
      stage.map((kind) => {
        const k = number++;
        const at = (part: string): Row[] => rows.filter((row) => row.part === `worker.${part}${k}`);
        return { kind, does: at('do'), undoes: at('undo') };
      }),
    );
  });
}

/** Whether a command took longer than its lease, which ends after other events of the same time. */
function isOverdue({ leaseMs }: Shape, { part, sent, ended }: Row): boolean {
  return part === COMMAND && (ended < 0 || ended - sent > leaseMs + 1e-6);
}

/**
 * What a driver must never do under any fault, judged by the messages alone: start a stage before the previous one
 * has succeeded, undo a step that it never started, continue after it has turned back, or undo in another order than
 * the reverse.
 */
export function expectInOrder(one: Shape, { rows }: Watched): void {
  const leased = one.lease && one.persistence !== 'none';
  // An instance that has lost its lease may send commands that were decided long before.
  const lost = new Set(leased ? rows.filter((row) => isOverdue(one, row)).map(({ id }) => id) : []);
  // An instance that takes over does not know the messages of a process that died or was late.
  const dies = one.faults.some(({ kind, who }) => kind === 'crash' && PLACES[who] === 'shop');
  const canKnow = !(dies || leased) || !one.sagaTimeout;
  const heard = rows.filter(({ parent }) => !lost.has(parent));
  for (const stages of sagasOf(one, heard)) {
    const all = stages.flat();
    const back = Math.min(...all.flatMap(({ undoes }) => undoes.map(({ sent }) => sent)));
    stages.forEach((stage, s) => {
      const after = stages.slice(s + 1).flat();
      for (const { does, undoes } of stage) {
        for (const { sent } of does) {
          expect(sent, 'on the way back').toBeLessThanOrEqual(back);
          for (const before of stages[s - 1] ?? []) expect(wasOkBy(before.does, sent)).toBe(true);
        }
        for (const { sent } of undoes) {
          expect(canKnow ? does.some((row) => row.sent < sent) : true).toBe(true);
          if (one.order === 'parallel') continue;
          const open = after.filter(
            (step) => step.undoes.length > 0 && !wasOkBy(step.undoes, sent),
          );
          expect(open, 'undone before what came later').toEqual([]);
        }
      }
    });
    // A pivot that has succeeded decides.
    const decided = all.some(({ kind, does }) => kind === 'pivot' && does.some(isOk));
    if (decided && one.ambiguous !== 'treatAsFailed') expect(back).toBe(Infinity);
  }
}

/**
 * How sagas ended where each endpoint has its effect once, seen from the answers alone: all steps done and
 * none undone, all that was done undone, or neither.
 */
export function endsOf(one: Shape, { rows }: Watched): Readonly<Record<string, number>> {
  const counts = { completed: 0, compensated: 0, open: 0 };
  const commands = new Map(
    rows.filter(({ part }) => part === COMMAND).map(({ id, sent }) => [id, sent]),
  );
  for (const stages of sagasOf(one, rows)) {
    const all = stages.flat();
    // A lost request can arrive too late to be counted.
    const first = Math.min(...all.flatMap(({ does }) => does.map(({ sent }) => sent)));
    if (first > MEASURED_MS && first < Infinity) continue;
    const undone = all.every(({ kind, does, undoes }) => {
      if (kind === 'readOnly') return true;
      return undoes.length > 0 ? isKnownUndone(undoes, commands) : !does.some(isOk);
    });
    if (all.every(({ does, undoes }) => undoes.length === 0 && does.some(isOk))) counts.completed++;
    else counts[undone ? 'compensated' : 'open']++;
  }
  return counts;
}
