/**
 * An empty HTML document in which charts are drawn. jsdom takes longer to load than a small simulation takes to run,
 * so it is loaded only here, when a chart is wanted.
 */
export async function chartDocument(): Promise<Document> {
  withoutWebAssembly();
  const { JSDOM } = await import('jsdom');
  return new JSDOM('<!doctype html><html><body></body></html>').window.document;
}

/**
 * jsdom loads an HTTP client, which immediately compiles its parser from WebAssembly. Charts load nothing over HTTP,
 * so where WebAssembly is missing, as with `node --jitless`, that compilation never settles.
 */
function withoutWebAssembly(): void {
  if (typeof (globalThis as { WebAssembly?: unknown }).WebAssembly !== 'undefined') return;
  const never = (): Promise<never> => new Promise(() => {});
  const value = { compile: never, instantiate: never };
  Object.defineProperty(globalThis, 'WebAssembly', { value, configurable: true });
}
