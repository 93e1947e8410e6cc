/**
 * The value of this field in another policy of the bundle, durations in ns; null for `none`; undefined if the bundle
 * lacks the policy or its kind lacks the field.
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
