import type { CountDistribution } from '../kernel/counts.js';
import type { Distribution } from '../kernel/distribution.js';
import { NS_PER_MS, type Ns } from '../kernel/time.js';
import { CALL_MODE, OP } from '../contracts/plan/program.js';
import type { Condition, Step, Bundle } from '../contracts/scenario/steps.js';
import type { Query, Target } from '../contracts/scenario/target.js';
import { targetOf } from '../language/databases.js';
import type { Acts } from './acts.js';
import { SLOT, type Assembler, type Label } from './assembler.js';
import { BARE, calledPart, PASSED_ON, reached, type RequestText } from './calls.js';
import type { Interner } from './canonical.js';
import type { Conditions } from './conditions.js';
import { governing } from './bundles.js';
import type { CallEnds, Changes } from './changes.js';
import type { EdgeTable, EdgeUse } from './edges.js';
import type { MeshEdges } from './mesh.js';
import { meshWays } from './mesh-routes.js';
import { writeWeighted } from './weighted.js';
import type { Mesh } from '../contracts/scenario/mesh.js';
import { copyOf, shardOf } from './node-routes.js';
import type { Keyed } from './keyed.js';
import type { LaidPart, Layout } from './layout.js';
import type { GateTable } from './gates.js';
import type { SagaTable } from './saga-table.js';
import type { Problems } from './problem.js';
import { isTracked } from './rows.js';
import { versionNumber } from './versions.js';
import { requestBytesOf } from './sizes.js';
import type { NodeRoute } from '../contracts/plan/replication.js';
import { PRIMARY } from '../contracts/scenario/replication.js';
import { SESSION } from '../contracts/scenario/sections.js';
import { eachStep } from '../language/each-step.js';
import { withFallbacks } from '../language/fallback-steps.js';
import { StepNames } from './identity.js';
import { modeOf, ofFallback, type Scope } from './scope.js';
import { OUTCOME } from '../contracts/outcome.js';

/** Tables that programs are written to. */
export interface Writer {
  readonly layout: Layout;
  readonly assembler: Assembler;
  readonly edges: EdgeTable;
  /** Mesh of the configuration that is written; null without one. */
  readonly mesh: Mesh | null;
  readonly proxies: MeshEdges;
  readonly conditions: Conditions;
  readonly distributions: Interner<Distribution>;
  readonly counts: Interner<CountDistribution>;
  readonly keyed: Keyed;
  readonly gates: GateTable;
  readonly acts: Acts;
  readonly sagas: SagaTable;
  /** Other configurations of the run; null = there are none. */
  readonly changes: Changes | null;
  readonly problems: Problems;
  /** By part id: start of its program. */
  readonly entries: Map<number, Label>;
  /** By part id: a second program, with the inbox query of a consumer or the mark update of a relay. */
  readonly lookups: Map<number, number>;
  /** Fallback steps that are not yet written. */
  readonly fallbacks: {
    readonly start: Label;
    readonly steps: readonly Step[];
    readonly scope: Scope;
  }[];
  /** Components that check tokens. */
  readonly tokenCheckers: Set<number>;
  /** First loop register that the code written so far does not use. */
  readonly registers: { used: number };
  /** Writes a list of steps, for the verbs that contain steps. */
  writeSteps(w: Writer, steps: readonly Step[], scope: Scope): void;
}

/** Label at the start of a part's program, which may not be written yet. */
export function entryOf(w: Writer, part: LaidPart): Label {
  let entry = w.entries.get(part.id);
  if (entry === undefined) w.entries.set(part.id, (entry = w.assembler.label()));
  return entry;
}

