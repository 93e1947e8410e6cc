import { engine } from '../../kernel/engine.js';
import { PHASE } from '../../kernel/phase.js';
import { invariant } from '../../kernel/invariant.js';
import { derive, lineage, streamKey, type StreamKey } from '../../kernel/rng.js';
import type { Ns } from '../../kernel/time.js';
import { isSuccess, kindOf, OUTCOME, type Outcome } from '../../contracts/outcome.js';
import { OUTLIER_STATES } from '../../contracts/patterns/outlier.js';
import type { Alarm } from '../../contracts/patterns/policy.js';
import type { PlanHealthChecks } from '../../contracts/plan/probes.js';
import type { Edge, View } from '../data/edges/edge.js';
import { CUT, MESSAGE, VANISHED, type Link } from '../data/edges/link.js';
import type { Alarms } from '../data/instances/alarms.js';
import type { Instance } from '../data/instances/instance.js';
import type { Run, ServedRun } from '../data/run.js';
import { TaskDraft, type TaskContext } from '../data/strands/task-context.js';
import { strands } from '../data/strands/strands.js';
import type { Tasks } from '../resources/tasks.js';
import type { Views } from '../resources/picking/views.js';

/** The parts of a run that health checks use. */
export interface CheckedRun extends Run, ServedRun {
  readonly tasks: Tasks;
}

/** The checks of one callee instance by one caller. */
interface Session {
  readonly index: number;
  readonly spec: PlanHealthChecks;
  readonly caller: Instance;
  readonly callee: Instance;
  readonly view: View;
  /** The edges between the two, whose outlier detections hear of passed checks. */
  readonly edges: readonly Edge[];
  readonly key: StreamKey;
  readonly alarm: Alarm;
  readonly machine: { set(state: number): void };
  isHealthy: boolean;
  /** No result yet of this caller, or of this process of the callee. */
  isFirst: boolean;
  /** Consecutive successes, and consecutive failures. */
  passed: number;
  failed: number;
  /** Number of the latest check, whether it is open, its strand (-1 = none), and the way back of its answer. */
  asked: number;
  isOpen: boolean;
  strand: number;
  life: number;
  backNs: Ns;
}

/**
 * Active health checks as each Envoy makes them (health_checker_base_impl.cc): one check at a time, the next one an
 * interval after the result of the last. The first result takes effect alone; later ones after as many in a row as the
 * thresholds say. A caller keeps its own verdict of each instance, and shuts it in its own view.
 */
export class HealthChecks {
  private readonly sessions: Session[] = [];
  /** Owners of the tasks: of the process itself, and of its endpoints, which faults may affect. */
  private readonly self: number;
  private readonly endpoint: number;
  private readonly lateOp: number;
  private readonly answerOp: number;

  constructor(
    private readonly world: CheckedRun,
    views: Views,
    alarms: Alarms,
  ) {
    const taskEnded = (record: number, outcome: Outcome): void => this.ended(record, outcome);
    this.self = world.tasks.register({ taskEnded, silent: true });
    this.endpoint = world.tasks.register({ taskEnded, silent: true, takesErrors: true });
    this.lateOp = engine.define('health-check-timeout', (index, asked) => {
      const session = this.sessions[index];
      if (session.isOpen && session.asked === asked) this.late(session);
    });
    this.answerOp = engine.define('health-check-answer', (index, asked, outcome) => {
      const session = this.sessions[index];
      if (session.isOpen && session.asked === asked) this.answered(session, outcome);
    });
    for (const pair of pairsOf(world.edges, world)) this.watch(pair, views, alarms);
  }

