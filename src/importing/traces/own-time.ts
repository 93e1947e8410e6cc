import { formatCount, formatShare } from '../../text/figures.js';
import { BusyShare, ownTimes, serviceTime } from './busy.js';
import type { Execution } from './executions.js';
import { FEW } from './measured.js';
import type { TraceHints, Unknown } from './model.js';
import type { SpanStore } from './store.js';

/** What turns a span of time of a process into its work. */
export interface OwnTime {
  readonly kind: 'work' | 'wait';
  /** Work between two instants of an execution. */
  between(span: number, from: number, to: number): number;
}

type Times = (readonly [from: number, to: number])[];

/** What the times of a service depend on. */
export interface OwnTimeOf {
  readonly store: SpanStore;
  readonly hints: TraceHints;
  /** Requests that a trace stands for. */
  readonly weight: number;
  /** Services whose own time is taken as work, because a sample does not tell it from waits. */
  readonly taken: string[];
}

const RAW: OwnTime = { kind: 'wait', between: (_span, from, to) => to - from };

/**
 * The own time of a service, with the cores that a manifest says. Spans of all requests give the work of each execution by
 * its busy share. Spans of a sample give only its mean, by the formula of Erlang. Without cores, work and waits look alike.
 */
export function ownTimeOf(
  service: string,
  executions: readonly Execution[],
  { store, hints, weight, taken }: OwnTimeOf,
  unknown: Unknown[],
): OwnTime {
  const path = `services.${service}.cpu.cores`;
  const cores = hints.cores(service);
  const cpu = hints.cpu?.(service) ?? null;
  const limit = hints.quota?.(service) ?? (cores !== null && cores < 1 ? cores : null);
  if (cpu !== null && (cores === null || (limit ?? cores) < 1 || weight > 1))
    return metered(service, executions, cpu, unknown);
  if (cores === null || !(cores > 0)) {
    const times = `${formatCount(executions.length)} executions`;
    const reason = `${times} show how long they took, but not how much of it was work on a core`;
    unknown.push({ path, reason, question: `How many cores has an instance of ${service}?` });
    return RAW;
  }
  const { instance } = store;
  const byProcess = new Map<number, Times>();
  for (const execution of executions) {
    const known = byProcess.get(instance[execution.span]) ?? [];
    byProcess.set(instance[execution.span], known);
    for (const time of ownTimes(execution)) known.push(time);
  }
  // Without instances all replicas look like one process, with the cores of all.
  const replicas = byProcess.size === 1 && byProcess.has(0) ? (hints.replicas(service) ?? 1) : 1;
  // With a quota an execution has a whole core, beside others on theirs, until the quota of the period is used up.
  const all = Math.max(1, cores) * replicas;
  const quota = limit === null ? null : limit * replicas;
  if (weight > 1) {
    const { share, own } = scaled(byProcess, { cores: all, quota }, weight);
    if (share > BUSY_MAX) unknown.push(busy(service, share));
    else taken.push(service);
    return own;
  }
  const shares = new Map([...byProcess].map(([own, times]) => [own, new BusyShare(times, all)]));
  if (quota !== null) {
    const used = [...byProcess].map(([own, times]) => usedCores(times, shares.get(own)!));
    const most = used.reduce((a, b) => Math.max(a, b), 0);
    if (most > quota) {
      unknown.push(throttled(service, most, quota));
      return RAW;
    }
  }
  const worked: OwnTime = {
    kind: 'work',
    between: (span, from, to) => shares.get(instance[span])!.between(from, to),
  };
  const runningAt = (one: Execution): number =>
    shares.get(instance[one.span])!.runningAt(one.start);
  const contended = new Contention(executions, (one) => runningAt(one) > all, worked);
  if (contended.isWait()) return RAW;
  if (!contended.isDecided()) unknown.push(contended.unknown(service, all));
  return worked;
}

/** Cores that a process would use if all of its own time were work at full speed, over the time of its spans. */
function usedCores(times: Times, share: BusyShare): number {
  const first = times.reduce((least, [from]) => Math.min(least, from), Infinity);
  const last = times.reduce((most, [, to]) => Math.max(most, to), -Infinity);
  const worked = times.reduce((sum, [from, to]) => sum + share.between(from, to), 0);
  return last > first ? worked / (last - first) : 0;
}

/**
 * A process cannot work more than its quota, so a part of its own time is throttled or waits for something. Spans do not show
 * how much. Source: Linux, Documentation/scheduler/sched-bwc.rst.
 */
function throttled(service: string, used: number, quota: number): Unknown {
  const [own, limit] = [used, quota].map((one) => Number(one.toPrecision(2)));
  return {
    path: `services.${service}.endpoints`,
    reason: `not identifiable: its own time would be ${own} cores of work, and its quota is ${limit}; all of it is taken as a wait`,
    question: `How much CPU does a request of ${service} take? --metrics with its CPU shows it`,
  };
}

/** Share of its own time that a service has to work, so that all of it can be called work. */
const WORK_LEAST = 0.5;

/** Work as the share of the own time that a metric of the CPU says. */
function metered(
  service: string,
  executions: readonly Execution[],
  cpu: number,
  unknown: Unknown[],
): OwnTime {
  const whole = executions.reduce(
    (sum, one) => sum + ownTimes(one).reduce((own, [from, to]) => own + to - from, 0),
    0,
  );
  const mean = whole / executions.length;
  const share = mean > 0 ? Math.min(1, (cpu * 1e9) / mean) : 1;
  if (share >= WORK_LEAST)
    return { kind: 'work', between: (_span, from, to) => (to - from) * share };
  unknown.push({
    path: `services.${service}.endpoints`,
    reason: `works ${formatShare(share)} of its own time, by the metric of its CPU; all of it is taken as a wait`,
    question: `Does ${service} wait for anything that has no span, and for how long?`,
  });
  return RAW;
}

