import { conflict, type Context, type Path } from './context.js';

/** Reports a batch that is larger than the limit `field` on messages at a consumer: it would never fill. */
export function checkMost(
  context: Context,
  batch: number | undefined,
  most: number,
  field: string,
  path: Path,
): void {
  if (batch === undefined || batch <= most) return;
  const message = `a batch cannot exceed ${field}, ${most} messages: write ${field}: ${batch}, or batch: ${most}`;
  conflict(context, [...path, 'batch'], message);
}
