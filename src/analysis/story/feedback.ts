/** True for mechanisms by which a caller makes the load of its callee larger: they lead down, not up. */
export function isFeedback(mechanism: string): boolean {
  return mechanism === 'retryLoad' || mechanism === 'hedgeLoad';
}