/** Share of busy cores from which a sample no longer gives the work: the wait for a core is too large a part of the time. */
const BUSY_MAX = 0.4;
/** Share from which most of the time is more likely a wait for something else. */
const FULL = 0.95;

/** Work as a constant share of the time, by process. */
function scaled(
  byProcess: ReadonlyMap<number, Times>,
  { cores, quota }: { readonly cores: number; readonly quota: number | null },
  weight: number,
): { readonly share: number; readonly own: OwnTime } {
  let busy = 0;
  let whole = 0;
  let most = 0;
  for (const times of byProcess.values()) {
    const first = times.reduce((least, [from]) => Math.min(least, from), Infinity);
    const last = times.reduce((most, [, to]) => Math.max(most, to), -Infinity);
    const sum = times.reduce((own, [from, to]) => own + to - from, 0);
    if (times.length < 2) continue;
    const mean = sum / times.length;
    const perNs = ((times.length - 1) * weight) / (last - first);
    const work = Math.min(serviceTime(mean, perNs, cores), (quota ?? Infinity) / perNs);
    most = Math.max(most, (perNs * work) / (quota ?? cores));
    busy += times.length * work;
    whole += sum;
  }
  if (most > FULL) return { share: most, own: RAW };
  const factor = whole > 0 ? busy / whole : 1;
  return { share: most, own: { kind: 'work', between: (_span, from, to) => (to - from) * factor } };
}

/** The own time of a service whose cores would be busy for a share, of which a sample does not give the work. */
function busy(service: string, share: number): Unknown {
  const why =
    share > FULL
      ? `as work its own time would keep the cores more than ${formatShare(FULL)} busy; all of it is taken as a wait`
      : `the cores are about ${formatShare(share)} busy, and a large part of the time is a wait for them`;
  return {
    path: `services.${service}.endpoints`,
    reason: `not identifiable from a sample: ${why}`,
    question: `How long does ${service} work for a request, or which traces are all of a minute?`,
  };
}

/** Standard errors from which two means differ. Contended executions come in bursts, so that fewer would be chance. */
const DIFFERENT = 3;

/** Sums of one quantity over executions that began with a free core, and over the others. */
class Sides {
  private readonly sum: [number, number] = [0, 0];
  private readonly squares: [number, number] = [0, 0];

  add(side: 0 | 1, value: number): void {
    this.sum[side] += value;
    this.squares[side] += value * value;
  }

  /** Difference of the two means, as a share of the first. `n`: executions of each side. */
  gap(n: readonly [number, number]): number {
    return Math.abs(this.sum[1] / n[1] / (this.sum[0] / n[0]) - 1);
  }

  /** Difference of the two means in its standard errors. */
  difference(n: readonly [number, number]): number {
    const mean = (side: 0 | 1): number => this.sum[side] / n[side];
    const variance = (side: 0 | 1): number =>
      Math.max(0, this.squares[side] / n[side] - mean(side) * mean(side)) / n[side];
    const error = Math.sqrt(variance(0) + variance(1));
    const gap = Math.abs(mean(1) - mean(0));
    // Constant times have no error: they differ by more than a clock may, or they do not.
    return error > 0 ? gap / error : gap > 1e-3 * mean(0) ? Infinity : 0;
  }
}

/** Own times of executions that began when all cores were taken, and of those that did not. */
class Contention {
  private readonly raw = new Sides();
  private readonly work = new Sides();
  private readonly n: [number, number] = [0, 0];

  constructor(
    executions: readonly Execution[],
    isContended: (one: Execution) => boolean,
    worked: OwnTime,
  ) {
    for (const one of executions) {
      if (one.isFailed || !one.isTimed) continue;
      const side = isContended(one) ? 1 : 0;
      this.n[side]++;
      let raw = 0;
      let work = 0;
      for (const [from, to] of ownTimes(one)) {
        raw += to - from;
        work += worked.between(one.span, from, to);
      }
      this.raw.add(side, raw);
      this.work.add(side, work);
    }
  }

  /** There are enough of both for a comparison, and one of the two explains the times better than chance. */
  isDecided(): boolean {
    if (this.n[0] < FEW || this.n[1] < FEW) return false;
    return Math.max(this.raw.difference(this.n), this.work.difference(this.n)) >= DIFFERENT;
  }

  /**
   * Taken cores make no difference to the times: they are waits, not work. By the sizes of the two differences: times that
   * are nearly constant make the least one many standard errors.
   */
  isWait(): boolean {
    if (!this.isDecided()) return false;
    const isSure = this.work.difference(this.n) >= DIFFERENT;
    return isSure && this.raw.gap(this.n) < this.work.gap(this.n);
  }

  unknown(service: string, cores: number): Unknown {
    const share = formatShare(this.n[1] / Math.max(1, this.n[0] + this.n[1]));
    return {
      path: `services.${service}.endpoints`,
      reason: `${share} of the executions began with more than ${cores} in work, so work and waits look alike; taken as work`,
      question: `Does ${service} work on a core in its own time, or does it wait?`,
    };
  }
}
