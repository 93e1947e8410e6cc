/** A file that cannot be imported: where, what, and how to repair it. */
export class ImportError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ImportError';
  }
}
