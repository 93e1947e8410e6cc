/** The text of a fault event before the first semicolon: what the fault does, without its effect on the target. */
export function plainFault({ text }: { readonly text: string }): string {
  return text.split('; ')[0]!;
}
