/** True for mechanisms by which a caller adds load to its callee: they spread downstream, not upstream. */
export function isFeedback(mechanism: string): boolean {
  return mechanism === 'retryLoad' || mechanism === 'hedgeLoad';
}
