/**
 * An empty HTML document for the charts to be drawn in. jsdom takes longer to load than a small
 * simulation takes to run, so it is loaded only here and only when a chart is wanted.
 */
export async function chartDocument(): Promise<Document> {
  const { JSDOM } = await import('jsdom');
  return new JSDOM('<!doctype html><html><body></body></html>').window.document;
}
