import { invariant } from '../../kernel/invariant.js';
import { OUTCOME_KINDS, OUTCOME_NAMES } from '../../contracts/outcome.js';
import type { Ns } from '../../kernel/time.js';
import { holds } from '../../contracts/compare.js';
import type { PlanCondition } from '../../contracts/plan/plan.js';
import type { MeterRecord } from '../../contracts/record/record.js';
import type { Instance } from '../data/instances/instance.js';
import type { Run } from '../data/run.js';
import { levels, type LevelColumns } from '../data/figures/levels.js';
import { sink } from '../data/figures/sink.js';

/** Columns of a row of outcomes: `ok`, `degraded`; the last one counts requests that have not ended. */
const OK = 0;
const DEGRADED = 1;

/** Reads a value from the cells [from, until); null if they hold none. */
type Reading = (from: number, until: number) => number | null;

interface Watch {
  readonly index: number;
  readonly condition: PlanCondition;
  readonly read: Reading;
  /** Time since when it has held without interruption; -1 = it does not hold. */
  since: Ns;
  /** End of its last activation; nothing is watched before. */
  busyUntil: Ns;
  starts: number;
}

/**
 * Watches the conditions that start faults: at the end of each step of the timeline, with the values that the timeline
 * shows for that step. Requests in flight have no outcome yet.
 */
export class Conditions {
  private watches: readonly Watch[] = [];
  /** First cell of the open step. */
  private first = 0;

  constructor(
    private readonly world: Run,
    private readonly fire: (index: number, nth: number, at: Ns, untilNs: Ns) => Ns,
  ) {}

  start(): void {
    this.watches = this.world.plan.faults.flatMap(({ when }, index) =>
      when === null || when.alert !== undefined
        ? []
        : [
            {
              index,
              condition: when,
              read: this.readingOf(when),
              since: -1,
              busyUntil: 0,
              starts: 0,
            },
          ],
    );
  }

  /** The cell before a boundary is over. */
  passed(boundary: number): void {
    const { stepOfCell, edges } = this.world.plan.grid;
    if (boundary === 0) return;
    if (boundary < stepOfCell.length && stepOfCell[boundary] === stepOfCell[boundary - 1]) return;
    const from = this.first;
    invariant(from < boundary, 'steps are judged in order');
    this.first = boundary;
    for (const watch of this.watches)
      this.judge(watch, from, boundary, edges[from], edges[boundary]);
  }

  private judge(watch: Watch, from: number, until: number, beginNs: Ns, endNs: Ns): void {
    const { condition } = watch;
    invariant(endNs > beginNs, 'a condition is judged over a step');
    invariant(watch.since <= beginNs, 'a condition has held since a step before');
    if (watch.starts >= condition.count || beginNs < watch.busyUntil) return;
    const value = watch.read(from, until);
    if (value === null || !holds(condition.op, value, condition.limit)) {
      watch.since = -1;
      return;
    }
    if (watch.since < 0) watch.since = beginNs;
    if (endNs - watch.since < condition.forNs) return;
    watch.since = -1;
    watch.busyUntil = this.fire(watch.index, watch.starts++, endNs, endNs + condition.lengthNs);
  }

  private readingOf(condition: PlanCondition): Reading {
    switch (condition.metric) {
      case 'success':
      case 'throughput':
      case 'outcomes':
      case 'share':
        return this.answers(condition);
      case 'calls':
      case 'attempts':
        return sent(condition);
      case 'queue':
      case 'concurrency':
      case 'cpu':
      case 'utilization':
      case 'memory':
        return this.levels(condition);
      default:
        return this.meters(condition);
    }
  }

  /** Requests of parts, or calls of edges, by their outcomes. */
  private answers({ metric, ending, parts, edges }: PlanCondition): Reading {
    const { plan } = this.world;
    // Edges come after the parts and their versions.
    const subjects = edges.length > 0 ? edges.map((edge) => plan.measured.length + edge) : parts;
    const wanted = OUTCOME_NAMES.findIndex((name) => name === ending);
    return (from, until) => {
      let ended = 0;
      let good = 0;
      for (const subject of subjects) {
        for (let cell = from; cell < until; cell++) {
          const row = sink.outcomesOf(subject, cell);
          for (let kind = 0; kind < OUTCOME_KINDS - 1; kind++) ended += row[kind];
          good += wanted >= 0 ? row[wanted] : row[OK] + row[DEGRADED];
        }
      }
      if (metric === 'outcomes') return good;
      if (metric === 'success' || metric === 'share') return ended === 0 ? null : good / ended;
      return (ended / lengthNs(plan.grid.edges, from, until)) * 1e9;
    };
  }

