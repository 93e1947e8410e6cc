/** Longest name of an object that others may be named after. */
export const LONGEST = 50;

/** A name of Kubernetes: lower case, digits and hyphens. */
export function nameOf(text: string, number: number | null): string {
  const slug = text
    .replace(/([a-z])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, LONGEST)
    .replace(/^-+|-+$/g, '');
  const name = slug === '' ? 'x' : slug;
  return number === null ? name : `${name}-${number}`;
}
