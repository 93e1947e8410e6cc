/** The text of a scenario of thirty services in five variants. */
export function thirtyByFive(options?: {
  readonly seconds?: number;
  readonly replications?: number;
}): string;