  private levels({ metric, ending, instances }: PlanCondition): Reading {
    const { plan } = this.world;
    const own = instances.map((id) => this.world.instances[id]);
    const isBusy =
      metric === 'utilization' && own.every((one) => Number.isFinite(one.process.concurrency));
    const roomOf = (instance: Instance): number => {
      const { concurrency, cpu, memory } = instance.process;
      if (metric === 'queue' || metric === 'concurrency') return 1 / own.length;
      return metric === 'memory' ? (memory?.limit ?? Infinity) : isBusy ? concurrency : cpu.cores;
    };
    const gauges = own.map((instance) => {
      if (metric === 'queue') return instance.queueGauge;
      if (metric === 'concurrency') return instance.concurrencyGauge;
      if (metric === 'memory') return instance.memory?.gauge ?? instance.cores.gauge;
      return isBusy ? instance.busyGauge : instance.cores.gauge;
    });
    const capacity = own.reduce((sum, instance) => sum + roomOf(instance), 0);
    const rows = gauges.map((gauge) => levels.columnsOf(gauge));
    const { edges } = plan.grid;
    return (from, until) =>
      (ending === 'max' ? largest(rows, from, until, false) : mean(rows, from, until, edges)) /
      capacity;
  }

  /** The meters of the subject with the name of the metric: its own, else those of its parts. */
  private meters({ metric, ending, component, parts }: PlanCondition): Reading {
    const named = this.world.meters
      .records()
      .filter((meter) => meter.name === metric && meter.component === component);
    const whole = named.filter(({ part }) => part < 0);
    const meters = whole.length > 0 ? whole : named.filter(({ part }) => parts.includes(part));
    const counters = meters.flatMap((meter) => (meter.form === 'counter' ? [meter.counts] : []));
    const gauges = meters.filter(isGauge);
    const { edges } = this.world.plan.grid;
    const isAge = metric === 'age' || metric === 'outbox.age';
    const scale = isAge ? 1e-9 : 1;
    const isWorst = isAge || metric === 'partitionLag';
    if (gauges.length === 0) return (from, until) => sum(counters, from, until);
    return (from, until) => {
      if (ending === 'max') return largest(gauges, from, until, isWorst) * scale;
      if (!isWorst) return mean(gauges, from, until, edges) * scale;
      return Math.max(...gauges.map((gauge) => mean([gauge], from, until, edges))) * scale;
    };
  }
}

/** Calls, or their attempts, that edges have sent. */
function sent({ metric, edges }: PlanCondition): Reading {
  return (from, until) => {
    let count = 0;
    for (const edge of edges) {
      for (let cell = from; cell < until; cell++)
        count += metric === 'calls' ? sink.callsOf(edge, cell) : sink.attemptsOf(edge, cell);
    }
    return count;
  };
}

function isGauge(meter: MeterRecord): meter is MeterRecord & { form: 'gauge' } {
  return meter.form === 'gauge';
}

function lengthNs(edges: Float64Array, from: number, until: number): Ns {
  return edges[until] - edges[from];
}

function sum(columns: readonly Float64Array[], from: number, until: number): number {
  let total = 0;
  for (const column of columns) {
    for (let cell = from; cell < until; cell++) total += column[cell];
  }
  return total;
}

function mean(
  rows: readonly LevelColumns[],
  from: number,
  until: number,
  edges: Float64Array,
): number {
  return (
    sum(
      rows.map(({ area }) => area),
      from,
      until,
    ) / lengthNs(edges, from, until)
  );
}

/** The largest value in one cell: of the sum of all rows, or of the worst row. */
function largest(
  rows: readonly LevelColumns[],
  from: number,
  until: number,
  isWorst: boolean,
): number {
  let worst = 0;
  for (let cell = from; cell < until; cell++) {
    let value = 0;
    for (const { max } of rows) value = isWorst ? Math.max(value, max[cell]) : value + max[cell];
    worst = Math.max(worst, value);
  }
  return worst;
}
