import { chrome } from './chrome.js';
import type { ExporterKind } from './exporter.js';
import { jaeger } from './jaeger.js';
import { logs } from './logs.js';
import { openMetrics } from './openmetrics.js';
import { otlp } from './otlp.js';
import { traceLines } from './trace-lines.js';

export { addPartial } from './partial.js';

/** Formats of spans by the name that users write. The first one is the default. */
export const SPAN_FORMATS: readonly ExporterKind[] = [otlp, jaeger, chrome];

/** All kinds of files that traced runs are written to. */
export const EXPORTERS: readonly ExporterKind[] = [traceLines, ...SPAN_FORMATS, logs, openMetrics];