/** Jumps to the label if the condition does not hold for the user request, or for the instance. */
export function writeWhen(
  { assembler, conditions }: Writer,
  condition: Condition,
  otherwise: Label,
  { where, part }: Scope,
): void {
  const { version, workload, headers } = condition;
  if (version !== null) {
    const number = versionNumber(part.component, { version });
    assembler.point(assembler.emit(OP.VERSION, number), SLOT.B, otherwise);
    if (condition.class === null && workload === null && headers.size === 0) return;
  }
  const table = assembler.constants(conditions.table(condition, where));
  assembler.point(assembler.emit(OP.WHEN, table), SLOT.B, otherwise);
}

/** Writes a call of a part, with the failure handling of the scope. */
export function writeCall(
  w: Writer,
  to: Target,
  line: RequestText,
  policy: Bundle | null,
  scope: Scope,
  verb: 'call' | 'query' | 'cache' = 'call',
  read: NodeRoute | null = null,
): void {
  const { mode, target } = modeOf(scope);
  const operand = mode === CALL_MODE.ANSWER ? scope.answers : 0;
  for (const at of emitCalls(w, to, line, policy, scope, verb, mode, operand, read)) {
    if (target !== null) w.assembler.point(at, SLOT.C, target);
  }
}

/**
 * Writes a call whose failure is the result of a check, see CHECK_TABLE. Returns the positions of the CALL
 * instructions.
 */
export function writeCheckCall(
  w: Writer,
  to: Target,
  scope: Scope,
  table: number,
): readonly number[] {
  return emitCalls(w, to, BARE, null, scope, 'call', CALL_MODE.CHECK, table);
}

/** Writes a call whose outcome the next act evaluates, success or failure. */
export function writeCommandCall(w: Writer, to: Target, policy: Bundle | null, scope: Scope): void {
  emitCalls(w, to, BARE, policy, scope, 'call', CALL_MODE.REPLY, 0);
}

/** Writes a call whose outcome the next instruction handles, see CALL_MODE.TAKEN. */
export function writeTakenCall(
  w: Writer,
  to: Target,
  policy: Bundle | null,
  scope: Scope,
  route: NodeRoute | null,
): void {
  const next = w.assembler.label();
  for (const at of emitCalls(w, to, BARE, policy, scope, 'query', CALL_MODE.TAKEN, 0, route)) {
    w.assembler.point(at, SLOT.C, next);
  }
  w.assembler.bind(next);
}

/** Writes the call and its detours. Returns the positions of the CALL instructions. */
function emitCalls(
  w: Writer,
  to: Target,
  line: RequestText,
  policy: Bundle | null,
  scope: Scope,
  verb: string,
  mode: number,
  operand: number,
  read: NodeRoute | null = null,
): readonly number[] {
  const { layout, conditions, problems, assembler } = w;
  const after = assembler.label();
  const way = reached(layout, conditions, scope.part, to, line, scope.where, problems);
  if (way === null) return [];
  const places: number[] = [];
  const emit = (ends: CallEnds, target: Pick<Target, 'version'>): void => {
    const { callee } = ends;
    const bytes = line.requestBytes ?? requestBytesOf(layout, callee);
    const over = {
      ...overOf(w, scope, callee, read),
      version: versionNumber(callee.component, target),
    };
    const edge = useEdge(w, scope, ends, policy, bytes, over);
    const stream = scope.names.next(`${verb}:${callee.component.name}.${callee.name}`);
    places.push(assembler.emit(OP.CALL, edge, mode, operand, stream));
  };
  const { mesh } = w;
  const ways =
    mesh === null
      ? null
      : meshWays(mesh, layout, conditions, scope.part, way.callee, line, scope.where);
  if (ways === null) {
    const straight = (callee: LaidPart): void => emit({ called: callee, callee }, to);
    writeDetours(w, way.detours, after, (detour) => straight(detour.callee));
    straight(way.callee);
  } else {
    checkUnversioned(w, to, scope);
    const called = way.callee;
    const choose = ({ choices }: Pick<typeof ways, 'choices'>): void => {
      const weights = choices.map(({ weight }) => weight);
      const bodies = choices.map((choice) => () => emit({ called, callee: choice.callee }, choice));
      writeWeighted(w, weights, bodies, scope.names.next('mesh route'));
    };
    writeDetours(w, ways.detours, after, choose);
    choose(ways);
  }
  assembler.bind(after);
  return places;
}

