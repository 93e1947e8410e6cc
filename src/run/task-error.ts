/** An error of a task, as plain data that can cross threads. */
export interface TaskError {
  readonly name: string;
  readonly message: string;
  readonly code: string;
  readonly stack: string;
}

/** An error as plain data. */
export function describeError(error: unknown): TaskError {
  if (!(error instanceof Error)) {
    return { name: 'Error', message: String(error), code: '', stack: '' };
  }
  const code = (error as { code?: unknown }).code;
  return {
    name: error.name,
    message: error.message,
    code: typeof code === 'string' ? code : '',
    stack: error.stack ?? '',
  };
}
