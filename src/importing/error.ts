/** A file that cannot be imported: where, what, and how to repair it. */
export class ImportError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ImportError';
  }
}

/** A file that only its own tool turns into a manifest. In a folder it is left out, beside what can be read. */
export class TemplateError extends ImportError {}

/** The same for Kustomize, beside which there are manifests as a rule. */
export class KustomizationError extends TemplateError {}
