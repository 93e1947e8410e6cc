import { faultKind } from '../../patterns/registry.js';
import type { Fault } from '../../contracts/scenario/scenario.js';
import { formatDuration } from '../../contracts/quantities/quantity-text.js';
import type { FaultOutput } from '../schema/fault.js';
import { conflict, report, reportKey, type Context, type Path } from './context.js';

/** Largest number of repetitions of a fault. */
const SPANS_MAX = 10_000;

/** Longest chain of faults that start after each other. */
const CHAIN_MAX = 100;

type Spans = Fault['spans'];

/** The spans of each fault, with repetitions and `after` expanded. */
export function resolveSpans(
  context: Context,
  faults: readonly FaultOutput[],
  durationNs: number,
): readonly Spans[] {
  const byId = new Map(faults.map((fault, index) => [fault.id, index]));
  const done = new Map<number, Spans>();
  const spansOf = (index: number, chain: readonly string[]): Spans => {
    const known = done.get(index);
    if (known !== undefined) return known;
    const fault = faults[index];
    const path = ['faults', index];
    const starts = startsOf(context, fault, durationNs, path, (id) => {
      const other = byId.get(id);
      if (other !== undefined) checkFollowed(context, fault, faults[other], path);
      if (other === undefined) {
        report(context, 'FL404', [...path, 'after'], `there is no fault ${id}`, {
          found: id,
          allowed: [...byId.keys()],
        });
        return [];
      }
      if (chain.includes(id) || chain.length > CHAIN_MAX) {
        conflict(context, [...path, 'after'], `${[...chain, id].join(' -> ')} wait for each other`);
        return [];
      }
      return spansOf(other, [...chain, id]);
    });
    const spans = starts.map((fromNs) => ({
      fromNs,
      untilNs: endOf(fault, fromNs),
    }));
    done.set(index, spans);
    return spans;
  };
  return faults.map((fault, index) => spansOf(index, [fault.id]));
}

/** A fault after one with random starts must share its draws; otherwise it could follow a start that did not happen. */
function checkFollowed(context: Context, fault: FaultOutput, other: FaultOutput, path: Path): void {
  const at = [...path, 'after'];
  if (other.when !== undefined) {
    const message = `the end of ${other.id} is known only during the run, so no fault can start after it`;
    report(context, 'FL410', at, message);
    return;
  }
  if (other.jitter === 0 && other.probability === 1) return;
  const isSame =
    other.group !== undefined &&
    other.group === fault.group &&
    other.jitter === fault.jitter &&
    other.probability === fault.probability;
  if (isSame) return;
  const message =
    `${other.id} starts at random: give both faults the same group, jitter and probability, ` +
    'so that this one follows it';
  conflict(context, at, message);
}

/** End of a span. A fault that acts once ends when it starts. */
function endOf({ kind, for: length }: FaultOutput, fromNs: number): number | null {
  if (faultKind(kind)?.instant === true) return fromNs;
  return length === null || length === undefined ? null : fromNs + length;
}

function checkLength(context: Context, fault: FaultOutput, path: Path): void {
  const { instant = false, mayBeInstant = false } = faultKind(fault.kind) ?? {};
  if (instant && fault.for !== undefined) {
    conflict(context, [...path, 'for'], `${fault.kind} acts once, at its start: remove \`for\``);
  } else if (!instant && fault.for === undefined) {
    const message =
      '`for` is missing: write how long the fault lasts, or `none` for until the end of the run';
    reportKey(context, 'FL203', path, message);
  } else if (fault.for === 0 && !mayBeInstant) {
    report(context, 'FL204', [...path, 'for'], 'must be more than 0s');
  }
}

function startsOf(
  context: Context,
  fault: FaultOutput,
  durationNs: number,
  path: Path,
  spansOf: (id: string) => Spans,
): number[] {
  checkLength(context, fault, path);
  const starts = [fault.at, fault.after, fault.when].filter((start) => start !== undefined);
  if (starts.length !== 1) {
    const message = 'the start is missing: write one of `at`, `after` and `when`';
    reportKey(context, 'FL203', path, message);
    return [];
  }
  if (fault.when !== undefined) return startsWhen(context, fault, path);
  if (fault.after !== undefined) return startsAfter(context, fault, path, spansOf(fault.after));
  const at = fault.at!;
  if (fault.delay > 0) conflict(context, [...path, 'delay'], 'delay applies only to `after`');
  if (at >= durationNs && !fault.optional) {
    const end = formatDuration(durationNs);
    const message = `starts at ${formatDuration(at)}, but the run ends at ${end}`;
    report(context, 'FL410', [...path, 'at'], message);
  }
  return fault.every === undefined
    ? once(context, fault, at, path)
    : repeated(context, fault, at, durationNs, path);
}

function once(context: Context, fault: FaultOutput, at: number, path: Path): number[] {
  for (const field of ['count', 'until'] as const) {
    if (fault[field] === undefined) continue;
    const meant = field === 'count' ? '. For a number of instances use instances' : '';
    conflict(context, [...path, field], `${field} applies only to \`every\`${meant}`);
  }
  return [at];
}

function repeated(
  context: Context,
  fault: FaultOutput,
  at: number,
  durationNs: number,
  path: Path,
): number[] {
  const every = fault.every!;
  if (fault.for === null) {
    conflict(context, [...path, 'every'], 'a fault without end cannot repeat');
    return [at];
  }
  if ((fault.for ?? 0) + fault.jitter > every) {
    const length = fault.jitter > 0 ? 'for + jitter' : 'for';
    const message =
      'the next one would start before this one ends: every must be at least ' + `${length}`;
    conflict(context, [...path, 'every'], message);
    return [at];
  }
  const end = Math.min(fault.until ?? durationNs, durationNs);
  const wanted = Math.max(1, Math.ceil((end - at) / every));
  const count = Math.min(fault.count ?? wanted, wanted);
  if (count > SPANS_MAX) {
    const message = `would start ${count} times; the limit is ${SPANS_MAX}`;
    report(context, 'FL602', [...path, 'every'], message);
    return [at];
  }
  return Array.from({ length: count }, (_, i) => at + i * every);
}

/** The start depends on a condition, so only the run determines it. */
function startsWhen(context: Context, fault: FaultOutput, path: Path): number[] {
  for (const field of ['every', 'until'] as const) {
    if (fault[field] === undefined) continue;
    const message = `${field} applies only to \`at\`; with \`when\`, \`count\` sets how often it starts`;
    conflict(context, [...path, field], message);
  }
  return [];
}

function startsAfter(context: Context, fault: FaultOutput, path: Path, spans: Spans): number[] {
  for (const field of ['every', 'count', 'until'] as const) {
    if (fault[field] !== undefined) {
      const message =
        `${field} does not apply with after: the fault starts at each end of ` + `${fault.after}`;
      conflict(context, [...path, field], message);
    }
  }
  if (spans.some((span) => span.untilNs === null)) {
    report(context, 'FL410', [...path, 'after'], `${fault.after} never ends`);
  }
  return spans.flatMap((span) => (span.untilNs === null ? [] : [span.untilNs + fault.delay]));
}
