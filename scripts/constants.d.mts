/** The text of a bundle with constants in place of the functions at its top, which come first. */
export function withConstants(code: string): string;
