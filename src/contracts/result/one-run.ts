/** What a single run cannot show, and the remedy; null for several. */
export function oneRunWords({ replications }: { readonly replications: number }): string | null {
  return replications === 1
    ? 'one run: percentiles and recovery have no interval; use --replications 5'
    : null;
}
