/** What a fault does, without what becomes of those whom it hits: its event says that behind a semicolon. */
export function plainFault({ text }: { readonly text: string }): string {
  return text.split('; ')[0]!;
}
