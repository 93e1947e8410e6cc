import { OUTCOME, withStatus } from '../spec/outcome.js';
import { CALL_MODE, OP } from '../spec/plan/program.js';
import type { PlanSaga, SagaRole } from '../spec/plan/sagas.js';
import type { Saga } from '../spec/scenario/sagas.js';
import { driverName } from '../spec/scenario/sagas.js';
import type { Target } from '../spec/scenario/target.js';
import type { Bundle } from '../spec/scenario/steps.js';
import { SLOT } from './assembler.js';
import { BARE } from './calls.js';
import type { KeyTable } from './keys.js';
import type { LaidPart, Layout } from './layout.js';
import { partOf } from './layout.js';
import type { Scope } from './scope.js';
import { modeOf } from './scope.js';
import { writeCall, writeCommandCall, type Writer } from './writer.js';

/** How a command ends whose state could not be written. */
const UNSAVED = withStatus(OUTCOME.serverError, 500);

interface Entries {
  readonly steps: number[];
  readonly undos: number[];
  save: number;
  read: number;
}

/** The sagas of a plan, in the order of their names, and what endpoints mean to them. */
export class SagaTable {
  private readonly laid: readonly { readonly component: number; readonly spec: Saga }[];
  private readonly numbers: ReadonlyMap<string, number>;
  private readonly roles = new Map<string, SagaRole[]>();
  private readonly entries = new Map<string, Entries>();

  constructor(layout: Layout) {
    this.laid = layout.components.flatMap(({ id, source }) =>
      source.kind === 'saga' ? [{ component: id, spec: source.saga }] : [],
    );
    this.numbers = new Map(this.laid.map(({ spec }, number) => [spec.name, number]));
    this.laid.forEach(({ spec }, saga) => this.addRoles(spec, saga));
  }

  number(saga: string): number {
    return this.numbers.get(saga)!;
  }

  /** What an endpoint is to sagas; none for nearly all. */
  rolesOf({ component, name }: LaidPart): readonly SagaRole[] {
    return this.roles.get(`${component.name}.${name}`) ?? [];
  }

  /** Whether a saga refuses steps that come too late. */
  hasTombstones({ saga }: SagaRole): boolean {
    return this.laid[saga]!.spec.tombstones;
  }

  entriesOf(saga: string): Entries {
    let own = this.entries.get(saga);
    if (own === undefined)
      this.entries.set(saga, (own = { steps: [], undos: [], save: -1, read: -1 }));
    return own;
  }

  plan(w: Writer, keys: KeyTable): readonly PlanSaga[] {
    return this.laid.map(({ component, spec }) => {
      const own = w.layout.components[component]!;
      const { steps, undos, save, read } = this.entriesOf(spec.name);
      const { orchestration } = spec;
      const driver =
        orchestration === null
          ? -1
          : partOf(w.layout.byName.get(orchestration.orchestrator)!, driverName(spec.name)).id;
      return {
        component,
        spec,
        parts: spec.steps.map((step) => partOf(own, step.name).id),
        driver,
        entries: steps,
        undoEntries: undos,
        saveEntry: save,
        readEntry: read,
        value: spec.value === null ? -1 : w.counts.id(spec.value),
        key: spec.key === null ? -1 : keys.use(spec.key, `sagas.${spec.name}.key`, 'a saga'),
      };
    });
  }

  private addRoles({ steps, choreography }: Saga, saga: number): void {
    const add = (to: Target, role: SagaRole['role'], step: number): void => {
      const name = `${to.component}.${to.part}`;
      this.roles.set(name, [...(this.roles.get(name) ?? []), { saga, role, step }]);
    };
    steps.forEach(({ call, compensation, readOnly }, step) => {
      if (!readOnly) add(call, 'do', step);
      if (compensation !== null) add(compensation, 'undo', step);
    });
    for (const to of choreography?.startedBy ?? []) add(to, 'start', -1);
    for (const to of choreography?.completedBy ?? []) add(to, 'complete', -1);
    for (const to of choreography?.cancelledBy ?? []) add(to, 'cancel', -1);
  }
}

