/** One file with prose: its words, and the marker constructions with their lines. */
export interface Prose {
  readonly path: string;
  readonly folder: string;
  readonly words: number;
  readonly found: readonly {
    readonly line: number;
    readonly marker: string;
    readonly sentence: string;
  }[];
}

export declare const KINDS: readonly string[];
export declare function prose(root: string, kind: string): readonly Prose[];
export declare function byFolder(
  files: readonly Prose[],
): readonly (readonly [string, { readonly words: number; readonly markers: number }])[];
