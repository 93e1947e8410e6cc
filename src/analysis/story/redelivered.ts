import { faultKind } from '../../patterns/registry.js';
import type { Plan, PlanFault } from '../../contracts/plan/plan.js';
import type { MeterRecord, RunRecord } from '../../contracts/record/record.js';
import { sumCells } from '../measure/sums.js';
import type { VariantData } from '../measure/variant-data.js';
import { slicesOf, type CellSet } from '../measure/window.js';
import { isFalling, isRising } from './trends.js';

/** A backlog counts from this multiple of its largest size before trouble, and from this number of messages. */
const LARGER = 3;
const SOME = 100;
/** Redeliveries per handled message from which they may keep a backlog. */
const REPEATED = 0.3;
const COUNTED = ['redeliveries', 'consumed', 'duplicateEffects', 'rebalances'] as const;
/** Fewest rebalances of a group that goes round in a circle. */
const CIRCLES = 2;

/** Messages that their own redelivery keeps waiting. */
export interface Redelivered {
  readonly subject: string;
  /** Redeliveries per message handled, in the tail; Infinity if none is handled for the first time. */
  readonly perMessage: number;
  /** A message that its consumer can never process holds the others up: no loop, but lost until it is removed. */
  readonly isPoisoned: boolean;
}

/** The topic or queue whose backlog does not shrink while most of its messages are delivered again; null without one. */
export function redeliveredBy(
  data: VariantData,
  { meters }: RunRecord,
  before: CellSet,
  tail: readonly CellSet[],
): Redelivered | null {
  const { plan } = data;
  let most: Redelivered | null = null;
  for (const lag of meters) {
    if (lag.name !== 'lag' || lag.form !== 'gauge') continue;
    const usual = before.cells.reduce((max, cell) => Math.max(max, lag.max[cell]), 0);
    const meanIn = ({ cells, lengthNs }: CellSet): number => sumCells(lag.area, cells) / lengthNs;
    const levels = tail.map(meanIn);
    const left = levels[levels.length - 1] ?? 0;
    if (isFalling(levels)) continue;
    // What falls behind before trouble does so without its redeliveries.
    if (usual >= SOME && isRising(slicesOf(before).map(meanIn))) continue;
    const [again, handled, repeated, rebalances] = COUNTED.map((name) =>
      tail.reduce((sum, window) => sum + countIn(meters, lag, name, window), 0),
    );
    // A group that is rebalanced again and again, and only repeats, makes no progress, however few its messages are.
    const isCircling = handled <= repeated && again > 0 && rebalances >= CIRCLES && left > 0;
    const perMessage = isCircling ? Infinity : again / Math.max(1, handled);
    const isLarge = left >= Math.max(SOME, LARGER * usual) && again >= SOME;
    if (!isCircling && (!isLarge || perMessage < REPEATED)) continue;
    if (perMessage <= (most?.perMessage ?? 0)) continue;
    const was = countIn(meters, lag, 'redeliveries', before);
    const wasHandled = countIn(meters, lag, 'consumed', before);
    // Redeliveries as usual keep nothing up.
    if (wasHandled > 0 && was / wasHandled >= perMessage / 2) continue;
    const isPoisoned = rebalances === 0 && spoilersOf(plan, lag.component).length > 0;
    most = { subject: plan.components[lag.component].name, perMessage, isPoisoned };
  }
  return most;
}

/** Faults whose messages fail in every attempt, of a topic or queue. */
export function spoilersOf({ faults }: Plan, component: number): readonly PlanFault[] {
  return faults.filter(
    ({ kind, holders }) => holders.includes(component) && faultKind(kind)?.spoilsMessages === true,
  );
}

/** Count of a meter of the same subject, or of its whole component. */
function countIn(
  meters: readonly MeterRecord[],
  { component, part }: MeterRecord,
  name: string,
  { cells }: CellSet,
): number {
  const own = meters.filter(
    (meter) => meter.name === name && meter.component === component && meter.form === 'counter',
  );
  const same = own.filter((meter) => meter.part === part);
  return (same.length > 0 ? same : own).reduce(
    (sum, meter) => sum + (meter.form === 'counter' ? sumCells(meter.counts, cells) : 0),
    0,
  );
}
