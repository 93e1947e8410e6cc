import type { Described } from '../../contracts/scenario/described.js';

/** Descriptive fields of every component. */
export interface Written {
  readonly title?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly critical: boolean;
}

/** Resolves these fields. */
export function described(name: string, output: Written): Described {
  const { title, description, critical } = output;
  return { name, title: title ?? null, description: description ?? null, critical };
}
