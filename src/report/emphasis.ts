/** A sentence in which some words, mostly names, are emphasised. */
export type Words = readonly (string | { readonly strong: string })[];
