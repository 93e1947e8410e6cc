/**
 * An empty HTML document for the charts to be drawn in. jsdom takes longer to load than a small
 * simulation takes to run, so it is loaded only here and only when a chart is wanted.
 */
export async function chartDocument(): Promise<Document> {
  withoutWebAssembly();
  const { JSDOM } = await import('jsdom');
  return new JSDOM('<!doctype html><html><body></body></html>').window.document;
}

/**
 * jsdom loads an HTTP client, whose parser is compiled from WebAssembly at once. Charts load nothing over HTTP:
 * where WebAssembly is missing, as with `node --jitless`, that compilation is left pending for ever.
 */
function withoutWebAssembly(): void {
  if (typeof (globalThis as { WebAssembly?: unknown }).WebAssembly !== 'undefined') return;
  const never = (): Promise<never> => new Promise(() => {});
  const value = { compile: never, instantiate: never };
  Object.defineProperty(globalThis, 'WebAssembly', { value, configurable: true });
}
