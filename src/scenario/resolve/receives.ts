import type { Cursor } from './context.js';

/** Reports a batch that is larger than the limit `field` on messages at a consumer: it would never fill. */
export function checkMost(here: Cursor, batch: number | null, most: number, field: string): void {
  if (batch === null || batch <= most) return;
  const message = `a batch cannot exceed ${field}, ${most} messages: write ${field}: ${batch}, or batch: ${most}`;
  here.in('batch').conflict(message);
}
