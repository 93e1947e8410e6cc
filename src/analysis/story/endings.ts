import type { Ending, EndReason, RunVerdict } from '../../contracts/result/cascade.js';

/** A verdict with its reason. Values that are not finite are left out. */
export function ending(
  verdict: RunVerdict,
  reason: EndReason,
  subject: string | null = null,
  value: number | null = null,
): Ending {
  return {
    verdict,
    reason,
    subject,
    value: value !== null && Number.isFinite(value) ? value : null,
  };
}

/** The run does not decide, for this reason. */
export function undecided(
  reason: EndReason,
  subject: string | null = null,
  value: number | null = null,
): Ending {
  return ending('undecided', reason, subject, value);
}
