import type { CascadeResult, Result } from '../spec/result.js';

/**
 * The result with onsets moved to the fault they belong to. A request counts when it arrives, so one that a fault
 * catches on its way makes the step before the fault look bad already; what seems to fall ill up to two steps before a
 * fault starts falls ill at its start.
 */
export function clampOnsets(result: Result): Result {
  const starts = result.faults
    .flatMap((fault) => fault.spans.map((span) => span.from))
    .sort((a, b) => a - b);
  if (starts.length === 0) return result;
  const room = 2 * result.run.step;
  const clamp = (at: number): number => {
    if (starts.some((start) => Math.abs(start - at) < 1e-9)) return at;
    return starts.find((start) => at < start && at >= start - room - 1e-9) ?? at;
  };
  return {
    ...result,
    variants: result.variants.map((v) => ({ ...v, cascade: clamped(v.cascade, clamp) })),
  };
}

const ONSETS = ['saturated', 'degraded', 'failing', 'down', 'breakerOpen'];

function clamped(cascade: CascadeResult, clamp: (at: number) => number): CascadeResult {
  const events = cascade.events.map((event) =>
    ONSETS.includes(event.kind) ? { ...event, at: clamp(event.at) } : event,
  );
  const rank = (kind: string): number => (kind === 'fault' ? 0 : 1);
  const order = events.map((event, i) => ({ event, i }));
  order.sort(
    (a, b) => a.event.at - b.event.at || rank(a.event.kind) - rank(b.event.kind) || a.i - b.i,
  );
  const states: Record<string, CascadeResult['states'][string]> = Object.create(null) as Record<
    string,
    never
  >;
  for (const [subject, spells] of Object.entries(cascade.states)) {
    states[subject] = spells
      .map((spell) => ({ ...spell, from: clamp(spell.from), until: clamp(spell.until) }))
      .filter((spell) => spell.until > spell.from);
  }
  return {
    ...cascade,
    events: order.map(({ event }) => event),
    states,
    influences: cascade.influences.map((influence) => ({ ...influence, at: clamp(influence.at) })),
  };
}