/** Writes a query that no step makes. The policies of its caller for the database apply. */
export function writeOwnQuery(w: Writer, query: Query, scope: Scope): void {
  writeCall(w, targetOf(query), BARE, null, scope, 'query');
}

/** Reports a call that names a version of a service whose calls the mesh routes. */
function checkUnversioned(w: Writer, { component, version }: Target, { where }: Scope): void {
  if (version === undefined) return;
  const message = `mesh.routes.${component} decides which version gets the call: write ${component} without @${version} here`;
  w.problems.add('FL708', where, message);
}

/** Writes the ways of some user requests, each of which continues at the label. */
function writeDetours<Way extends { readonly requests: readonly number[] }>(
  w: Writer,
  detours: readonly Way[],
  after: Label,
  write: (way: Way) => void,
): void {
  for (const detour of detours) {
    const next = w.assembler.label();
    const table = w.assembler.constants(detour.requests);
    w.assembler.point(w.assembler.emit(OP.WHEN, table), SLOT.B, next);
    write(detour);
    writeJump(w, after);
    w.assembler.bind(next);
  }
}

/** Registers the edge of a call, and those that it uses in other configurations. */
function useEdge(
  w: Writer,
  scope: Scope,
  ends: CallEnds,
  policy: Bundle | null,
  bytes: number,
  over: Over,
  before: readonly number[] = scope.instead,
): number {
  const { edges, changes, proxies } = w;
  const { called, callee } = ends;
  const use = { from: scope.part, to: callee, requestBytes: bytes, ...over };
  const changed = changes?.bundlesOf(scope.part, ends, policy, proxies) ?? null;
  if (changed === null) {
    // The application knows only the service that it calls, so its bundle is that of its calls.
    const own = governing(scope.part.component, called, policy);
    const bundle = proxies.around(own, proxies.proxyOf(scope.part.component, callee));
    return useBundle(w, scope, { ...use, bundle }, null, before);
  }
  const edge = useBundle(w, scope, { ...use, bundle: changed[0]! }, changed, before);
  if (!edges.isChanged(edge)) {
    const others = changed.map((bundle, k) =>
      k === 0 ? edge : useBundle(w, scope, { ...use, bundle }, changed, before),
    );
    edges.change(edge, others);
  }
  return edge;
}

/** Registers an edge with those of its fallback and of its store queries. */
function useBundle(
  w: Writer,
  scope: Scope,
  use: EdgeUse,
  changed: readonly Bundle[] | null,
  before: readonly number[],
): number {
  const { edges, problems } = w;
  const { to: callee, requestBytes: bytes } = use;
  const edge = edges.use(use, changed);
  const { id, fallback, layers } = edges.bundleOf(edge);
  const asks = layers.some(({ store }) => (store?.of ?? null) !== null);
  if (before.includes(edge)) {
    const name = `${callee.component.name}.${callee.name}`;
    const message = `the calls of \`${name}\` fall back on themselves or ask themselves by the bundle \`${id}\`: give the call it makes beside a bundle of its own in \`outbound\``;
    problems.add('FL709', scope.where, message);
    return edge;
  }
  const beside = (to: Target | null): number => {
    const other = to === null ? null : calledPart(w.layout, to, BARE, scope.where, problems);
    if (other === null) return -1;
    const size = bytes === PASSED_ON ? PASSED_ON : requestBytesOf(w.layout, other);
    const version = versionNumber(other.component, to!);
    const others = { ...overOf(w, scope, other, null), version };
    const ends = { called: other, callee: other };
    return useEdge(w, scope, ends, null, size, others, [...before, edge]);
  };
  if (fallback?.kind === 'steps') checkLocks(w, fallback.steps, scope);
  if (fallback !== null && !edges.fallsBack(edge)) {
    if (fallback.kind === 'steps') {
      const start = w.assembler.label();
      const name = `${scope.part.component.name}.${scope.part.name}/fallback:${callee.component.name}.${callee.name}[${id}]`;
      const own = ofFallback(scope, new StepNames(name), [...before, edge]);
      edges.runInstead(edge, start);
      w.fallbacks.push({ start, steps: fallback.steps, scope: own });
    } else {
      const other = beside(fallback.to);
      if (other >= 0) edges.fallBack(edge, other);
    }
  }
  if (asks && !edges.isAsked(edge)) {
    const others = layers.map(({ store }) => beside(store?.of ?? null));
    edges.ask(edge, others);
  }
  return edge;
}

