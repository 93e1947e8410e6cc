import { formatCount } from '../../text/figures.js';
import { BusyShare, ownTimes } from './busy.js';
import type { Executions, Execution } from './executions.js';
import type { LeftOut } from './left-out.js';
import { FEW, shareOf } from './measured.js';
import type { TraceHints, TracedEndpoint, Unknown } from './model.js';
import type { Roles } from './parts.js';
import type { OwnTime } from './segments.js';
import { StepFinder } from './steps.js';
import type { SpanStore } from './store.js';
import { Bodies, withLoops, withTries } from './structure/items.js';

/** Endpoints of a service from its executions. */
export class ServiceReader {
  private readonly store: SpanStore;
  private readonly roles: Roles;
  private readonly executions: Executions;
  private readonly hints: TraceHints;
  private readonly leftOut: LeftOut;
  private readonly unknown: Unknown[];
  private readonly saysAttempts: ReadonlySet<number>;

  constructor(
    store: SpanStore,
    roles: Roles,
    executions: Executions,
    hints: TraceHints,
    leftOut: LeftOut,
    unknown: Unknown[],
    saysAttempts: ReadonlySet<number>,
  ) {
    this.store = store;
    this.roles = roles;
    this.executions = executions;
    this.hints = hints;
    this.leftOut = leftOut;
    this.unknown = unknown;
    this.saysAttempts = saysAttempts;
  }

  /** `spans`: those that execute each part of the service. */
  endpoints(
    service: string,
    spans: ReadonlyMap<number, readonly number[]>,
  ): readonly TracedEndpoint[] {
    const byPart = new Map<number, readonly Execution[]>();
    for (const [part, own] of spans)
      byPart.set(
        part,
        own.map((span) => this.executions.of(span)),
      );
    const own = this.ownTime(service, byPart);
    return [...byPart].map(([part, all]) => this.endpoint(service, part, all, own));
  }

  private endpoint(
    service: string,
    part: number,
    all: readonly Execution[],
    own: OwnTime,
  ): TracedEndpoint {
    const { endpoint } = this.roles.parts.all[part];
    const path = `services.${service}.endpoints.${endpoint}`;
    const bodies = new Bodies();
    const rows = withLoops(
      all.map((execution) => ({ execution, items: withTries(execution, this.saysAttempts) })),
      bodies,
    );
    const { steps, rare } = new StepFinder(this.roles.parts.all, bodies, rows, own).find();
    this.leftOut.add('calls that too few executions of their endpoint make to be a step', rare);
    if (all.length < FEW) {
      this.unknown.push({
        path,
        reason: `n = ${all.length} < ${FEW} executions`,
        question: `Which calls does ${service} ${endpoint} make, and how long does it take?`,
      });
    }
    const failed = rows.filter(({ execution, items }) => {
      return execution.isFailed && !(items[items.length - 1]?.isFailed ?? false);
    });
    return {
      name: endpoint,
      steps,
      errors: failed.length === 0 ? null : shareOf(failed.length, all.length),
      executions: all.length,
    };
  }

  /** With cores, own time is the share of a core that an execution gets; without them it is the time itself. */
  private ownTime(service: string, byPart: ReadonlyMap<number, readonly Execution[]>): OwnTime {
    const cores = this.hints.cores(service);
    const isCalm = (): boolean => true;
    if (cores === null) {
      const n = [...byPart.values()].reduce((sum, { length }) => sum + length, 0);
      this.unknown.push({
        path: `services.${service}.cpu.cores`,
        reason: `${formatCount(n)} executions show how long they took, not whether they worked or waited`,
        question: `How many cores has an instance of ${service}?`,
      });
      return { kind: 'wait', between: (_span, from, to) => to - from, isCalm };
    }
    const times = new Map<number, (readonly [number, number])[]>();
    for (const executions of byPart.values())
      for (const execution of executions) {
        const instance = this.store.instance[execution.span];
        const known = times.get(instance) ?? [];
        known.push(...ownTimes(execution));
        times.set(instance, known);
      }
    const shares = new Map(
      [...times].map(([instance, own]) => [instance, new BusyShare(own, cores)]),
    );
    const { instance } = this.store;
    return {
      kind: 'work',
      between: (span, from, to) => shares.get(instance[span])!.between(from, to),
      isCalm,
    };
  }
}