  private watch({ from, to, edges }: Pair, views: Views, alarms: Alarms): void {
    const { world } = this;
    const { plan, replication, instances, newcomers } = world;
    const spec = plan.components[to].healthChecks!;
    const callers = instances.filter(({ component }) => component === from);
    const callees = instances.filter(({ component }) => component === to);
    const first = this.machines(from, to, callers.length, callees.length);
    for (const caller of callers) {
      const view = views.of(caller.id, to);
      const own = callees.map((callee): Session => {
        const index = this.sessions.length;
        const names = `${plan.components[from].name}[${caller.index}]->${plan.components[to].name}`;
        const session: Session = {
          ...{ index, spec, caller, callee, view, edges },
          key: streamKey(plan.seed, replication, `edge/${names}/healthCheck/${callee.index}`),
          alarm: alarms.add(() => this.ask(session), caller),
          machine: world.journal.setter(first + caller.index * callees.length + callee.index),
          ...{ isHealthy: true, isFirst: false, passed: 0, failed: 0 },
          ...{ asked: 0, isOpen: false, strand: -1, life: 0, backNs: 0 },
        };
        this.sessions.push(session);
        // Callers that run at the start are somewhere between two checks.
        if (!caller.down && !callee.absent) {
          session.alarm.set(Math.floor((spec.intervalNs * (caller.index + 1)) / callers.length));
        }
        return session;
      });
      caller.residents.push({
        died: () => own.forEach((session) => this.stop(session)),
        started: () => own.forEach((session) => this.begin(session, true)),
      });
      newcomers.get(to)?.push((index) => {
        this.stop(own[index]);
        if (!caller.down) this.begin(own[index], false);
      });
    }
  }

  /** Journal of the verdicts, beside those of outlier detections: an instance that is not called. */
  private machines(from: number, to: number, callers: number, callees: number): number {
    const { plan, journal } = this.world;
    const block = journal.open({
      policy: 'outlierDetection',
      kind: 'healthCheck',
      instance: plan.components[from].firstInstance,
      callerComponent: from,
      calleeComponent: to,
      calleePart: -1,
      calleeInstance: plan.components[to].firstInstance,
      bundle: '',
      dryRun: false,
      states: OUTLIER_STATES,
    });
    block.callers = callers;
    block.stride = block.targets = callees;
    block.step = 1;
    journal.reserve(callers * callees - 1);
    return block.first;
  }

  /** A caller has started, or a new process has taken the place: its first check follows at once. */
  private begin(session: Session, isHealthy: boolean): void {
    session.isFirst = true;
    session.passed = session.failed = 0;
    this.judge(session, isHealthy);
    if (!session.callee.absent) session.alarm.set(engine.now);
  }

  private stop(session: Session): void {
    session.alarm.clear();
    session.isOpen = false;
  }

  private ask(session: Session): void {
    const { spec, callee, caller, index } = session;
    // An empty place is on no list. Its next process is met by `begin`.
    if (caller.down || callee.absent) return;
    invariant(!session.isOpen, 'a caller checks an instance once at a time');
    session.isOpen = true;
    session.strand = -1;
    const asked = ++session.asked;
    engine.at(engine.now + spec.timeoutNs, PHASE.TIMER, this.lateOp, index, asked, 0);
    derive(session.key.a, session.key.b, asked);
    const { a, b } = lineage;
    const link = linkOf(session);
    const there = link === null ? 0 : link.delay(MESSAGE.request, a, b);
    const back = link === null ? 0 : link.delay(MESSAGE.answer, a, b);
    if (there === VANISHED || callee.silent) return;
    const isRejected = link !== null && link.requestCut === CUT.reject;
    if (callee.down || isRejected) {
      this.answerAfter(session, there + Math.max(0, back), OUTCOME.refused);
      return;
    }
    session.backNs = back === VANISHED ? VANISHED : there + back;
    const { tasks } = this.world;
    const context = contextOf(a, b);
    const record = index + this.sessions.length * asked;
    const owner = spec.endpoint === null ? this.self : this.endpoint;
    const strand = spec.usesWorkers
      ? tasks.ask(owner, record, callee, spec.part, context, spec.program)
      : tasks.start(owner, record, callee.id, spec.part, context, spec.program);
    session.strand = strand;
    if (strand >= 0) session.life = strands.life[strand];
  }

