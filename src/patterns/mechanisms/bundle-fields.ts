/**
 * The time of another policy of the bundle in ns; null for `none`; undefined if the bundle lacks the policy or its kind
 * has no such field.
 */
export function timeOf(
  bundle: ReadonlyMap<string, unknown> | undefined,
  policy: 'deadline' | 'timeout',
): number | null | undefined {
  const config = bundle?.get(policy) as { readonly after?: unknown } | undefined;
  const after = config?.after;
  return typeof after === 'number' || after === null ? after : undefined;
}
