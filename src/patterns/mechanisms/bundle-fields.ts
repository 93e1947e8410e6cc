/**
 * The number a policy of the same bundle has in this field, null where it says `none`; undefined
 * when the bundle lacks the policy or its kind has no such field. Durations are in ns.
 */
export function numberIn(
  bundle: ReadonlyMap<string, unknown> | undefined,
  policy: string,
  field: string,
): number | null | undefined {
  const config = bundle?.get(policy);
  if (typeof config !== 'object' || config === null) return undefined;
  const value = (config as Readonly<Record<string, unknown>>)[field];
  return typeof value === 'number' || value === null ? value : undefined;
}
