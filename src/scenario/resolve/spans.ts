import { faultKind } from '../../patterns/registry.js';
import type { Fault } from '../../contracts/scenario/scenario.js';
import { formatDuration } from '../../contracts/quantities/quantity-text.js';
import type { WrittenFault } from '../../contracts/scenario/faults.js';
import { cursorAt, type Context, type Cursor } from './context.js';

/** Largest number of repetitions of a fault. */
const SPANS_MAX = 10_000;

/** Longest chain of faults that start after each other. */
const CHAIN_MAX = 100;

type Spans = Fault['spans'];

/** The spans of each fault, with repetitions and `after` expanded. */
export function resolveSpans(
  context: Context,
  faults: readonly WrittenFault[],
  durationNs: number,
): readonly Spans[] {
  const byId = new Map(faults.map((fault, index) => [fault.id, index]));
  const done = new Map<number, Spans>();
  const spansOf = (index: number, chain: readonly string[]): Spans => {
    const known = done.get(index);
    if (known !== undefined) return known;
    const fault = faults[index];
    const here = cursorAt(context, 'faults', index);
    const starts = startsOf(here, fault, durationNs, (id) => {
      const other = byId.get(id);
      if (other !== undefined) checkFollowed(here, fault, faults[other]);
      if (other === undefined) {
        here.in('after').report('FL404', `there is no fault ${id}`, {
          found: id,
          allowed: [...byId.keys()],
        });
        return [];
      }
      if (chain.includes(id) || chain.length > CHAIN_MAX) {
        here.in('after').conflict(`${[...chain, id].join(' -> ')} wait for each other`);
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
function checkFollowed(here: Cursor, fault: WrittenFault, other: WrittenFault): void {
  const at = here.in('after');
  if (other.when !== null) {
    const message = `the end of ${other.id} is known only during the run, so no fault can start after it`;
    at.report('FL410', message);
    return;
  }
  if (other.jitterNs === 0 && other.probability === 1) return;
  const isSame =
    other.group !== null &&
    other.group === fault.group &&
    other.jitterNs === fault.jitterNs &&
    other.probability === fault.probability;
  if (isSame) return;
  const message =
    `${other.id} starts at random: give both faults the same group, jitter and probability, ` +
    'so that this one follows it';
  at.conflict(message);
}

/** End of a span. A fault that acts once ends when it starts. */
function endOf({ kind, forNs }: WrittenFault, fromNs: number): number | null {
  if (faultKind(kind)?.instant === true) return fromNs;
  return (forNs ?? null) === null ? null : fromNs + forNs!;
}

function checkLength(here: Cursor, fault: WrittenFault): void {
  const { instant = false, mayBeInstant = false } = faultKind(fault.kind) ?? {};
  if (instant && fault.forNs !== undefined) {
    here.in('for').conflict(`${fault.kind} acts once, at its start: remove \`for\``);
  } else if (!instant && fault.forNs === undefined) {
    const message =
      '`for` is missing: write how long the fault lasts, or `none` for until the end of the run';
    here.reportKey('FL203', message);
  } else if (fault.forNs === 0 && !mayBeInstant) {
    here.in('for').report('FL204', 'must be more than 0s');
  }
}

function startsOf(
  here: Cursor,
  fault: WrittenFault,
  durationNs: number,
  spansOf: (id: string) => Spans,
): number[] {
  checkLength(here, fault);
  const starts = [fault.atNs, fault.after, fault.when].filter((start) => start !== null);
  if (starts.length !== 1) {
    const message = 'the start is missing: write one of `at`, `after` and `when`';
    here.reportKey('FL203', message);
    return [];
  }
  if (fault.when !== null) return startsWhen(here, fault);
  if (fault.after !== null) return startsAfter(here, fault, spansOf(fault.after));
  const at = fault.atNs!;
  if (fault.delayNs > 0)
    here.in('delay').conflict('delay applies to `after` and to `when: alerts.NAME`');
  if (at >= durationNs && !fault.optional) {
    const end = formatDuration(durationNs);
    const message = `starts at ${formatDuration(at)}, but the run ends at ${end}`;
    here.in('at').report('FL410', message);
  }
  return fault.everyNs === null ? once(here, at) : repeated(here, fault, at, durationNs);
}

function once(here: Cursor, at: number): number[] {
  here.refuse(['count', 'until'], (field) => {
    const meant = field === 'count' ? '. For a number of instances use instances' : '';
    return `${field} applies only to \`every\`${meant}`;
  });
  return [at];
}

function repeated(here: Cursor, fault: WrittenFault, at: number, durationNs: number): number[] {
  const every = fault.everyNs!;
  if (fault.forNs === null) {
    here.in('every').conflict('a fault without end cannot repeat');
    return [at];
  }
  if ((fault.forNs ?? 0) + fault.jitterNs > every) {
    const length = fault.jitterNs > 0 ? 'for + jitter' : 'for';
    const message =
      'the next one would start before this one ends: every must be at least ' + `${length}`;
    here.in('every').conflict(message);
    return [at];
  }
  const end = Math.min(fault.untilNs ?? durationNs, durationNs);
  const wanted = Math.max(1, Math.ceil((end - at) / every));
  const count = Math.min(fault.count ?? wanted, wanted);
  if (count > SPANS_MAX) {
    const message = `would start ${count} times; the limit is ${SPANS_MAX}`;
    here.in('every').report('FL602', message);
    return [at];
  }
  return Array.from({ length: count }, (_, i) => at + i * every);
}

/** The start depends on a condition, so only the run determines it. */
function startsWhen(here: Cursor, fault: WrittenFault): number[] {
  here.refuse(
    ['every', 'until'],
    (field) => `${field} applies only to \`at\`; with \`when\`, \`count\` sets how often it starts`,
  );
  // A condition of the run has `for` in its text; an alert fires at an instant.
  if (fault.delayNs > 0 && !/^alerts\./.test(fault.when!.trim())) {
    const message =
      'delay applies to `after` and to `when: alerts.NAME`; a condition may have to hold: `CONDITION for 5s`';
    here.in('delay').conflict(message);
  }
  return [];
}

function startsAfter(here: Cursor, fault: WrittenFault, spans: Spans): number[] {
  here.refuse(
    ['every', 'count', 'until'],
    (field) => `${field} does not apply with after: the fault starts at each end of ${fault.after}`,
  );
  if (spans.some((span) => span.untilNs === null)) {
    here.in('after').report('FL410', `${fault.after} never ends`);
  }
  return spans.flatMap((span) => (span.untilNs === null ? [] : [span.untilNs + fault.delayNs]));
}