/**
 * The program of an orchestrator. Its program counter is stored outside the instance: a run of the program starts at
 * the current command of the saga, sends that one command, and ends. The next command runs as a task of its own.
 */
export function writeSaga(w: Writer, saga: Saga, scope: Scope): void {
  const { assembler } = w;
  assembler.emit(OP.ACT, w.acts.command(w, saga.name, 'resume'), CALL_MODE.END);
  const entries = w.sagas.entriesOf(saga.name);
  const { steps, undos } = entries;
  const undoPolicy = saga.orchestration!.compensationPolicy;
  for (const { call, compensation, policy } of saga.steps) {
    steps.push(assembler.here);
    writeCommand(w, saga, call, policy, scope);
    undos.push(compensation === null ? -1 : assembler.here);
    if (compensation !== null) writeCommand(w, saga, compensation, undoPolicy, scope);
  }
  const { persistence } = saga.orchestration!;
  if (persistence === null) return;
  entries.save = assembler.here;
  const failed = assembler.label();
  const own: Scope = { ...scope, failure: { kind: 'jump', to: failed } };
  writeSave(w, saga, own);
  assembler.emit(OP.DONE, OUTCOME.ok);
  if (persistence.read !== null) {
    entries.read = assembler.here;
    writeCall(w, persistence.read, BARE, null, own, 'query');
    assembler.emit(OP.DONE, OUTCOME.ok);
  }
  assembler.bind(failed);
  assembler.emit(OP.DONE, UNSAVED);
}

/** SAVE, CALL, SAVE: a command that reports its outcome to the saga, success or failure. */
function writeCommand(
  w: Writer,
  saga: Saga,
  to: Target,
  policy: Bundle | null,
  scope: Scope,
): void {
  const { assembler } = w;
  const { persistence } = saga.orchestration!;
  const unsaved = assembler.label();
  const saving: Scope = { ...scope, failure: { kind: 'jump', to: unsaved } };
  if (persistence?.before === true) writeSave(w, saga, saving);
  assembler.emit(OP.ACT, w.acts.command(w, saga.name, 'issue'), CALL_MODE.END);
  writeCommandCall(w, to, policy, scope);
  assembler.emit(OP.ACT, w.acts.command(w, saga.name, 'reply'), CALL_MODE.END);
  if (persistence !== null) writeSave(w, saga, saving);
  assembler.emit(OP.DONE, OUTCOME.ok);
  assembler.bind(unsaved);
  assembler.emit(OP.DONE, UNSAVED);
}

/** Writes the state of a saga, with the failure handling of the scope. */
export function writeSave(w: Writer, saga: Saga, scope: Scope): void {
  const persistence = saga.orchestration?.persistence ?? null;
  if (persistence === null) return;
  const to = { component: persistence.database, part: persistence.operation };
  writeCall(w, to, BARE, null, scope, 'query');
}

/** Tells sagas that an endpoint begins or has had its effect; nothing where it is none of their steps. */
export function writeMark(w: Writer, part: LaidPart, at: 'begin' | 'end', scope: Scope): void {
  const all = w.sagas.rolesOf(part);
  const roles = at === 'end' ? all : all.filter((role) => looksFirst(w, role));
  if (roles.length === 0) return;
  const { mode, target } = modeOf(scope);
  const operand = mode === CALL_MODE.ANSWER ? scope.answers : 0;
  const place = w.assembler.emit(OP.ACT, w.acts.mark(at, roles, part), mode, operand);
  if (target !== null) w.assembler.point(place, SLOT.C, target);
}

/** What undoes looks at its beginning for what there is to undo; what comes too late is refused then. */
function looksFirst(w: Writer, role: SagaRole): boolean {
  return role.role === 'undo' || (role.role === 'do' && w.sagas.hasTombstones(role));
}
