import type { Act } from './acts.js';

/** A change in the format of a product. */
export interface Exported {
  /** The text of the file; '' if it has none of the settings. */
  readonly text: string;
  /** Settings that the format cannot write, each with the reason. */
  readonly unwritten: readonly { readonly path: string; readonly reason: string }[];
}

/** A format of a product in which a change can be written. */
export interface Format {
  /** Its name on the command line. */
  readonly name: string;
  /** What it writes, for the help. */
  readonly summary: string;
  readonly write: (acts: readonly Act[]) => Exported;
}

/** Writes all changes; `write` returns null, or why it cannot write one. */
export function unwrittenOf(
  acts: readonly Act[],
  write: (act: Act) => string | null,
): Exported['unwritten'] {
  return acts.flatMap((act) => {
    const reason = write(act);
    return reason === null ? [] : [{ path: act.path, reason }];
  });
}
