import { invariant } from '../../kernel/invariant.js';
import { engine } from '../../kernel/engine.js';
import { PHASE } from '../../kernel/phase.js';
import { derive, lineage, streamKey, type StreamKey } from '../../kernel/rng.js';
import type { Ns } from '../../kernel/time.js';
import { isSuccess, type Outcome } from '../../contracts/outcome.js';
import { FORCED_RESULT, PROBES, type ProbeKind } from '../../contracts/scenario/probes.js';
import type { PlanProbe } from '../../contracts/plan/probes.js';
import type { OutagesParts } from './outages-parts.js';
import type { Instance } from '../data/instances/instance.js';
import { strands } from '../data/strands/strands.js';
import { TaskDraft, type TaskContext } from '../data/strands/task-context.js';

/** Actions that follow from probe results. */
export interface Verdicts {
  /** The process is to be ended and restarted; null = with the grace period of its lifecycle. */
  fails(instance: Instance, graceNs: Ns | null): void;
  /** The instance becomes ready or unready. */
  readinessChanged(instance: Instance, ready: boolean): void;
}

/** One probe of one instance: a worker of the kubelet. */
interface Watch {
  readonly index: number;
  readonly kind: ProbeKind;
  readonly spec: PlanProbe;
  readonly instance: Instance;
  /** Key of the draws of its probe requests. */
  readonly key: StreamKey;
  /** Raised when its process ends, which voids earlier probes and responses. */
  turn: number;
  /** Start time of its process. */
  since: Ns;
  /** Its process was probed during its start-up. */
  isEarly: boolean;
  /** Number of the current probe request, the strand that executes it (-1 = none), and whether it is open. */
  asked: number;
  strand: number;
  life: number;
  open: boolean;
  /** A probe was due while the previous one was open. */
  due: boolean;
  /** No more probes until the process has been restarted. */
  isOver: boolean;
  /** The last result, and its number of consecutive occurrences. */
  last: boolean;
  run: number;
  /** The verdict; for a startup probe whether the process has started. */
  state: boolean;
}

/**
 * Probes as the kubelet runs them (pkg/kubelet/prober worker.go): at every period from the start of the process, one at
 * a time. During its start-up a process does not listen yet, so they fail. A state changes after enough equal results in
 * a row. Until a startup probe succeeds, the other two are not run; then readiness is probed at once. Failures of startup
 * and liveness end the process. For processes running at the start of the run, the first probes are spread over a period.
 */
export class Probes {
  /** Owners of the tasks: of the process itself, and of its endpoints, which faults may affect. */
  private readonly self: number;
  private readonly endpoint: number;
  private readonly level: number;
  private readonly tickOp: number;
  private readonly lateOp: number;
  private readonly watches: Watch[] = [];
  private readonly byInstance = new Map<number, readonly Watch[]>();
  /** By instance: time at which a probe last ended it. */
  private readonly failedAt = new Map<number, Ns>();

  constructor(
    private readonly world: OutagesParts,
    private readonly verdicts: Verdicts,
  ) {
    const taskEnded = (record: number, outcome: Outcome): void => this.ended(record, outcome);
    this.self = world.tasks.register({ taskEnded, silent: true });
    this.endpoint = world.tasks.register({ taskEnded, silent: true, takesErrors: true });
    this.level = levelOf(world.plan.priorities);
    this.tickOp = engine.define('probe', (index, turn) => {
      const watch = this.watches[index];
      if (watch.turn === turn) this.tick(watch);
    });
    this.lateOp = engine.define('probe-timeout', (index, asked) => {
      const watch = this.watches[index];
      if (watch.open && watch.asked === asked) this.late(watch);
    });
    for (const instance of world.instances) this.watch(instance);
  }

  /** A process begins its start-up at this time. The first probe comes a period later: at once there is no container. */
  begins(instance: Instance, at: Ns): void {
    if (!instance.down) return;
    this.stopped(instance);
    for (const watch of this.byInstance.get(instance.id) ?? []) {
      begin(watch, at);
      watch.isEarly = true;
      this.at(watch, at + watch.spec.periodNs);
    }
  }

  /** A process has started: it gets no calls before its probes succeed. */
  started(instance: Instance): void {
    const own = this.byInstance.get(instance.id);
    if (own === undefined) return;
    for (const watch of own) {
      if (watch.isEarly) continue;
      begin(watch, engine.now);
      // The first probe after a probe failure waits one period: if it failed at the instant of the restart, the
      // restarts would never end.
      const isAtOnce = this.failedAt.get(instance.id) !== engine.now;
      this.at(watch, isAtOnce ? engine.now : engine.now + watch.spec.periodNs);
    }
    this.setReady(instance, own);
  }

  /** A process has ended. */
  stopped(instance: Instance): void {
    for (const watch of this.byInstance.get(instance.id) ?? []) {
      watch.turn++;
      watch.open = watch.due = watch.isEarly = false;
    }
  }

  private ended(record: number, outcome: Outcome): void {
    const watch = this.watches[record % this.watches.length];
    if (!watch.open || Math.floor(record / this.watches.length) !== watch.asked) return;
    this.answered(watch, isSuccess(outcome));
  }

