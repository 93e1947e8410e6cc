import { formatCount } from '../../text/figures.js';
import { calmOf } from './calm.js';
import type { Evened } from './evenly.js';
import type { Executions, Execution } from './executions.js';
import type { LeftOut } from './left-out.js';
import { FEW, shareOf } from './measured.js';
import type { TracedEndpoint, Unknown } from './model.js';
import type { Network } from './network.js';
import { ownTimeOf, type OwnTime, type OwnTimeOf } from './own-time.js';
import type { Roles } from './parts.js';
import { callsIn, StepFinder, type Found } from './steps.js';
import { Bodies, withLoops, withTries, type Item, type Row } from './structure/items.js';
import { variantsOf } from './structure/variants.js';

/** What endpoints are read from. */
export interface ServiceInput extends OwnTimeOf {
  readonly roles: Roles;
  readonly executions: Executions;
  readonly leftOut: LeftOut;
  readonly unknown: Unknown[];
  readonly saysAttempts: ReadonlySet<number>;
  readonly evened: Evened;
  readonly network: Network | null;
  /** Whether the trace of a span has no span whose parent is in no file. */
  isWhole(span: number): boolean;
}

/** Endpoints of a service. `spans`: those that execute each of its parts. */
export function endpointsOf(
  service: string,
  spans: ReadonlyMap<number, readonly number[]>,
  input: ServiceInput,
): readonly TracedEndpoint[] {
  const byPart = new Map<number, readonly Execution[]>();
  for (const [part, own] of spans)
    byPart.set(
      part,
      own.map((span) => input.executions.of(span)),
    );
  const isEven = ({ span }: Execution): boolean => input.evened.isExtra[span] === 0;
  const even = [...byPart].map(([part, all]) => [part, all.filter(isEven)] as const);
  const own = ownTimeOf(
    service,
    even.flatMap(([, all]) => all),
    input,
    input.unknown,
  );
  return even.flatMap(([part, all]) => {
    const extra = byPart.get(part)!.filter((one) => !isEven(one));
    return all.length === 0 ? [] : [endpointOf(service, part, all, own, input, extra)];
  });
}

function endpointOf(
  service: string,
  part: number,
  all: readonly Execution[],
  own: OwnTime,
  { roles, leftOut, unknown, saysAttempts, isWhole, evened, network }: ServiceInput,
  extra: readonly Execution[],
): TracedEndpoint {
  const { endpoint } = roles.parts.all[part];
  const calm = calmOf(all);
  const isCalm = all.map(({ start }) => calm.has(start));
  // A lacking call looks like own time. Where too few traces are complete, what they show is all there is.
  const whole = all.map(({ span }, k) => isCalm[k] && isWhole(span));
  const used = whole.filter(Boolean).length < FEW ? isCalm : whole;
  const rows = all.map((execution, k): Row => ({
    execution,
    items: withTries(execution, saysAttempts),
    isCalm: used[k],
  }));
  const usual = rows.filter((row) => row.isCalm);
  const calmCount = isCalm.filter(Boolean).length;
  leftOut.add(
    'executions in windows in which times, failures or calls were at another level: not used for times and shares',
    rows.length - calmCount,
  );
  leftOut.add(
    'executions of traces of which spans are missing: not used for times and shares',
    calmCount - usual.length,
  );
  leftOut.add(
    'executions whose caller had given up: not counted as errors',
    all.reduce((sum, { isAbandoned }) => sum + (isAbandoned ? 1 : 0), 0),
  );
  const found = together(
    variantsOf(rows).map((group) => {
      const bodies = new Bodies();
      const looped = withLoops(group, bodies);
      return { group, ...new StepFinder(roles.parts.all, bodies, looped, own, network).find() };
    }),
  );
  leftOut.add('calls that too few executions of their endpoint make to be a step', found.rare);
  unknown.push(...unknownOf(service, endpoint, all.length, found, roles));
  const others = extra
    .filter(({ start }) => calm.has(start))
    .map((execution): Row => ({
      execution,
      items: withTries(execution, saysAttempts),
      isCalm: true,
    }));
  const errors = errorsOf([...usual, ...others], evened.weight);
  return { name: endpoint, steps: found.steps, errors, executions: all.length };
}

/** The variants of an endpoint as one step: each execution takes one of them. */
function together(variants: readonly (Found & { readonly group: readonly Row[] })[]): Found {
  if (variants.length === 1) return variants[0]!;
  const calm = variants.map(({ group }) => group.filter(({ isCalm }) => isCalm).length);
  const total = calm.reduce((sum, n) => sum + n, 0);
  const branches = variants.map(({ steps }, k) => ({ weight: shareOf(calm[k], total), steps }));
  const few = new Map<number, number>();
  for (const one of variants.flatMap((variant) => variant.few))
    few.set(one.part, (few.get(one.part) ?? 0) + one.n);
  return {
    steps: [{ kind: 'choose', branches }],
    rare: variants.reduce((sum, { rare }) => sum + rare, 0),
    few: [...few].flatMap(([part, n]) => (n < FEW ? [{ part, n }] : [])),
  };
}

/** Whether a call failed after which no other began. Calls beside it may begin later than it does, and end later. */
function endsFailed(items: readonly Item[]): boolean {
  const last = items[items.length - 1]?.start ?? 0;
  return items.some(({ isFailed, end }) => isFailed && end >= last);
}

/** Failures that no call explains: their share of the executions, each with its weight. */
function errorsOf(rows: readonly Row[], weight: Evened['weight']): TracedEndpoint['errors'] {
  const own = rows.filter(({ execution, items }) => execution.isFailed && !endsFailed(items));
  if (own.length === 0) return null;
  const sumOf = (some: readonly Row[]): number =>
    some.reduce((sum, { execution: { span } }) => sum + (weight?.[span] ?? 1), 0);
  // As many trials as give this share with the failures that were seen, which decide its interval.
  return shareOf(own.length, Math.round((own.length * sumOf(rows)) / sumOf(own)));
}

/** Numbers of an endpoint that rest on too few observations. */
function unknownOf(
  service: string,
  endpoint: string,
  n: number,
  { steps, few }: Found,
  roles: Roles,
): readonly Unknown[] {
  const path = `services.${service}.endpoints.${endpoint}`;
  if (n < FEW) {
    const question = `Which calls does ${service} ${endpoint} make, and how long does it take?`;
    return [{ path, reason: `n = ${n} < ${FEW} executions`, question }];
  }
  const calls = few.map(({ part, n: times }) => {
    const to = `${roles.parts.all[part].component} ${roles.parts.all[part].endpoint}`;
    const reason = `n = ${times} < ${FEW} calls of ${to} in ${formatCount(n)} executions`;
    return { path, reason, question: `How often does ${service} ${endpoint} call ${to}?` };
  });
  const retries = callsIn(steps).flatMap(({ to, endpoint: called, retry }) => {
    if (retry === null || retry.backoff.n >= FEW) return [];
    const reason = `n = ${retry.backoff.n} < ${FEW} repetitions of ${to} ${called}`;
    const question = `How often, and after which time, does ${service} repeat a failed ${to} ${called}?`;
    return [{ path, reason, question }];
  });
  return [...calls, ...retries];
}
