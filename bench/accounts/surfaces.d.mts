import type { Block } from '../../src/report/story/blocks.js';
import type { Result, VariantResult } from '../../src/contracts/result/result.js';

/** A text of a document, its place, and the variants that it may be about. */
export interface Printed {
  readonly text: string;
  readonly place: string;
  readonly variants: readonly VariantResult[];
}

/** The texts of the story, the terminal, Markdown and the first part of the page. */
export function textsOf(result: Result, blocks: readonly Block[]): readonly Printed[];

/** The blocks of a story that are about a variant. */
export function blocksOf(blocks: readonly Block[], variant: VariantResult): readonly Block[];
