/** What ended a search before it had tried all: `the interrupt` or `--max-runs`. */
export function endOfSearch({ interrupted }: { readonly interrupted?: true }): string {
  return interrupted === true ? 'the interrupt' : '--max-runs';
}