  private watch(instance: Instance): void {
    const { plan, replication } = this.world;
    const { name, initial } = plan.components[instance.component];
    const { probes } = instance.process;
    if (probes === null) return;
    const own = PROBES.flatMap((kind): Watch[] => {
      const spec = probes[kind];
      if (spec === null) return [];
      const key = streamKey(plan.seed, replication, `probe/${name}/${kind}/${instance.index}`);
      const rest = { asked: 0, strand: -1, life: 0, open: false, due: false };
      const known = { isOver: kind === 'startup', last: true, run: 0, state: true, isEarly: false };
      const index = this.watches.length;
      const watch = { index, kind, spec, instance, key, turn: 0, since: 0, ...rest, ...known };
      this.watches.push(watch);
      if (!instance.down) this.at(watch, Math.floor((spec.periodNs * instance.index) / initial));
      return [watch];
    });
    this.byInstance.set(instance.id, own);
  }

  private at(watch: Watch, at: Ns): void {
    const phase = at > engine.now ? PHASE.TIMER : Math.max(engine.phase, PHASE.TIMER);
    engine.at(at, phase, this.tickOp, watch.index, watch.turn, 0);
  }

  private tick(watch: Watch): void {
    if (watch.isOver) return;
    this.at(watch, engine.now + watch.spec.periodNs);
    if (watch.open) watch.due = true;
    else this.ask(watch);
  }

  private ask(watch: Watch): void {
    const { spec, instance, index } = watch;
    if (watch.isOver || engine.now - watch.since < spec.initialDelayNs) return;
    if (watch.kind !== 'startup' && !this.hasStarted(instance)) return;
    // The host has vanished; its kubelet sends no probes.
    if (instance.silent) return;
    invariant(!watch.open, 'an instance has one probe of a kind at a time');
    watch.open = true;
    const asked = ++watch.asked;
    const lie = instance.forcedResults[PROBES.indexOf(watch.kind)];
    if (lie > 0) return this.answered(watch, lie === FORCED_RESULT.pass);
    if (instance.down) return this.answered(watch, false);
    engine.at(engine.now + spec.timeoutNs, PHASE.TIMER, this.lateOp, index, asked, 0);
    const record = index + this.watches.length * asked;
    const context = this.contextOf(watch);
    const { tasks } = this.world;
    const { part, program } = spec;
    const owner = spec.endpoint === null ? this.self : this.endpoint;
    watch.strand = spec.usesWorkers
      ? tasks.ask(owner, record, instance, part, context, program)
      : tasks.start(owner, record, instance.id, part, context, program);
    if (watch.strand >= 0) watch.life = strands.life[watch.strand];
  }

  private hasStarted({ id }: Instance): boolean {
    return this.byInstance.get(id)!.every(({ kind, state }) => kind !== 'startup' || state);
  }

  /** The probe has timed out; its execution continues as for any caller that has left. */
  private late(watch: Watch): void {
    const { strand, life } = watch;
    if (strand >= 0 && strands.life[strand] === life) this.world.server.cancelNotified(strand);
    this.answered(watch, false);
  }

  private answered(watch: Watch, isGood: boolean): void {
    const { spec } = watch;
    invariant(watch.open, 'a probe gets one result');
    watch.open = false;
    watch.run = watch.last === isGood ? watch.run + 1 : 1;
    watch.last = isGood;
    const needed = isGood ? spec.successThreshold : spec.failureThreshold;
    if (watch.run >= needed) this.turn(watch, isGood);
    if (!watch.due) return;
    watch.due = false;
    this.ask(watch);
  }

  private turn(watch: Watch, isGood: boolean): void {
    const { kind, spec, instance } = watch;
    const own = this.byInstance.get(instance.id)!;
    if (kind === 'readiness') {
      watch.state = isGood;
      this.setReady(instance, own);
    } else if (!isGood) {
      watch.isOver = true;
      this.failedAt.set(instance.id, engine.now);
      this.verdicts.fails(instance, spec.terminationGraceNs);
    } else if (kind === 'startup') {
      watch.state = watch.isOver = true;
      const readiness = own.find((other) => other.kind === 'readiness');
      if (readiness !== undefined && !readiness.open) this.ask(readiness);
      this.setReady(instance, own);
    }
  }

  private setReady(instance: Instance, own: readonly Watch[]): void {
    if (instance.down) return;
    this.verdicts.readinessChanged(
      instance,
      own.every(({ kind, state }) => kind === 'liveness' || state),
    );
  }

  private contextOf({ key, asked }: Watch): TaskContext {
    derive(key.a, key.b, asked);
    const { a, b } = lineage;
    const priority = this.level;
    const ids = { rootA: a, rootB: b, callA: a, callB: b, lineageA: a, lineageB: b };
    return { ...new TaskDraft(), priority, ...ids };
  }
}

/** Without results, a process counts as alive but not as ready. */
function begin(watch: Watch, at: Ns): void {
  watch.since = at;
  watch.state = watch.kind === 'liveness';
  watch.run = 0;
  watch.isOver = false;
}

/** Level of a request without a priority: that of priority 0. */
function levelOf(priorities: readonly number[]): number {
  const below = priorities.filter((priority) => priority < 0).length;
  return Math.min(below, Math.max(0, priorities.length - 1));
}