  private ended(record: number, outcome: Outcome): void {
    const session = this.sessions[record % this.sessions.length];
    const asked = Math.floor(record / this.sessions.length);
    if (!session.isOpen || asked !== session.asked || session.backNs === VANISHED) return;
    this.answerAfter(session, session.backNs, outcome);
  }

  /** The answer comes after both ways: what the callee does begins with the question. */
  private answerAfter(session: Session, delayNs: Ns, outcome: Outcome): void {
    const { index, asked } = session;
    engine.at(engine.now + delayNs, PHASE.COMPLETION, this.answerOp, index, asked, outcome);
  }

  private late(session: Session): void {
    const { strand, life } = session;
    if (strand >= 0 && strands.life[strand] === life) this.world.server.cancelNotified(strand);
    this.answered(session, OUTCOME.timeout);
  }

  private answered(session: Session, outcome: Outcome): void {
    const { spec, caller } = session;
    session.isOpen = false;
    if (isSuccess(outcome)) this.passes(session);
    else this.fails(session, outcome);
    session.isFirst = false;
    if (!caller.down) session.alarm.set(engine.now + spec.intervalNs);
  }

  private passes(session: Session): void {
    const { spec, callee, caller, edges } = session;
    session.failed = 0;
    if (!session.isHealthy) {
      if (!session.isFirst && ++session.passed < spec.healthyThreshold) return;
      this.judge(session, true);
    }
    for (const { outliers } of edges) outliers?.[caller.index]?.passed?.(callee.index);
  }

  private fails(session: Session, outcome: Outcome): void {
    const { spec } = session;
    session.passed = 0;
    if (!session.isHealthy) return;
    session.failed++;
    const isAtOnce = session.isFirst || (spec.failedStatus === 'atOnce' && isStatus(outcome));
    if (isAtOnce || session.failed >= spec.unhealthyThreshold) this.judge(session, false);
  }

  private judge(session: Session, isHealthy: boolean): void {
    session.passed = session.failed = 0;
    if (session.isHealthy === isHealthy) return;
    session.isHealthy = isHealthy;
    const { view, callee } = session;
    if (isHealthy) view.passedAt![callee.index] = engine.now;
    view.setShut(callee.index, !isHealthy);
    session.machine.set(isHealthy ? 0 : 1);
  }
}

/** A calling component, a callee with health checks, and the edges between them. */
interface Pair {
  readonly from: number;
  readonly to: number;
  readonly edges: Edge[];
}

function pairsOf(edges: readonly Edge[], { plan }: Run): readonly Pair[] {
  const pairs = new Map<number, Pair>();
  for (const edge of edges) {
    const { toComponent: to } = edge;
    if (plan.components[to].healthChecks === null) continue;
    const from = plan.parts[plan.edges[edge.id].from].component;
    const key = from * plan.components.length + to;
    const known = pairs.get(key);
    if (known === undefined) pairs.set(key, { from, to, edges: [edge] });
    else known.edges.push(edge);
  }
  return [...pairs.values()];
}

function linkOf({ edges, caller, callee }: Session): Link | null {
  const { links, stride } = edges[0];
  return links[(caller.zone + 1) * stride + callee.zone + 1];
}

/** An error in response, not a lost connection or a refusal before the process. */
function isStatus(outcome: Outcome): boolean {
  switch (kindOf(outcome)) {
    case OUTCOME.refused:
    case OUTCOME.reset:
    case OUTCOME.timeout:
    case OUTCOME.connectTimeout:
      return false;
    default:
      return true;
  }
}

function contextOf(a: number, b: number): TaskContext {
  const ids = { rootA: a, rootB: b, callA: a, callB: b, lineageA: a, lineageB: b };
  return { ...new TaskDraft(), ...ids };
}