/** Reports a fallback that locks a key that its call already holds. */
function checkLocks(w: Writer, steps: readonly Step[], { locks, where }: Scope): void {
  if (locks.length === 0) return;
  const check = (step: Step): void => {
    if (step.verb !== 'lock' || !locks.includes(step.key)) return;
    const message = `a lock on ${step.key} is in the fallback of a call that holds this lock: it would wait for itself`;
    w.problems.add('FL702', where, message);
  };
  for (const list of withFallbacks(steps)) eachStep(list, check);
}

/** Connection and route of a call to a database, and the version that a call of another component is for. */
type Over = Pick<EdgeUse, 'session' | 'route' | 'version'>;

/** A call within a transaction of the same database uses its connection. */
function overOf(
  w: Writer,
  scope: Scope,
  { component, source }: LaidPart,
  read: NodeRoute | null,
): Omit<Over, 'version'> {
  const { source: owner, name } = component;
  if (owner.kind !== 'database') return { session: SESSION.none, route: read };
  const { host } = owner;
  const asked = { database: host, source, own: null };
  if (host.search !== null) {
    return { session: SESSION.none, route: read ?? copyOf(w, scope, asked) };
  }
  const isInside = scope.transactions.includes(name);
  const own = isTracked(host) ? SESSION.own : SESSION.none;
  const session = isInside ? SESSION.inside : own;
  if (host.shards !== null) {
    return { session, route: read ?? shardOf(w, scope, asked) };
  }
  if (host.replication === null) return { session, route: null };
  const writes = source.kind !== 'operation' || source.operation.write;
  return { session, route: isInside || writes ? PRIMARY : (read ?? host.route) };
}

/** Writes a strand without a join: the program continues meanwhile, and the strand ends like a job. */
export function writeBackground({ assembler }: Writer, stream: string, write: () => void): void {
  const behind = assembler.label();
  const at = assembler.emit(OP.BACKGROUND, assembler.here + 1, 0, 0, stream);
  assembler.point(at, SLOT.B, behind);
  write();
  assembler.emit(OP.DONE, OUTCOME.ok);
  assembler.bind(behind);
}

/** An unconditional jump. */
export function writeJump(w: Writer, to: Label): void {
  w.assembler.point(w.assembler.emit(OP.JUMP), SLOT.A, to);
}

/** Writes an act, with the failure handling of the scope. */
export function writeAct(w: Writer, act: number, name: string, scope: Scope): void {
  const { mode, target } = modeOf(scope);
  const operand = mode === CALL_MODE.ANSWER ? scope.answers : 0;
  const at = w.assembler.emit(OP.ACT, act, mode, operand, scope.names.next(name));
  if (target !== null) w.assembler.point(at, SLOT.C, target);
}

/** Unit of CPU time that an act determines at run time. */
const PIECE: Ns = NS_PER_MS;

/** Writes CPU in the amount that the preceding act determined. */
export function writeFound(w: Writer): void {
  const id = w.distributions.id({ kind: 'constant', valueNs: PIECE });
  w.assembler.emit(OP.WORK_FOUND, id, w.assembler.constants([PIECE]));
}
