import type { PlanFault } from '../../contracts/plan/plan.js';
import { goodputOf, goodShare, RECOVERED_SHARE } from '../measure/goodput.js';
import { triggersIn } from '../measure/background.js';
import { windowsFrom } from '../measure/recovery.js';
import type { Story } from '../measure/story.js';
import { byCodeUnit } from '../../text/order.js';
import type { VariantData } from '../measure/variant-data.js';
import { RECOVERY_WINDOW_NS } from '../measure/window.js';

/**
 * A later fault is reported instead if it costs at least this many times the goodput, and if it begins while the
 * first one is active or after a recovery. In between, its cost may be an after-effect of the first.
 */
const MUCH_WORSE = 2;

/** A fault over all variants. */
interface Known {
  readonly id: string;
  readonly fromNs: number;
  readonly untilNs: number;
  /** Some variant loses goodput, and the fault is not innocent of the loss. */
  readonly costs: boolean;
  /** The largest share of the goodput that some variant loses between its start and that of the next fault. */
  readonly loss: number;
  /** Its largest part of the harm in any variant. */
  readonly share: number;
  /** Whether goodput was healthy right before it, in the variant that loses most. */
  readonly isFresh: boolean;
}

/** Loss of one variant by a fault. */
type Loss = Pick<Known, 'loss' | 'isFresh'>;

const NOTHING: Loss = { loss: 0, isFresh: false };

/**
 * The fault whose recovery is reported: the first, by start, that costs some variant goodput before the next one
 * begins, unless a later one costs far more. If no fault costs goodput on its own, the first that is a cause, or that is
 * not innocent of a loss; otherwise the first of all. Null without faults.
 */
export function headlineFault(
  variants: readonly VariantData[],
  stories: ReadonlyMap<string, readonly Story[]>,
): string | null {
  const faults = knownFaults(variants, stories);
  const costing = faults.filter(({ costs }) => costs);
  const costly = costing.filter(({ loss }) => loss > 1 - RECOVERED_SHARE);
  const blamed = faults.filter(({ share }) => share > 0);
  const [first] = [costly, blamed, costing, faults].find((some) => some.length > 0) ?? [];
  if (first === undefined) return null;
  const worse = costly.filter(
    ({ fromNs, isFresh }) => fromNs > first.fromNs && (fromNs < first.untilNs || isFresh),
  );
  return worse.reduce(
    (chosen, next) => (next.loss >= MUCH_WORSE * chosen.loss ? next : chosen),
    first,
  ).id;
}

/** All faults by their start. */
function knownFaults(
  variants: readonly VariantData[],
  stories: ReadonlyMap<string, readonly Story[]>,
): readonly Known[] {
  const all = new Map<string, Known>();
  for (const data of variants) {
    const [story] = stories.get(data.variant.name) ?? [];
    for (const fault of triggersIn(data.plan)) {
      if (fault.spans.length === 0) continue;
      const { id, spans } = fault;
      const isInnocent = story?.innocent.some((entry) => entry.fault === id) ?? false;
      const costs = !isInnocent && story !== undefined && story.verdict !== 'untouched';
      const known = all.get(id);
      const own = costs ? lossAlone(data, fault) : NOTHING;
      const { loss, isFresh } = known === undefined || own.loss > known.loss ? own : known;
      all.set(id, {
        id,
        fromNs: Math.min(known?.fromNs ?? Infinity, spans[0].fromNs),
        untilNs: Math.max(known?.untilNs ?? 0, spans[0].untilNs),
        costs: costs || (known?.costs ?? false),
        loss,
        share: Math.max(known?.share ?? 0, shareOf(story, id)),
        isFresh,
      });
    }
  }
  return [...all.values()].sort(
    (a, b) => a.fromNs - b.fromNs || b.share - a.share || byCodeUnit(a.id, b.id),
  );
}

/** The part of the harm in the first run that the account attributes to a fault. */
function shareOf(story: Story | undefined, id: string): number {
  return story?.causes.find(({ fault }) => fault === id)?.share ?? 0;
}

/**
 * The largest share of the goodput before all faults that the first run loses between a fault's start and the next
 * one's.
 */
function lossAlone(data: VariantData, { spans }: PlanFault): Loss {
  const goodput = goodputOf(data, data.records[0], data.requests);
  const before = goodShare(goodput, data.before);
  if (before === null || before === 0) return NOTHING;
  const [{ fromNs }] = spans;
  const later = data.plan.faults.flatMap((fault) => fault.spans.map((span) => span.fromNs));
  const untilNs = later
    .filter((at) => at > fromNs)
    .reduce((first, at) => Math.min(first, at), data.plan.endNs);
  const shares = windowsFrom(fromNs, untilNs, data).map((window) => goodShare(goodput, window));
  const loss = shares.reduce<number>(
    (most, share) => Math.max(most, 1 - (share ?? before) / before),
    0,
  );
  const [last] = windowsFrom(fromNs - RECOVERY_WINDOW_NS, fromNs, data);
  const lately = goodShare(goodput, last) ?? before;
  return { loss, isFresh: lately >= RECOVERED_SHARE * before };
}
